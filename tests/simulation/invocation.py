"""A function at work, and what the promises need to know of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from greenlet import greenlet

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.core.types import Record, Request
    from tests.simulation.facts import Sent
    from tests.simulation.queues import Message, Queue


@dataclass(slots=True, eq=False)
class Invocation:
    """A function at work.

    Attributes:
        number: Those that start later have higher ones.
        function: Its name.
        began_at: When it was started.
        stops_at: When its time is over.
        queue: Where its messages came from; None if a person called it.
        messages: What it was handed.
        receipts: What it was handed them with; a later delivery makes these void.
        then: What happens when it has ended.
        wakes_at: When it stops hanging; None if it does not hang.
        doomed: Whether it is stopped then.
        answer: What it answered.
        crashed: Whether it ended without an answer.
        hurt: Whether anything went wrong in it.
        interrupted: Whether that kept it from going on, rather than only taking its time.
        slow: Whether it has outlived its leases.
        only_busy: Whether nothing went wrong in it but that services were busy.
        cut_off: Whether something went wrong that no repetition makes good: OCR may be paid again for it.
        forbidden: Whether it was told that something is not there which is.
        missed: The uploads in which it did not find the bytes that it was told of.
        busy: How often a service was busy for it, by call.
        denied: The calls that were answered with a no.
        handled: Whether its work went well, message by message.
        claims: The attempts that it began, by the picture's key.
        sending: The attempts at a mail that it began, by the request's id.
        right: Its last attempt at starting and settling runs.
        taken: The keys under which other bytes were kept already.
        seen: The records as it saw them last, by key.
        unended: The keys of those that it ever saw being worked on.
        found: The requests as it found them last, by id.
        being_sent: Those whose mail was being sent when it found them.
        answered: The requests that had their outcome when it found them first.
        checked: The names of addresses that it found to be proven.
        taken_back: Whose attempts' mails it took back.
        refused: The addresses that SES would not write to.
        unrecorded: Mails that it sent and has not recorded yet.
        ends_written: The keys whose record it made `READY` or `FAILED`.
        to_be_told: Who waited when it gave a picture up, and was not woken by it yet.
        lines: The events that it logged, by name.
        due_lines: Those that what it did asks for.
    """

    number: int
    function: str
    began_at: float
    stops_at: float
    queue: Queue | None = None
    messages: tuple[Message, ...] = ()
    receipts: tuple[str, ...] = ()
    then: Callable[[], None] | None = None
    process: greenlet = field(default_factory=greenlet)
    wakes_at: float | None = None
    doomed: bool = False
    answer: Any = None
    crashed: bool = False
    hurt: bool = False
    interrupted: bool = False
    slow: bool = False
    only_busy: bool = True
    cut_off: bool = False
    forbidden: bool = False
    missed: set[str] = field(default_factory=set)
    denied: set[str] = field(default_factory=set)
    busy: Counter[str] = field(default_factory=Counter)
    handled: list[bool] = field(default_factory=list)
    claims: dict[str, str] = field(default_factory=dict)
    sending: dict[str, str] = field(default_factory=dict)
    right: str = ""
    taken: set[str] = field(default_factory=set)
    seen: dict[str, Record | None] = field(default_factory=dict)
    unended: set[str] = field(default_factory=set)
    found: dict[str, Request] = field(default_factory=dict)
    being_sent: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    checked: set[str] = field(default_factory=set)
    taken_back: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    unrecorded: list[Sent] = field(default_factory=list)
    ends_written: set[str] = field(default_factory=set)
    to_be_told: set[str] = field(default_factory=set)
    lines: Counter[str] = field(default_factory=Counter)
    due_lines: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return f"{self.function}#{self.number}"

    def excuse(self) -> None:
        """What was to be written down is cut off: a second copy of a mail, or a second OCR call, is no breach now."""
        self.cut_off = True
        for sent in self.unrecorded:
            sent.excused = True

    def record(self, request_id: str, *kinds: str) -> None:
        """These mails are written down, and whatever happens from now on excuses no second copy."""
        self.unrecorded = [
            sent for sent in self.unrecorded if sent.letter.request_id != request_id or sent.letter.kind not in kinds
        ]
