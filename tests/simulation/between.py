"""What happens to records and results while nobody uploads, before the second part of a history."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from runtime.core.types import RecordState
from tests.runtime.service import DAY
from tests.simulation.plan import Between

if TYPE_CHECKING:
    from tests.simulation.world import World

_BEHIND: Final = (0.0, 1.0, 86_400.0)
_BEFORE: Final = (-0.5, -5.0, -60.0)
_UNTIL_A_NEWER_COUNTER: Final = 20 * DAY
"""Seconds, so that what is not written anew does not live as long as its record does from then on."""


def happen(world: World) -> None:
    """Have happen what is planned."""
    between = world.plan.between
    world.covered[f"between: {between}"] += 1
    world.say(f"between: {between}")
    if between in (Between.EXPIRED, Between.ALMOST_EXPIRED):
        _expire(world, _BEHIND if between is Between.EXPIRED else _BEFORE)
    newer_counter = between in (Between.NEWER_COUNTER, Between.NEWER_COUNTER_TEXT_LOST)
    if newer_counter:
        world.now += _UNTIL_A_NEWER_COUNTER
    for key, row in list(world.records.rows.items()):
        if row.state is not RecordState.READY:
            continue
        if newer_counter:
            _age(world, key)
        if between is Between.COUNT_LOST:
            world.facts.lost.add((key, row.generation))
            del world.results.counts[key]
        elif between in (Between.TEXT_LOST, Between.NEWER_COUNTER_TEXT_LOST):
            world.facts.lost.add((key, row.generation))
            del world.results.texts[key]


def _expire(world: World, ahead: tuple[float, ...]) -> None:
    """Let time pass to the end of a record, or almost."""
    ends = [row.expires_at for row in world.records.rows.values()]
    if ends:
        world.now = max(world.now, ends[world.pick(len(ends))] + ahead[world.pick(len(ahead))])
        world.forgets = world.pick(2) == 1


def _age(world: World, key: str) -> None:
    """Have been counted by an older counter, which made other words of the same text."""
    world.records.rows[key] = replace(world.records.rows[key], version="0")
    stored = world.results.counts[key]
    old = replace(stored.count, version="0", words=(*stored.count.words, ("older", 1)))
    world.results.counts[key] = replace(stored, count=old)
