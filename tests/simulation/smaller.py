"""Plans with one thing less, the greatest first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from runtime.core.bulk import Engine
from tests.simulation.plan import TRIES, Between

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.simulation.plan import Fault, Person, Plan, Use

Thing = TypeVar("Thing")


def smaller(plan: Plan) -> Iterator[Plan]:
    """Each plan that is this one with one thing less, or one thing plainer."""
    for people in _each_without(plan.people):
        yield replace(plan, people=people)
    for faults in _each_without(plan.faults):
        yield replace(plan, faults=faults)
    yield from _plainer(plan, between=Between.NOTHING, engine=Engine.LAMBDA, ends=(), troubles=(), corpus_after=None)
    for people in _one_smaller(plan.people, _smaller_person):
        yield replace(plan, people=people)
    for faults in _one_smaller(plan.faults, _smaller_fault):
        yield replace(plan, faults=faults)
    for ends in _each_without(plan.ends):
        yield replace(plan, ends=ends)
    for troubles in _each_without(plan.troubles):
        yield replace(plan, troubles=troubles)
    yield from _plainer(plan, tries=TRIES, lost=(), sweeps=0, redrive=False)
    yield from _plainer(plan, vanish_after=None, strays=0, sandbox=False, copies=1, sway=1)


def _smaller_person(person: Person) -> Iterator[Person]:
    if len(person.uses) > 1:
        for uses in _each_without(person.uses):
            yield replace(person, uses=uses)
    for fates in _each_without(person.fates):
        yield replace(person, fates=fates)
    for moments in _each_without(person.asks_at):
        yield replace(person, asks_at=moments)
    yield from _plainer(person, part=0, says=False, unproven_after=None, woken_after=None, looks_after=None)
    yield from _plainer(person, asks_again=False)
    for uses in _one_smaller(person.uses, _smaller_use):
        yield replace(person, uses=uses)


def _smaller_fault(fault: Fault) -> Iterator[Fault]:
    yield from _plainer(fault, times=1)


def _smaller_use(use: Use) -> Iterator[Use]:
    yield from _plainer(use, after=0.0, picture=0)


def _each_without(things: tuple[Thing, ...]) -> Iterator[tuple[Thing, ...]]:
    for at in range(len(things)):
        yield (*things[:at], *things[at + 1 :])


def _one_smaller(
    things: tuple[Thing, ...], smaller_thing: Callable[[Thing], Iterator[Thing]]
) -> Iterator[tuple[Thing, ...]]:
    for at, thing in enumerate(things):
        for less in smaller_thing(thing):
            yield (*things[:at], less, *things[at + 1 :])


def _plainer(thing: Any, **plain: object) -> Iterator[Any]:  # noqa: ANN401  any of the above
    for name, value in plain.items():
        if getattr(thing, name) != value:
            yield replace(thing, **{name: value})
