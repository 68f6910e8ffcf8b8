"""An upload's bytes are kept, and read by OCR unless they were seen before or are being read for somebody else.

    read the upload once ─► bind ─► keep ─► delete the upload ─► the record?
                                              READY                 wake notify          (no OCR)
                                              claimed by another    join as a waiter     (no OCR)
                                              free                  claim ─► OCR ─► text, transcript ─► delete the image

Every step may be repeated: a crash anywhere leaves the message, and the next delivery goes on from what is durable. A
message is done with only when somebody else is bound to answer its request: `notify`, `count`, or who holds the claim.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from runtime.core import events, keys, pictures, textract, word_count, words
from runtime.core.errors import Absent, Changed, Rejected, Retryable
from runtime.core.insist import insist
from runtime.core.reasons import MAX_BYTES, Reason
from runtime.core.transcript import transcribe
from runtime.core.types import MAX_ATTEMPTS, Content, Record, RecordState, Stage
from runtime.core.use_cases.telling import Telling

if TYPE_CHECKING:
    from runtime.core.ports import (
        Clock,
        Images,
        Log,
        Notifications,
        Reader,
        Records,
        Requests,
        Results,
        Tokens,
        Uploads,
        Waiters,
    )
    from runtime.core.types import Claim, Request

EXPIRY_MARGIN: Final = 3600.0
"""Seconds before a record's end in which its image is left to the lifecycle: a new claim may be about to need it."""

_OWN_ATTEMPT: Final = "an attempt of ours is alive, or died and still has its lease"


@dataclass(frozen=True)
class Upload:
    """S3's word that an object was written: where, which bytes, how many, when (seconds since the epoch)."""

    object_key: str
    etag: str
    size: int
    time: float


