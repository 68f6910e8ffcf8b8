"""How a call of a port goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.core.errors import Absent, Retryable, Throttled
from runtime.core.insist import TRIES
from tests.simulation.functions import BULK, BULK_LEASE, INGEST_LEASE
from tests.simulation.plan import DELAYS, Kind

if TYPE_CHECKING:
    from tests.simulation.invocation import Invocation
    from tests.simulation.plan import Fault
    from tests.simulation.world import World

_LONG: Final = 700.0
_GOES_ON: Final = frozenset({Kind.SLOW_BEFORE, Kind.SLOW_AFTER, Kind.REPEATED})


class CrashError(BaseException):
    """The process is gone. No `Exception`: the code under test must not catch it."""


def due(world: World, what: tuple[str, str], nth: int) -> Fault | None:
    """The fault that is planned for this call."""
    for fault in world.faults[what]:
        if fault.nth <= nth < fault.nth + fault.times:
            return fault
    return None


def befall_before(world: World, here: Invocation, fault: Fault) -> None:
    """What goes wrong before the call does anything.

    Raises:
        CrashError: The process dies.
        Throttled, Retryable: The service is busy.
        Absent: It is said not to be there.
        RuntimeError: Nobody expects this.
    """
    kind = fault.kind
    here.hurt = True
    here.interrupted = here.interrupted or kind not in _GOES_ON
    here.only_busy = here.only_busy and kind in DELAYS
    world.facts.faults += 1
    world.covered[f"{kind}|{fault.function} {fault.call}"] += 1
    world.say(f"{here} {fault.call}: {kind}")
    if kind in DELAYS:
        world.facts.delays += 1
        here.busy[fault.call] += 1
        if here.busy[fault.call] >= TRIES:
            here.excuse()
        raise Throttled("come later") if kind is Kind.THROTTLED else Retryable("a bad moment")
    if kind is Kind.CRASH_BEFORE:
        raise CrashError
    if kind is Kind.FORBIDDEN:
        here.forbidden = True
        raise Absent("403")
    if kind is Kind.BROKEN:
        here.excuse()
        raise RuntimeError("nobody expects this")
    if kind is Kind.TIMED_OUT:
        here.wakes_at, here.doomed = here.stops_at, True
        world.hand_over()
    elif kind is Kind.SLOW_BEFORE:
        _hang(world, here)


def befall_after(world: World, here: Invocation, fault: Fault) -> None:
    """What goes wrong when the call has done its work.

    Raises:
        CrashError: The process dies.
        Retryable: There is no answer.
    """
    if fault.kind is Kind.CRASH_AFTER:
        raise CrashError
    if fault.kind is Kind.LOST:
        here.excuse()
        raise Retryable("no answer")
    if fault.kind is Kind.SLOW_AFTER:
        _hang(world, here)


def _hang(world: World, here: Invocation) -> None:
    """Stay alive, and go on when all leases and the messages' visibility may be over."""
    visibility = here.queue.visibility if here.queue else _LONG
    lease = BULK_LEASE if here.function == BULK else INGEST_LEASE
    here.wakes_at = world.now + (lease + 1, visibility + 1, _LONG)[world.pick(3)]
    here.stops_at = here.wakes_at + (here.stops_at - here.began_at)
    here.slow = world.facts.slow = True
    here.excuse()
    world.hand_over()
