"""What the service logs: one class an event, and no other fields than these.

No address, file name, access token or text can be logged, because no event has a place for it. Times and counts are
plain numbers.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened, worth a line."""

    level: ClassVar[str] = "info"

    @classmethod
    def event_name(cls) -> str:
        """The event's name in the log: `UploadKept` is `upload_kept`."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()

    def fields(self) -> dict[str, Any]:
        """What is logged with it; absent values are left out."""
        return {key: value for key, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class RequestOpened(Event):
    """`api` opened a request and answered a form."""

    request_id: str
    size: int


@dataclass(frozen=True, kw_only=True)
class RequestDeleted(Event):
    """Who holds a request's token had its row deleted."""

    request_id: str


@dataclass(frozen=True, kw_only=True)
class LimitMet(Event):
    """`api` took no more of this today: `of` is an address, or all of them."""

    level: ClassVar[str] = "warning"
    what: str
    of: str


@dataclass(frozen=True, kw_only=True)
class ProofOpened(Event):
    """`api` took somebody's wish to prove an address."""

    proof: str


@dataclass(frozen=True, kw_only=True)
class ProofMailed(Event):
    """`notify` sent a proof's mail: a link of ours, or SES's own mail, which has no id."""

    proof: str
    kind: str
    message_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class ProofUnsent(Event):
    """`notify` sent nothing for a proof; nobody is told why."""

    proof: str
    cause: str


@dataclass(frozen=True, kw_only=True)
class AddressProven(Event):
    """An address was proven: by SES's own mail or by a link of ours."""

    proof: str
    by: str


@dataclass(frozen=True, kw_only=True)
class AddressStopped(Event):
    """An address's owner said "not me", by the link in a proof's mail or a request's."""

    by: str


@dataclass(frozen=True, kw_only=True)
class IdentityForgotten(Event):
    """`sweep` had SES forget an address that it was asked to verify long ago, in vain."""


@dataclass(frozen=True, kw_only=True)
class RequestFailed(Event):
    """`api` met an error that it did not expect, and answered 500."""

    level: ClassVar[str] = "error"
    route: str
    error: str
    where: str


@dataclass(frozen=True, kw_only=True)
class UploadUnread(Event):
    """`ingest` deleted an upload unread: it has no request, or that is bound to other bytes, settled or refused."""

    request_id: str | None
    cause: str


@dataclass(frozen=True, kw_only=True)
class UploadGone(Event):
    """`ingest` found an upload gone or overwritten: the event is a repeated or an overtaken one.

    The cause is S3's code: an `AccessDenied` on an upload that should be there means that a permission is missing.
    """

    request_id: str
    cause: str


@dataclass(frozen=True, kw_only=True)
class UploadKept(Event):
    """`ingest` kept an upload's bytes under their key and deleted the upload."""

    request_id: str
    digest: str
    size: int


@dataclass(frozen=True, kw_only=True)
class CacheHit(Event):
    """The picture was seen before: answered without OCR."""

    request_id: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class ClaimTaken(Event):
    """An attempt on a picture began."""

    request_id: str
    digest: str
    generation: int
    attempts: int


@dataclass(frozen=True, kw_only=True)
class ClaimJoined(Event):
    """The picture is being worked on for somebody else: its result is waited for."""

    request_id: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class ClaimReturned(Event):
    """An attempt could not go on for now and gave the picture back."""

    level: ClassVar[str] = "warning"
    digest: str
    generation: int
    cause: str


@dataclass(frozen=True, kw_only=True)
class PictureRead(Event):
    """OCR read a picture and its transcript is durable."""

    digest: str
    generation: int
    lines: int
    words: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class PictureRefused(Event):
    """There will be no result for this picture."""

    request_id: str
    digest: str | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class WordsCounted(Event):
    """A transcript was counted."""

    digest: str
    generation: int
    total_words: int
    unique_words: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class LeftToGlue(Event):
    """A transcript is to be counted in bulk: it waits for the next run."""

    digest: str
    generation: int


@dataclass(frozen=True, kw_only=True)
class RunStarted(Event):
    """A run on Glue was started for all that waited: `run` is our name of it, `job_run` Glue's."""

    run: str
    job_run: str
    documents: int