@dataclass(frozen=True)
class Ingest:
    """The use case, with the ports that it needs.

    Attributes:
        lease_seconds: How long a claim holds: longer than the function runs, shorter than its message stays hidden.
        keep_seconds: How long a record is kept.
    """

    uploads: Uploads
    images: Images
    reader: Reader
    results: Results
    records: Records
    waiters: Waiters
    requests: Requests
    notifications: Notifications
    clock: Clock
    tokens: Tokens
    log: Log
    lease_seconds: float
    keep_seconds: float

    def __call__(self, upload: Upload) -> None:
        """See an upload through to a durable transcript, a hit, a join or a refusal.

        Raises:
            Retryable: Not now; the same upload may be handed in again.
        """
        request = self._request_for(upload)
        if request is None:
            return
        try:
            kept = self._kept(request, upload)
        except Rejected as error:
            self._refuse(request, error.reason)
            self.uploads.delete(upload.object_key, upload.etag)
            return
        if kept is None:
            return
        request, content, key = kept
        self.uploads.delete(upload.object_key, upload.etag)
        self._answer(request, content, key)

    def _request_for(self, upload: Upload) -> Request | None:
        request_id = keys.request_of_upload(upload.object_key)
        request = self.requests.get(request_id) if request_id else None
        if request is None:
            cause = "no_request"
        elif request.etag not in (None, upload.etag):
            cause = "form_used_again"
        elif request.state.settled:
            cause = "settled"
            self._tidy(request)
        elif request.reason:
            cause = "refused"
            self.notifications.send(request.request_id)  # again: nothing proves that the first one was sent
            self._tidy(request)
        else:
            return request
        self.uploads.delete(upload.object_key, upload.etag)
        self.log.emit(events.UploadUnread(request_id=request_id, cause=cause))
        return None

    def _kept(self, request: Request, upload: Upload) -> tuple[Request, Content, str] | None:
        """Request, content and key, once the bytes are kept; None when the event is overtaken or repeated."""
        if request.key and request.content:
            return request, request.content, request.key
        if upload.size > MAX_BYTES:
            if self._bind(request, upload, None):
                raise Rejected(Reason.TOO_LARGE)
            return self._kept_meanwhile(request, upload, Changed("bound"))
        try:
            data = self.uploads.read(upload.object_key, upload.etag)
        except Absent as error:
            return self._kept_meanwhile(request, upload, error)
        content = Content.of(data)
        if not self._bind(request, upload, content):
            return self._kept_meanwhile(request, upload, Changed("bound"))
        pictures.check(data)
        key = self._keep(data, content)
        if not self.requests.kept(request.request_id, key, self.clock.now()):
            self._forget_image_of(content, key)
            return self._kept_meanwhile(request, upload, Changed("kept under another key"))
        self.log.emit(events.UploadKept(request_id=request.request_id, digest=key, size=content.size))
        return replace(request, etag=upload.etag, content=content, key=key), content, key

    def _bind(self, request: Request, upload: Upload, content: Content | None) -> bool:
        now = self.clock.now()
        return self.requests.bind(request.request_id, upload.etag, content, uploaded=upload.time, now=now)

    def _kept_meanwhile(self, seen: Request, upload: Upload, error: Absent) -> tuple[Request, Content, str] | None:
        """What these bytes came to when they are not ours to keep: gone, or bound by somebody quicker."""
        request = self.requests.get(seen.request_id)
        ended = request is None or request.state.settled or request.reason is not None
        if request and not ended and request.etag == upload.etag and request.key and request.content:
            return request, request.content, request.key
        self.log.emit(events.UploadGone(request_id=seen.request_id, cause=str(error)))
        if request is None or ended or request.etag not in (None, upload.etag):
            if request and request.etag == upload.etag:
                self._tidy(request)  # the image too, if it was ours to keep it again
            self.uploads.delete(upload.object_key, upload.etag)
        elif request.etag:
            self._wait_for_keeper(request)
            self.uploads.delete(upload.object_key, upload.etag)  # S3 says the same of what is there and not ours to see
        elif not isinstance(error, Changed):
            raise Retryable("nobody but us deletes an upload, and none of us has bound it: is a permission missing?")
        return None

    def _wait_for_keeper(self, request: Request) -> None:
        """Bytes with this ETag were bound and are not kept: another delivery is about to, or died and they are lost."""
        if self.clock.now() < request.bound_at + self.lease_seconds:
            raise Retryable("another delivery may still be about to keep them")
        self._refuse(request, Reason.INTERNAL)

    def _keep(self, data: bytes, content: Content) -> str:
        """Keep the bytes under their MD5, or, if that is taken by other bytes, under the twin's key."""
        if not self._taken(content) and self.images.keep(content.md5, data, content):
            if not self._taken(content):
                return content.md5
            self.images.delete(content.md5)  # ours; who took the key meanwhile needs none there any more
        if not self.images.keep(content.twin_key, data, content):
            raise Rejected(Reason.INTERNAL)
        return content.twin_key

    def _taken(self, content: Content) -> bool:
        record = self.records.get(content.md5)
        return record is not None and record.content != content and record.fresh(self.clock.now())

    def _answer(self, request: Request, content: Content, key: str) -> None:
        now = self.clock.now()
        record = self.records.get(key)
        if record and record.content != content and record.fresh(now):
            self._refuse(
                request, Reason.INTERNAL
            )  # other bytes took the key since: uploaded again, these get the twin's
        elif record and record.refused(now):
            self._tell_all(record, request)
        elif not (record and record.ready(now) and self._hit(request, record)):
            self.waiters.add(key, request)
            if not self._claim_and_read(request, content, key, record):
                self._join(request, key)

    def _hit(self, request: Request, record: Record) -> bool:
        """Answer from the cache; False when the record points at nothing (any more)."""
        current = record.version == words.VERSION
        if current and not self.results.complete(record.key):
            return False
        if not current and not self._count_again(request, record):
            return False
        if record.claimant != request.request_id and not request.joined:  # else its event was delivered twice
            self.requests.hit(request.request_id)
            self.log.emit(events.CacheHit(request_id=request.request_id, digest=record.key))
        if current:
            self._telling.tell(request.request_id, record)
        self._forget_image_of(record.content, record.key)
        return True

    def _count_again(self, request: Request, record: Record) -> bool:
        """Bring an older counter's result up to date; its new count wakes `publish`, as the first one did."""
        try:
            old = self.results.read_count(record.key)
            text = self.results.read_text(record.key)
        except Absent:
            return False
        self.waiters.add(record.key, request)
        self.results.write_text(record.key, text)  # the record will live anew, and so must its text
        return self.results.write_count(word_count.recount(old.count, text), record.generation)

    def _claim_and_read(self, request: Request, content: Content, key: str, seen: Record | None) -> bool:
        """Work on the picture to its transcript or its end; False when it is not ours to work on."""
        claimed = self._claim(request, content, key, seen)
        if claimed and claimed.attempts > MAX_ATTEMPTS:
            self._give_up(request, claimed.claim, Reason.INTERNAL)
        elif claimed:
            self._read(request, claimed)
        return claimed is not None

    def _claim(self, request: Request, content: Content, key: str, seen: Record | None) -> Record | None:
        now = self.clock.now()
        if seen and not (seen.claimable(now) or seen.ready(now)):  # a READY record comes here when its result is gone
            return None
        going_on = seen is not None and seen.fresh(now) and seen.state is not RecordState.READY
        generation = seen.generation + 1 if seen else int(now)
        claimed = Record(
            key=key,
            content=content,
            state=RecordState.CLAIMED,
            generation=generation,
            first_generation=(seen.first_generation or seen.generation) if seen and going_on else generation,
            expires_at=now + self.keep_seconds,
            attempt=self.tokens.new(),
            claimant=request.request_id,
            lease_until=now + self.lease_seconds,
            attempts=seen.attempts + 1 if seen and going_on else 1,
            times={Stage.CLAIMED: now},
        )
        if not self.records.claim(claimed, seen):
            return None
        self.log.emit(
            events.ClaimTaken(
                request_id=request.request_id,
                digest=key,
                generation=claimed.generation,
                attempts=claimed.attempts,
            )
        )
        return claimed

    def _join(self, request: Request, key: str) -> None:
        """Wait for another's work; if it ended before we waited, nobody will wake us but ourselves."""
        record = self.records.get(key)
        if record is None or record.content != request.content:
            raise Retryable("the record went away")
        if record.claimant != request.request_id:
            self.requests.joined(request.request_id)
            self.log.emit(events.ClaimJoined(request_id=request.request_id, digest=key))
        elif record.state is RecordState.CLAIMED:  # by an earlier delivery of this very message, which nobody else has
            raise Retryable(_OWN_ATTEMPT)
        if record.state.ended:
            self._telling.tell(request.request_id, record)
        self._forget_image(record)

    def _read(self, request: Request, claimed: Record) -> None:
        claim, started = claimed.claim, self.clock.now()
        try:
            for overtaken in range(claimed.first_generation, claim.generation):  # what nobody will count any more
                self.results.delete_transcript(claim.key, overtaken)
            reading = textract.parse(self.reader.read(claim.key))
            transcript = transcribe(reading)
            insist(lambda: self.results.write_text(claim.key, reading.text()))
            insist(lambda: self.results.write_transcript(claim, transcript))
        except Rejected as error:
            self._give_up(request, claim, error.reason)
            return
        except Absent:
            self._give_up(request, claim, Reason.INTERNAL)
            return
        except Retryable as error:
            self._give_back(claim, error)
            raise
        now = self.clock.now()
        if not self.records.transcribed(claim, now):
            self.results.delete_transcript(claim.key, claim.generation)
            self.log.emit(events.Overtaken(digest=claim.key, generation=claim.generation, stage="read"))
            return
        self.images.delete(claim.key)
        self.log.emit(
            events.PictureRead(
                digest=claim.key,
                generation=claim.generation,
                lines=len(reading.lines),
                words=len(transcript.rows),
                seconds=round(now - started, 3),
            )
        )

    def _give_back(self, claim: Claim, error: Retryable) -> None:
        """This attempt cannot go on for now; the next delivery begins another."""
        self.records.give_back(claim)
        self.log.emit(events.ClaimReturned(digest=claim.key, generation=claim.generation, cause=type(error).__name__))

    def _give_up(self, request: Request, claim: Claim, reason: Reason) -> None:
        """Record that there will be no result, then tell everybody who waits."""
        try:
            ended = insist(lambda: self.records.failed(claim, reason, self.clock.now()))
        except Retryable as error:
            self._give_back(claim, error)
            raise
        if not ended:
            self.log.emit(events.Overtaken(digest=claim.key, generation=claim.generation, stage="refused"))
            return
        self.log.emit(events.PictureRefused(request_id=request.request_id, digest=claim.key, reason=reason))
        record = self.records.get(claim.key)
        if record and record.state is RecordState.FAILED:
            self._tell_all(record, request)

    def _tell_all(self, record: Record, own: Request) -> None:
        """Let all who wait know how the work ended; one's own request last, so that a crash leaves nobody out."""
        self._telling.tell_all(record, but=own.request_id)
        self._forget_image(record)
        if not own.state.settled:
            self._telling.tell(own.request_id, record)

    def _refuse(self, request: Request, reason: Reason) -> None:
        """This upload alone has no result: nothing of it is worth remembering for others."""
        self.requests.refuse(request.request_id, reason)
        self.notifications.send(request.request_id)
        self.log.emit(events.PictureRefused(request_id=request.request_id, digest=None, reason=reason))

    def _tidy(self, request: Request) -> None:
        """Its outcome is known, but an earlier delivery may have died and left others, or the image, behind."""
        if not (request.key and request.content):
            return
        self.waiters.remove(request.key, request.request_id)
        record = self.records.get(request.key)
        if record is None or record.content != request.content:
            return
        if record.state.ended and record.claimant == request.request_id:
            self._telling.tell_all(record, but=request.request_id)
        elif record.state is RecordState.CLAIMED and record.claimant == request.request_id:
            self._work_for_others(request, request.content, record)
        self._forget_image(record)

    def _work_for_others(self, request: Request, content: Content, record: Record) -> None:
        """Go on with a claim whose own request is answered: nobody but us has its message, and others may have joined.

        Who joins is written down before the lease ends: whoever comes later claims for himself. If nobody has, the work
        is given up, so that who asks for this mail once more does not wait for it.
        """
        if record.lease_until > self.clock.now():
            raise Retryable(_OWN_ATTEMPT)
        if not self.waiters.of(record.key):
            if claimed := self._claim(request, content, record.key, record):
                self._give_up(request, claimed.claim, Reason.INTERNAL)
        elif not self._claim_and_read(request, content, record.key, record):
            raise Retryable(_OWN_ATTEMPT)

    def _forget_image_of(self, content: Content, key: str) -> None:
        record = self.records.get(key)  # as it is now: it may have been claimed anew
        if record and record.content == content:
            self._forget_image(record)

    def _forget_image(self, record: Record) -> None:
        """Delete the kept bytes if nothing can need them any more; what is left is the lifecycle's."""
        if record.read(self.clock.now() + EXPIRY_MARGIN):
            self.images.delete(record.key)

    @property
    def _telling(self) -> Telling:
        return Telling(self.requests, self.waiters, self.notifications)
