"""Queues as SQS has them: at least once, in any order, hidden while somebody works on a message."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.functions import Function


@dataclass(slots=True, eq=False)
class Message:
    """A message: hidden until `visible_at`, counted up whenever it is received.

    Attributes:
        about: What it tells of, for a reader.
        sent_at: When it was sent.
        died_in: Whose queue it was received too often from, if it was.
        postponed: Whether it was given back for later since it was received last.
    """

    number: int
    body: str
    about: str
    visible_at: float
    receives: int = 0
    postponed: bool = False
    sent_at: float = 0.0
    died_in: str = ""

    @property
    def receipt(self) -> str:
        """The handle of its latest delivery; no other can acknowledge it."""
        return f"{self.number}.{self.receives}"


@dataclass(slots=True, eq=False)
class Queue:
    """What waits for a function, hidden or not, in the order of sending."""

    function: Function
    messages: list[Message] = field(default_factory=list)

    @property
    def visibility(self) -> float:
        """Seconds that a received message stays hidden: as deployed."""
        return 6 * self.function.timeout

    def visible(self, now: float) -> list[Message]:
        """What can be received."""
        return [message for message in self.messages if message.visible_at <= now]

    def dead(self, tries: int, now: float) -> list[Message]:
        """Take out what can be received and was received so often already."""
        dead = [message for message in self.messages if message.receives >= tries and message.visible_at <= now]
        for message in dead:
            self.messages.remove(message)
        return dead

    def receive(self, message: Message, now: float) -> None:
        """Hide it for as long as its function may take."""
        message.receives += 1
        message.postponed = False
        message.visible_at = now + self.visibility

    def postpone(self, receipt: str, until: float) -> None:
        """Have a message come again at that time, unless it was delivered again since."""
        for message in self.messages:
            if message.receipt == receipt:
                message.visible_at = until
                message.postponed = True

    def acknowledge(self, receipts: set[str]) -> None:
        """Delete what was not delivered again since."""
        self.messages = [message for message in self.messages if message.receipt not in receipts]
