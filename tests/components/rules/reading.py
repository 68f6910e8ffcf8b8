"""How the rules read a stack: who belongs to whom."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tests.components.recorder import RecordedStack
from tests.components.rules import kinds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.components.recorder import Recorded

Rule: TypeAlias = Callable[[RecordedStack], Iterator[str]]
"""Answers with sentences, one for each thing that breaks it."""

DAY: Final = 24 * 3600

RESOURCE_POLICIES: Final = {
    kinds.BUCKET_POLICY: ("bucket", kinds.BUCKET, "bucket"),
    kinds.QUEUE_POLICY: ("queueUrl", kinds.QUEUE, "url"),
    kinds.TOPIC_POLICY: ("arn", kinds.TOPIC, "arn"),
}
"""Policies on resources: the input that tells whose it is; the type, and the output, that it means."""


@dataclass(frozen=True)
class Statement:
    """A statement of a policy. What it lacks is empty; see `policies_are_well_formed`."""

    effect: str
    principal: Any
    actions: list[str]
    resources: list[str]
    conditions: Mapping[str, Mapping[str, Any]]


def statements(policy: Recorded) -> list[dict[str, Any]]:
    """The statements of a resource's policy document, as they are written."""
    return _statements(policy.inputs["policy"])


@functools.cache
def _statements(document: str) -> list[dict[str, Any]]:
    return json.loads(document)["Statement"]


def read(policy: Recorded) -> list[Statement]:
    """The statements of a resource's policy document."""
    return [_read(found) for found in statements(policy)]


def _read(statement: Mapping[str, Any]) -> Statement:
    return Statement(
        statement["Effect"],
        statement.get("Principal", {}),
        texts(statement.get("Action", [])),
        texts(statement.get("Resource", [])),
        statement.get("Condition", {}),
    )


def asked(statement: Statement, operator: str, key: str) -> list[str]:
    """The values that a condition of a statement asks for."""
    return texts(statement.conditions.get(operator, {}).get(key, []))


def texts(value: str | list[str]) -> list[str]:
    """Policies write one value bare and several as a list."""
    return [value] if isinstance(value, str) else value


def by(stack: RecordedStack, kind: str, attribute: str) -> dict[str, Recorded]:
    """The resources of a type, by what others call them."""
    return {resource.out(attribute): resource for resource in stack.of(kind)}


def feeds(stack: RecordedStack) -> Iterator[tuple[Recorded, Recorded, Recorded]]:
    """Each event source mapping, with its function and its queue."""
    functions, queues = by(stack, kinds.FUNCTION, "arn"), by(stack, kinds.QUEUE, "arn")
    for mapping in stack.of(kinds.EVENT_SOURCE_MAPPING):
        function, queue = mapping.inputs["functionName"], mapping.inputs["eventSourceArn"]
        # One that joins others is minded by `queues_are_taken_by_one_function_each`.
        if function in functions and queue in queues:
            yield mapping, functions[function], queues[queue]


def redrive(queue: Recorded) -> dict[str, Any]:
    """Where a queue's messages die, and after how many tries."""
    return json.loads(queue.inputs.get("redrivePolicy", "{}"))


def dead_letter_queues(stack: RecordedStack) -> set[str]:
    """The ARNs of the queues that messages die into."""
    return {redrive(queue)["deadLetterTargetArn"] for queue in stack.of(kinds.QUEUE) if redrive(queue)}


def grants_of(stack: RecordedStack, function: Recorded) -> list[dict[str, Any]]:
    """What a function may do, as it is written."""
    return [statement for policy in rights_of(stack, function) for statement in statements(policy)]


def granted_to(stack: RecordedStack, function: Recorded) -> list[Statement]:
    """What a function may do."""
    return [_read(statement) for statement in grants_of(stack, function)]


def rights_of(stack: RecordedStack, function: Recorded) -> list[Recorded]:
    """The policies of a function's role."""
    names = {role.out("name") for role in stack.of(kinds.ROLE) if role.out("arn") == function.inputs["role"]}
    return [policy for policy in stack.of(kinds.ROLE_POLICY) if policy.inputs["role"] in names]


def variables_of(function: Recorded) -> dict[str, str]:
    """What a function is told."""
    return function.inputs.get("environment", {}).get("variables", {})


def told_by(alarm: Recorded) -> list[str]:
    """Whom an alarm tells when it rings, when it stops, and when it cannot know."""
    moments = ("alarmActions", "okActions", "insufficientDataActions")
    return [topic for moment in moments for topic in alarm.inputs.get(moment, ())]


def resource_policies(stack: RecordedStack) -> Iterator[tuple[Recorded, Recorded | None]]:
    """Each policy on a resource, and the resource; none, when it is not ours."""
    for kind, (tells, owner, attribute) in RESOURCE_POLICIES.items():
        owners = by(stack, owner, attribute)
        for policy in stack.of(kind):
            yield policy, owners.get(policy.inputs[tells])


def callers(stack: RecordedStack, principal: str) -> dict[tuple[str, str], str]:
    """The functions that a service may call, by name, and the ARN that it may call for; the permission's URN."""
    return {
        (permission.inputs["function"], permission.inputs.get("sourceArn", "")): permission.urn
        for permission in stack.of(kinds.PERMISSION)
        if permission.inputs["principal"] == principal and permission.inputs["action"] == "lambda:InvokeFunction"
    }


def lifecycle(stack: RecordedStack, bucket: Recorded) -> list[dict[str, Any]]:
    """The rules of a bucket's lifecycle that are in force."""
    return [
        rule
        for found in stack.of(kinds.BUCKET_LIFECYCLE)
        if found.inputs["bucket"] == bucket.out("bucket")
        for rule in found.inputs["rules"]
        if rule["status"] == "Enabled"
    ]


def expiries(rules: list[dict[str, Any]]) -> dict[str, int]:
    """After how many days what begins so is deleted."""
    return {rule["filter"]["prefix"]: rule["expiration"]["days"] for rule in rules if "expiration" in rule}


def folders(stack: RecordedStack, bucket: Recorded) -> set[str]:
    """The folders of a bucket that any function may write."""
    prefix = bucket.out("arn") + "/"
    return {
        resource.removeprefix(prefix).removesuffix("*")
        for policy in stack.of(kinds.ROLE_POLICY)
        for statement in read(policy)
        if "s3:PutObject" in statement.actions
        for resource in statement.resources
        if resource.startswith(prefix)
    }
