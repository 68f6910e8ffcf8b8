"""What is to happen in a history: who uploads what, and what goes wrong. When, the schedule decides."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from random import Random
from typing import TYPE_CHECKING, Any, Final

from tests.simulation.calls import ALL_CALLS, LEADS_TO
from tests.simulation.pictures import PICTURES, TWINS

if TYPE_CHECKING:
    from collections.abc import Iterator


class Kind(StrEnum):
    """How a call of a port goes wrong."""

    CRASH_BEFORE = "crash before"
    CRASH_AFTER = "crash after"
    THROTTLED = "throttled"
    BUSY = "transient error"
    LOST = "answer lost"  # it was done, and we are told that it may not have been
    REPEATED = "done twice"  # by the SDK, which had no answer the first time; we get the second one's
    BROKEN = "unexpected error"
    TIMED_OUT = "timed out"  # hangs until its function is stopped
    SLOW_BEFORE = "slow before"  # hangs, and goes on after its leases have run out
    SLOW_AFTER = "slow after"


class Between(StrEnum):
    """What happens to the records while nobody uploads, before the second part of a history."""

    NOTHING = "nothing"
    EXPIRED = "expired"
    ALMOST_EXPIRED = "almost expired"
    NEWER_COUNTER = "newer counter"
    COUNT_LOST = "count lost"
    TEXT_LOST = "text lost"


@dataclass(frozen=True)
class Fault:
    """The nth call of this port's method by this function goes wrong, and the next ones up to so many `times`."""

    function: str
    call: str
    nth: int
    kind: Kind
    times: int = 1


@dataclass(frozen=True)
class Put:
    """A form used with a picture (by its number), so many seconds after the step before."""

    picture: int
    after: float = 0.0


@dataclass(frozen=True)
class Person:
    """Who opens a request and uses its form.

    Attributes:
        part: Whether in the first part of the history (0) or the second (1).
        puts: What is uploaded with the one form.
        unproven_after: So many seconds into the part, the address loses its proof.
        woken_after: So many seconds into the part, `notify` is woken though nothing is known to be there.
    """

    part: int
    puts: tuple[Put, ...]
    unproven_after: float | None = None
    woken_after: float | None = None


@dataclass(frozen=True)
class Plan:
    """A history's ingredients.

    Attributes:
        sandbox: Whether SES itself refuses addresses without proof.
        sway: A running function is interrupted at one in so many points (1: never).
        copies: One in so many messages and events is delivered twice (1: none).
        seed: Of the schedule.
    """

    seed: int
    people: tuple[Person, ...]
    faults: tuple[Fault, ...] = ()
    between: Between = Between.NOTHING
    sandbox: bool = False
    sway: int = 1
    copies: int = 1

    def smaller(self) -> Iterator[Plan]:
        """This plan with one thing less, the greatest first."""
        for at in range(len(self.people)):
            yield replace(self, people=_without(self.people, at))
        for at in range(len(self.faults)):
            yield replace(self, faults=_without(self.faults, at))
        if self.between is not Between.NOTHING:
            yield replace(self, between=Between.NOTHING)
        for at, person in enumerate(self.people):
            for less in _less(person):
                yield replace(self, people=(*self.people[:at], less, *self.people[at + 1 :]))
        for at, fault in enumerate(self.faults):
            if fault.times > 1:
                less = replace(fault, times=1)
                yield replace(self, faults=(*self.faults[:at], less, *self.faults[at + 1 :]))
        if self.sandbox:
            yield replace(self, sandbox=False)
        if self.copies > 1:
            yield replace(self, copies=1)
        if self.sway > 1:
            yield replace(self, sway=1)

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Plan:
        """What `to_json` made."""
        people = tuple(
            Person(**{**person, "puts": tuple(Put(**put) for put in person["puts"])}) for person in told["people"]
        )
        faults = tuple(Fault(**{**fault, "kind": Kind(fault["kind"])}) for fault in told["faults"])
        return cls(**{**told, "people": people, "faults": faults, "between": Between(told["between"])})


def _without(things: tuple[Any, ...], at: int) -> tuple[Any, ...]:
    return (*things[:at], *things[at + 1 :])


