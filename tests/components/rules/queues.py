"""Queues: who takes their messages, how long one is hidden, and where it dies."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Final

from tests.components.rules import kinds
from tests.components.rules.reading import (
    by,
    dead_letter_queues,
    feeds,
    granted_to,
    redrive,
    rights_of,
    variables_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.components.recorder import RecordedStack

LEAST_TRIES: Final = 5
"""Fewer, and Lambda's own throttling sends messages to their death.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
"""

LEAST_TRIES_OF_THE_THROTTLED: Final = 200
"""A message that is given back because a service throttles counts as received too."""

THROTTLES: Final = ("textract:", "ses:Send")
"""What these actions begin with is held to a few calls a second."""


def queues_are_taken_by_one_function_each(stack: RecordedStack) -> Iterator[str]:
    takers = Counter(mapping.inputs["eventSourceArn"] for mapping in stack.of(kinds.EVENT_SOURCE_MAPPING))
    queues, functions = by(stack, kinds.QUEUE, "arn"), by(stack, kinds.FUNCTION, "arn")
    for arn, queue in queues.items():
        if takers[arn] != 1:
            yield f"{queue.name} is taken by {takers[arn]} functions"
    for mapping in stack.of(kinds.EVENT_SOURCE_MAPPING):
        if mapping.inputs["eventSourceArn"] not in queues:
            yield f"{mapping.name} takes from a queue that is not ours"
        if mapping.inputs["functionName"] not in functions:
            yield f"{mapping.name} feeds a function that is not ours"
        if not mapping.inputs.get("enabled", True):
            yield f"{mapping.name} is switched off"


def functions_can_take_their_messages(stack: RecordedStack) -> Iterator[str]:
    needed = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"}
    for _, function, queue in feeds(stack):
        granted = {
            action
            for statement in granted_to(stack, function)
            if queue.out("arn") in statement.resources
            for action in statement.actions
        }
        if missing := needed - granted:
            yield f"{function.name} may not {', '.join(sorted(missing))} on {queue.name}"
        # A mapping is refused while its function's role cannot read the queue yet.
        if not {policy.urn for policy in rights_of(stack, function)} & function.after:
            yield f"{function.name} may start before it has its rights"


def visibility_covers_six_timeouts(stack: RecordedStack) -> Iterator[str]:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"""
    for mapping, function, queue in feeds(stack):
        window = mapping.inputs.get("maximumBatchingWindowInSeconds", 0)
        if queue.inputs["visibilityTimeoutSeconds"] < 6 * function.inputs["timeout"] + window:
            yield f"{queue.name} shows a message again before {function.name} had six timeouts for it"


def lease_lies_between_timeout_and_visibility(stack: RecordedStack) -> Iterator[str]:
    for _, function, queue in feeds(stack):
        lease = variables_of(function).get("LEASE_SECONDS")
        timeout, visibility = function.inputs["timeout"], queue.inputs["visibilityTimeoutSeconds"]
        if lease is not None and not timeout < int(lease) < visibility:
            yield f"{function.name} holds a lease of {lease} s, not between {timeout} and {visibility}"


def batches_are_ones_that_sqs_gives(stack: RecordedStack) -> Iterator[str]:
    for mapping in stack.of(kinds.EVENT_SOURCE_MAPPING):
        if mapping.inputs["batchSize"] > 10 and not mapping.inputs.get("maximumBatchingWindowInSeconds"):
            yield f"{mapping.name} asks for more than 10 messages without a window to gather them in"
        if mapping.inputs.get("functionResponseTypes") != ["ReportBatchItemFailures"]:
            yield f"{mapping.name} tries a whole batch again for one message"
        if "maximumConcurrency" not in mapping.inputs.get("scalingConfig", {}):
            yield f"{mapping.name} has no maximum concurrency"


def dead_letters_are_kept(stack: RecordedStack) -> Iterator[str]:
    queues = by(stack, kinds.QUEUE, "arn")
    ends = dead_letter_queues(stack)
    if len(ends) != 1:
        yield f"{len(ends)} queues for dead letters, and an idle one costs as much as a busy one"
    for arn, queue in queues.items():
        if arn in ends:
            continue
        target = queues.get(redrive(queue).get("deadLetterTargetArn", ""))
        tries = redrive(queue).get("maxReceiveCount")
        if target is None or not isinstance(tries, int):
            yield f"{queue.name} has nowhere to put what fails, or does not say after how many tries"
            continue
        if not LEAST_TRIES <= tries <= 1000:
            yield f"{queue.name} gives up after {tries} tries, not 5 to 1000"
        if target.inputs["messageRetentionSeconds"] <= queue.inputs["messageRetentionSeconds"]:
            yield f"{target.name} keeps messages no longer than {queue.name}"
        if tries * queue.inputs["visibilityTimeoutSeconds"] >= queue.inputs["messageRetentionSeconds"]:
            yield f"{queue.name} forgets a message before it was tried {tries} times"


def who_died_where_is_told(stack: RecordedStack) -> Iterator[str]:
    """A dead letter tells its first queue by an ARN only, and whoever takes it must know them all."""
    dying = {queue.out("arn") for queue in stack.of(kinds.QUEUE) if redrive(queue)}
    for _, function, queue in feeds(stack):
        told = json.loads(variables_of(function).get("DEAD_LETTER_SOURCES", "{}"))
        due = dying if queue.out("arn") in dead_letter_queues(stack) else set()
        if set(told) != due:
            yield f"{function.name} is told of {sorted(told)}, and takes what died in {sorted(due)}"
        if len(set(told.values())) != len(told):
            yield f"{function.name} is told of two queues by one name"


def throttling_kills_no_message(stack: RecordedStack) -> Iterator[str]:
    for _, function, queue in feeds(stack):
        actions = [action for statement in granted_to(stack, function) for action in statement.actions]
        throttled = sorted(action for action in actions if action.startswith(THROTTLES))
        tries = redrive(queue).get("maxReceiveCount", LEAST_TRIES_OF_THE_THROTTLED)
        if throttled and tries < LEAST_TRIES_OF_THE_THROTTLED:
            yield f"{queue.name} gives up after {tries} tries, and {function.name} calls {', '.join(throttled)}"
