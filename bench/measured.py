"""A command, run and measured from outside: what it printed last, how long it took, how much memory it held."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_EVERY: Final = 0.1
_PAGE: Final = 4096
_PARENT: Final = 1
_RESIDENT: Final = 21
_TIMES: Final = slice(11, 15)


class Took(NamedTuple):
    """What work took: seconds by the clock, and seconds that its processes' processors were at it."""

    seconds: float
    processor: float


class Stopwatch:
    """Runs from now on. For this process and all that descend from it."""

    def __init__(self) -> None:
        self._seconds, self._processor = time.perf_counter(), _processor(os.getpid())

    def read(self) -> Took:
        """What it took so far."""
        return Took(time.perf_counter() - self._seconds, _processor(os.getpid()) - self._processor)


@dataclass(frozen=True)
class Measured:
    """A run.

    Attributes:
        seconds: Of work, as the command told.
        processor: Seconds of work of all processors together, as the command told.
        wall: Seconds from start to end of the process.
        megabytes: The most that it and its children held at once, resident, 1e6 bytes each.
        counted: How many words it counted.
    """

    seconds: float
    processor: float
    wall: float
    megabytes: float
    counted: int


def measured(command: Sequence[str]) -> Measured:
    """Run a command whose last line is JSON with `seconds`, `processor` and `counted`.

    Raises:
        RuntimeError: It failed.
    """
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        peak = [0]
        ended = threading.Event()
        watch = threading.Thread(target=_watch, args=(process.pid, peak, ended))
        watch.start()
        out, errors = process.communicate()
        ended.set()
        watch.join()
    wall = time.perf_counter() - started
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: {errors[-2000:]}")
    told = json.loads(out.strip().rpartition("\n")[2])
    return Measured(told["seconds"], told["processor"], wall, peak[0] / 1e6, told["counted"])


def _watch(root: int, peak: list[int], ended: threading.Event) -> None:
    while not ended.wait(_EVERY):
        peak[0] = max(peak[0], _resident(root))


def _resident(root: int) -> int:
    return sum(int(fields[_RESIDENT]) * _PAGE for fields in _family(root))


def _processor(root: int) -> float:
    """Of these processes, and of those of their children that have ended."""
    return sum(sum(map(int, fields[_TIMES])) for fields in _family(root)) / os.sysconf("SC_CLK_TCK")


def _family(root: int) -> list[list[str]]:
    """What Linux tells of a process and of all that descend from it: each one's fields after its name (`proc(5)`)."""
    told: dict[int, list[str]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended
            told[int(stat.parent.name)] = stat.read_text().rpartition(")")[2].split()
    ours = {root} & told.keys()
    while more := {child for child, fields in told.items() if int(fields[_PARENT]) in ours} - ours:
        ours |= more
    return [told[process] for process in ours]
