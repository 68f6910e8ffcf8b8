"""Run one history, and say how it went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.simulation import between, strays, vanishing
from tests.simulation.choices import Choices
from tests.simulation.functions import api
from tests.simulation.letters import plain_letters
from tests.simulation.operators import Operators, errands
from tests.simulation.people import People
from tests.simulation.pictures import made_up_digests
from tests.simulation.ports import ports
from tests.simulation.promises.broken import BrokenPromiseError
from tests.simulation.promises.rest import AT_REST
from tests.simulation.scheduler import Scheduler
from tests.simulation.world import World

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from tests.simulation.plan import Plan


@dataclass(frozen=True)
class Outcome:
    """How a history went.

    Attributes:
        broken: The promise that did not hold, if any, and how.
        made: The decisions of its schedule.
        covered: What happened in it.
    """

    broken: BrokenPromiseError | None
    made: list[int]
    covered: Counter[str]


def run(plan: Plan, script: Sequence[int] | None = None, told: list[str] | None = None) -> Outcome:
    """Run a plan on its own schedule, or on that of a run before.

    Args:
        plan: What is to happen.
        script: The decisions of a run before.
        told: Where to tell each step, for a reader.
    """
    choices = Choices(plan.seed, script)
    world = World(plan, choices.pick, told)
    broken = None
    with made_up_digests(), plain_letters():
        try:
            _live(world)
        except BrokenPromiseError as error:
            broken = error
    for (function, call), times in world.calls.items():
        world.covered[f"called|{function} {call}"] += times
    return Outcome(broken, choices.made, world.covered)


def _live(world: World) -> None:
    """Both parts, each to its end; nothing is in flight then, no lease holds, and all deadlines are over."""
    wired = ports(world)
    scheduler = Scheduler(world, wired)
    people = People(world, scheduler, api(wired))
    operators = Operators(world, scheduler, errands(wired))
    try:
        for part in (0, 1):
            world.part = part
            if part:
                if not any(person.part for person in world.plan.people):
                    break
                between.happen(world)
            else:
                strays.come(world)
                vanishing.come(world)
                if world.plan.corpus_after is not None:
                    world.later(world.plan.corpus_after, world.glue.count_a_corpus)
            people.enter()
            operators.enter()
            scheduler.until_rest()
            operators.see_to_the_rest()
            world.say("at rest")
            for promise in AT_REST:
                promise(world)
    finally:
        scheduler.stop()
