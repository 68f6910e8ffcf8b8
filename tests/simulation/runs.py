"""Glue in a history: runs that take their time, die in the middle, write late, and tell of their end."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Final

from runtime.core.bulk import LOST, SUCCEEDED
from runtime.core.manifest import Cause, Ending, Outcome
from tests.runtime import glue_run
from tests.runtime.fakes import MemoryGlue
from tests.simulation import waking
from tests.simulation.functions import BULK
from tests.simulation.plan import RUN_END

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulation.world import World

_STARTS: Final = (30.0, 1.0, 400.0)
_LATE: Final = (0.0, 5.0, 100.0, 700.0)
_CORPUS_SECONDS: Final = 120.0
_CORPUS: Final = "a corpus"


class Runs(MemoryGlue):
    """The job. No more than one of its runs is under way at once, whoever has started it."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world
        self._looked_at = 0

    def start(self, run: str) -> str:
        """Start a run, if none is under way."""
        job_run = super().start(run)
        world = self._world
        world.covered["runs"] += 1
        ends, nth = world.plan.ends, sum(name != _CORPUS for name in self.runs.values())
        end = ends[nth - 1] if nth <= len(ends) else SUCCEEDED
        world.later(_STARTS[world.pick(len(_STARTS))], partial(self._begin, job_run, end))
        return job_run

    def count_a_corpus(self) -> None:
        """Somebody else starts a run of the same job, if none is under way."""
        if not self.is_under_way():
            world = self._world
            world.covered["runs of somebody else"] += 1
            world.say("a corpus is counted")
            world.later(_CORPUS_SECONDS, partial(self._end, super().start(_CORPUS), SUCCEEDED))

    def names_under_way(self) -> set[str]:
        """Our names of our own runs that are."""
        return {self.runs[each] for each, state in self.states.items() if state == "RUNNING"} - {_CORPUS}

    def _begin(self, job_run: str, end: str) -> None:
        """It dies after so many steps, or never."""
        asked = self._world.manifests.asked[self.runs[job_run]]
        steps = None if end == SUCCEEDED else self._world.pick(2 * len(asked) + 2)
        self._go_on(job_run, end, self._life(job_run), steps)

    def _go_on(self, job_run: str, end: str, life: Iterator[None], steps: int | None) -> None:
        if steps == 0:
            self._die(job_run, end, life)
        elif next(life, "over"):
            self._end(job_run, end)
        else:
            left = None if steps is None else steps - 1
            self._world.later(1.0, partial(self._go_on, job_run, end, life, left))

    def _life(self, job_run: str) -> Iterator[None]:
        """Look at each document, and write its result; last of all the report."""
        world, run = self._world, self.runs[job_run]
        told: list[Outcome] = []
        for key, generation in world.manifests.asked[run]:
            seen = glue_run.looked_at(world.results, key, generation)
            trouble = None if isinstance(seen, Outcome) else self._trouble()
            yield
            if isinstance(seen, Outcome):
                outcome = seen
            elif trouble:
                outcome = glue_run.failed(key, generation, trouble)
            else:
                outcome = glue_run.kept(world.results, key, generation, seen)
            world.say(f"{job_run}: {key[:4]} g{generation} is {outcome.outcome} {outcome.reason or ''}")
            self._note(key, generation, outcome)
            told.append(outcome)
            yield
        world.manifests.told[run] = told
        yield

    def _trouble(self) -> Cause | None:
        """What is planned for the next document that is looked at."""
        self._looked_at += 1
        troubles = self._world.plan.troubles
        return troubles[self._looked_at - 1] if self._looked_at <= len(troubles) else None

    def _note(self, key: str, generation: int, outcome: Outcome) -> None:
        world = self._world
        world.covered[f"documents {outcome.outcome}"] += 1
        if outcome.outcome is Ending.COUNTED:
            world.facts.counted_at.setdefault(key, set()).add(world.now)
        if outcome.outcome is Ending.FAILED and outcome.reason is not Cause.UNAVAILABLE:
            world.facts.uncountable.add((key, generation))
        waking.flush(world)

    def _die(self, job_run: str, end: str, life: Iterator[None]) -> None:
        """In the middle; what it had in hand may still be written, when it is thought dead."""
        world, run = self._world, self.runs[job_run]
        world.covered["runs that died"] += 1
        if run not in world.manifests.told:
            counted = {key: stored.generation for key, stored in world.results.counts.items()}
            for each in world.manifests.asked[run]:
                if counted.get(each[0], 0) < each[1]:
                    world.facts.died_with.setdefault(each, set()).add(run)
        if world.pick(2):
            world.covered["runs that wrote late"] += 1
            world.later(_LATE[world.pick(len(_LATE))], lambda: next(life, None))
        self._end(job_run, end)

    def _end(self, job_run: str, end: str) -> None:
        """EventBridge may tell of it a moment before Glue itself says so."""
        world = self._world
        if RUN_END in world.plan.lost and RUN_END not in world.facts.lost_from:
            world.facts.lost_from.add(RUN_END)
            world.covered["runs whose end was not told"] += 1
            world.say(f"nobody is told that {job_run} has ended")
        else:
            body = json.dumps({"detail": {"jobRunId": job_run, "state": end}})
            waking.send(world, BULK, body, f"the end of {job_run}", delayed=True)
        if world.pick(4) == 1:
            world.later(2.0, partial(self._is_known, job_run, end))
        else:
            self._is_known(job_run, end)

    def _is_known(self, job_run: str, end: str) -> None:
        self._world.say(f"{job_run} is {end}")
        self.states[job_run] = end
        if end == LOST:
            del self.states[job_run]
