"""How many requests an HTTP API takes: so many a second in the long run, and so many in one moment (a token bucket).

A route's own settings count before its stage's; each route has a bucket of its own.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True)
class Rate:
    """What is let through: `a_second` in the long run, `at_once` in one moment."""

    a_second: float
    at_once: float

    @classmethod
    def of(cls, stage: Any, route_key: str) -> Rate | None:  # noqa: ANN401 - moto's
        """The rate of a route of a stage; None where neither of the two has one."""
        default: Mapping[str, Any] = stage.default_route_settings or {}
        settings: Mapping[str, Any] = {**default, **(stage.route_settings or {}).get(route_key, {})}
        a_second, at_once = (settings.get(f"throttling{name}Limit") for name in ("Rate", "Burst"))
        return None if a_second is None or at_once is None else cls(float(a_second), float(at_once))


class Throttle:
    """Lets requests through, or not."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}
        self.crowded = False
        """Whether others are there already who use up all that is let through."""

    def admits(self, api_arn: str, route_key: str, rate: Rate) -> bool:
        """Whether one more request for a route may pass now."""
        now, key = self._now(), (api_arn, route_key)
        with self._lock:
            left, since = self._buckets.get(key, (rate.at_once, now))
            left = min(rate.at_once, left + (now - since) * rate.a_second)
            admitted = left >= 1 and not self.crowded
            self._buckets[key] = (left - 1 if admitted else left, now)
        return admitted
