"""Every quarter of an hour: what is stuck is driven on, and how old the oldest image is, is measured.

    TRANSCRIBED, counted        ─► publish        a message was lost between two stages
    TRANSCRIBED, not counted    ─► count
    TRANSCRIBED, nothing there  ─► FAILED         its transcript expired: all who wait are told
    a request without an outcome
        whose picture is READY or FAILED, or that has a reason, or whose SENDING lease ran out   ─► notify
        whose picture is being worked on                                                         waits
        else: never kept, never claimed, or claimed by an attempt whose lease ran out            ─► ingest

Each stage takes it as one more delivery of a message that it has seen, so a sweep can run at any time, and twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from runtime.core import events
from runtime.core.errors import Absent, Retryable
from runtime.core.reasons import Reason
from runtime.core.types import RecordState, RequestState
from runtime.core.use_cases.telling import Telling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from runtime.core.ports import (
        Clock,
        Images,
        Log,
        Notifications,
        Records,
        Requests,
        Results,
        Stages,
        Unfinished,
        Waiters,
    )
    from runtime.core.types import Record, Request


@dataclass(frozen=True)
class Sweep:
    """The use case, with the ports that it needs.

    Attributes:
        patience_seconds: What began less long ago is not stuck: its message may still be on its way.
    """

    unfinished: Unfinished
    records: Records
    waiters: Waiters
    requests: Requests
    results: Results
    images: Images
    stages: Stages
    notifications: Notifications
    clock: Clock
    log: Log
    patience_seconds: float

    def __call__(self) -> None:
        """Sweep once. What a busy service keeps from being swept waits for the next time."""
        before = self.clock.now() - self.patience_seconds
        driven = self._each(self._drive_record, self.unfinished.records(before))
        driven += self._each(self._drive_request, self.unfinished.requests(before))
        oldest = self.images.oldest()
        age = None if oldest is None else round(max(0.0, self.clock.now() - oldest), 3)
        self.log.emit(events.Swept(driven=driven, oldest_image_seconds=age))

    def _each(self, drive: Callable[[str], str], names: Iterable[str]) -> int:
        """How many of them had to be driven on."""
        driven = 0
        for name in names:
            try:
                to = drive(name)
            except Retryable as error:
                self.log.emit(events.SweepPutOff(name=name, cause=type(error).__name__))
                continue
            if to:
                driven += 1
                self.log.emit(events.DrivenOn(name=name, to=to))
        return driven

    def _drive_record(self, key: str) -> str:
        """What a transcript without a count was driven to; a claim is driven on by the requests that wait for it."""
        record = self.records.get(key)
        if record is None or record.state is not RecordState.TRANSCRIBED:
            return ""
        if self._counted(record):
            self.stages.counted(key)
            return "publish"
        if self._transcribed(record):
            self.stages.transcribed(key, record.generation)
            return "count"
        if not self.records.abandon(record, Reason.INTERNAL, self.clock.now()):
            return ""  # it moved on just now
        self.log.emit(events.PictureAbandoned(digest=key, generation=record.generation))
        self._telling.tell_all(replace(record, state=RecordState.FAILED, reason=Reason.INTERNAL))
        return "failed"

    def _counted(self, record: Record) -> bool:
        try:
            return self.results.read_count(record.key).generation == record.generation
        except Absent:
            return False

    def _transcribed(self, record: Record) -> bool:
        try:
            self.results.read_transcript(record.key, record.generation)
        except Absent:
            return False
        return True

    def _drive_request(self, request_id: str) -> str:
        request = self.requests.get(request_id)
        if request is None or request.state.settled:
            return ""
        record = self.records.get(request.key) if request.key else None
        if request.reason or request.state is RequestState.SENDING:
            self.notifications.send(request_id)
            return "notify"
        if record and record.content == request.content:
            return self._drive_waiter(request, record)
        self.stages.uploaded(request)
        return "ingest"

    def _drive_waiter(self, request: Request, record: Record) -> str:
        now = self.clock.now()
        if record.ready(now) or (record.fresh(now) and record.state is RecordState.FAILED):
            self._telling.tell(request.request_id, record)
            return "notify"
        if record.fresh(now) and record.state is RecordState.CLAIMED and record.lease_until > now:
            return ""
        self.stages.uploaded(request)
        return "ingest"

    @property
    def _telling(self) -> Telling:
        return Telling(self.requests, self.waiters, self.notifications)
