"""A message that was received too often: what is kept of it, so that nothing is lost and it can be replayed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from runtime.core.reasons import Reason


class Queue(StrEnum):
    """The queues that a message can die in, by what takes their messages."""

    INGEST = "ingest"
    COUNT = "count"
    BULK = "bulk"
    PUBLISH = "publish"
    NOTIFY = "notify"
    DEADLINE = "deadline"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Subject:
    """What a message tells of: an object (its key and, for an upload, its ETag), or a request by its id."""

    name: str
    etag: str = ""


@dataclass(frozen=True)
class DeadLetter:
    """A dead letter.

    Attributes:
        message_id: SQS's name for it.
        queue: Whose message it was.
        queue_arn: The queue's ARN; empty if SQS did not tell.
        body: As it was sent; of SES's events, without the addresses and the subject that are in them.
        receives: How often it was received in vain.
        sent_at: When it was sent, seconds since the epoch.
        died_at: When it was first kept here, seconds since the epoch.
        told_at: When all whom it concerns had been told; 0 while that is being done.
        subjects: What it tells of; nothing if that cannot be made out.
        reason: What those are told who waited for it. What killed it is in the log alone (`message_failed`).
    """

    message_id: str
    queue: Queue
    queue_arn: str
    body: str
    receives: int
    sent_at: float
    died_at: float = 0.0
    told_at: float = 0.0
    subjects: tuple[Subject, ...] = ()
    reason: Reason = Reason.INTERNAL
