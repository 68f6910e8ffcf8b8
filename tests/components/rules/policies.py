"""Policies on buckets, queues and topics: nobody without TLS, and no service for anybody but us."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from tests.components.recorder import ACCOUNT
from tests.components.rules import kinds
from tests.components.rules.reading import RESOURCE_POLICIES, asked, read, resource_policies

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.components.recorder import Recorded, RecordedStack
    from tests.components.rules.reading import Statement

WHOLE: Final = {kinds.BUCKET_POLICY: "s3:*", kinds.QUEUE_POLICY: "sqs:*", kinds.TOPIC_POLICY: "sns:Publish"}
"""All that can be done with what a policy is on. SNS refuses `sns:*` in a topic's policy, as out of its scope."""

SOURCES: Final = {
    "s3.amazonaws.com": kinds.BUCKET,
    "sns.amazonaws.com": kinds.TOPIC,
    "cloudwatch.amazonaws.com": kinds.ALARM,
    "cloudfront.amazonaws.com": kinds.DISTRIBUTION,
    "events.amazonaws.com": kinds.EVENT_RULE,
    "ses.amazonaws.com": kinds.CONFIGURATION_SET,
}
"""The services that act for us, and what for."""

ACTIONS: Final = {
    "s3.amazonaws.com": ("sqs:SendMessage", "sns:Publish"),
    "sns.amazonaws.com": ("sqs:SendMessage",),
    "cloudwatch.amazonaws.com": ("sns:Publish",),
    "cloudfront.amazonaws.com": ("s3:GetObject", "s3:ListBucket"),
    "events.amazonaws.com": ("sqs:SendMessage",),
    "ses.amazonaws.com": ("sns:Publish",),
}
"""What they may do."""

CONDITIONS: Final = {
    ("Bool", "aws:SecureTransport"),
    ("ArnEquals", "aws:SourceArn"),
    ("StringEquals", "aws:SourceAccount"),
    ("StringEqualsIfExists", "aws:SourceAccount"),
    ("StringEquals", "cloudwatch:namespace"),
    ("StringEquals", "ses:FromAddress"),
    ("StringLike", "s3:prefix"),
    ("ForAllValues:StringLike", "dynamodb:LeadingKeys"),
}
"""Operators and keys that the rules know. A misspelt key is no error to AWS: it only never holds, or always."""

ROOM: Final = {
    kinds.BUCKET_POLICY: 20_480,
    kinds.QUEUE_POLICY: 8_192,
    kinds.TOPIC_POLICY: 30_720,
    kinds.ROLE_POLICY: 10_240,
}
"""Characters of a policy document. A role's is the sum of its policies, which we give one."""

LONGEST_ARN: Final = 160


def widened(text: str) -> str:
    """A text with every reference as long as what AWS will put there."""
    return re.sub(r"<[^<>]+>", "x" * LONGEST_ARN, text)


def _own(owner: Recorded) -> set[str]:
    """What a resource's policy may speak of."""
    return {owner.out("arn")} | ({owner.out("arn") + "/*"} if owner.type == kinds.BUCKET else set())


def policies_are_well_formed(stack: RecordedStack) -> Iterator[str]:
    for kind, room in ROOM.items():
        for policy in stack.of(kind):
            document = json.loads(policy.inputs["policy"])
            if document.get("Version") != "2012-10-17":
                yield f"{policy.name} is of another version than 2012-10-17"
            if len(widened(json.dumps(document, separators=(",", ":")))) > room:
                yield f"{policy.name} has no room in {room} characters"
            for sid, times in Counter(statement.get("Sid", "") for statement in document["Statement"]).items():
                if times > 1 or not re.fullmatch(r"[A-Za-z0-9]+", sid):
                    yield f"{policy.name} has {times} statements named {sid!r}"
            for statement in document["Statement"]:
                yield from _unknown(policy, statement)


def _unknown(policy: Recorded, statement: Mapping[str, Any]) -> Iterator[str]:
    """What a statement has that no rule looks at."""
    whose = set() if policy.type == kinds.ROLE_POLICY else {"Principal"}
    if set(statement) - {"Condition"} != {"Sid", "Effect", "Action", "Resource", *whose}:
        yield f"{policy.name} has a statement of {', '.join(sorted(statement))}"
    for operator, keys in statement.get("Condition", {}).items():
        for key in keys:
            if (operator, key) not in CONDITIONS:
                yield f"{policy.name} has the condition {operator} {key}, which no rule knows"


def policies_are_about_their_own(stack: RecordedStack) -> Iterator[str]:
    """AWS refuses a policy about anything else, and a resource without one has no rule but its account's."""
    for policy, owner in resource_policies(stack):
        spoken_of = {text for statement in read(policy) for text in statement.resources}
        for resource in sorted(spoken_of - (_own(owner) if owner else set())):
            yield f"{policy.name} speaks of {resource}"


def nothing_travels_in_the_clear(stack: RecordedStack) -> Iterator[str]:
    shut: set[str] = set()
    for policy, _ in resource_policies(stack):
        for statement in read(policy):
            if all(
                (
                    statement.effect == "Deny",
                    statement.principal == "*",
                    statement.actions == [WHOLE[policy.type]],
                    statement.conditions == {"Bool": {"aws:SecureTransport": "false"}},
                ),
            ):
                shut.update(statement.resources)
    for _, kind, _ in RESOURCE_POLICIES.values():
        for resource in stack.of(kind):
            if not shut.issuperset(_own(resource)):
                yield f"{resource.name} can be reached without TLS"


def no_service_is_a_confused_deputy(stack: RecordedStack) -> Iterator[str]:
    """Who is let in is one source of ours, through the service that acts for it, for one action."""
    for policy, _ in resource_policies(stack):
        for statement in read(policy):
            if statement.effect != "Deny":
                yield from (f"{policy.name} lets in {whom}" for whom in _others(stack, statement))


def _others(stack: RecordedStack, statement: Statement) -> Iterator[str]:
    """Who comes in by a statement besides one source of ours."""
    service = str(statement.principal["Service"]) if set(statement.principal) == {"Service"} else ""
    if service not in SOURCES:
        yield f"{statement.principal}, which is no service that acts for us"
        return
    sources = {resource.out("arn") for resource in stack.of(SOURCES[service])}
    for source in asked(statement, "ArnEquals", "aws:SourceArn") or ["everything"]:
        if source not in sources:
            yield f"{source} through {service}"
    # A bucket's ARN names no account. The others' do, and that SNS or CloudFront tell it as well is written nowhere.
    operators = {"StringEquals"} if service == "s3.amazonaws.com" else {"StringEquals", "StringEqualsIfExists"}
    if not any(asked(statement, operator, "aws:SourceAccount") == [ACCOUNT] for operator in operators):
        yield f"any account through {service}"
    for action in statement.actions:
        if action not in ACTIONS[service]:
            yield f"{service} for {action}"
