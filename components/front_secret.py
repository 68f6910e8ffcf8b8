"""What CloudFront shows the API, so that nobody comes to it around CloudFront.

AWS makes it up: an API key of API Gateway's is a random text of forty letters and digits that AWS keeps, tells again
and counts as a secret. No gateway checks it. docs/adr/0020-one-origin.md says why, and how it is exchanged.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi import Output

FRONT_SECRET_HEADER: Final = "x-front-secret"  # noqa: S105  the header's name


@dataclass(frozen=True, kw_only=True)
class FrontSecretArgs:
    """Which secret it is.

    Attributes:
        version: Counted up to exchange it.
        tags: On all that bears tags.
    """

    version: int
    tags: Mapping[str, str]


class FrontSecret(pulumi.ComponentResource):
    """The secret of now and the next one, which the API takes already.

    So an exchange is one step without a gap: CloudFront changes to one that the API knows, and only once it has done so
    everywhere the API is told to forget the one before.

    Attributes:
        shown: What CloudFront shows.
        digests: What the API knows both by: their SHA-256, hex, with a comma between them. Whoever may see a function's
            configuration sees them, so they are no secret: of 40 random letters and digits none is found by its digest.
    """

    shown: Output[str]
    digests: Output[str]

    def __init__(self, name: str, args: FrontSecretArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ocr:index:FrontSecret", name, None, opts)
        # One of each two in turn is that of now, and the other the next one; only the one before is made anew.
        secrets = {
            number % 2: self._secret(name, "odd" if number % 2 else "even", number, args)
            for number in (args.version, args.version + 1)
        }
        now, following = secrets[args.version % 2], secrets[(args.version + 1) % 2]
        self.shown = now
        self.digests = pulumi.Output.unsecret(
            pulumi.Output.all(now, following).apply(lambda both: ",".join(_digest(each) for each in both))
        )
        self.register_outputs({})

    def _secret(self, name: str, turn: str, number: int, args: FrontSecretArgs) -> Output[str]:
        key = aws.apigateway.ApiKey(
            f"{name}-{turn}",
            name=f"{pulumi.get_project()}-{pulumi.get_stack()}-front-{number}",
            description="Shown by CloudFront to the API; no gateway checks it.",
            tags=args.tags,
            # AWS can rename a key, and would keep what it is.
            opts=pulumi.ResourceOptions(parent=self, replace_on_changes=["name"]),
        )
        return pulumi.Output.secret(key.value)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
