"""How the work on a picture ended, passed on to each request that waits for it. `notify` does the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.core.reasons import explain

if TYPE_CHECKING:
    from runtime.core.ports import Notifications, Requests, Waiters
    from runtime.core.types import Record


@dataclass(frozen=True)
class Waking:
    """Who waits for a picture whose record has ended, with a reason that may pass or with none: `notify` sees which."""

    waiters: Waiters
    notifications: Notifications

    def wake_all(self, key: str) -> None:
        """Let all know who wait; each is struck out last, so that a crash leaves nobody out."""
        for request_id in self.waiters.of(key):
            self.notifications.send(request_id)
            self.waiters.remove(key, request_id)


@dataclass(frozen=True)
class Telling:
    """What the use cases share that end the work on a picture, or find it ended."""

    requests: Requests
    waiters: Waiters
    notifications: Notifications

    def tell(self, request_id: str, record: Record) -> None:
        """Let one who waits know how the work ended; struck out last, so that a crash leaves nobody out.

        A reason that may pass is left on the record: if somebody claims the picture anew before the mail is out,
        `notify` sees that, and waits for it instead.
        """
        if record.reason and not explain(record.reason).retryable:
            self.requests.refuse(request_id, record.reason)
        self.notifications.send(request_id)
        self.waiters.remove(record.key, request_id)

    def tell_all(self, record: Record, *, but: str = "") -> None:
        """Let all know who wait, except for one. The record's end must have been written before."""
        for request_id in self.waiters.of(record.key):
            if request_id != but:
                self.tell(request_id, record)
