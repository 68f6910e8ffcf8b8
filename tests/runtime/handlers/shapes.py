"""Events in the shapes in which AWS sends them, kept as files under `events/`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def event(name: str) -> dict[str, Any]:
    """A fresh copy of an event."""
    loaded: dict[str, Any] = json.loads((Path(__file__).parent / "events" / f"{name}.json").read_text())
    return loaded
