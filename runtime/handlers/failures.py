"""`failures`: a message was received too often, whichever queue it was in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from runtime.core.dead_letter import DeadLetter, Queue, Subject
from runtime.handlers.s3_events import written
from runtime.handlers.ses_events import EVENT_TYPE, nameless

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MILLISECONDS: Final = 1000
_OURS: Final = {"request_id", "proof_id"}
_NOTHING: Final = "{}"
"""SQS takes no empty message, should it be replayed."""


def read(sources: Mapping[str, str]) -> Callable[[Mapping[str, Any]], DeadLetter]:
    """How a message of the dead-letter queue is read.

    Args:
        sources: The queues that it may come from: ARN to the name of what takes their messages (`Queue`).
    """

    def dead_letter(message: Mapping[str, Any]) -> DeadLetter:
        told = message["attributes"]
        arn = told.get("DeadLetterQueueSourceArn", "")
        queue = Queue(sources.get(arn, Queue.UNKNOWN))
        return DeadLetter(
            message_id=message["messageId"],
            queue=queue,
            queue_arn=arn,
            body=_kept_of(queue, message["body"]),
            receives=int(told["ApproximateReceiveCount"]),
            sent_at=int(told["SentTimestamp"]) / _MILLISECONDS,
            subjects=_subjects(queue, message["body"]),
        )

    return dead_letter


def _kept_of(queue: Queue, body: str) -> str:
    """The body, which is replayed, and kept for weeks whatever its recipient asks us to delete.

    Of what SES sends nothing is kept that could name somebody: if it cannot be read, nothing at all.
    """
    if queue is not Queue.NOTIFY:
        return body
    try:
        told = json.loads(body)
        if EVENT_TYPE not in told:
            return body if told.keys() <= _OURS else _NOTHING
        return json.dumps(nameless(told))
    except Exception:  # noqa: BLE001  as below
        return _NOTHING


def _subjects(queue: Queue, body: str) -> tuple[Subject, ...]:
    """What the message tells of; nothing if it is none that its queue should hold, which may be why it died."""
    if queue is Queue.BULK:
        return ()  # whatever waits is found by the next look, and `sweep` has one every quarter of an hour
    try:
        told = json.loads(body)
        if queue is Queue.NOTIFY:
            return (Subject(str(told["request_id"])),)
        return tuple(Subject(each.object_key, each.etag) for each in written(told))
    except Exception:  # noqa: BLE001  whatever is wrong with it may be why it died
        return ()
