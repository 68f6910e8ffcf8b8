"""Every quarter of an hour: how old the oldest image is, is measured, and what is stuck is driven on.

    TRANSCRIBED, counted        ─► publish        a message was lost between two stages
    TRANSCRIBED, not counted    ─► count
    TRANSCRIBED, left to Glue                     waits: `bulk` is told to look, whatever there is
    TRANSCRIBED, nothing there  ─► FAILED         its transcript expired: all who wait are told
    a request without an outcome
        whose picture is READY or refused, or that has a reason, or whose SENDING lease ran out  ─► notify
        whose picture is being worked on                                                         waits
        else: never kept, never claimed, or claimed by an attempt that ended without a result    ─► ingest
    an address that SES was asked to verify a day ago, in vain                                   is forgotten by SES

Each stage takes it as one more delivery of a message that it has seen, so a sweep can run at any time, and twice. What
was driven on is left alone for a while.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from runtime.core import events, words
from runtime.core.described import described
from runtime.core.reasons import Reason
from runtime.core.types import RecordState, RequestState
from runtime.core.use_cases.telling import Telling

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.core.ports import (
        BulkQueue,
        Clock,
        Images,
        Log,
        Notifications,
        Pending,
        Records,
        Requests,
        Results,
        Stages,
        Unfinished,
        Waiters,
    )
    from runtime.core.types import Record, Request
    from runtime.core.use_cases.addresses import Identities


@dataclass(frozen=True)
class Sweep:
    """The use case, with the ports that it needs.

    Attributes:
        patience_seconds: What began, or was driven on, less long ago is not stuck: its message may be on its way.
        identities: What SES was asked to verify; None where it verifies nobody.
    """

    unfinished: Unfinished
    records: Records
    waiters: Waiters
    requests: Requests
    results: Results
    images: Images
    stages: Stages
    pending: Pending
    bulk: BulkQueue
    notifications: Notifications
    clock: Clock
    log: Log
    patience_seconds: float
    identities: Identities | None = None

    def __call__(self) -> None:
        """Sweep once. What cannot be looked at is told in the log, keeps nothing else back, and waits for the next."""
        self._guarded("images", self._measure)
        self._guarded("bulk", self._look)
        before = self.clock.now() - self.patience_seconds
        woken: set[str] = set()
        driven = self._guarded("records", lambda: self._drive_records(before))
        driven += self._guarded("requests", lambda: self._drive_requests(before, woken))
        if self.identities:
            self._guarded("identities", self.identities.forget_stale)
        self.log.emit(events.Swept(driven=driven))

    def _measure(self) -> int:
        oldest = self.images.oldest()
        age = 0.0 if oldest is None else max(0.0, self.clock.now() - oldest)
        self.log.emit(events.ImagesMeasured(oldest_image_seconds=round(age, 3)))
        return 0

    def _look(self) -> int:
        """A run whose end was never told, or that nobody started for what waits: who starts runs sees to it."""
        self.bulk.look()
        return 0

    def _drive_records(self, before: float) -> int:
        return sum(
            self._guarded(key, lambda key=key: self._drive_record(key)) for key in self.unfinished.records(before)
        )

    def _drive_requests(self, before: float, woken: set[str]) -> int:
        found = self.unfinished.requests(before)
        return sum(self._guarded(each, lambda each=each: self._drive_request(each, woken)) for each in found)

    def _guarded(self, name: str, work: Callable[[], int]) -> int:
        """One that cannot be looked at, for whatever reason, keeps no other one from being driven."""
        try:
            return work()
        except Exception as error:  # noqa: BLE001  see above; its message may hold what must not be logged
            self.log.emit(events.SweepFailed(name=name, **described(error)))
            return 0

    def _drive_record(self, key: str) -> int:
        """A transcript without a count is driven on here; a claim, by the requests that wait for it."""
        record = self.records.get(key)
        if record is None or record.state is not RecordState.TRANSCRIBED:
            return 0
        self.unfinished.record_driven(key, self.clock.now())
        counted = self.results.counted(key)
        if counted and counted.generation == record.generation:
            self.stages.counted(key)
            return self._driven(key, "publish")
        if self.pending.has(key, record.generation):
            return 0
        if self.results.has_transcript(key, record.generation):
            self.stages.transcribed(key, record.generation)
            return self._driven(key, "count")
        if not self.records.abandon(record, Reason.INTERNAL, self.clock.now()):
            return 0  # it moved on just now
        self.log.emit(events.PictureAbandoned(digest=key, generation=record.generation))
        self._telling.tell_all(replace(record, state=RecordState.FAILED, reason=Reason.INTERNAL))
        return self._driven(key, "failed")

    def _drive_request(self, request_id: str, woken: set[str]) -> int:
        request, now = self.requests.get(request_id), self.clock.now()
        if request is None or request.state.settled:
            return 0
        if request.state is RequestState.SENDING and request.sending_until > now:
            return 0
        self.unfinished.request_driven(request_id, now)
        record = self.records.get(request.key) if request.key else None
        if request.reason or request.state is RequestState.SENDING:
            self.notifications.send(request_id)
            return self._driven(request_id, "notify")
        if record and record.content == request.content:
            return self._drive_waiter(request, record, woken)
        return self._read_again(request)

    def _drive_waiter(self, request: Request, record: Record, woken: set[str]) -> int:
        now = self.clock.now()
        ready = record.ready(now)
        if record.refused(now) or (ready and record.version == words.VERSION):
            self._telling.tell(request.request_id, record)
            return self._driven(request.request_id, "notify")
        if record.key in woken or not (ready or record.claimable(now)):
            return 0  # all who wait for a picture go on by one message
        woken.add(record.key)
        return self._read_again(request)

    def _read_again(self, request: Request) -> int:
        self.stages.uploaded(request)
        return self._driven(request.request_id, "ingest")

    def _driven(self, name: str, to: str) -> int:
        self.log.emit(events.DrivenOn(name=name, to=to))
        return 1

    @property
    def _telling(self) -> Telling:
        return Telling(self.requests, self.waiters, self.notifications)
