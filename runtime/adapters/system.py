"""Time and chance, from the machine."""

from __future__ import annotations

import secrets
import time


class SystemClock:
    """The machine's time."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()


class RandomTokens:
    """The machine's random numbers."""

    def new(self) -> str:
        """128 random bits, as 32 lower-case hex digits."""
        return secrets.token_hex(16)