def _less(person: Person) -> Iterator[Person]:
    for at in range(len(person.puts) if len(person.puts) > 1 else 0):
        yield replace(person, puts=_without(person.puts, at))
    if person.part:
        yield replace(person, part=0)
    if person.unproven_after is not None:
        yield replace(person, unproven_after=None)
    if person.woken_after is not None:
        yield replace(person, woken_after=None)
    for at, put in enumerate(person.puts):
        if put.after:
            yield replace(person, puts=(*person.puts[:at], replace(put, after=0.0), *person.puts[at + 1 :]))
        if put.picture:
            yield replace(person, puts=(*person.puts[:at], replace(put, picture=0), *person.puts[at + 1 :]))


_DELAYS: Final = (0.0, 0.0, 0.0, 0.5, 5.0, 30.0)
_KINDS: Final = (
    *[Kind.CRASH_BEFORE, Kind.CRASH_AFTER] * 5,
    *[Kind.THROTTLED, Kind.BUSY, Kind.LOST, Kind.REPEATED, Kind.TIMED_OUT, Kind.SLOW_BEFORE, Kind.SLOW_AFTER] * 2,
    Kind.BROKEN,
)
_ONCE_ONLY: Final = frozenset({"reader.read", "mailer.send"})
"""Calls that the SDK is told never to repeat by itself."""

_RECORDS_A_MAIL: Final = frozenset({"requests.settle", "requests.late"})
MOST_TIMES: Final = 4
"""Throttles in a row on one call: a mail that is out is recorded with five tries."""


def draw(seed: int) -> Plan:
    """The plan of this seed."""
    chance = Random(f"plan {seed}")  # noqa: S311  a simulation has to be repeatable
    between = chance.choice(tuple(Between)) if chance.random() < 0.3 else Between.NOTHING
    pictures = _pictures(chance)
    people = tuple(
        _person(chance, pictures, part=int(between is not Between.NOTHING and at > 0 and chance.random() < 0.8))
        for at in range(chance.choice((1, 2, 2, 2, 3, 3, 4)))
    )
    faults = [_fault(chance) for _ in range(chance.choice((0, 0, 1, 1, 1, 2, 2, 3, 4)))]
    for fault in tuple(faults):
        if cause := LEADS_TO.get((fault.function, fault.call)):
            faults.append(Fault(*cause, nth=fault.nth, kind=Kind.THROTTLED))
    return Plan(
        seed=seed,
        people=people,
        faults=tuple(faults),
        between=between,
        sandbox=chance.random() < 0.5,
        sway=chance.choice((1, 2, 2, 3, 5, 8)),
        copies=chance.choice((1, 3, 6)),
    )


def _pictures(chance: Random) -> tuple[int, ...]:
    """One to three, often of one digest, mostly readable."""
    if chance.random() < 0.25:
        return tuple(chance.sample(TWINS, 2))
    plain = (0, 0, 0, 0, 1, 2, 4, 6) if chance.random() < 0.8 else tuple(range(len(PICTURES)))
    return tuple(chance.choice(plain) for _ in range(chance.choice((1, 1, 1, 2, 3))))


def _person(chance: Random, pictures: tuple[int, ...], part: int) -> Person:
    puts = [Put(chance.choice(pictures), chance.choice(_DELAYS))]
    while chance.random() < 0.15:
        again = puts[0].picture if chance.random() < 0.3 else chance.randrange(len(PICTURES))
        puts.append(Put(again, chance.choice(_DELAYS)))
    return Person(
        part=part,
        puts=tuple(puts),
        unproven_after=chance.choice((0.2, 5.0, 100.0)) if chance.random() < 0.06 else None,
        woken_after=chance.choice((0.2, 5.0, 100.0)) if chance.random() < 0.15 else None,
    )


def _fault(chance: Random) -> Fault:
    function, call = chance.choice(ALL_CALLS)
    kind = chance.choice(_KINDS)
    if kind is Kind.REPEATED and call in _ONCE_ONLY:
        kind = Kind.LOST
    most = MOST_TIMES if call in _RECORDS_A_MAIL else 2 * MOST_TIMES
    times = chance.choice((1, 1, 2, most)) if kind in (Kind.THROTTLED, Kind.BUSY) else 1
    return Fault(function, call, chance.choice((1, 1, 1, 2, 2, 3)), kind, times)
