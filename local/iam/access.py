"""The decision on each thing that is asked for, from the account's policies, and a record of what was used of them."""

from __future__ import annotations

import sys
import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from local.iam.patterns import UnknownPolicyError
from local.iam.refusals import Denied
from local.iam.statements import Ask, Decision, Principal, decide, statements_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from moto.iam.models import Role

    from local.account import Account
    from local.credentials import Credentials
    from local.iam.statements import Statement

_EVERYTHING: Final = statements_of('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}', "root")


@dataclass(frozen=True, order=True)
class Right:
    """A right as a role's policy writes it.

    Attributes:
        role: The role's name.
        sid: The statement.
        action: As written.
        resource: As written.
    """

    role: str
    sid: str
    action: str
    resource: str

    def as_json(self) -> dict[str, str]:
        """For whoever asks over HTTP."""
        return asdict(self)


class Access:
    """Decides for one account. Its methods take the account's lock themselves."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._lock = threading.Lock()
        self._used: set[Right] = set()
        self._told: set[str] = set()

    def refusal(self, caller: Credentials, asks: Iterable[Ask]) -> Denied | None:
        """What of it somebody may not do; None when they may do all of it, which is then noted as used.

        Raises:
            UnknownPolicyError: A policy says something that is not known here.
        """
        with self._account.locked():
            role = self._account.role(caller.role_arn) if caller.role_arn else None
            own = _of_role(role) if role else () if caller.role_arn else _EVERYTHING
            who = Principal(account=caller.account_id, arn=caller.role_arn or f"arn:aws:iam::{caller.account_id}:root")
            decided = [(ask, self._decide(ask, who, own)) for ask in asks]
        denied = next(
            (Denied(_shown(caller), ask, decision) for ask, decision in decided if not decision.allowed), None
        )
        if denied is None and role is not None:
            self._note(role.name, decided)
        return denied

    def role_may(self, role_arn: str, *asks: Ask) -> bool:
        """Whether a service that acts as a role may do something, all of it; if so, it is noted as used.

        Nobody waits for its answer: what its policies cannot be told of is not done, and said in the cloud's log once.
        """
        try:
            decided = self._decided(role_arn, asks)
        except UnknownPolicyError as error:
            self._tell(f"{role_arn}: {error}")
            return False
        allowed = all(decision.allowed for _, decision in decided)
        if allowed:
            self._note(role_arn.rpartition("/")[2], decided)
        return allowed

    def role_could(self, role_arn: str, *asks: Ask) -> bool:
        """Whether a role might do something, all of it, without doing it."""
        return all(decision.allowed for _, decision in self._decided(role_arn, asks))

    def service_may(self, service: str, action: str, resource: str, *, source_arn: str, source_account: str) -> bool:
        """Whether a service may do something to a resource for another one, by the policy of the resource alone.

        Args:
            service: Such as `s3.amazonaws.com`.
            action: What it does.
            resource: The ARN of what it does it to.
            source_arn: The ARN of the resource that it acts for.
            source_account: Whose that is; empty where the service does not tell it.
        """
        context = {"aws:sourcearn": source_arn, "aws:securetransport": "true"}
        if source_account:
            context["aws:sourceaccount"] = source_account
        with self._account.locked():
            told = self._of_resource(resource)
            return decide(Ask(action, resource, context), Principal(service=service), of_resource=told).allowed

    def may_assume(self, service: str, role_arn: str, *, source_account: str = "") -> bool:
        """Whether a service may act as a role, by the role's trust policy.

        Args:
            service: Such as `lambda.amazonaws.com`.
            role_arn: The role.
            source_account: Whose resource it acts for; empty where the service does not tell it.
        """
        with self._account.locked():
            role = self._account.role(role_arn)
            if role is None:
                return False
            trust = statements_of(role.assume_role_policy_document, f"the trust policy of {role.name}", of_trust=True)
            context = {"aws:securetransport": "true"}
            if source_account:
                context["aws:sourceaccount"] = source_account
            ask = Ask("sts:AssumeRole", role_arn, context)
            return decide(ask, Principal(service=service), of_resource=trust).allowed

    def granted(self) -> list[Right]:
        """All that roles are granted, in order."""
        with self._account.locked():
            statements = [(role.name, one) for role in self._account.roles() for one in _of_role(role)]
        return sorted(
            Right(role, one.sid, action, resource)
            for role, one in statements
            if one.allows
            for action in one.actions
            for resource in one.resources
        )

    def used(self) -> list[Right]:
        """All of it that was ever used, in order."""
        with self._lock:
            return sorted(self._used)

    def _decided(self, role_arn: str, asks: Iterable[Ask]) -> list[tuple[Ask, Decision]]:
        with self._account.locked():
            role = self._account.role(role_arn)
            who = Principal(account=_account_of(role_arn), arn=role_arn)
            return [(ask, self._decide(ask, who, _of_role(role) if role else ())) for ask in asks]

    def _decide(self, ask: Ask, who: Principal, own: Iterable[Statement]) -> Decision:
        # The front stands for AWS's TLS endpoints: behind it nobody comes without.
        told = Ask(ask.action, ask.resource, {**ask.context, "aws:securetransport": "true"})
        of_resource = self._of_resource(ask.resource)
        owner = self._owner(ask.resource)
        if owner in {"", who.account}:
            return decide(told, who, own=own, of_resource=of_resource)
        # It takes both: IAM's user guide, reference_policies_evaluation-logic-cross-account.html.
        ours, theirs = decide(told, who, own=own), decide(told, who, of_resource=of_resource, across=True)
        both = ours.allowing if ours.allowed and theirs.allowed else ()
        return Decision(both, (*ours.denying, *theirs.denying), lacks_resources_leave=bool(ours.allowing))

    def _tell(self, untellable: str) -> None:
        with self._lock:
            if untellable not in self._told:
                self._told.add(untellable)
                sys.stderr.write(f"The local cloud cannot tell what is allowed: {untellable}\n")

    def _note(self, role: str, decided: Iterable[tuple[Ask, Decision]]) -> None:
        used = {
            Right(role, one.sid, action, resource)
            for ask, decision in decided
            for one in decision.allowing
            if one.principals is None
            for action, resource in one.matching(ask)
        }
        with self._lock:
            self._used |= used

    def _owner(self, resource: str) -> str:
        """The account that a resource belongs to; empty for none."""
        if resource.startswith("arn:aws:s3:::"):
            return self._account.owner_of_bucket(resource.removeprefix("arn:aws:s3:::").partition("/")[0])
        return _account_of(resource) if resource.startswith("arn:") else ""

    def _of_resource(self, resource: str) -> tuple[Statement, ...]:
        document = self._account.policy_of(resource)
        return statements_of(document, f"the policy of {resource}") if document else ()


def _of_role(role: Role) -> tuple[Statement, ...]:
    """The statements of a role's own policies."""
    if role.managed_policies or role.permissions_boundary_arn:
        raise UnknownPolicyError(f"{role.name}: managed policies and permissions boundaries are not followed here")
    return tuple(one for name, document in role.policies.items() for one in statements_of(document, name))


def _account_of(arn: str) -> str:
    return arn.split(":")[4]


def _shown(caller: Credentials) -> str:
    """Somebody, as AWS names them in its refusals."""
    if caller.role_arn is None:
        return f"arn:aws:iam::{caller.account_id}:root"
    role = caller.role_arn.rpartition("/")[2]
    return f"arn:aws:sts::{caller.account_id}:assumed-role/{role}/{caller.function_name}"
