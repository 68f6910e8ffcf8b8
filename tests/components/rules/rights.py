"""Roles and rights: one role a function, nothing on everything, and a name for each right."""

from __future__ import annotations

import functools
import json
import re
from typing import TYPE_CHECKING, Any, Final

import botocore.session

from tests.components.recorder import ACCOUNT
from tests.components.rules import kinds
from tests.components.rules.reading import asked, by, feeds, granted_to, read, variables_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.components.recorder import Recorded, RecordedStack
    from tests.components.rules.reading import Statement

ON_EVERYTHING: Final = {
    "textract:DetectDocumentText": "Textract knows no resources",
    "cloudwatch:PutMetricData": "CloudWatch knows no resources for metrics; the namespace binds",
    "ses:GetIdentityVerificationAttributes": "SES knows no resources for its look-ups",
    "ses:VerifyEmailIdentity": "SES knows no resources for it",
    "ses:DeleteIdentity": "SES knows no resources for it",
}
"""Actions that may be granted on `*`, and AWS's reason."""

ON_SEVERAL: Final = {
    # In the sandbox SES asks for the recipient's identity as well; the sender's address binds.
    "ses:SendRawEmail": r"arn:aws:ses:[a-z0-9-]+:\d{12}:identity/\*",
}
"""Actions that may be granted on more than ours, and on what pattern of ARNs, and AWS's reason."""

ASSUMED_BY: Final = {
    kinds.FUNCTION: ("role", "lambda.amazonaws.com"),
    kinds.JOB: ("roleArn", "glue.amazonaws.com"),
}
"""Types that act with a role: the input that names it, and the service that assumes it."""

TELLS_ACCOUNT: Final = {
    # https://docs.aws.amazon.com/glue/latest/dg/cross-service-confused-deputy-prevention.html
    "glue.amazonaws.com",
}
"""Services that tell for which account they assume a role. That Lambda does is written nowhere."""

OTHERWISE_CALLED: Final = {"s3": {"ListBucket"}}
"""Actions that are not called as the operation that they allow."""

WITH_KEYS: Final = frozenset({"GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query"})
"""What names the partition keys that it is about. A Scan names none, and `ForAllValues` holds for none."""

NAMED_BY: Final = {
    kinds.BUCKET: ("bucket",),
    kinds.CONFIGURATION_SET: ("configurationSetName",),
    kinds.FUNCTION: ("name", "arn"),
    kinds.JOB: ("name",),
    kinds.LOG_GROUP: ("name",),
    kinds.QUEUE: ("url", "arn", "name"),
    kinds.TABLE: ("name", "arn"),
    kinds.TOPIC: ("arn",),
}
"""What a variable may call a resource by."""

TELLS_APART: Final = frozenset(
    {
        "DEAD_LETTER_SOURCES",  # a dead letter tells its first queue by an ARN; nothing is sent there
        "SITE_URL",  # where mails lead to; no function goes there
    },
)
"""Variables that name resources without opening them."""


def roles_are_for_one_function_each(stack: RecordedStack) -> Iterator[str]:
    users = [
        (user.inputs[attribute], service)
        for kind, (attribute, service) in ASSUMED_BY.items()
        for user in stack.of(kind)
    ]
    for role in stack.of(kinds.ROLE):
        services = [service for arn, service in users if arn == role.out("arn")]
        if len(services) != 1:
            yield f"{role.name} serves {len(services)} functions"
        if json.loads(role.inputs["assumeRolePolicy"]) != _trust(set(services)):
            yield f"{role.name} can be assumed by others than {sorted(set(services))}, or not by that"
        for other in sorted(role.inputs.keys() & {"managedPolicyArns", "inlinePolicies"}):
            yield f"{role.name} has rights by {other}, which no rule reads"
    ours = by(stack, kinds.ROLE, "arn")
    for arn, service in users:
        if arn not in ours:
            yield f"{service} assumes {arn}, which is not ours"


def _trust(services: set[str]) -> dict[str, Any]:
    """The document that lets these services, and nobody else, act as a role."""
    allow = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    return {
        "Version": "2012-10-17",
        "Statement": [{**allow, "Principal": {"Service": service}, **_for_us(service)} for service in services],
    }


