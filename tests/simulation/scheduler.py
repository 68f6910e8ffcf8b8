"""Decides what happens next: a function goes on, a message is delivered, somebody acts, a row is deleted, time passes.

Each invocation of a function is a greenlet, so that all of them share one thread and only one is ever at work. Before
and after every call of a port it may hand over to the scheduler.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from greenlet import greenlet

from runtime.core import keys
from runtime.handlers.batch import Batch
from tests.simulation.faults import CrashError
from tests.simulation.functions import DEAD, FUNCTIONS, arn
from tests.simulation.invocation import Invocation
from tests.simulation.promises.broken import BrokenPromiseError
from tests.simulation.promises.deliveries import ENDED, failed_of
from tests.simulation.shown import short
from tests.simulation.world import START

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.simulation.ports import Ports
    from tests.simulation.queues import Message, Queue
    from tests.simulation.world import Appointment, World

    Option = tuple[Callable[[Any], None], Any]

AT_ONCE: Final = 6
"""Invocations at work at the same time, at most."""

MOST_STEPS: Final = 6000
_MOST_OF_A_BATCH: Final = 3
_NEVER: Final = float("inf")


class Scheduler:
    """The scheduler of one history."""

    def __init__(self, world: World, ports: Ports) -> None:
        self._world = world
        self._steps = 0
        self._handlers = {
            function.name: Batch(self._observed(function.work(ports)), ports.deliveries, ports.log, function.read)
            for function in FUNCTIONS
        }

    def until_rest(self) -> None:
        """Have things happen until nothing is left that could.

        Raises:
            BrokenPromiseError: A promise did not hold; or there is no end.
        """
        pick = self._world.pick
        while options := self._options():
            self._steps += 1
            if self._steps > MOST_STEPS:
                raise BrokenPromiseError("all_comes_to_rest", f"{MOST_STEPS} steps and still at work")
            do, what = options[pick(len(options))]
            do(what)

    def start(self, here: Invocation, work: Callable[[], Any]) -> None:
        """Have a function begin its work."""
        world = self._world
        here.process = greenlet(partial(_process, here, work))
        world.running.append(here)
        if world.told is not None:
            world.say(f"{here} starts: {', '.join(short(message.about) for message in here.messages)}")
        self._go_on(here)

    def stop(self) -> None:
        """Leave nothing hanging."""
        for here in self._world.running:
            here.process.throw()  # GreenletExit

    # Option 0 is the plainest: who is at work goes on, and what came first is delivered. Time passes last of all.
    def _options(self) -> list[Option]:
        world, now = self._world, self._world.now
        at_work = [here for here in world.running if here.wakes_at is None]
        options: list[Option] = [(self._go_on, here) for here in at_work]
        if len(world.running) < AT_ONCE:
            queues = world.queues.values()
            options += [(self._deliver, queue) for queue in queues if queue.messages and queue.visible(now)]
        if world.agenda:
            options += [(self._keep, appointment) for appointment in world.agenda if appointment.at <= now]
        if world.forgets:
            options += [(self._forget, key) for key, row in world.records.rows.items() if row.expires_at <= now]
        if self._may_pass(at_work):
            options.append((self._pass, at_work))
        return options

    def _may_pass(self, at_work: list[Invocation]) -> bool:
        """Whether time may: who is at work has a second left, or, if nobody is, something is to happen of itself."""
        if at_work:
            return self._world.now < min([here.stops_at for here in at_work]) - 1
        return self._next() < _NEVER

    def _next(self) -> float:
        """When the next thing happens of itself."""
        world, now = self._world, self._world.now
        times = [message.visible_at for queue in world.queues.values() for message in queue.messages]
        times += [appointment.at for appointment in world.agenda]
        times += [here.wakes_at for here in world.running if here.wakes_at is not None]
        return min([time for time in times if time > now], default=_NEVER)

    def _go_on(self, here: Invocation) -> None:
        self._world.current = here
        here.process.switch()
        if here.process.dead:
            self._ended(here)

    def _keep(self, appointment: Appointment) -> None:
        self._world.agenda.remove(appointment)
        appointment.do()

    def _forget(self, key: str) -> None:
        """DynamoDB deletes an expired row, at any time from then on."""
        world = self._world
        world.covered["rows expired away"] += 1
        world.facts.forgotten.add(key)
        world.say(f"the record of {short(key)} is deleted: it had expired")
        del world.records.rows[key]

    def _pass(self, at_work: list[Invocation]) -> None:
        """Let time pass: to the next thing that happens of itself, or less, or to the end of a lease."""
        world = self._world
        latest = min([self._next(), *[here.stops_at - 1 for here in at_work]])
        leases = [row.lease_until for row in world.records.rows.values() if world.now < row.lease_until < latest]
        leases += [until for until in (world.starters.row.lease_until,) if world.now < until < latest]
        goals = (latest, world.now + 1.0, world.now + 20.0, *leases)
        world.now = min(goals[world.pick(len(goals))], latest)
        if world.told is not None:
            world.say(f"--- {world.now - START:.2f} s")
        for here in [here for here in world.running if here.wakes_at is not None and here.wakes_at <= world.now]:
            here.wakes_at = None
            if here.doomed:
                world.current = here
                here.process.throw(CrashError)
                self._ended(here)

    def _deliver(self, queue: Queue) -> None:
        """Hand some of a queue's messages to its function; what was received too often dies."""
        world = self._world
        self._bury(queue)
        visible = queue.visible(world.now)
        if not visible:
            return
        chosen: list[Message] = []
        for _ in range(1 + world.pick(min(len(visible), queue.function.batch, _MOST_OF_A_BATCH))):
            at = world.pick(len(visible))
            world.covered["reorderings"] += at > 0
            chosen.append(visible.pop(at))
        for message in chosen:
            queue.receive(message, world.now)
            world.covered["messages received again"] += message.receives > 1
        world.covered["batches of several"] += len(chosen) > 1
        event = {"Records": [_delivered(message, queue) for message in chosen]}
        function = queue.function
        here = Invocation(
            number=world.number(),
            function=function.name,
            began_at=world.now,
            stops_at=world.now + function.timeout,
            queue=queue,
            messages=tuple(chosen),
            receipts=tuple(message.receipt for message in chosen),
        )
        self.start(here, partial(self._handlers[function.name], event))

    def _bury(self, queue: Queue) -> None:
        world, name = self._world, queue.function.name
        if name == DEAD:
            return
        if name == "ingest" and name in world.plan.lost:
            self._lose_what_was_given_back(queue)
        for message in queue.dead(world.plan.tries, world.now):
            message.died_in = name
            world.queues[DEAD].messages.append(message)
            world.facts.died.add(str(message.number))
            world.covered["messages died"] += 1
            world.say(f"{name} {message.number} dies: {short(message.about)}")

    def _lose_what_was_given_back(self, queue: Queue) -> None:
        """If its upload is bound: before that, nobody but S3 knows of it, and S3 tells of it at least once."""
        world = self._world
        for message in queue.visible(world.now):
            request = world.requests.rows.get(keys.request_of_upload(message.about.partition(" ")[0]) or "")
            if message.receives and request and request.etag and queue.function.name not in world.facts.lost_from:
                queue.messages.remove(message)
                world.facts.lost_from.add(queue.function.name)
                world.covered["messages lost"] += 1
                world.say(f"a message that {queue.function.name} gave back is lost")

    def _observed(self, work: Callable[[Mapping[str, Any]], None]) -> Callable[[Mapping[str, Any]], None]:
        """The work on a message, and whether it went well."""
        world = self._world

        def observed(body: Mapping[str, Any]) -> None:
            here = world.current
            went_well = False
            try:
                work(body)
                went_well = True
            finally:
                if here:
                    here.handled.append(went_well)

        return observed

    def _ended(self, here: Invocation) -> None:
        world = self._world
        world.running.remove(here)
        if here.crashed:
            here.excuse()
            world.covered["crashes"] += 1
            world.say(f"{here} is dead")
        elif here.queue:
            failed = failed_of(here)
            pairs = zip(here.messages, here.receipts, strict=True)
            done = {receipt for message, receipt in pairs if str(message.number) not in failed}
            here.queue.acknowledge(done)
            world.say(f"{here} is done with {len(done)} of {len(here.messages)}")
            for promise in ENDED:
                promise(world, here, failed)
        world.current = None
        if here.then:
            here.then()


def _process(here: Invocation, work: Callable[[], Any]) -> None:
    try:
        here.answer = work()
    except CrashError:
        here.crashed = True
    except Exception as error:  # what escapes is for a reader too, with its seed
        raise BrokenPromiseError("no_function_fails_by_itself", f"{here}: {error!r}") from error


def _delivered(message: Message, queue: Queue) -> dict[str, Any]:
    return {
        "messageId": str(message.number),
        "receiptHandle": message.receipt,
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.receives),
            "SentTimestamp": str(int(message.sent_at * 1000)),
            **({"DeadLetterQueueSourceArn": arn(message.died_in)} if message.died_in else {}),
        },
        "eventSourceARN": arn(queue.function.name),
    }