@dataclass(frozen=True, kw_only=True)
class RunSettled(Event):
    """A run on Glue has ended and what it came to is acted on: `repeated` are those that wait for the next one."""

    run: str
    job_run: str
    state: str
    counted: int
    failed: int
    repeated: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class BulkFailed(Event):
    """A transcript could not be counted in bulk: the run said why, or how the second run in vain has ended."""

    level: ClassVar[str] = "error"
    digest: str
    generation: int
    cause: str


@dataclass(frozen=True, kw_only=True)
class ResultPublished(Event):
    """The record is `READY` and its waiters are woken."""

    digest: str
    generation: int
    waiters: int


@dataclass(frozen=True, kw_only=True)
class PictureAbandoned(Event):
    """Nobody works on a picture any more, so its record failed; the image is kept for a while."""

    level: ClassVar[str] = "error"
    digest: str
    generation: int


@dataclass(frozen=True, kw_only=True)
class Overtaken(Event):
    """A write of an old attempt came after a newer one, and changed nothing."""

    level: ClassVar[str] = "warning"
    digest: str
    generation: int
    stage: str


@dataclass(frozen=True, kw_only=True)
class MailSent(Event):
    """SES took a mail."""

    request_id: str
    kind: str
    message_id: str
    seconds_since_upload: float | None


@dataclass(frozen=True, kw_only=True)
class MailUndeliverable(Event):
    """The address is not verified, so nothing was sent; the result is kept."""

    level: ClassVar[str] = "warning"
    request_id: str


@dataclass(frozen=True, kw_only=True)
class MailBounced(Event):
    """A mail that SES had taken came back; an outcome's leaves its request undeliverable, and the result is kept."""

    level: ClassVar[str] = "warning"
    request_id: str | None
    proof: str | None
    kind: str | None
    message_id: str
    cause: str


@dataclass(frozen=True, kw_only=True)
class MessagePostponed(Event):
    """A service was busy or down; the message will be delivered again, so many seconds later."""

    level: ClassVar[str] = "warning"
    queue: str
    receives: int
    seconds: int
    cause: str


@dataclass(frozen=True, kw_only=True)
class MessageFailed(Event):
    """A message could not be handled; it will be delivered again, and at last be a dead letter."""

    level: ClassVar[str] = "error"
    queue: str
    receives: int
    error: str
    where: str


@dataclass(frozen=True, kw_only=True)
class MessageIgnored(Event):
    """A message that is none of ours, such as S3's test event, was acknowledged."""

    queue: str
    cause: str


@dataclass(frozen=True, kw_only=True)
class DeadLetterKept(Event):
    """A message was received too often; it is kept for a replay, and whoever waited for it is told next.

    No subjects: what it was about could not be made out, so nobody could be told.
    """

    level: ClassVar[str] = "error"
    message: str
    queue: str
    receives: int
    subjects: int


@dataclass(frozen=True, kw_only=True)
class DeadLetterReplayed(Event):
    """A dead letter was put into its queue again."""

    message: str
    queue: str


@dataclass(frozen=True, kw_only=True)
class ResendAsked(Event):
    """A mail that could not be delivered was asked for again."""

    request_id: str


@dataclass(frozen=True, kw_only=True)
class DrivenOn(Event):
    """`sweep` found a picture or a request stuck, and woke this stage for it, or failed it."""

    level: ClassVar[str] = "warning"
    name: str
    to: str


@dataclass(frozen=True, kw_only=True)
class SweepFailed(Event):
    """`sweep` could not look at a picture, a request, or all of a kind; it went on with the others."""

    level: ClassVar[str] = "error"
    name: str
    error: str
    where: str


@dataclass(frozen=True, kw_only=True)
class ImagesMeasured(Event):
    """The age of the oldest image that is kept; 0 when there is none."""

    oldest_image_seconds: float


@dataclass(frozen=True, kw_only=True)
class LeftToSweep(Event):
    """`notify` could not be woken for a request that was refused at the door; `sweep` will."""

    level: ClassVar[str] = "warning"
    request_id: str


@dataclass(frozen=True, kw_only=True)
class Swept(Event):
    """`sweep` is through: how much it drove on."""

    driven: int
