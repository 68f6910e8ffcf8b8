"""Policies, and what they say of one thing that is asked for.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html and, for how statements come together,
reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from local.iam import conditions
from local.iam.patterns import UnknownPolicyError, arn_like, like

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local.iam.conditions import Context

_ELEMENTS: Final = frozenset({"Sid", "Effect", "Action", "Resource", "Principal", "Condition"})
_ANY_RESOURCE: Final = "*"


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

    def names(self, principal: Principal) -> bool:
        """Whether the statement, one of a resource's policy, is about this principal."""
        if self.principals is None:
            raise UnknownPolicyError(f"{self.policy}: a resource's policy names its principals")
        for kind, named in self.principals.items():
            if kind == "Service" and principal.service and principal.service in named:
                return True
            if kind == "AWS" and any(_is(principal, one) for one in named):
                return True
            if kind not in {"Service", "AWS"}:
                raise UnknownPolicyError(f"{self.policy}: principals of the kind {kind} are not known here")
        return False


def _is(principal: Principal, named: str) -> bool:
    if named == "*":
        return True
    root = f"arn:aws:iam::{principal.account}:root"
    return bool(principal.account) and named in {principal.account, root, principal.arn}


@functools.lru_cache(maxsize=256)
def statements_of(document: str, policy: str) -> tuple[Statement, ...]:
    """The statements of a policy document, which is called `policy` in errors and records.

    Raises:
        UnknownPolicyError: It has an element that is not known here.
    """
    written = json.loads(document)["Statement"]
    return tuple(_statement(one, policy) for one in (written if isinstance(written, list) else [written]))


def _statement(written: dict[str, Any], policy: str) -> Statement:
    if unknown := set(written) - _ELEMENTS:
        raise UnknownPolicyError(f"{policy}: {', '.join(sorted(unknown))} is not known here")
    if written.get("Effect") not in {"Allow", "Deny"}:
        raise UnknownPolicyError(f"{policy}: the effect is Allow or Deny, and not {written.get('Effect')}")
    return Statement(
        policy=policy,
        sid=str(written.get("Sid", "")),
        allows=written["Effect"] == "Allow",
        actions=_several(written["Action"]),
        # A trust policy is about the role that has it.
        resources=_several(written.get("Resource", _ANY_RESOURCE)),
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
) -> Decision:
    """What the principal's own policies and those of the resource say.

    Within an account either may allow. Across accounts both must: ask twice then.
    """
    about = [one for one in own if one.is_about(ask)]
    about += [one for one in of_resource if one.is_about(ask) and one.names(principal)]
    return Decision(
        allowing=tuple(one for one in about if one.allows),
        denying=tuple(one for one in about if not one.allows),
    )
