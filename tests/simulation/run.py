"""Many histories, on all processors."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from multiprocessing import get_context
from typing import TYPE_CHECKING, Final

from tests.simulation.history import run
from tests.simulation.letters import plain_letters
from tests.simulation.pictures import made_up_contents
from tests.simulation.plan import draw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulation.mutation import Mutation

CHUNK: Final = 100


@dataclass
class Done:
    """How many histories were run, what happened in them, and the first that broke a promise."""

    histories: int = 0
    covered: Counter[str] = field(default_factory=Counter)
    failed: int | None = None
    promise: str = ""

    def add(self, other: Done) -> None:
        """Take the histories that come after these."""
        self.histories += other.histories
        self.covered.update(other.covered)
        if self.failed is None:
            self.failed, self.promise = other.failed, other.promise


def some(first: int, histories: int, mutation: Mutation | None = None) -> Done:
    """Run histories one after the other, up to the first that breaks a promise."""
    done = Done()
    with ExitStack() as stack:
        stack.enter_context(made_up_contents())
        stack.enter_context(plain_letters())
        if mutation:
            stack.enter_context(mutation.applied())
        for seed in range(first, first + histories):
            outcome = run(draw(seed))
            done.histories += 1
            done.covered.update(outcome.covered)
            if outcome.broken:
                done.failed, done.promise = seed, str(outcome.broken)
                break
    return done


def simulate(first: int, histories: int, processes: int) -> Done:
    """Run histories on so many processes, up to the first that breaks a promise."""
    firsts = range(first, first + histories, CHUNK)
    work = partial(some_of, end=first + histories)
    done = Done()
    # Each process is started anew: a fork of a process with threads, as tests may have, can hang.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        chunks: Iterator[Done] = pool.map(work, firsts)
        for chunk in islice(chunks, len(firsts)):
            done.add(chunk)
            if done.failed is not None:
                pool.shutdown(wait=False, cancel_futures=True)
                break
    return done


def some_of(first: int, end: int) -> Done:
    """A chunk."""
    return some(first, min(CHUNK, end - first))
