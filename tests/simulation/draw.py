"""Draw a history's plan from its seed. Seeds that follow one another have each call go wrong in turn, in every way."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Final

from runtime.core.bulk import LOST, Engine
from runtime.core.manifest import Cause
from tests.simulation.functions import BULK, CALLS_IN_BULK, CALLS_IN_PLACE, CALLS_OF_BOUNCES
from tests.simulation.pictures import PICTURES, TWINS
from tests.simulation.plan import DELAYS, RUN_END, TRANSCRIPT, TRIES, Between, Fate, Fault, Kind, Person, Plan, Use
from tests.simulation.situations import SITUATIONS, Situation

_KINDS: Final = (
    *(Kind.CRASH_BEFORE, Kind.CRASH_AFTER, Kind.THROTTLED, Kind.LOST, Kind.SLOW_BEFORE),
    *(Kind.CRASH_BEFORE, Kind.CRASH_AFTER, Kind.BUSY, Kind.TIMED_OUT, Kind.SLOW_AFTER),
    *(Kind.CRASH_BEFORE, Kind.CRASH_AFTER, Kind.THROTTLED, Kind.REPEATED, Kind.BROKEN),
)
_ONCE_ONLY: Final = frozenset({"reader.read", "mailer.send"})
"""Calls that the SDK is told never to repeat by itself."""

_POISON: Final = (1, 1, 1, 2, 8)
_WAITS: Final = (0.0, 0.0, 0.0, 0.5, 5.0, 30.0)
_DURING_RUNS: Final = (2.0, 36.0, 40.0, 65.0, 100.0)
_WHEN_IT_IS_OVER: Final = 900.0
_MOMENTS: Final = (0.0, 0.2, 5.0, 100.0)
_COMMON: Final = (0, 0, 0, 0, 1, 2, 4, 6)
_NUMBERS: Final = range(len(PICTURES))
_ONE_IN: Final = 3
"""So many histories, one has counting left to Glue."""

_BOUNCES_IN: Final = 5
"""So many histories, one has mails come back."""

_FATES: Final = (
    *(Fate.FULL, Fate.FULL, Fate.UNKNOWN, Fate.UNKNOWN, Fate.UNKNOWN, Fate.REJECTED),
    *(Fate.AWAY, Fate.ARRIVES),
)
_ASKS: Final = (0.5, 5.0, 45.0, 130.0, 450.0, 900.0)
_ENDS: Final = ("SUCCEEDED", "SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED", "ERROR", "EXPIRED", LOST)
_TROUBLES: Final = (None, None, None, Cause.UNREADABLE, Cause.UNAVAILABLE, Cause.UNAVAILABLE, Cause.INTERNAL)
_LOSABLE: Final = ("ingest", "count", "publish", "notify", TRANSCRIPT)


def draw(seed: int) -> Plan:
    """The plan of this seed."""
    chance = Random(f"plan {seed}")  # noqa: S311  a simulation has to be repeatable
    faults = _faults(chance, seed)
    situation = SITUATIONS.get((faults[0].function, faults[0].call), _ANY) if faults else _ANY
    faults += [Fault(function, call, faults[0].nth, kind) for function, call, kind in situation.faults]
    between = situation.between
    if between is Between.NOTHING and chance.random() < 0.3:
        between = chance.choice(tuple(Between))
    tries, lost = _losses(chance, situation)
    pictures = _pictures(chance, situation)
    people = [_person(chance, pictures, situation) for _ in range(chance.choice((1, 2, 2, 2, 3, 3, 4)))]
    if situation.again:
        again = replace(_person(chance, pictures, situation), uses=people[0].uses[:1], part=1)
        people.append(replace(again, looks_after=_WHEN_IT_IS_OVER) if situation.looks else again)
    elif between is not Between.NOTHING or chance.random() < 0.1:
        people[1:] = [replace(person, part=int(chance.random() < 0.8)) for person in people[1:]]
    plan = Plan(
        seed=seed,
        people=tuple(people),
        faults=tuple(faults),
        between=between,
        strays=chance.choice((0, 0, 0, 1, 3)),
        vanish_after=chance.choice((*_MOMENTS, 400.0)) if chance.random() < 0.1 else None,
        sandbox=chance.random() < 0.5,
        sway=chance.choice((1, 2, 2, 3, 5, 8)),
        copies=chance.choice((1, 3, 6)),
        tries=tries,
        lost=lost,
        sweeps=max(situation.sweeps, chance.choice((0, 0, 0, 1, 3))),
        redrive=situation.redrive or (tries < TRIES and chance.random() < 0.5),
    )
    if seed % _ONE_IN == 0:
        plan = _in_bulk(chance, plan)
    return _with_bounces(chance, plan) if seed % _BOUNCES_IN == 1 else plan


_ANY: Final = Situation()


def _faults(chance: Random, seed: int) -> list[Fault]:
    """The first is the seed's turn, the others are chance's."""
    faults = [_fault(chance, *chance.choice(CALLS_IN_PLACE), chance.choice(_KINDS)) for _ in range(_how_many(chance))]
    if faults:
        turn, at = divmod(seed, len(CALLS_IN_PLACE))
        function, call = CALLS_IN_PLACE[at]
        faults[0] = _fault(chance, function, call, _KINDS[turn % len(_KINDS)])
        if (function, call) in SITUATIONS:
            faults[0] = replace(faults[0], nth=1)
    return faults


def _how_many(chance: Random) -> int:
    return chance.choice((0, 0, 1, 1, 1, 2, 2, 3, 4))


def _fault(chance: Random, function: str, call: str, kind: Kind) -> Fault:
    if kind is Kind.REPEATED and call in _ONCE_ONLY:
        kind = Kind.LOST
    if kind in DELAYS and call == "uploads.read" and chance.random() < 0.5:
        kind = Kind.FORBIDDEN
    times = 1
    if kind in DELAYS:
        times = chance.choice((1, 1, 2, 4, 8))
    elif kind in (Kind.CRASH_BEFORE, Kind.CRASH_AFTER, Kind.TIMED_OUT):
        times = chance.choice(_POISON if call in _ONCE_ONLY else (1, 1, 1, 1, 1, 1, 1, 2, 8))
    return Fault(function, call, chance.choice((1, 1, 1, 2, 2, 3)), kind, times)


def _losses(chance: Random, situation: Situation) -> tuple[int, tuple[str, ...]]:
    """How often messages are received before they die, and what is lost; mostly nothing of the kind."""
    if situation.tries < TRIES or situation.lost:
        return situation.tries, situation.lost
    which = chance.random()
    if which < 0.1:
        return chance.choice((1, 2, 3, 5)), ()
    if which < 0.2:
        return TRIES, tuple(chance.sample(_LOSABLE, chance.choice((1, 1, 2))))
    return TRIES, ()


def _pictures(chance: Random, situation: Situation) -> tuple[int, ...]:
    """One to three, often of one digest, mostly readable."""
    if situation.picture is not None:
        return (situation.picture,)
    if chance.random() < 0.25:
        return tuple(chance.sample(TWINS, 2))
    common = _COMMON if chance.random() < 0.8 else _NUMBERS
    return tuple(chance.choice(common) for _ in range(chance.choice((1, 1, 1, 2, 3))))


def _person(chance: Random, pictures: tuple[int, ...], situation: Situation) -> Person:
    uses = [Use(chance.choice(pictures), chance.choice(_WAITS))]
    while chance.random() < 0.2:
        again = uses[0].picture if chance.random() < 0.3 else chance.choice(_NUMBERS)
        uses.append(Use(again, chance.choice(_WAITS)))
    return Person(
        part=0,
        uses=tuple(uses),
        says=situation.says or chance.random() < 0.3,
        unproven_after=chance.choice(_MOMENTS[:2] if situation.unproven else _MOMENTS)
        if situation.unproven or chance.random() < 0.06
        else None,
        woken_after=chance.choice(_MOMENTS) if situation.woken or chance.random() < 0.15 else None,
        looks_after=chance.choice(_MOMENTS) if situation.looks or chance.random() < 0.1 else None,
        asks_again=situation.unproven or chance.random() < 0.5,
    )


def _in_bulk(chance: Random, plan: Plan) -> Plan:
    """The same with all, or what is larger, left to Glue. Drawn last: all other histories stay what they are."""
    faults, situation = _faults_in_bulk(chance, plan.seed)
    faults += plan.faults if not faults or chance.random() < 0.8 else ()
    ends = tuple(chance.choice(_ENDS) for _ in range(chance.choice((0, 0, 1, 2, 3))))
    troubles = tuple(chance.choice(_TROUBLES) for _ in range(chance.choice((0, 0, 1, 3))))
    lost = chance.choice(((BULK,), (RUN_END,), (BULK, RUN_END))) if chance.random() < 0.1 else ()
    looks_after = chance.choice((None, 100.0, _WHEN_IT_IS_OVER))
    people = [*plan.people, Person(part=0, uses=(Use(0, chance.choice(_WAITS)),), looks_after=looks_after)]
    if chance.random() < 0.4:
        people.append(Person(part=0, uses=(Use(1, chance.choice(_DURING_RUNS)),)))
    return replace(
        plan,
        people=tuple(people),
        faults=tuple(faults),
        lost=(*plan.lost, *lost),
        engine=Engine.GLUE if chance.random() < 0.7 else Engine.AUTO,
        ends=situation.ends or ends,
        troubles=situation.troubles or troubles,
        corpus_after=chance.choice(_MOMENTS) if chance.random() < 0.2 else None,
    )


def _faults_in_bulk(chance: Random, seed: int) -> tuple[list[Fault], Situation]:
    """The seed's turn, and what brings its call about; perhaps another one."""
    if chance.random() < 0.25:
        return [], _ANY
    turn, at = divmod(seed // _ONE_IN, len(CALLS_IN_BULK))
    function, call = CALLS_IN_BULK[at]
    situation = SITUATIONS[function, call]
    faults = [replace(_fault(chance, function, call, _KINDS[turn % len(_KINDS)]), nth=1)]
    faults += [Fault(function, call, 1, kind) for function, call, kind in situation.faults]
    if chance.random() < 0.4:
        faults.append(_fault(chance, *chance.choice(CALLS_IN_BULK), chance.choice(_KINDS)))
    return faults, situation


def _with_bounces(chance: Random, plan: Plan) -> Plan:
    """The same with mails that come back. Drawn last, as that is."""
    people = tuple(_whose_mails_come_back(chance, person) for person in plan.people)
    if chance.random() < 0.6:
        return replace(plan, people=people)
    turn, at = divmod(plan.seed // _BOUNCES_IN, len(CALLS_OF_BOUNCES))
    fault = _fault(chance, *CALLS_OF_BOUNCES[at], _KINDS[turn % len(_KINDS)])
    return replace(plan, people=people, faults=(fault, *plan.faults))


def _whose_mails_come_back(chance: Random, person: Person) -> Person:
    if chance.random() < 0.3:
        return person
    fates = tuple(chance.choice(_FATES) for _ in range(chance.choice((1, 1, 2, 2, 3))))
    asks_again = chance.random() < 0.8
    asks_at = chance.sample(_ASKS, chance.choice((0, 1, 3))) if asks_again else ()
    return replace(person, fates=fates, asks_again=asks_again, asks_at=tuple(sorted(asks_at)))
