"""One mail per request: its result, or why there is none and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.core import events
from runtime.core.addresses import name_of
from runtime.core.bounce import MailKind, MessageTags
from runtime.core.errors import Absent, AddressUnverified, Retryable
from runtime.core.insist import insist
from runtime.core.mail import compose
from runtime.core.reasons import Reason
from runtime.core.types import RequestState, Stage

if TYPE_CHECKING:
    from runtime.core.ports import Addresses, Clock, Log, Mailer, Records, Requests, Results, Tokens, Waiters
    from runtime.core.types import Record, Request
    from runtime.core.word_count import WordCount


@dataclass(frozen=True)
class Result:
    """What was read and counted, and until when it is kept (seconds since the epoch)."""

    count: WordCount
    text: str
    kept_until: float


@dataclass(frozen=True)
class Notify:
    """The use case, with the ports that it needs, whose mails they are, where links lead, and its lease in seconds."""

    requests: Requests
    records: Records
    waiters: Waiters
    results: Results
    mailer: Mailer
    clock: Clock
    tokens: Tokens
    log: Log
    addresses: Addresses
    sender: str
    site: str
    lease_seconds: float

    def __call__(self, request_id: str) -> None:
        """Send the request's outcome, if there is one and it was not sent before.

        Raises:
            Retryable: Not now; the same request may be handed in again.
        """
        request = self.requests.get(request_id)
        if request is None or request.state.settled:
            self.log.emit(events.MessageIgnored(queue="notify", cause="settled" if request else "no_request"))
            return
        outcome = self._outcome(request)
        if outcome is None:
            self.log.emit(events.MessageIgnored(queue="notify", cause="too_early"))
            return
        attempt, now = self.tokens.new(), self.clock.now()
        if not self.requests.begin_sending(request_id, attempt, now=now, lease_until=now + self.lease_seconds):
            raise Retryable("another delivery is sending it, or died and still has its lease")
        self._settle(request, outcome, attempt)

    def _outcome(self, request: Request) -> Reason | Result | None:
        """Why there is no result, or the result; None while nobody works on it yet.

        Raises:
            Retryable: Somebody works on it (again).
        """
        if request.reason or request.key is None:
            return request.reason
        record = self.records.get(request.key)
        if record and not record.state.ended:
            record = self._wait_again(request, request.key)
        if record and not record.state.ended:
            raise Retryable("the work has begun anew: who ends it wakes us, and in case we are missed there, this does")
        if record is None or record.content != request.content:
            return Reason.INTERNAL  # it expired while this mail was delayed: uploaded again, the picture is read again
        return record.reason or self._result(record)

    def _wait_again(self, request: Request, key: str) -> Record | None:
        """The work has not ended (any more): wait once more, and look once more, as a join does."""
        self.waiters.add(key, request)
        record = self.records.get(key)
        if record is None or record.state.ended:
            self.waiters.remove(key, request.request_id)
        return record

    def _result(self, record: Record) -> Reason | Result:
        try:
            stored = self.results.read_count(record.key)
            return Result(stored.count, self.results.read_text(record.key), record.expires_at)
        except Absent:
            return Reason.INTERNAL

    def _settle(self, request: Request, outcome: Reason | Result, attempt: str) -> None:
        reason = outcome if isinstance(outcome, Reason) else None
        kind = MailKind.FAILURE if reason else MailKind.RESULT
        try:
            message_id = self._mail(request, outcome, MessageTags(kind, request.request_id, attempt))
        except AddressUnverified:
            why = reason or Reason.RECIPIENT_NOT_VERIFIED
            self.requests.settle(request.request_id, attempt, RequestState.UNDELIVERABLE, self.clock.now(), why)
            self.log.emit(events.MailUndeliverable(request_id=request.request_id))
            return
        except Retryable:
            self.requests.stop_sending(request.request_id, attempt)
            raise
        now = self.clock.now()
        state = RequestState.FAILED if reason else RequestState.SENT
        insist(lambda: self.requests.settle(request.request_id, attempt, state, now, reason))
        uploaded = request.times.get(Stage.UPLOADED)
        self.log.emit(
            events.MailSent(
                request_id=request.request_id,
                kind=kind,
                message_id=message_id,
                seconds_since_upload=None if uploaded is None else round(now - uploaded, 3),
            )
        )

    def _mail(self, request: Request, outcome: Reason | Result, tags: MessageTags) -> str:
        name = name_of(request.email)
        if not self.addresses.get(name).proven:
            raise AddressUnverified
        if isinstance(outcome, Reason):
            letter = compose.failure(request, outcome, sender=self.sender, site=self.site)
        else:
            letter = compose.result(
                request,
                outcome.count,
                outcome.text,
                sender=self.sender,
                site=self.site,
                kept_until=outcome.kept_until,
            )
        try:
            return self.mailer.send(letter, request.email, tags)
        except AddressUnverified:
            self.addresses.unproven(name, self.clock.now())
            raise
