"""What is run by a schedule or by hand: sweeps, mails asked for again, dead letters replayed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from runtime.core.addresses import Verification
from runtime.core.errors import BadRequest, Retryable
from runtime.core.types import RecordState, RequestState
from runtime.core.use_cases.addresses import Verifier
from runtime.core.use_cases.redrive import Redrive
from runtime.core.use_cases.resend import Resend
from runtime.core.use_cases.sweep import Sweep
from runtime.handlers.sweep import scheduled
from tests.simulation.invocation import Invocation
from tests.simulation.plan import TRIES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulation.people import Actor
    from tests.simulation.ports import Ports
    from tests.simulation.scheduler import Scheduler
    from tests.simulation.world import World

SWEEP: Final = "sweep"
RESEND: Final = "resend"
REDRIVE: Final = "redrive"

PATIENCE: Final = 960.0
"""Seconds after which what has not gone on is stuck: longer than any message is hidden."""

_TIMEOUT: Final = 300.0
_MOMENTS: Final = (0.2, 5.0, 100.0, 1000.0, 2000.0)
_MOST_ROUNDS: Final = 40
"""Of sweeps until nothing is stuck: a fault may meet each of the first ones."""

CALLS: Final = {
    SWEEP: (
        "bulk.look",
        "images.oldest",
        "notifications.send",
        "pending.has",
        "records.abandon",
        "records.get",
        "requests.get",
        "requests.refuse",
        "results.counted",
        "results.has_transcript",
        "stages.counted",
        "stages.transcribed",
        "stages.uploaded",
        "unfinished.record_driven",
        "unfinished.records",
        "unfinished.request_driven",
        "unfinished.requests",
        "waiters.of",
        "waiters.remove",
    ),
    RESEND: (
        "addresses.get",
        "addresses.proven",
        "counters.turn",
        "mailer.verified",
        "notifications.send",
        "requests.get",
        "requests.reopen",
    ),
    REDRIVE: ("dead_letters.forget", "replays.send", "requests.get", "requests.reopen"),
}
"""The calls of ports that each makes."""


@dataclass(frozen=True, slots=True)
class Errands:
    """The use cases."""

    sweep: Callable[[], object]
    resend: Resend
    redrive: Redrive


def errands(ports: Ports) -> Errands:
    """The use cases on these ports."""
    sweep = Sweep(
        unfinished=ports.unfinished,
        records=ports.records,
        waiters=ports.waiters,
        requests=ports.requests,
        results=ports.results,
        images=ports.images,
        stages=ports.stages,
        pending=ports.pending,
        bulk=ports.bulk,
        notifications=ports.notifications,
        clock=ports.clock,
        log=ports.log,
        patience_seconds=PATIENCE,
    )
    verifier = Verifier(ports.addresses, ports.counters, ports.mailer, ports.clock, Verification.SES)
    return Errands(
        sweep=partial(scheduled(sweep), {}),
        resend=Resend(ports.requests, ports.notifications, ports.addresses, verifier, ports.log),
        redrive=Redrive(ports.dead_letters, ports.requests, ports.replays, ports.log),
    )


class Operators:
    """Who runs them in one history."""

    def __init__(self, world: World, scheduler: Scheduler, errands: Errands) -> None:
        self._world = world
        self._scheduler = scheduler
        self._errands = errands

    def enter(self) -> None:
        """Have the schedule come round as often as planned, at any moments."""
        world = self._world
        for _ in range(world.plan.sweeps):
            world.later(_MOMENTS[world.pick(len(_MOMENTS))], self._sweep)
        if world.plan.lost or world.plan.tries < TRIES:
            world.later(PATIENCE + 1, partial(self._come_round, _MOST_ROUNDS))
        for actor in world.actors:
            for moment in actor.person.asks_at if actor.person.part == world.part else ():
                world.later(moment, partial(self._ask_for_it, actor))

    def see_to_the_rest(self) -> None:
        """At rest, see to what is left when something was lost or has died: sweep, have mails sent, replay."""
        most = max((len(person.fates) for person in self._world.plan.people), default=0)
        asked = [self._ask_again] * (most + 1)
        asked_once_more = asked if most else ()  # a bounce may have died, and be replayed
        for see_to in (self._nothing, *asked, self._replay, *asked_once_more):
            see_to()
            self._scheduler.until_rest()
            self._sweep_what_is_stuck()

    def _nothing(self) -> None:
        """First of all, the schedule comes round."""

    def _sweep_what_is_stuck(self) -> None:
        """If there is a reason why it is: nothing else may need this."""
        world = self._world
        for _ in range(_MOST_ROUNDS):
            if not (world.facts.is_stuck_for_a_reason and _is_stuck(world)):
                break
            world.now += PATIENCE + 1
            self._sweep()
            self._scheduler.until_rest()

    def _come_round(self, rounds: int) -> None:
        """As the schedule does, for as long as anything goes on."""
        world = self._world
        at_work = any(here.function != SWEEP for here in world.running)
        goes_on = at_work or world.agenda or any(queue.messages for queue in world.queues.values())
        self._sweep()
        if rounds and (goes_on or _is_stuck(world)):
            world.later(PATIENCE + 1, partial(self._come_round, rounds - 1))

    def _sweep(self) -> None:
        self._world.covered["sweeps"] += 1
        self._scheduler.start(self._started(SWEEP), partial(_by_hand, self._errands.sweep))

    def _ask_again(self) -> None:
        """Who has verified the address again asks for the mail, as often as it takes."""
        for actor in self._world.actors:
            self._ask_for_it(actor)

    def _ask_for_it(self, actor: Actor) -> None:
        world, opened = self._world, actor.opened
        request = world.requests.rows.get(opened.request_id) if opened else None
        if opened and actor.person.asks_again and request and request.state is RequestState.UNDELIVERABLE:
            world.proven.add(actor.address)
            world.later(0.0, partial(self._resend, opened.request_id, 10))

    def _resend(self, request_id: str, tries: int) -> None:
        self._world.covered["mails asked for again"] += 1
        here = self._started(RESEND)
        here.then = partial(self._asked, here, request_id, tries)
        self._scheduler.start(here, partial(self._ask, request_id))

    def _ask(self, request_id: str) -> None:
        try:
            self._errands.resend(request_id)
        except BadRequest as refused:
            self._world.say(f"not again: {refused.code}")
        except (Retryable, RuntimeError):
            self._world.say("it is to be asked for later")

    def _asked(self, here: Invocation, request_id: str, tries: int) -> None:
        """Crashed, or told to come later: asked once more; what was taken up by then, a sweep finds."""
        world = self._world
        if world.requests.rows[request_id].state is not RequestState.UNDELIVERABLE:
            world.facts.left_to_sweep |= here.hurt
        elif tries:
            world.later(1.0, partial(self._resend, request_id, tries - 1))

    def _replay(self) -> None:
        world = self._world
        for letter in world.dead_letters.kept() if world.plan.redrive else ():
            world.covered["letters replayed"] += 1
            world.say(f"{letter.queue} {letter.message_id} is replayed")
            self._scheduler.start(self._started(REDRIVE), partial(_by_hand, partial(self._errands.redrive, letter)))

    def _started(self, function: str) -> Invocation:
        now = self._world.now
        return Invocation(self._world.number(), function, began_at=now, stops_at=now + _TIMEOUT)


def _by_hand(work: Callable[[], object]) -> object:
    """What is busy, or not expected, whoever runs it sees, and runs it again some time."""
    try:
        return work()
    except (Retryable, RuntimeError):
        return None


def _is_stuck(world: World) -> bool:
    waiting = (RequestState.WAITING, RequestState.SENDING)
    requests = any(row.state in waiting for row in world.requests.rows.values())
    records = any(row.state is RecordState.TRANSCRIBED for row in world.records.rows.values())
    return requests or records or bool(world.pending.waiting) or world.starters.row.run is not None
