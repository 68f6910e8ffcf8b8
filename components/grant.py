"""A permission as a value: made by the owner of a resource, handed to whoever is to have it."""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeAlias

import pulumi

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pulumi import Input, Output

Conditions: TypeAlias = "Mapping[str, Mapping[str, Input[str] | Sequence[Input[str]]]]"
"""Operator, then key, then value or values, as a policy spells them."""

REASONS: Final[dict[str, str]] = {}
"""What each intent that was granted is for: a policy has no place for it, and `docs/permissions.md` tells it."""

P = ParamSpec("P")


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A right to do something, and the environment variables that name what it opens.

    Attributes:
        intent: What for, in CamelCase; it is the statement's `Sid`, so a policy tells its own reasons.
        actions: IAM actions, never with a wildcard.
        resources: ARNs or ARN patterns.
        conditions: What must hold besides.
        variables: Environment variables that name the resource. The right and the name travel together.
        why: What for, as a sentence. `reasoned` takes it from a docstring.
    """

    intent: str
    actions: tuple[str, ...]
    resources: tuple[Input[str], ...]
    conditions: Conditions = field(default_factory=dict)
    variables: Mapping[str, Input[str]] = field(default_factory=dict)
    why: str = ""

    def __post_init__(self) -> None:
        if not (self.intent.isascii() and self.intent.isalnum()):
            raise ValueError(f"{self.intent!r}: a statement's id has letters and digits only")
        if wild := [action for action in self.actions if "*" in action]:
            raise ValueError(f"{self.intent} grants {', '.join(wild)}: name each action")

    def statement(self) -> dict[str, Any]:
        """The policy statement."""
        statement: dict[str, Any] = {
            "Sid": self.intent,
            "Effect": "Allow",
            "Action": list(self.actions),
            "Resource": list(self.resources),
        }
        if self.conditions:
            statement["Condition"] = self.conditions
        return statement


def reasoned(make: Callable[P, Grant]) -> Callable[P, Grant]:
    """Have what a function's docstring says be the reason of the grant that it makes: it is told once."""

    @functools.wraps(make)
    def making(*args: P.args, **named: P.kwargs) -> Grant:
        return replace(make(*args, **named), why=" ".join((inspect.getdoc(make) or "").split()))

    return making


def policy_of(grants: Sequence[Grant]) -> Output[str]:
    """The policy document that gives these rights and no others.

    Raises:
        ValueError: Two grants have one intent, one has no reason, or another one than elsewhere.
    """
    intents = [grant.intent for grant in grants]
    if twice := {intent for intent in intents if intents.count(intent) > 1}:
        raise ValueError(f"granted twice: {', '.join(sorted(twice))}")
    for grant in grants:
        if not grant.why:
            raise ValueError(f"{grant.intent} is granted, and nothing says why")
        if REASONS.setdefault(grant.intent, grant.why) != grant.why:
            raise ValueError(f"{grant.intent} is granted for two reasons: {REASONS[grant.intent]} / {grant.why}")
    return pulumi.Output.json_dumps(
        {"Version": "2012-10-17", "Statement": [grant.statement() for grant in grants]},
    )


def variables_of(grants: Sequence[Grant]) -> dict[str, Input[str]]:
    """The environment variables of all grants.

    Raises:
        ValueError: Two grants give one variable different values.
    """
    variables: dict[str, Input[str]] = {}
    for grant in grants:
        for name, value in grant.variables.items():
            # Outputs cannot be compared before they are known; the owner hands out the same one each time.
            if variables.setdefault(name, value) is not value:
                raise ValueError(f"{grant.intent} names another {name} than an earlier grant")
    return variables
