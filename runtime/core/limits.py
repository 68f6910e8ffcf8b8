"""Spending limits: so much a day, and then no more until the next one begins (UTC)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from runtime.core import events
from runtime.core.errors import BadRequest

if TYPE_CHECKING:
    from runtime.core.ports import Counters, Log

_DAY: Final = 86_400.0

UPLOADS: Final = "uploads"
PROOFS: Final = "proofs"

_ALL: Final = "all"


class LimitReached(BadRequest):
    """So much a day, and it has been that much.

    Attributes:
        retry_at: From when on it can be tried again (seconds since the epoch).
        seconds: How long that is from now.
    """

    def __init__(self, detail: str, retry_at: float, now: float) -> None:
        super().__init__("limit_reached", detail, 429)
        self.retry_at = retry_at
        self.seconds = retry_at - now


@dataclass(frozen=True)
class DailyLimit:
    """At most so many of something on one day."""

    counters: Counters
    what: str
    most: int

    def take(self, now: float, whose: str = _ALL) -> bool:
        """Take one of the day's; False: there is none left."""
        day, end = datetime.fromtimestamp(now, UTC).date().isoformat(), next_day(now)
        return self.counters.take(f"{self.what}#{whose}#{day}", self.most, expires_at=end + _DAY)

    def spend(self, now: float, log: Log, why: str, whose: str = _ALL) -> None:
        """Take one of the day's, or say why there is none.

        Raises:
            LimitReached: There is none left.
        """
        if not self.take(now, whose):
            log.emit(events.LimitMet(what=self.what, of=_ALL if whose == _ALL else "address"))
            raise LimitReached(why, next_day(now), now)


@dataclass(frozen=True)
class Allowance:
    """What is done at people's wish on one day: so much for an address, and so much for all of them."""

    of_address: DailyLimit
    of_all: DailyLimit

    def spend(self, now: float, log: Log, name: str, *, why: str, why_all: str) -> None:
        """Take one of the day's for the address of this name, or say why there is none.

        Its own first: who has used theirs up takes nothing from the others.

        Raises:
            LimitReached: There is none left.
        """
        self.of_address.spend(now, log, why, name)
        self.of_all.spend(now, log, why_all)


def next_day(now: float) -> float:
    """When the next day begins."""
    return (now // _DAY + 1) * _DAY
