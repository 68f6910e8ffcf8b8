"""A message was received too often: it is kept for a replay, and whoever waits for what it stood for is told.

    kept as a DEAD row ─► ingest            who uploaded gets a reason, or waits for who works on the same picture
                          count, publish    the record is FAILED, and all who wait for it are told
                          notify            the request is UNDELIVERABLE: its outcome can be seen, and asked for again
                          bulk              nothing: what waits for a run is looked at again by the next look
                          deadline          nothing: a mail less, that said that it takes longer

A `READY` record stays as it is. What is alive is left alone: the message comes again when the lease is over.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from runtime.core import events, keys
from runtime.core.dead_letter import Queue
from runtime.core.errors import Retryable
from runtime.core.insist import insist
from runtime.core.reasons import Reason
from runtime.core.types import RecordState, RequestState
from runtime.core.use_cases.telling import Telling

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.core.dead_letter import DeadLetter, Subject
    from runtime.core.ports import (
        Clock,
        DeadLetters,
        Log,
        Notifications,
        Records,
        Requests,
        Results,
        Tokens,
        Waiters,
    )
    from runtime.core.types import Record, Request


@dataclass(frozen=True)
class Failures:
    """The use case, with the ports that it needs and how long a sender of mail keeps others from it, in seconds."""

    dead_letters: DeadLetters
    results: Results
    records: Records
    waiters: Waiters
    requests: Requests
    notifications: Notifications
    clock: Clock
    tokens: Tokens
    log: Log
    mail_lease_seconds: float

    def __call__(self, letter: DeadLetter) -> None:
        """Keep a dead letter, then tell whom it concerns.

        Raises:
            Retryable: Not now; the same letter may be handed in again.
        """
        self.dead_letters.keep(replace(letter, died_at=self.clock.now()))
        self.log.emit(
            events.DeadLetterKept(
                message=letter.message_id,
                queue=letter.queue,
                receives=letter.receives,
                subjects=len(letter.subjects),
            )
        )
        concerns: dict[Queue, Callable[[Subject], None]] = {
            Queue.INGEST: self._upload,
            Queue.COUNT: self._transcript,
            Queue.PUBLISH: self._word_count,
            Queue.NOTIFY: self._mail,
        }
        for subject in letter.subjects:
            if tell := concerns.get(letter.queue):
                tell(subject)
        self.dead_letters.told(letter, self.clock.now())

    def _upload(self, subject: Subject) -> None:
        request_id = keys.request_of_upload(subject.name)
        request = self.requests.get(request_id) if request_id else None
        if request is None or request.etag not in (None, subject.etag):
            return
        record = self.records.get(request.key) if request.key else None
        about = record if record and record.content == request.content else None
        began = about is not None and about.claimant == request.request_id
        if about and began and about.state.ended:
            self._tell_all(about)  # though it may have been answered: the others may not
        elif about and began and about.state is RecordState.CLAIMED:
            self._abandon(about)  # likewise
        elif request.state.settled:
            return
        elif request.reason or about is None:
            self.requests.refuse(request.request_id, Reason.INTERNAL)
            self.notifications.send(request.request_id)
        else:
            self._join(request, about.key)

    def _join(self, request: Request, key: str) -> None:
        """The picture's work goes on without this message: wait for its end, as a join does."""
        self.waiters.add(key, request)
        record = self.records.get(key)
        if record is None:
            raise Retryable("the record went away")
        if record.state.ended:
            self._telling.tell(request.request_id, record)

    def _transcript(self, subject: Subject) -> None:
        parsed = keys.parse_transcript(subject.name)
        if parsed is None:
            return
        key, generation = parsed
        counted = self.results.counted(key)
        record = self.records.get(key)
        if counted and counted.generation == generation and record and not record.state.ended:
            raise Retryable("another delivery has counted it: it is published, or that dies too")
        self._picture(record, generation)

    def _word_count(self, subject: Subject) -> None:
        key = keys.key_of_word_count(subject.name)
        counted = self.results.counted(key) if key else None
        if key is None or counted is None or subject.etag not in ("", counted.etag):
            return  # gone, or overtaken: another message tells of the one that is there
        self._picture(self.records.get(key), counted.generation)

    def _picture(self, record: Record | None, generation: int) -> None:
        if record is None or record.generation != generation:
            return  # overtaken: another attempt answers
        if record.state.ended:
            self._tell_all(record)
        else:
            self._abandon(record)

    def _abandon(self, record: Record) -> None:
        """The record first, then all who wait: who joins from now on sees that it failed."""
        now = self.clock.now()
        if record.state is RecordState.CLAIMED and record.lease_until > now:
            raise Retryable("an attempt is alive, or died and still has its lease")
        if not self.records.abandon(record, Reason.INTERNAL, now):
            raise Retryable("it moved on just now")
        self.log.emit(events.PictureAbandoned(digest=record.key, generation=record.generation))
        self._tell_all(replace(record, state=RecordState.FAILED, reason=Reason.INTERNAL))

    def _tell_all(self, record: Record) -> None:
        """Who claimed it last: while that one is not told, this letter, delivered again, tells the others too."""
        self._telling.tell_all(record, but=record.claimant)
        if record.claimant:
            self._telling.tell(record.claimant, record)

    def _mail(self, subject: Subject) -> None:
        """The outcome is known, and could not be mailed: that is an outcome too, and `resend` takes it up again."""
        request = self.requests.get(subject.name)
        if request is None or request.state.settled:
            return
        record = self.records.get(request.key) if request.key else None
        if not request.reason and record and not record.state.ended:
            return  # nothing to mail yet: whoever ends the work wakes `notify`
        attempt, now = self.tokens.new(), self.clock.now()
        lease_until = now + self.mail_lease_seconds
        if not self.requests.begin_sending(request.request_id, attempt, now=now, lease_until=lease_until):
            raise Retryable("another delivery is sending it, or died and still has its lease")
        why = request.reason or (record.reason if record else None)
        insist(partial(self.requests.settle, request.request_id, attempt, RequestState.UNDELIVERABLE, now, why))
        self.log.emit(events.MailUndeliverable(request_id=request.request_id))

    @property
    def _telling(self) -> Telling:
        return Telling(self.requests, self.waiters, self.notifications)
