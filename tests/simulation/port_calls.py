"""Every call of a port: the scheduler may step in before and after, faults befall it, and promises look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.simulation import faults
from tests.simulation.plan import Kind
from tests.simulation.promises.broken import BrokenPromiseError
from tests.simulation.promises.calls import AFTER, BEFORE
from tests.simulation.promises.lines import DUE_LINES, DUE_WHEN_DENIED
from tests.simulation.shown import shown
from tests.simulation.waking import flush

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulation.invocation import Invocation
    from tests.simulation.plan import Fault
    from tests.simulation.world import World

MOST_CALLS: Final = 2000
"""Of one port's method by one function, in a history."""


def call(world: World, name: str, work: Callable[..., Any], *given: Any, **named: Any) -> Any:  # noqa: ANN401  any call
    """Have a port do its work for the function that is at work now.

    Raises:
        BrokenPromiseError: There is no end to such calls, or a promise that looks at this one did not hold.
    """
    here = _at_work(world)
    what = here.function, name
    fault = _due(world, here, what)
    if world.pick(world.plan.sway):
        world.hand_over()
    if fault:
        faults.befall_before(world, here, fault)
    if given and given[0] is None:
        raise BrokenPromiseError("ports_are_asked_for_what_has_a_name", f"{here} calls {name} for nothing")
    if look := BEFORE.get(name):
        look(world, here, *given)
    answer: Any = None
    for _ in range(1 + (fault is not None and fault.kind is Kind.REPEATED)):
        answer = _done(world, name, work, given, named)
    flush(world)
    _note(here, what, answer)
    if look := AFTER.get(name):
        look(world, here, answer, *given)
    if fault:
        faults.befall_after(world, here, fault)
    if world.pick(world.plan.sway):
        world.hand_over()
    return answer


def _due(world: World, here: Invocation, what: tuple[str, str]) -> Fault | None:
    """What is planned for this call, which is counted."""
    world.calls[what] = nth = world.calls.get(what, 0) + 1
    if nth > MOST_CALLS:
        raise BrokenPromiseError("all_comes_to_rest", f"{here} calls {what[1]} without end")
    return faults.due(world, what, nth) if what in world.faults else None


def _note(here: Invocation, what: tuple[str, str], answer: object) -> None:
    """What it was denied, and what it is to log."""
    if answer is False:
        here.denied.add(what[1])
    if line := (DUE_WHEN_DENIED if answer is False else DUE_LINES).get(what):
        here.due_lines[line] += 1


def _at_work(world: World) -> Invocation:
    if world.current is None:
        raise AssertionError("a port is called by nobody")
    return world.current


def _done(world: World, name: str, work: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]) -> Any:  # noqa: ANN401  any answer
    """The port's answer; a reader is told of it."""
    if world.told is None:
        return work(*given, **named)
    values = ", ".join((*map(shown, given), *(f"{key}={shown(value)}" for key, value in named.items())))
    try:
        answer = work(*given, **named)
    except Exception as error:
        world.say(f"{world.current} {name}({values}) -> {error!r}")
        raise
    world.say(f"{world.current} {name}({values}) -> {shown(answer)}")
    return answer
