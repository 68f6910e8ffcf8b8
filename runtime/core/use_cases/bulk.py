"""What is large, or comes in bulk, is counted by runs on Glue: one at a time, each for all that waits.

    count ─► pending ─┐
    a run has ended ──┼─► bulk   no run under way, enough gathered  ─► manifest ─► noted ─► StartJobRun ─► its id noted
    sweep, a look ────┘          a run has ended                    ─► settled, then the next begins
                                 a run under way                    nothing: its end is told

    settled   counted, or overtaken           waits no longer; `publish` was woken by the word count itself
              failed alone                    the record is FAILED, and all who wait are told
              not finished by its run         waits for one more run; after that it has failed
              the store was busy              waits for the next run, however often: that only delays it

All of it may be done again from anywhere: a document leaves the table last, a run is found again by its manifest, and
counting the same transcript twice writes nothing the second time.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from runtime.core import events, keys
from runtime.core.bulk import QUIET_SECONDS, UNDER_WAY, Run
from runtime.core.errors import Absent, Retryable
from runtime.core.manifest import Cause, Ending
from runtime.core.reasons import Reason
from runtime.core.types import RecordState
from runtime.core.use_cases.telling import Waking

if TYPE_CHECKING:
    from runtime.core.bulk import Document, Starter
    from runtime.core.manifest import Outcome
    from runtime.core.ports import (
        BulkQueue,
        Clock,
        Glue,
        Log,
        Manifests,
        Notifications,
        Pending,
        Records,
        Results,
        Starters,
        Tokens,
        Waiters,
    )

_COUNTED, _FAILED, _REPEATED = "counted", "failed", "repeated"


@dataclass(frozen=True)
class Bulk:
    """The use case, with the ports that it needs.

    Attributes:
        gather_seconds: How long the first that waits has to wait for others, at most.
        lease_seconds: How long one who starts or settles runs keeps others from it, at most.
    """

    pending: Pending
    starters: Starters
    manifests: Manifests
    glue: Glue
    queue: BulkQueue
    results: Results
    records: Records
    waiters: Waiters
    notifications: Notifications
    clock: Clock
    tokens: Tokens
    log: Log
    gather_seconds: float
    lease_seconds: float

    def something_waits(self) -> None:
        """Start a run, unless one is under way, whose end starts the next, or a look is on its way.

        Raises:
            Retryable: Not now.
        """
        starter = self.starters.get()
        # A run that is noted and not started may be one that Glue has refused to this very message.
        is_due = not starter.run.job_run if starter.run else starter.look_at <= self.clock.now()
        if is_due:
            self.look()

    def look(self, ended: str = "") -> None:
        """Do whatever is to be done next.

        Args:
            ended: Glue's id of a run, if it has told of its end.

        Raises:
            Retryable: Not now.
        """
        attempt, now = self.tokens.new(), self.clock.now()
        starter = self.starters.take(attempt, now=now, lease_until=now + self.lease_seconds)
        if starter is None:
            raise Retryable("another one is at it, or died and still has the lease")
        try:
            self._go_on(attempt, starter, ended)
        except Exception:
            with contextlib.suppress(Retryable):
                self.starters.release(attempt)
            raise
        self.starters.release(attempt)

    def _go_on(self, attempt: str, starter: Starter, ended: str) -> None:
        if run := starter.run:
            if not run.job_run:  # somebody died, or was refused, between noting the run and Glue's answer
                run = self._started(attempt, run, self.glue.find(run.name) or self.glue.start(run.name))
            state = self.glue.state(run.job_run)
            if state in UNDER_WAY:
                if ended == run.job_run:
                    raise Retryable("Glue has told of the end, and does not know of it yet")
                return
            self._settle(run, state)
            # Forgotten before it is seen what waits: who comes from now on either is seen, or sees no run, and looks.
            self._hold(held=self.starters.end(attempt))
        self._begin(attempt)

    def _begin(self, attempt: str) -> None:
        waiting = self.pending.all()
        if not waiting:
            return
        now = self.clock.now()
        since = [document.since for document in waiting]
        ripe = min(min(since) + self.gather_seconds, max(since) + QUIET_SECONDS)
        if ripe > now:
            self._hold(held=self.starters.expect(attempt, ripe))
            self.queue.look(ripe - now)
            return
        run = Run(self.tokens.new(), now)
        self.manifests.write(run.name, waiting)
        self._hold(held=self.starters.begin(attempt, run))
        run = self._started(attempt, run, self.glue.start(run.name))
        self.log.emit(events.RunStarted(run=run.name, job_run=run.job_run, documents=len(waiting)))

    def _started(self, attempt: str, run: Run, job_run: str) -> Run:
        noted = replace(run, job_run=job_run)
        self._hold(held=self.starters.begin(attempt, noted))
        return noted

    def _settle(self, run: Run, state: str) -> None:
        """Act on what became of each that still waits. One that cannot be settled now holds up no other."""
        waiting = {(document.key, document.generation): document for document in self.pending.all()}
        told = self._told(run)
        done = dict.fromkeys((_COUNTED, _FAILED, _REPEATED), 0)
        trouble: list[Exception] = []
        for named in self._asked(run):
            if document := waiting.get(named):
                try:
                    done[self._settled(document, told.get(named), run, state)] += 1
                except Exception as error:  # noqa: BLE001  it is raised once all others are settled
                    trouble.append(error)
        if trouble:
            raise trouble[0]
        seconds = round(self.clock.now() - run.began_at, 3)
        self.log.emit(events.RunSettled(run=run.name, job_run=run.job_run, state=state, seconds=seconds, **done))

    def _asked(self, run: Run) -> list[tuple[str, int]]:
        try:
            return self.manifests.read(run.name)
        except Absent:  # it has expired; what waits is taken into the next run
            return []

    def _told(self, run: Run) -> dict[tuple[str, int], Outcome]:
        try:
            outcomes = self.manifests.outcomes(run.name)
        except Absent:
            return {}
        found = {}
        for outcome in outcomes:
            if named := keys.named_transcript(outcome.transcript):
                found[named] = outcome
        return found

    def _settled(self, document: Document, outcome: Outcome | None, run: Run, state: str) -> str:
        if outcome is None:
            return self._unfinished(document, run, state)
        if outcome.outcome is not Ending.FAILED:
            self.pending.remove(document.key, document.generation)
            return _COUNTED
        if outcome.reason is Cause.UNAVAILABLE:
            self.pending.change(replace(document, since=self.clock.now()))
            return _REPEATED
        return self._failed(document, outcome.reason or Cause.INTERNAL)

    def _unfinished(self, document: Document, run: Run, state: str) -> str:
        counted = self.results.counted(document.key)
        if counted and counted.generation >= document.generation:
            self.pending.remove(document.key, document.generation)
            return _COUNTED
        if document.failed_in not in ("", run.name):  # this very run, if it is settled for the second time
            return self._failed(document, state.lower())
        self.pending.change(replace(document, failed_in=run.name))
        return _REPEATED

    def _failed(self, document: Document, cause: str) -> str:
        """The record first, then all who wait, and the document last: a crash leaves nobody out."""
        record = self.records.get(document.key)
        if record and record.generation == document.generation:  # else overtaken: another attempt answers
            now = self.clock.now()
            if record.state is RecordState.CLAIMED and record.lease_until > now:
                raise Retryable("its attempt has not noted yet that it wrote the transcript")
            if not record.state.ended:
                if not self.records.abandon(record, Reason.INTERNAL, now):
                    raise Retryable("it moved on just now")
                self.log.emit(events.BulkFailed(digest=record.key, generation=record.generation, cause=str(cause)))
            Waking(self.waiters, self.notifications).wake_all(document.key)
        self.pending.remove(document.key, document.generation)
        return _FAILED

    def _hold(self, *, held: bool) -> None:
        if not held:
            raise Retryable("it took too long: another one goes on")
