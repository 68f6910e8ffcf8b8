"""`sweep`: a quarter of an hour is over (an EventBridge schedule; what it tells does not matter)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runtime.core.use_cases.sweep import Sweep


def scheduled(sweep: Sweep) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """What is done when the schedule comes round."""

    def handle(_event: Mapping[str, Any]) -> dict[str, Any]:
        sweep()
        return {}

    return handle
