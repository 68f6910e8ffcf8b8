"""Whether a process is still there, asked by its id."""

from __future__ import annotations

import os
import time
from pathlib import Path

PROC = Path("/proc")
PATIENCE = 5.0


def runs(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        os.kill(pid, 0)
        if not (PROC / "self").exists():  # a system without /proc
            return True
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def end(*pids: int) -> bool:
    """Whether processes are gone, a moment from now."""
    until = time.monotonic() + PATIENCE
    while any(map(runs, pids)) and time.monotonic() < until:
        time.sleep(0.01)
    return not any(map(runs, pids))
