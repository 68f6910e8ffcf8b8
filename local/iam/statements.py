"""Policies, and what they say of one thing that is asked for.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html and, for how statements come together,
reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from local.iam import conditions
from local.iam.patterns import UnknownPolicyError, arn_like, like

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local.iam.conditions import Context

_ELEMENTS: Final = frozenset({"Sid", "Effect", "Action", "Resource", "Principal", "Condition"})
_ANY_RESOURCE: Final = "*"
_COLONS_OF_ARN: Final = 5


@dataclass(frozen=True)
class Ask:
    """One thing that somebody wants to do, as IAM sees it.

    Attributes:
        action: Such as `s3:GetObject`.
        resource: Its ARN; `*` where the service knows no resources for the action.
        context: What conditions may ask about, by keys in lower case.
    """

    action: str
    resource: str
    context: Context = field(default_factory=dict)


@dataclass(frozen=True)
class Principal:
    """Who wants to do it: an AWS service, or somebody of an account.

    Attributes:
        service: Such as `s3.amazonaws.com`; empty for others.
        account: The account's id; empty for a service.
        arn: The role's, or the account's root; empty for a service.
    """

    service: str = ""
    account: str = ""
    arn: str = ""


@dataclass(frozen=True)
class Statement:
    """One statement of a policy."""

    policy: str
    sid: str
    allows: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    principals: Mapping[str, tuple[str, ...]] | None
    conditions: Mapping[str, Mapping[str, Any]]

    def is_about(self, ask: Ask) -> bool:
        """Whether it says anything of what is asked for, by whomever."""
        # The conditions last, but always: an unknown one must be noticed.
        holds = conditions.hold(self.conditions, ask.context)
        return bool(self.matching(ask)) and holds

    def matching(self, ask: Ask) -> list[tuple[str, str]]:
        """The pairs of action and resource, as they are written, that what is asked for falls under."""
        return [
            (action, resource)
            for action in self.actions
            if like(ask.action, action, ignore_case=True)
            for resource in self.resources
            if resource == _ANY_RESOURCE or (ask.resource != _ANY_RESOURCE and arn_like(ask.resource, resource))
        ]

    def names(self, principal: Principal, *, by_account: bool) -> bool:
        """Whether the statement, one of a resource's policy, is about this principal.

        Args:
            principal: Whoever it may be about.
            by_account: Whether to name their account is enough.
        """
        if self.principals is None:
            raise UnknownPolicyError(f"{self.policy}: a resource's policy names its principals")
        for kind, named in self.principals.items():
            if kind == "Service" and principal.service and principal.service in named:
                return True
            if kind == "AWS" and any(_is(principal, one, by_account=by_account) for one in named):
                return True
            if kind not in {"Service", "AWS"}:
                raise UnknownPolicyError(f"{self.policy}: principals of the kind {kind} are not known here")
        return False


_WHOLE: Final = re.compile(r"\d{12}|arn:aws:iam::\d{12}:(root|(role|user)/[^*?]+)")
"""How principals are written that can be told here: accounts, roles and users, but not sessions of roles."""


def _is(principal: Principal, named: str, *, by_account: bool) -> bool:
    if named == "*":
        return True
    if not _WHOLE.fullmatch(named):
        raise UnknownPolicyError(f"the principal {named} is not known here")
    root = f"arn:aws:iam::{principal.account}:root"
    return named == principal.arn or (named in {principal.account, root} and (by_account or principal.arn == root))


@functools.lru_cache(maxsize=256)
def statements_of(document: str, policy: str, *, of_trust: bool = False) -> tuple[Statement, ...]:
    """The statements of a policy document.

    Args:
        document: As JSON.
        policy: What it is called in errors and records.
        of_trust: Whether it says who may act as a role: such a policy names no resource, for it is about its role.

    Raises:
        UnknownPolicyError: It has an element that is not known here.
    """
    written = json.loads(document)["Statement"]
    listed = written if isinstance(written, list) else [written]
    return tuple(_statement({"Resource": "*", **one} if of_trust else one, policy) for one in listed)


def _statement(written: dict[str, Any], policy: str) -> Statement:
    if missing := {"Action", "Resource"} - {name.removeprefix("Not") for name in written}:
        raise UnknownPolicyError(f"{policy}: a statement without {', '.join(sorted(missing))} is not known here")
    if unknown := set(written) - _ELEMENTS:
        raise UnknownPolicyError(f"{policy}: {', '.join(sorted(unknown))} is not known here")
    if written.get("Effect") not in {"Allow", "Deny"}:
        raise UnknownPolicyError(f"{policy}: the effect is Allow or Deny, and not {written.get('Effect')}")
    resources = _several(written["Resource"])
    if parts := [one for one in resources if one != _ANY_RESOURCE and one.count(":") < _COLONS_OF_ARN]:
        raise UnknownPolicyError(f"{policy}: {', '.join(parts)} is a part of an ARN, which is not known here")
    return Statement(
        policy=policy,
        sid=str(written.get("Sid", "")),
        allows=written["Effect"] == "Allow",
        actions=_several(written["Action"]),
        resources=resources,
        principals=_principals(written["Principal"]) if "Principal" in written else None,
        conditions=written.get("Condition", {}),
    )


def _principals(written: str | dict[str, str | list[str]]) -> dict[str, tuple[str, ...]]:
    if written == "*":
        return {"AWS": ("*",)}
    if isinstance(written, str):
        raise UnknownPolicyError(f"the principal {written} is not known here")
    return {kind: _several(named) for kind, named in written.items()}


def _several(written: str | list[str]) -> tuple[str, ...]:
    return (written,) if isinstance(written, str) else tuple(written)


@dataclass(frozen=True)
class Decision:
    """What policies say together: the statements that allow, and those that deny, which win."""

    allowing: tuple[Statement, ...]
    denying: tuple[Statement, ...]
    lacks_resources_leave: bool = False
    """Whether only the policy of the resource is missing."""

    @property
    def allowed(self) -> bool:
        """Whether it may be done; if nobody says anything, it may not."""
        return bool(self.allowing) and not self.denying


def decide(
    ask: Ask,
    principal: Principal,
    *,
    own: Iterable[Statement] = (),
    of_resource: Iterable[Statement] = (),
    across: bool = False,
) -> Decision:
    """What the principal's own policies and those of the resource say.

    Within an account either may allow; but to let an account in is to leave it to that whom of its own it gives the
    right to. Across accounts both must: ask twice then.

    Args:
        ask: What is to be done.
        principal: By whom.
        own: What their own policies say.
        of_resource: What the resource's policy says.
        across: Whether the resource belongs to another account than theirs.
    """
    about = [one for one in own if one.is_about(ask)]
    about += [
        one for one in of_resource if one.is_about(ask) and one.names(principal, by_account=across or not one.allows)
    ]
    return Decision(
        allowing=tuple(one for one in about if one.allows),
        denying=tuple(one for one in about if not one.allows),
    )
