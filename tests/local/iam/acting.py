"""Somebody who calls AWS with the rights of a role, or as another account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from local.credentials import ROOT
from tests.local.policies import LAMBDA_TRUST, document

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.credentials import Credentials
    from tests.local.conftest import Bench

_ONCE = {"total_max_attempts": 1}
_sessions: list[boto3.Session] = []
"""The only one: boto3 reads its descriptions of services anew in each."""


@dataclass(frozen=True)
class Caller:
    """Whoever has these keys."""

    bench: Bench
    keys: Credentials

    def client(self, service: str, **config: Any) -> Any:  # noqa: ANN401 - any of boto3's clients
        """A client that asks once: what is refused stays refused."""
        if not _sessions:
            _sessions.append(boto3.Session(region_name="us-east-1"))
        return _sessions[0].client(  # type: ignore[call-overload]  # any service
            service,
            endpoint_url=self.bench.region.endpoint,
            aws_access_key_id=self.keys.access_key_id,
            aws_secret_access_key=self.keys.secret_access_key,
            aws_session_token=self.keys.session_token,
            config=Config(retries=_ONCE, **config),
        )


@dataclass(frozen=True)
class Acting(Caller):
    """Somebody who acts as a role that has just the rights that it is given here."""

    owner: Credentials = ROOT

    @classmethod
    def with_rights(cls, bench: Bench, *statements: dict[str, object], owner: Credentials = ROOT) -> Acting:
        """As a new role of an account, which may do what the statements say."""
        name = bench.name("role")
        iam = Caller(bench, owner).client("iam")
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=LAMBDA_TRUST)["Role"]["Arn"]
        acting = cls(bench, bench.region.keys.for_function(name, arn), owner)
        acting.may(*statements)
        return acting

    @property
    def arn(self) -> str:
        """The role's."""
        return str(self.keys.role_arn)

    def may(self, *statements: dict[str, object]) -> None:
        """Give the role these rights, and no others."""
        iam = Caller(self.bench, self.owner).client("iam")
        name = self.arn.rpartition("/")[2]
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=document(*statements))
        elif iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName="rights")


def refusal(call: Callable[..., object], **asked: object) -> str:
    """The code of the error that a call is answered with; empty when it is done."""
    try:
        call(**asked)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""
