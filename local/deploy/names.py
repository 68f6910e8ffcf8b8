"""Names for resources that the program did not name."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from local.deploy.inputs import InputError

_EXPRESSION = re.compile(r"\$\{([^}]*)\}")
_HEX = re.compile(r"hex\(([0-9]+)\)")

PULUMIS_PATTERN = "${name}-${hex(7)}"
"""What Pulumi does unless `pulumi:autonaming` says otherwise."""


@dataclass(frozen=True)
class NamePattern:
    """How Pulumi names a stack's resources.

    Pulumi draws the digits by lot. Here the place (account and region) and the URN decide, which holds the stack: a
    second deployment has the same names, another stack and another account have others.

    https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming-configuration
    """

    project: str
    stack: str
    place: str
    pattern: str

    def name(self, logical_name: str, urn: str, *, longest: int) -> str:
        """The automatic name of one resource.

        Raises:
            InputError: The name is longer than AWS takes (Pulumi refuses it too), or the pattern has an expression that
                is not followed here.
        """
        known = {"name": logical_name, "project": self.project, "stack": self.stack}

        def value(found: re.Match[str]) -> str:
            if digits := _HEX.fullmatch(found[1]):
                return hashlib.sha256(f"{self.place} {urn}".encode()).hexdigest()[: int(digits[1])]
            if found[1] in known:
                return known[found[1]]
            raise InputError(f"pulumi:autonaming: {found[0]} is not followed here")

        name = _EXPRESSION.sub(value, self.pattern)
        if len(name) > longest:
            raise InputError(f"the automatic name {name} has {len(name)} characters; AWS takes {longest}")
        return name
