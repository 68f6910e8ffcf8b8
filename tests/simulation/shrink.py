"""Make a history that breaks a promise as small as it gets: first its plan, then its schedule."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tests.simulation.history import run
from tests.simulation.smaller import smaller

if TYPE_CHECKING:
    from tests.simulation.plan import Plan

SCHEDULES: Final = 150
"""How many schedules a smaller plan is tried with."""


def shrink(plan: Plan, made: list[int], promise: str) -> tuple[Plan, list[int]]:
    """The smallest plan and schedule found that break the same promise."""
    plan, made = _smaller_plan(plan, made, promise)
    while True:
        before = len(made), sum(made)
        made = _smaller_schedule(plan, made, promise)
        plan, made = _smaller_plan(plan, made, promise)
        if (len(made), sum(made)) >= before:
            return plan, made


def _breaks(plan: Plan, script: list[int] | None, promise: str) -> list[int] | None:
    outcome = run(plan, script)
    return outcome.made if outcome.broken and outcome.broken.promise == promise else None


def _smaller_plan(plan: Plan, made: list[int], promise: str) -> tuple[Plan, list[int]]:
    candidates = smaller(plan)
    while (candidate := next(candidates, None)) is not None:
        for attempt in range(SCHEDULES):
            tried = replace(candidate, seed=attempt) if attempt else candidate
            found = _breaks(tried, None if attempt else made, promise)
            if found is not None:
                plan, made, candidates = tried, found, smaller(tried)
                break
    return plan, made


def _smaller_schedule(plan: Plan, made: list[int], promise: str) -> list[int]:
    """Cut decisions out, and set what stays to the plainest option, in ever smaller pieces."""
    size = len(made)
    while size:
        at = 0
        while at < len(made):
            plain = [0] * len(made[at : at + size])
            for piece in (plain[:0], plain):
                tried = made[:at] + piece + made[at + size :]
                found = _breaks(plan, tried, promise) if tried != made else None
                if found is not None and (len(_cut(found)), sum(found)) < (len(made), sum(made)):
                    made = _cut(found)
                    break
            else:
                at += size
        size //= 2
    return made


def _cut(made: list[int]) -> list[int]:
    """Without the plain decisions at the end, which need not be told."""
    end = len(made)
    while end and not made[end - 1]:
        end -= 1
    return made[:end]
