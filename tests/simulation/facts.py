"""What happened in a history, as the promises need to know it. The code under test has no part in this."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runtime.core.bounce import MessageTags
    from runtime.core.types import Claim, Request
    from tests.simulation.invocation import Invocation
    from tests.simulation.letters import Letter
    from tests.simulation.pictures import Picture


@dataclass(slots=True, eq=False)
class Sent:
    """A mail that SES took.

    Attributes:
        at: When.
        tags: What SES was given along with it.
        came_back: Whether it did not arrive.
        for_good: Whether its address takes no mail at all.
        taken_back: Whether its request is known not to have been answered by it.
        held_against: Whether its address counts as proven no more because of it, or did not before.
        excused: Whether what was to write it down was cut off, so that a second copy is no breach.
    """

    letter: Letter
    at: float
    tags: MessageTags
    came_back: bool = False
    for_good: bool = False
    taken_back: bool = False
    held_against: bool = False
    excused: bool = False

    @property
    def is_outcome(self) -> bool:
        """Whether it is a result, or says why there is none."""
        return self.letter.kind != "late"

    def is_told_of(self, body: str) -> bool:
        """Whether a message says that it came back."""
        return self.came_back and self.is_outcome and self.tags.attempt in body


@dataclass(slots=True, eq=False)
class Put:
    """A form was used."""

    picture: Picture
    at: float


@dataclass(slots=True, eq=False)
class Facts:
    """What happened.

    Attributes:
        wishes: With which picture each person came first, by the address.
        puts: What was uploaded for each request, by its id.
        turned_away: The requests that were refused before anything was uploaded.
        requests: Each request's row as it was last.
        tokens: The access tokens that were given out.
        woken: The requests that `notify` was woken for too early.
        bound_by: Who bound each request to bytes that it had read.
        kept_by: Who kept the bytes under a key last.
        sent: All mails.
        lost_proof: The addresses that were proven once and are not any more.
        senders: Whose right to send a request's mail was the last, by the request's id.
        undelivered: The requests whose mail came back, as long as nobody has asked for it again.
        settled: When each request had its outcome: the number of the latest invocation by then.
        attempt: While a record is written: for which claim.
        reads: The invocations that had a picture read since work on it began anew, by key.
        generations: The latest generation that a record had, by key.
        attempts_read: The attempts whose OCR was asked.
        unended: How many attempts on a picture began and came to no end since one did, by key.
        claimed_by: The requests that ever had a claim.
        durable: Key and SHA-256 of what was read and written down, or refused for good.
        text_at: When the text of a picture was written last, by key.
        counted_at: When word counts were written, by key.
        lost: Key and generation of what was ready, and of whose result something was taken away.
        vanished: The keys under which an image was kept that vanished.
        forgotten: The keys whose records were deleted because they had expired.
        lost_from: The queues that a message was lost from.
        died: The messages that died, by number.
        replayed: Those that were put into their queues again.
        notified: The requests that `notify` was woken for.
        given_up: The keys whose records were given up because nobody worked on them.
        died_with: The runs that died without having finished a document, by its key and generation.
        uncountable: The documents of which a run has said that it cannot count them.
        uncounted: Those that wait no longer for either reason: their transcripts expire.
        left_to_sweep: Whether a request was left for a sweep to find.
        slow: Whether anybody outlived its leases, and so perhaps its message.
        faults: How many faults were met.
        delays: How many of them were no more than a service being busy.
    """

    wishes: dict[str, Picture] = field(default_factory=dict)
    puts: dict[str, list[Put]] = field(default_factory=dict)
    turned_away: set[str] = field(default_factory=set)
    requests: dict[str, Request] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    woken: set[str] = field(default_factory=set)
    bound_by: dict[str, Invocation] = field(default_factory=dict)
    kept_by: dict[str, Invocation] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    lost_proof: set[str] = field(default_factory=set)
    senders: dict[str, str] = field(default_factory=dict)
    undelivered: set[str] = field(default_factory=set)
    settled: dict[str, int] = field(default_factory=dict)
    attempt: Claim | None = None
    reads: dict[str, list[Invocation]] = field(default_factory=dict)
    generations: dict[str, int] = field(default_factory=dict)
    attempts_read: set[str] = field(default_factory=set)
    unended: Counter[str] = field(default_factory=Counter)
    claimed_by: set[str] = field(default_factory=set)
    durable: set[tuple[str, str]] = field(default_factory=set)
    text_at: dict[str, float] = field(default_factory=dict)
    counted_at: dict[str, set[float]] = field(default_factory=dict)
    lost: set[tuple[str, int]] = field(default_factory=set)
    vanished: set[str] = field(default_factory=set)
    forgotten: set[str] = field(default_factory=set)
    lost_from: set[str] = field(default_factory=set)
    died: set[str] = field(default_factory=set)
    replayed: set[str] = field(default_factory=set)
    notified: set[str] = field(default_factory=set)
    given_up: set[str] = field(default_factory=set)
    died_with: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    uncountable: set[tuple[str, int]] = field(default_factory=set)
    uncounted: set[tuple[str, int]] = field(default_factory=set)
    left_to_sweep: bool = False
    slow: bool = False
    faults: int = 0
    delays: int = 0

    @property
    def dead(self) -> bool:
        """Whether any message died."""
        return bool(self.died)

    @property
    def is_stuck_for_a_reason(self) -> bool:
        """Whether anything happened that only a sweep makes good."""
        return bool(self.lost_from) or self.left_to_sweep or self.dead
