"""Queues as SQS has them: at least once, in any order, hidden while somebody works on a message."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

LATE_AFTER: Final = 300.0
"""Seconds that the deadline queue delays its messages."""


@dataclass(slots=True)
class Message:
    """A message: hidden until `visible_at`, counted up whenever it is received."""

    number: int
    body: str
    tells: str
    visible_at: float
    receives: int = 0

    @property
    def receipt(self) -> str:
        """The handle of its latest delivery; no other can acknowledge it."""
        return f"{self.number}.{self.receives}"


@dataclass(slots=True)
class Queue:
    """A queue and the function that takes its messages.

    Attributes:
        function: The function's name, which is the queue's too.
        timeout: Seconds after which the function is stopped.
        batch: Messages in one event at most.
        delay: Seconds that each message stays hidden first.
        messages: What is in it, hidden or not, in the order of sending.
    """

    function: str
    timeout: float
    batch: int = 10
    delay: float = 0.0
    messages: list[Message] = field(default_factory=list)

    @property
    def visibility(self) -> float:
        """How long a received message stays hidden: as deployed."""
        return 6 * self.timeout

    def visible(self, now: float) -> list[Message]:
        """What can be received."""
        return [message for message in self.messages if message.visible_at <= now]

    def delete(self, receipts: set[str]) -> None:
        """Acknowledge what was not delivered again since."""
        self.messages = [message for message in self.messages if message.receipt not in receipts]


def queues() -> dict[str, Queue]:
    """All queues, with the timeouts of their functions (`components`)."""
    # Dead letters and their function come here, with a limit of receives, when there are any.
    return {
        queue.function: queue
        for queue in (
            Queue("ingest", timeout=60.0, batch=1),
            Queue("count", timeout=60.0),
            Queue("publish", timeout=30.0),
            Queue("notify", timeout=30.0),
            Queue("deadline", timeout=30.0, delay=LATE_AFTER),
        )
    }
