"""The whole service in one thread: real use cases and handlers on the fakes, and a scheduler that owns all the rest.

Each invocation of a function is a greenlet. Before and after every call of a port it may hand over to the scheduler,
which picks what happens next: another invocation goes on, a message is delivered, a person acts, time passes. What
goes wrong is planned (`plan.py`) and befalls the call of a port; the promises (`promises.py`) watch every call.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from greenlet import getcurrent, greenlet

from runtime.adapters.queues import LONGEST_DELAY
from runtime.core import events, keys
from runtime.core.errors import Absent, AddressUnverified, BadRequest, Retryable, Throttled
from runtime.core.types import Content, RecordState
from runtime.core.use_cases.count import Count
from runtime.core.use_cases.deadline import Deadline
from runtime.core.use_cases.ingest import Ingest
from runtime.core.use_cases.notify import Notify
from runtime.core.use_cases.publish import Publish
from runtime.core.use_cases.requests import OpenRequest, Wish
from runtime.handlers import count, deadline, ingest, notify, publish
from runtime.handlers.batch import Batch
from tests.runtime import fakes
from tests.runtime.service import DAY, SENDER
from tests.simulation import promises
from tests.simulation.pictures import BY_DATA, PICTURES
from tests.simulation.plan import Between, Kind
from tests.simulation.queues import Queue, queues

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from runtime.core.types import Claim, Record, Request
    from runtime.core.use_cases.requests import Opened
    from tests.simulation.choices import Choices
    from tests.simulation.letters import Letter
    from tests.simulation.pictures import Picture
    from tests.simulation.plan import Fault, Person, Plan
    from tests.simulation.queues import Message

START: Final = 1_800_000_000.0
INGEST_LEASE: Final = 90.0
NOTIFY_LEASE: Final = 60.0
KEEP: Final = 30 * DAY
FORM: Final = 600
AT_ONCE: Final = 6
MOST_STEPS: Final = 6000
API: Final = Queue("api", timeout=10.0)

_DELAYS: Final = (0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 40.0, 400.0)


class CrashError(BaseException):
    """The process is gone."""


@dataclass(slots=True)
class Sent:
    """A mail that SES took; `recorded` once its outcome or lateness is written down, `excused` if that was cut off."""

    letter: Letter
    recorded: bool = False
    excused: bool = False


@dataclass(slots=True, eq=False)
class Invocation:
    """A function at work.

    Attributes:
        number: For a reader of a history.
        queue: Where its messages came from.
        messages: What it was handed.
        receipts: The receipts that it got for them, by their numbers; a later delivery makes them void.
        stops_at: When its time is over.
        actor: Who called it, if it is the API's.
        wakes_at: When it stops hanging; None if it does not hang.
        doomed: Whether it is stopped then.
        began_at: When it was started.
        checked: Addresses that it found to be proven.
        seen: At which generation it found records, by key (0: none).
        unrecorded: Mails that it sent and has not recorded yet.
        slow: Whether it has outlived its leases.
        hurt: Whether anything went wrong in it.
        answer: What it answered.
    """

    number: int
    queue: Queue
    messages: list[Message]
    stops_at: float
    receipts: dict[int, str]
    actor: Actor | None
    process: greenlet = field(default_factory=greenlet)
    wakes_at: float | None = None
    doomed: bool = False
    began_at: float = 0.0
    seen: dict[str, int] = field(default_factory=dict)
    checked: set[str] = field(default_factory=set)
    unrecorded: list[Sent] = field(default_factory=list)
    slow: bool = False
    hurt: bool = False
    crashed: bool = False
    answer: Any = None

    def __str__(self) -> str:
        return f"{self.queue.function}#{self.number}"


@dataclass(slots=True, eq=False)
class Actor:
    """A person at work: opens a request, then uses its form."""

    person: Person
    name: str
    acts_at: float | None
    opened: Opened | None = None
    done: int = 0


class WatchedRows(dict[str, Any]):
    """Rows, each of whose changes is looked at."""

    def __init__(self, watch: Callable[[Any, Any], None]) -> None:
        super().__init__()
        self._watch = watch

    def __setitem__(self, key: str, row: object) -> None:
        self._watch(self.get(key), row)
        super().__setitem__(key, row)

    def setdefault(self, key: str, default: Any = None) -> Any:  # noqa: ANN401  as dict's
        if key not in self:
            self[key] = default
        return self[key]


class World:
    """One history.

    Args:
        plan: What is to happen.
        choices: Where the schedule comes from.
        told: Where to tell each step, for a reader.
    """

    def __init__(self, plan: Plan, choices: Choices, told: list[str] | None = None) -> None:
        self.plan = plan
        self.now = START
        self.part = 0
        self.covered: Counter[str] = Counter()
        self.queues = queues()
        self.running: list[Invocation] = []
        self.current: Invocation | None = None
        self.actors: list[Actor] = []
        self.timed: list[tuple[float, str, Callable[[], None]]] = []
        # What the promises look at, beside the fakes.
        self.sent: list[Sent] = []
        self.ocr_calls: Counter[str] = Counter()
        self.attempts_read: set[str] = set()
        self.durable: set[tuple[str, str]] = set()
        self.puts: dict[str, list[Picture]] = {}
        self.last_seen: dict[str, Request] = {}
        self.lost_proof: set[str] = set()
        self.lost: set[tuple[str, int]] = set()
        self.writing: Claim | None = None
        self.settled: dict[str, int] = {}
        self.faults_met = 0
        self.delays_met = 0
        self._pick = choices.pick
        self._told = told
        self._hub = getcurrent()
        self._steps = 0
        self.numbers = 0
        self._calls: dict[tuple[str, str], int] = {}
        self._faults: dict[tuple[str, str], list[Fault]] = {}
        for fault in plan.faults:
            self._faults.setdefault((fault.function, fault.call), []).append(fault)
        self._wire()

    # -- the parts ---------------------------------------------------------------------------------------------------

    def _wire(self) -> None:
        self.uploads = fakes.MemoryUploads()
        self.images = fakes.MemoryImages()
        self.results = fakes.MemoryResults()
        self.records = fakes.MemoryRecords(rows=WatchedRows(partial(promises.record_changes, self)))
        self.waiters = fakes.MemoryWaiters()
        self.requests = fakes.MemoryRequests(rows=WatchedRows(partial(promises.request_changes, self)))
        self.notifications = fakes.MemoryNotifications()
        self.mailer = fakes.MemoryMailer()
        port = self._watched
        clock, log, tokens = SimpleNamespace(now=lambda: self.now), SimpleNamespace(emit=self._log), fakes.CountedTokens()
        requests = port("requests", self.requests)
        records = port("records", self.records)
        results = port("results", self.results)
        waiters = port("waiters", self.waiters)
        notifications = port("notifications", self.notifications)
        mailer = port("mailer", SimpleNamespace(verified=self.mailer.verified, send=self._send))
        uploads = port("uploads", self.uploads)
        reader = port("reader", SimpleNamespace(read=self._ocr))
        deliveries = port("deliveries", SimpleNamespace(postpone=self._postpone))
        self._open = OpenRequest(
            requests=requests, uploads=uploads, mailer=mailer, clock=clock, tokens=tokens, log=log,
            form_seconds=FORM, keep_seconds=KEEP,
        )
        works: dict[str, Callable[[Mapping[str, Any]], None]] = {
            "ingest": ingest.work(
                Ingest(
                    uploads=uploads, images=port("images", self.images), reader=reader,
                    results=results, records=records, waiters=waiters, requests=requests,
                    notifications=notifications, clock=clock, tokens=tokens, log=log,
                    lease_seconds=INGEST_LEASE, keep_seconds=KEEP,
                )
            ),
            "count": count.work(Count(results, records, clock, log)),
            "publish": publish.work(Publish(results, records, waiters, notifications, clock, log, KEEP)),
            "notify": notify.work(
                Notify(
                    requests=requests, records=records, waiters=waiters, results=results, mailer=mailer, clock=clock,
                    tokens=tokens, log=log, sender=SENDER, lease_seconds=NOTIFY_LEASE,
                )
            ),
            "deadline": deadline.work(Deadline(requests, mailer, clock, log, SENDER, NOTIFY_LEASE)),
        }  # fmt: skip
        self._handlers = {name: Batch(work, deliveries, log) for name, work in works.items()}

    def _watched(self, name: str, port: Any) -> Any:  # noqa: ANN401  any port
        """The port, each of whose calls is the scheduler's."""
        methods = vars(port) if isinstance(port, SimpleNamespace) else _methods(type(port))
        return SimpleNamespace(
            **{method: partial(self._call, f"{name}.{method}", getattr(port, method)) for method in methods}
        )

    def _log(self, event: events.Event) -> None:
        name = event.event_name()
        self.covered[f"log {name}"] += 1
        if isinstance(event, events.MessageFailed) and self.current and not self.current.hurt:
            raise promises.BrokenPromiseError("no_message_fails_by_itself", f"{event.fields()}")

    # -- ports whose answer is the world's -----------------------------------------------------------------------------

    def _ocr(self, key: str) -> Mapping[str, Any]:
        if key not in self.images.kept:
            raise Absent(key)
        record = self.records.rows.get(key)
        if "-" in key:
            self.covered["twins"] += 1
        self.ocr_calls[key] += 1
        if record and self.current and not self.current.slow:
            self.attempts_read.add(record.attempt)
        return BY_DATA[self.images.kept[key][0]].read()

    def _send(self, letter: Letter, recipient: str) -> str:
        if self.plan.sandbox and recipient not in self.mailer.proven:
            if self.current:
                self.current.hurt = True
            raise AddressUnverified
        promises.mail_goes_to_the_asker_and_only_if_proven(self, letter, recipient)
        sent = Sent(letter)
        self.sent.append(sent)
        if letter.kind == "late":
            promises.lateness_is_not_told_after_the_outcome(self, letter)
            self.covered["late mails"] += 1
        elif any(each.letter.request_id == letter.request_id and each.excused for each in self.sent[:-1]):
            self.covered["second copies after a crash"] += 1
        if self.current:
            sent.excused = self.current.slow
            self.current.unrecorded.append(sent)
        return f"message-{len(self.sent)}"

    def _postpone(self, queue_arn: str, receipt_handle: str, receives: int) -> int:
        longest = min(LONGEST_DELAY, 2 ** min(receives, 10))
        seconds = longest - self._pick(longest)
        for message in self.queues[queue_arn.rpartition(":")[2]].messages:
            if message.receipt == receipt_handle:
                message.visible_at = self.now + seconds
        return seconds

    # -- every call of a port ------------------------------------------------------------------------------------------

    def _call(self, name: str, work: Callable[..., Any], *given: Any, **named: Any) -> Any:  # noqa: ANN401  any call
        here = self.current
        assert here is not None
        what = here.queue.function, name
        self._calls[what] = nth = self._calls.get(what, 0) + 1
        if self._pick(self.plan.sway):
            self._hub.switch()
        fault = self._due(what, nth) if what in self._faults else None
        if fault:
            self._befall(here, what, fault)
        look = promises.BEFORE.get(name)
        if look:
            look(self, *given)
        try:
            answer = work(*given, **named)
            if fault and fault.kind is Kind.REPEATED:
                answer = work(*given, **named)
        except Exception as error:
            self._tell(here, name, given, named, error)
            raise
        if self._told is not None:
            self._tell(here, name, given, named, answer)
        self._flush()
        look = promises.AFTER.get(name)
        if look:
            look(self, answer, *given)
        if fault:
            self._befall_after(here, fault)
        if self._pick(self.plan.sway):
            self._hub.switch()
        return answer

    def _due(self, what: tuple[str, str], nth: int) -> Fault | None:
        for fault in self._faults[what]:
            if fault.nth <= nth < fault.nth + fault.times:
                return fault
        return None

    def _befall(self, here: Invocation, what: tuple[str, str], fault: Fault) -> None:
        kind = fault.kind
        self.faults_met += 1
        self.delays_met += kind in (Kind.THROTTLED, Kind.BUSY)
        here.hurt = True
        self.covered[f"{kind}|{what[0]} {what[1]}"] += 1
        self._say(f"{here} {what[1]}: {kind}")
        if kind is Kind.CRASH_BEFORE:
            raise CrashError
        if kind is Kind.THROTTLED:
            raise Throttled("come later")
        if kind is Kind.BUSY:
            raise Retryable("a bad moment")
        if kind is Kind.BROKEN:
            self._excuse(here)
            raise RuntimeError("nobody expects this")
        if kind is Kind.TIMED_OUT:
            here.wakes_at, here.doomed = here.stops_at, True
            self._hub.switch()
        elif kind is Kind.SLOW_BEFORE:
            self._hang(here)

    def _befall_after(self, here: Invocation, fault: Fault) -> None:
        if fault.kind is Kind.CRASH_AFTER:
            raise CrashError
        if fault.kind is Kind.LOST:
            self._excuse(here)
            raise Retryable("no answer")
        if fault.kind is Kind.SLOW_AFTER:
            self._hang(here)

    def _hang(self, here: Invocation) -> None:
        """Stay alive, and go on when all leases and the message's visibility may be over."""
        here.wakes_at = self.now + (INGEST_LEASE + 1, here.queue.visibility + 1, 700.0)[self._pick(3)]
        here.stops_at = here.wakes_at + here.queue.timeout
        here.slow = True
        self._excuse(here)
        self._hub.switch()

    def _excuse(self, here: Invocation) -> None:
        """A second copy of these mails is no breach: what was to record them is cut off."""
        for sent in here.unrecorded:
            sent.excused = True

    def _flush(self) -> None:
        """What was written wakes what it wakes."""
        while self.results.written:
            self._event(self.results.written.pop(0), "", 1)
        while self.notifications.sent:
            self.wake(self.notifications.sent.pop(0))

    def wake(self, request_id: str) -> None:
        """Send a message to the notify queue."""
        self._message("notify", json.dumps({"request_id": request_id}), _short(request_id), spread=False)

    def _event(self, object_key: str, etag: str, size: int) -> None:
        """S3 tells of an object."""
        time = f"{datetime.fromtimestamp(self.now, UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
        told = {"key": object_key, "eTag": etag, "size": size}
        body = json.dumps({"Records": [{"eventName": "ObjectCreated:Post", "eventTime": time, "s3": {"object": told}}]})
        if keys.request_of_upload(object_key):
            woken = ("ingest", "deadline")
        else:
            woken = ("count",) if keys.parse_transcript(object_key) else ("publish",)
        for queue in woken:
            self._message(queue, body, _short(f"{object_key} {etag[:4]}"), spread=True)

    def _message(self, queue: str, body: str, tells: str, *, spread: bool) -> None:
        """Put a message into a queue; perhaps late, perhaps twice."""
        copies = 1 + (self._pick(self.plan.copies) == 1)
        if copies > 1:
            self.covered["duplicated messages"] += 1
        for copy in range(copies):
            delay = _DELAYS[self._pick(len(_DELAYS))] if spread or copy else 0.0
            self.numbers += 1
            to = self.queues[queue]
            to.messages.append(_message(self.numbers, body, tells, self.now + to.delay + delay))

    # -- the scheduler -------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """The whole history.

        Raises:
            BrokenPromiseError: With the promise's name.
        """
        try:
            for part in (0, 1):
                self.part = part
                if part:
                    if not any(person.part for person in self.plan.people):
                        break
                    self._between()
                self._enter(part)
                self._until_rest()
                self._say("at rest")
                for promise in promises.AT_REST:
                    promise(self)
        finally:
            for (function, call), times in self._calls.items():
                self.covered[f"called|{function} {call}"] += times
            for here in self.running:
                here.process.throw()  # GreenletExit: nothing is left hanging

    def _enter(self, part: int) -> None:
        for number, person in enumerate(self.plan.people):
            if person.part == part:
                actor = Actor(person, f"person{number}@example.com", self.now + person.puts[0].after)
                self.mailer.proven.add(actor.name)
                self.actors.append(actor)
                if person.unproven_after is not None:
                    self.timed.append((self.now + person.unproven_after, "loses proof", partial(self._unprove, actor)))
                if person.woken_after is not None:
                    self.timed.append((self.now + person.woken_after, "is woken", partial(self._wake_early, actor)))

    def _until_rest(self) -> None:
        while options := self._options():
            self._steps += 1
            if self._steps > MOST_STEPS:
                raise promises.BrokenPromiseError("all_comes_to_rest", f"{MOST_STEPS} steps and still at work")
            do, with_what = options[self._pick(len(options))]
            do(with_what)

    def _options(self) -> list[tuple[Callable[[Any], None], Any]]:
        now = self.now
        options: list[tuple[Callable[[Any], None], Any]] = [
            (self._go_on, here) for here in self.running if here.wakes_at is None
        ]
        alive = len(options)
        if len(self.running) < AT_ONCE:
            for queue in self.queues.values():
                for message in queue.messages:
                    if message.visible_at <= now:
                        options.append((self._deliver, queue))
                        break
        options += [(self._act, actor) for actor in self.actors if actor.acts_at is not None and actor.acts_at <= now]
        options += [(self._strike, each) for each in self.timed if each[0] <= now]
        if self.part and not alive:
            options += [(self._forget, row.key) for row in self.records.rows.values() if row.expires_at <= now]
        coming = self._coming()
        if coming:
            nearest = min(coming)
            latest = min((here.stops_at for here in self.running if here.wakes_at is None), default=nearest + 1) - 1
            if latest > now:
                options.append((self._pass, (nearest, latest)))
        return options

    def _coming(self) -> list[float]:
        """When something happens of itself."""
        now = self.now
        times = [message.visible_at for queue in self.queues.values() for message in queue.messages]
        times += [actor.acts_at for actor in self.actors if actor.acts_at is not None]
        times += [at for at, _, _ in self.timed]
        times = [at for at in times if at > now]
        times += [here.wakes_at for here in self.running if here.wakes_at is not None]
        return times

    def _go_on(self, here: Invocation) -> None:
        self.current = here
        here.process.switch()
        if here.process.dead:
            self._ended(here)

    def _pass(self, times: tuple[float, float]) -> None:
        """Let time pass: to the next thing that happens, or less, or to the end of a lease."""
        nearest, latest = times
        leases = [row.lease_until for row in self.records.rows.values() if self.now < row.lease_until < nearest]
        goals = (nearest, self.now + 1.0, self.now + 20.0, *leases)
        self.now = min(goals[self._pick(len(goals))], nearest, latest)
        self._say(f"--- {self.now - START:.2f} s")
        for here in [here for here in self.running if here.wakes_at is not None and here.wakes_at <= self.now]:
            here.wakes_at = None
            if here.doomed:
                self.current = here
                here.process.throw(CrashError)
                self._ended(here)

    def _deliver(self, queue: Queue) -> None:
        visible = queue.visible(self.now)
        size = 1 + self._pick(min(len(visible), queue.batch, 3))
        chosen: list[Message] = []
        for _ in range(size):
            at = self._pick(len(visible))
            if at:
                self.covered["reordered messages"] += 1
            chosen.append(visible.pop(at))
        for message in chosen:
            message.receives += 1
            if message.receives > 1:
                self.covered["messages received again"] += 1
            message.visible_at = self.now + queue.visibility
        if len(chosen) > 1:
            self.covered["batches of several"] += 1
        records = [
            {
                "messageId": str(message.number),
                "receiptHandle": message.receipt,
                "body": message.body,
                "attributes": {"ApproximateReceiveCount": str(message.receives)},
                "eventSourceARN": f"arn:aws:sqs:us-east-1:123456789012:{queue.function}",
            }
            for message in chosen
        ]
        handle = self._handlers[queue.function]
        self._start(queue, chosen, partial(handle, {"Records": records}))

    def _start(
        self, queue: Queue, messages: list[Message], work: Callable[[], Any], actor: Actor | None = None
    ) -> None:
        self.numbers += 1
        receipts = {message.number: message.receipt for message in messages}
        here = Invocation(self.numbers, queue, messages, self.now + queue.timeout, receipts, actor)
        here.began_at = self.now
        here.process = greenlet(partial(self._process, here, work))
        self.running.append(here)
        if self._told is not None:
            self._say(f"{here} starts with {[message.tells for message in messages]}")
        self._go_on(here)

    def _process(self, here: Invocation, work: Callable[[], Any]) -> None:
        try:
            here.answer = work()
        except CrashError:
            here.crashed = True

    def _ended(self, here: Invocation) -> None:
        self.running.remove(here)
        self.current = None
        if here.crashed:
            self._excuse(here)
            self.covered["crashes"] += 1
            self._say(f"{here} is dead")
        elif here.queue is not API:
            failed = {each["itemIdentifier"] for each in here.answer["batchItemFailures"]}
            done = [message for message in here.messages if str(message.number) not in failed]
            here.queue.delete({here.receipts[message.number] for message in done})
            told = [message.tells for message in done]
            self._say(f"{here} is done with {told}")
            if here.queue.function == "deadline":
                promises.who_waits_too_long_is_told(self, told)
        if here.queue is API:
            self._opened(here)

    # -- people --------------------------------------------------------------------------------------------------------

    def _act(self, actor: Actor) -> None:
        actor.acts_at = None
        if actor.opened is None:
            wish = Wish(actor.name, "page.png", "image/png", 1000)
            self._say(f"{actor.name} opens a request")
            self._start(API, [], partial(self._open_for, actor, wish), actor)
            return
        picture = PICTURES[actor.person.puts[actor.done].picture]
        if self.now < actor.opened.expires_at:
            object_key = keys.upload(actor.opened.request_id)
            if actor.done:
                self.covered["forms reused"] += 1
            self.puts.setdefault(actor.opened.request_id, []).append(picture)
            self._say(f"{actor.name} uploads {picture.name!r} to {_short(object_key)}")
            self._event(object_key, self.uploads.put(object_key, picture.data), picture.size)
        actor.done += 1
        self._goes_on(actor)

    def _open_for(self, actor: Actor, wish: Wish) -> bool:
        """Whether there is reason to go on, or to try again."""
        try:
            actor.opened = self._open(wish)
        except BadRequest:
            return False
        except (Retryable, RuntimeError):
            self._say(f"{actor.name} is told to try again")
        return True

    def _opened(self, here: Invocation) -> None:
        """Go on with the form; who got none tries again, unless there was a good reason."""
        actor = here.actor
        if actor and (actor.opened or here.crashed or here.answer):
            self._goes_on(actor)

    def _goes_on(self, actor: Actor) -> None:
        if actor.done < len(actor.person.puts):
            actor.acts_at = self.now + (actor.person.puts[actor.done].after if actor.done else 0.0)

    def _strike(self, each: tuple[float, str, Callable[[], None]]) -> None:
        self.timed.remove(each)
        each[2]()

    def _unprove(self, actor: Actor) -> None:
        self._say(f"{actor.name} loses the proof of the address")
        self.lost_proof.add(actor.name)
        self.mailer.proven.discard(actor.name)

    def _wake_early(self, actor: Actor) -> None:
        """As somebody may who looks for what is stuck: `notify` finds work in progress, and waits again."""
        request = self.requests.rows.get(actor.opened.request_id) if actor.opened else None
        if actor.opened and request and request.key in self.records.rows:
            self.covered["early wakes"] += 1
            self.wake(actor.opened.request_id)

    # -- what happens to rows and objects of themselves ------------------------------------------------------------------

    def _between(self) -> None:
        between = self.plan.between
        self.covered[f"between: {between}"] += 1
        self._say(f"between: {between}")
        rows = self.records.rows
        if between in (Between.EXPIRED, Between.ALMOST_EXPIRED):
            ends = [row.expires_at for row in rows.values()]
            if ends:
                ahead = (0.0, 1.0, 86_400.0) if between is Between.EXPIRED else (-0.5, -5.0, -60.0)
                self.now = max(self.now, ends[self._pick(len(ends))] + ahead[self._pick(3)])
        ready = [key for key, row in rows.items() if row.state is RecordState.READY]
        for key in ready:
            if between is Between.NEWER_COUNTER:
                rows[key] = replace(rows[key], version="0")
                stored = self.results.counts[key]
                self.results.counts[key] = replace(stored, count=replace(stored.count, version="0"))
            elif between in (Between.COUNT_LOST, Between.TEXT_LOST):
                self.lost.add((key, rows[key].generation))
                del (self.results.counts if between is Between.COUNT_LOST else self.results.texts)[key]

    def _forget(self, key: str) -> None:
        """DynamoDB deletes an expired row, at any time from then on."""
        self.covered["rows expired away"] += 1
        self._say(f"the record of {_short(key)} is deleted: it had expired")
        dict.pop(self.records.rows, key)

    # -- for a reader --------------------------------------------------------------------------------------------------

    def _say(self, line: str) -> None:
        if self._told is not None:
            self._told.append(line)

    def _tell(self, here: Invocation, name: str, given: Any, named: Any, answer: object) -> None:  # noqa: ANN401
        if self._told is not None:
            values = [*map(_shown, given), *(f"{key}={_shown(value)}" for key, value in named.items())]
            self._told.append(f"{here} {name}({', '.join(values)}) -> {_shown(answer)}")


_LONG: Final = re.compile(r"\b([0-9a-f]{4})[0-9a-f]{28}\b")


@cache
def _methods(port: type) -> tuple[str, ...]:
    return tuple(name for name in dir(port) if not name.startswith("_") and callable(getattr(port, name)))


def _message(number: int, body: str, tells: str, visible_at: float) -> Message:
    from tests.simulation.queues import Message  # noqa: PLC0415

    return Message(number, body, tells, visible_at)


def _short(text: str) -> str:
    return _LONG.sub(r"\1", text.replace("0" * 20, ""))


def _shown(value: object) -> str:
    """Short, and the same in every run."""
    if isinstance(value, BaseException):
        return repr(value)
    if isinstance(value, Content):
        return f"<{value.sha256[:4]}>"
    if isinstance(value, bytes):
        return f"<{BY_DATA[value].name}>"
    if isinstance(value, dict):
        return "{…}"
    if isinstance(value, float) and value > START / 2:
        return f"{value - START:.2f} s"
    kind = type(value).__name__
    if kind == "Record":
        return _record(value)  # type: ignore[arg-type]
    if kind == "Request":
        return f"<request {_short(value.request_id)} {value.state} {value.reason or ''}>"  # type: ignore[attr-defined]
    if kind in ("Transcript", "WordCount", "StoredCount", "Letter", "Claim"):
        return f"<{kind} {getattr(value, 'generation', '')}{getattr(value, 'kind', '')}>"
    return _short(str(value))[:60]


def _record(row: Record) -> str:
    return f"<record {row.key[:4]} {row.state} g{row.generation} <{row.content.sha256[:4]}>>"
