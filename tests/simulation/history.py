"""Run one history, and say how it went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.simulation.choices import Choices
from tests.simulation.promises import BrokenPromiseError
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
    """Run a plan on its own schedule, or on that of a run before."""
    choices = Choices(plan.seed, script)
    world = World(plan, choices, told)
    broken = None
    try:
        world.run()
    except BrokenPromiseError as error:
        broken = error
    return Outcome(broken, choices.made, world.covered)