def _for_us(service: str) -> dict[str, Any]:
    return {"Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}}} if service in TELLS_ACCOUNT else {}


def rights_exist(stack: RecordedStack) -> Iterator[str]:
    """IAM takes any action and never says that there is none of that name."""
    for policy in stack.of(kinds.ROLE_POLICY):
        for statement in read(policy):
            for action in statement.actions:
                service, _, name = action.partition(":")
                if name not in _operations(service):
                    yield f"{policy.name} grants {action}, and there is no such action"


@functools.cache
def _operations(service: str) -> frozenset[str]:
    session = botocore.session.get_session()
    if service not in session.get_available_services():
        return frozenset()
    return frozenset(session.get_service_model(service).operation_names) | OTHERWISE_CALLED.get(service, set())


def rights_are_narrow(stack: RecordedStack) -> Iterator[str]:
    ours = {
        resource.out("arn"): resource
        for kind, known in kinds.KINDS.items()
        if known.service
        for resource in stack.of(kind)
    }
    for policy in stack.of(kinds.ROLE_POLICY):
        for statement in read(policy):
            if statement.effect != "Allow":
                yield f"{policy.name} refuses what was never granted"
            for action in statement.actions:
                for resource in statement.resources:
                    if problem := _too_wide(ours, action, resource, statement):
                        yield f"{policy.name} grants {action} {problem}"


def _too_wide(ours: Mapping[str, Recorded], action: str, resource: str, statement: Statement) -> str | None:
    """What is wrong with an action on a resource, as a statement grants it."""
    if action.startswith("ses:Send") and not asked(statement, "StringEquals", "ses:FromAddress"):
        return "as any sender"
    if resource == "*":
        return None if action in ON_EVERYTHING else "on everything"
    if action in ON_SEVERAL and re.fullmatch(ON_SEVERAL[action], resource):
        return None
    arn, end, below = resource.partition(">")
    if arn + end not in ours:
        return f"on {resource}, which is not ours"
    return _misplaced(ours[arn + end], action, below, statement)


def _misplaced(owner: Recorded, action: str, below: str, statement: Statement) -> str | None:
    """What is wrong with an action on what lies below one of our resources."""
    if kinds.KINDS[owner.type].service != action.partition(":")[0]:
        return f"on {owner.name}, which is none of that service's"
    if owner.type == kinds.BUCKET:
        prefixes = asked(statement, "StringLike", "s3:prefix")
        return None if _in_a_folder(action, below, prefixes) else f"outside a folder: {owner.out('arn')}{below}"
    if owner.type == kinds.TABLE:
        keys = asked(statement, "ForAllValues:StringLike", "dynamodb:LeadingKeys")
        return None if _of_one_kind_of_row(action, below, keys) else "on rows of every kind"
    whole = ":*" if owner.type == kinds.LOG_GROUP else ""
    return None if below == whole else f"on {owner.out('arn')}{below}, which is no resource"


def _in_a_folder(action: str, below: str, prefixes: list[str]) -> bool:
    """Whether an action is about objects of a folder, whose prefix ends in its slash."""
    if action == "s3:ListBucket":
        return below == "" and {re.fullmatch(r"([a-z-]+/)+\*", prefix) is None for prefix in prefixes} == {False}
    return re.fullmatch(r"/([a-z-]+/)+\*", below) is not None


def _of_one_kind_of_row(action: str, below: str, keys: list[str]) -> bool:
    """Whether an action is about rows whose keys begin alike, or about an index, which holds keys only."""
    if action == "dynamodb:Query" and re.fullmatch(r"/index/[a-z]+", below):
        return True
    of_a_kind = {re.fullmatch(r"[A-Z]+#\*", key) is None for key in keys} == {False}
    return below == "" and of_a_kind and action.removeprefix("dynamodb:") in WITH_KEYS


def names_and_rights_go_together(stack: RecordedStack) -> Iterator[str]:
    """A variable that names a resource goes with a right on it, and the reverse."""
    arns = {
        resource.out(attribute): resource.out("arn")
        for kind, attributes in NAMED_BY.items()
        for resource in stack.of(kind)
        for attribute in attributes
    }
    # What nobody needs to be told: Lambda writes the log and polls the queue.
    untold = {(function.urn, queue.out("arn")) for _, function, queue in feeds(stack)}
    logs = {group.out("arn") for group in stack.of(kinds.LOG_GROUP)}
    for function in stack.of(kinds.FUNCTION):
        variables = variables_of(function)
        named = {arns[value]: name for name, value in variables.items() if value in arns}
        opened = {
            re.sub(r"(?<=>).*", "", resource)
            for statement in granted_to(stack, function)
            for resource in statement.resources
            if resource.startswith("<")
        }
        for arn in sorted(set(named) - opened):
            yield f"{function.name} is told {named[arn]}, and may not use it"
        for arn in sorted(opened - set(named) - logs):
            if (function.urn, arn) not in untold:
                yield f"{function.name} may use {arn}, and is not told its name"
        for name, value in variables.items():
            if "<" in value and value not in arns and name not in TELLS_APART:
                yield f"{function.name} is told {name} in a way that no rule follows"


def senders_and_rights_go_together(stack: RecordedStack) -> Iterator[str]:
    for function in stack.of(kinds.FUNCTION):
        senders = {
            sender
            for statement in granted_to(stack, function)
            if "ses:SendRawEmail" in statement.actions
            for sender in asked(statement, "StringEquals", "ses:FromAddress") or ["anybody"]
        }
        if senders != {value for name, value in variables_of(function).items() if name == "MAIL_SENDER"}:
            yield f"{function.name} may send as {senders}, which is not what it is told"
