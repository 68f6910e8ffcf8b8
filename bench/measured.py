"""A command, run and measured from outside: what it printed last, how long it took, how much memory it held."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_EVERY: Final = 0.1
_PAGE: Final = 4096


@dataclass(frozen=True)
class Measured:
    """A run.

    Attributes:
        seconds: Of work, as the command told.
        wall: Seconds from start to end of the process.
        megabytes: The most that it and its children held at once, resident, 1e6 bytes each.
        counted: How many words it counted.
    """

    seconds: float
    wall: float
    megabytes: float
    counted: int


def measured(command: Sequence[str]) -> Measured:
    """Run a command whose last line is JSON with `seconds` and `counted`.

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
    return Measured(told["seconds"], wall, peak[0] / 1e6, told["counted"])


def _watch(root: int, peak: list[int], ended: threading.Event) -> None:
    while not ended.wait(_EVERY):
        peak[0] = max(peak[0], _resident(root))


def _resident(root: int) -> int:
    parents: dict[int, int] = {}
    sizes: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(stat.parent.name)], sizes[int(stat.parent.name)] = int(fields[1]), int(fields[21]) * _PAGE
    ours = {root}
    while more := {child for child, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(sizes.get(process, 0) for process in ours)
