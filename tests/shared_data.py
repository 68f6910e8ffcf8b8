"""Real images and real Textract answers that are not ours to commit: used where present, skipped cleanly where not."""

from __future__ import annotations

from pathlib import Path

import pytest

OPEN = Path(__file__).parents[2] / "shared" / "data" / "open"

needs_shared_data = pytest.mark.skipif(not OPEN.is_dir(), reason="../shared is absent")


def files(folder: str, pattern: str = "*") -> list[Path]:
    """The files of a folder of the shared data; none where it is absent."""
    return sorted((OPEN / folder).glob(pattern))
