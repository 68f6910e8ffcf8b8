"""An unexpected error, as far as it may be logged."""

from __future__ import annotations

import traceback


def described(error: Exception) -> dict[str, str]:
    """Its type, and the lines of code that it came through; its message may hold what must not be logged."""
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    return {"error": type(error).__name__, "where": where}
