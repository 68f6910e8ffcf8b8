"""Many histories, on all processors."""

from __future__ import annotations

import gc
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING, Final

from tests.simulation.draw import draw
from tests.simulation.history import run

if TYPE_CHECKING:
    from tests.simulation.mutation import Mutation

CHUNK: Final = 100


@dataclass
class Done:
    """How many histories were run, what happened in them, and the first that broke a promise.

    Attributes:
        failed: Its seed.
        broken: How.
    """

    histories: int = 0
    covered: Counter[str] = field(default_factory=Counter)
    failed: int | None = None
    broken: str = ""

    def add(self, later: Done) -> None:
        """Take the histories that come after these."""
        self.histories += later.histories
        self.covered.update(later.covered)
        if self.failed is None:
            self.failed, self.broken = later.failed, later.broken


def simulate(first: int, histories: int, processes: int) -> Done:
    """Run the histories of so many seeds on so many processes, up to the first that breaks a promise."""
    done = Done()
    with workers(processes) as pool:
        for chunk in pool.map(partial(_chunk, end=first + histories), range(first, first + histories, CHUNK)):
            done.add(chunk)
            if done.failed is not None:
                pool.shutdown(cancel_futures=True)
                break
    return done


def workers(processes: int) -> ProcessPoolExecutor:
    """Processes for histories. Each is started anew: a fork of one that has threads, as tests may, can hang."""
    return ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=gc.freeze)


def one_after_the_other(first: int, histories: int, mutation: Mutation | None = None) -> Done:
    """Run histories in this process, up to the first that breaks a promise; perhaps with a deliberate bug."""
    done = Done()
    with mutation.applied() if mutation else nullcontext():
        for seed in range(first, first + histories):
            outcome = run(draw(seed))
            done.histories += 1
            done.covered.update(outcome.covered)
            if outcome.broken:
                done.failed, done.broken = seed, str(outcome.broken)
                break
    return done


def _chunk(first: int, end: int) -> Done:
    return one_after_the_other(first, min(CHUNK, end - first))
