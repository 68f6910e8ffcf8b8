"""The process that runs cases, one after the other, as a Lambda worker does; and how it is started and judged."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from email.headerregistry import HeaderRegistry
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

ROOT: Final = Path(__file__).parents[2]
MOST_MEMORY: Final = 512 * 1024 * 1024
PATIENCE: Final = 30
"""Seconds that a case may take; most take a few thousandths."""
MOST_FAILURES: Final = 5
MOST_TOLD: Final = 6000

_AT: Final = "\ncase "
_PEAK: Final = "\npeak memory: "


class TookTooLongError(Exception):
    """A case hangs, or as good as."""


def run(name: str, case: Callable[[Random], None], seed: int, numbers: range) -> int:
    """Run these cases; tell which failed, and at the end the peak of this process's memory. 1 if any failed, else 0."""
    failed = 0
    # For each header of each mail a class is made anew: a tenth of the time.
    HeaderRegistry.__getitem__ = lru_cache(1000)(HeaderRegistry.__getitem__)  # type: ignore[method-assign]
    for number in numbers:
        _tell(sys.stderr, f"{_AT}{number}")  # whoever looks at a process that died learns where it was
        try:
            with _in_time():
                case(Random(f"{name} {seed} {number}"))  # noqa: S311  to be repeated, not to be secret
        except Exception:  # noqa: BLE001  whatever it is, it is what was sought
            failed += 1
            _tell(sys.stdout, f"\n{_again(name, seed, number)}\n{traceback.format_exc()[-MOST_TOLD:]}")
        if failed == MOST_FAILURES:
            break
    _tell(sys.stdout, f"{_PEAK}{peak_memory()}\n")
    return 1 if failed else 0


def _tell(where: TextIO, text: str) -> None:
    where.write(text)
    where.flush()


def _again(name: str, seed: int, number: int) -> str:
    return f"this case again: python -m tests.fuzz {name} --seed {seed} --case {number}"


@contextmanager
def _in_time() -> Iterator[None]:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TookTooLongError(f"it takes longer than {PATIENCE} s")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)


def peak_memory() -> int:
    """In bytes. `getrusage` would count what the process that started this one had at that moment."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


@dataclass(frozen=True)
class Ended:
    """What became of a worker.

    Attributes:
        code: Its exit code.
        failures: What it told of the cases that failed.
        again: How the case that it was at last at is run again.
        peak: Its peak memory in bytes; 0 if it did not live to tell.
    """

    code: int
    failures: str
    again: str
    peak: int

    @property
    def fault(self) -> str:
        """What was wrong, for a reader; nothing if all was well."""
        if self.code == 1:
            return self.failures
        if self.code:
            return f"the worker died ({self.code}); {self.again}\n{self.failures}"
        return f"{self.peak:,} bytes of memory are too many" if self.peak >= MOST_MEMORY else ""


def work(name: str, seed: int, cases: int, processes: int) -> list[Ended]:
    """Have so many processes share the cases."""
    bounds = [cases * share // processes for share in range(processes + 1)]
    running = [
        subprocess.Popen(  # noqa: S603  ourselves
            [sys.executable, "-m", "tests.fuzz", name, "--seed", str(seed), "--cases", f"{first}:{last}"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        for first, last in pairwise(bounds)
    ]
    ended: list[Ended] = []
    for process in running:
        out, err = process.communicate()
        number = err.rpartition(_AT)[2].partition("\n")[0]
        again = _again(name, seed, int(number)) if number.isdigit() else err[-MOST_TOLD:]
        failures, _, peak = out.rpartition(_PEAK)
        ended.append(Ended(process.returncode, failures or out, again, int(peak) if peak.strip().isdigit() else 0))
    return ended
