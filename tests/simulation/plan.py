"""What is to happen in a history: who uploads what, and what goes wrong. When, the schedule decides."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeVar

from runtime.core.bulk import Engine
from runtime.core.manifest import Cause

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Thing = TypeVar("Thing")


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
    FORBIDDEN = "forbidden"  # S3 answers 403, as it does for what is not there


DELAYS: Final = frozenset({Kind.THROTTLED, Kind.BUSY})
"""What is no more than a service being busy, and must fail nothing."""


TRIES: Final = 200
"""As deployed: more than any history takes."""

TRANSCRIPT: Final = "transcript"
RUN_END: Final = "the end of a run"


class Fate(StrEnum):
    """What becomes of a mail that SES has taken."""

    ARRIVES = "arrives"
    AWAY = "automatic answer"  # it arrives, and SES calls that a bounce all the same
    FULL = "transient bounce"
    UNKNOWN = "permanent bounce"
    REJECTED = "reject"


class Between(StrEnum):
    """What happens to the records while nobody uploads, before the second part of a history."""

    NOTHING = "nothing"
    EXPIRED = "expired"
    ALMOST_EXPIRED = "almost expired"
    NEWER_COUNTER = "newer counter"
    COUNT_LOST = "count lost"
    TEXT_LOST = "text lost"
    NEWER_COUNTER_TEXT_LOST = "newer counter, text lost"


@dataclass(frozen=True)
class Fault:
    """The nth call of this port's method by this function goes wrong, and the next ones up to so many `times`."""

    function: str
    call: str
    nth: int
    kind: Kind
    times: int = 1


@dataclass(frozen=True)
class Use:
    """A form used with a picture (by its number), so many seconds after the step before."""

    picture: int
    after: float = 0.0


@dataclass(frozen=True)
class Person:
    """Who opens a request and uses its form.

    Attributes:
        part: Whether in the first part of the history (0) or the second (1).
        uses: What is uploaded with the one form.
        says: Whether the browser tells the picture's size and kind when it asks for the form.
        unproven_after: So many seconds into the part, the address loses its proof.
        woken_after: So many seconds into the part, `notify` is woken though nothing is known to be there.
        looks_after: So many seconds into the part, the person looks how far it is.
        asks_again: Whether the person, whose mail could not be delivered, verifies the address and asks for it again.
        asks_at: So many seconds into the part, the person does so if that is needed by then, and not only at its end.
        fates: What becomes of the first mails to the person; all others arrive.
    """

    part: int
    uses: tuple[Use, ...]
    says: bool = False
    unproven_after: float | None = None
    woken_after: float | None = None
    looks_after: float | None = None
    asks_again: bool = False
    asks_at: tuple[float, ...] = ()
    fates: tuple[Fate, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A history's ingredients.

    Attributes:
        seed: Of the schedule.
        strays: How many events come that nobody of ours caused.
        vanish_after: So many seconds into the first part, the kept images vanish, as they do in time.
        sandbox: Whether SES itself refuses addresses without proof.
        sway: A running function is interrupted at one in so many points (1: never).
        copies: One in so many messages and events is delivered twice (1: none).
        tries: How often a message is received before it dies.
        lost: What is lost: the first message to one of the later queues, the first that `ingest` gave back, or with the
            first for `count` its transcript (`TRANSCRIPT`); or what EventBridge tells of a run (`RUN_END`).
        sweeps: How often there is a sweep though nothing is known to be stuck.
        redrive: Whether what died is replayed.
        engine: What counts.
        ends: How the first runs on Glue end, in Glue's words; all others succeed.
        troubles: Why runs cannot count the first documents that they look at, if they cannot.
        corpus_after: So many seconds into the first part, somebody else starts a run of the same job.
    """

    seed: int
    people: tuple[Person, ...]
    faults: tuple[Fault, ...] = ()
    between: Between = Between.NOTHING
    strays: int = 0
    vanish_after: float | None = None
    sandbox: bool = False
    sway: int = 1
    copies: int = 1
    tries: int = TRIES
    lost: tuple[str, ...] = ()
    sweeps: int = 0
    redrive: bool = False
    engine: Engine = Engine.LAMBDA
    ends: tuple[str, ...] = ()
    troubles: tuple[Cause | None, ...] = ()
    corpus_after: float | None = None

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Plan:
        """What `to_json` made."""
        people = [_person(person) for person in told["people"]]
        faults = [{**fault, "kind": Kind(fault["kind"])} for fault in told["faults"]]
        converted = {"people": tuple(people), "faults": _all(Fault, faults), "between": Between(told["between"])}
        troubles = tuple(cause and Cause(cause) for cause in told["troubles"])
        in_bulk = {"engine": Engine(told["engine"]), "ends": tuple(told["ends"]), "troubles": troubles}
        return _made(cls, {**told, **converted, **in_bulk, "lost": tuple(told["lost"])})


def _person(told: dict[str, Any]) -> Person:
    fates = tuple(Fate(fate) for fate in told["fates"])
    return _made(Person, {**told, "uses": _all(Use, told["uses"]), "asks_at": tuple(told["asks_at"]), "fates": fates})


def _all(kind: Callable[..., Thing], told: Iterable[dict[str, Any]]) -> tuple[Thing, ...]:
    return tuple(_made(kind, each) for each in told)


def _made(kind: Callable[..., Thing], told: dict[str, Any]) -> Thing:
    return kind(**told)
