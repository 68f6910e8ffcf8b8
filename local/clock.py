"""The local cloud's clock: the machine's, plus what tests have advanced it by.

The offset lies in eight bytes of a file that every process of the cloud maps into memory: the front and moto here, and
the workers through `worker_launcher.py`. One write moves them all. How long a function may run stays on the monotonic
clock, which nobody advances.
"""

from __future__ import annotations

import mmap
import struct
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OFFSET: Final = struct.Struct("@d")


class Clock:
    """The time that everything in the local cloud goes by."""

    def __init__(self, file: Path) -> None:
        file.write_bytes(OFFSET.pack(0.0))
        self.file = file
        with file.open("r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), OFFSET.size)
        self._lock = threading.Lock()
        self._told: list[Callable[[], None]] = []

    @property
    def offset(self) -> float:
        """Seconds that the clock is ahead of the machine's."""
        offset: float = OFFSET.unpack_from(self._map)[0]
        return offset

    def time(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self.offset

    def now(self) -> datetime:
        """The moment, aware of its zone."""
        return datetime.fromtimestamp(self.time(), UTC)

    def tell(self, moved: Callable[[], None]) -> None:
        """Have a function called after each advance: whoever waits for a moment must look again."""
        self._told.append(moved)

    def advance(self, seconds: float) -> None:
        """Move the clock forward.

        Raises:
            ValueError: Backwards.
        """
        if not seconds >= 0:
            raise ValueError("the clock only goes forward")
        with self._lock:
            OFFSET.pack_into(self._map, 0, self.offset + seconds)
        for moved in self._told:
            moved()
