"""Bad histories of the whole service on fakes, drawn from a seed.

Messages are delivered late, twice and in any order; any port call may crash its process, before or after it did its
work, or find its service busy; and in the middle of any call other messages may be handled to their end. A form may be
used again. What must hold at rest, whatever happened, is in `promises`.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from runtime.core import keys
from runtime.core.errors import Absent, Retryable, Throttled
from runtime.core.reasons import Reason
from runtime.core.types import Content, RecordState, RequestState, Stage
from tests.runtime.service import LEASE, Service, answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runtime.core.use_cases.requests import Opened

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01"
PICTURES = {PNG + b"1": "one", PNG + b"2": "two two", PNG + b"3": "three three three"}
NO_PICTURE = b"a letter to a friend"
VISIBILITY = 4 * LEASE
DEADLINE = 300.0
DEEPEST = 3
TRANSPARENT = {"clock", "tokens", "log"}  # never fail: the machine itself


class Crash(BaseException):
    """The process died."""


@dataclass(eq=False)
class Message:
    """A message in a queue; `work` handles it."""

    visible_at: float
    queue: str
    work: Callable[[], None]


@dataclass
class Faults:
    """How often what goes wrong, per port call or delivery."""

    crash: float = 0.0
    busy: float = 0.0
    meanwhile: float = 0.0
    twice: float = 0.0


class Flaky:
    """A port whose calls go through the history."""

    def __init__(self, port: object, name: str, history: History) -> None:
        self._port, self._name, self._history = port, name, history

    def __getattr__(self, call: str) -> Any:  # noqa: ANN401  whatever the port has
        real = getattr(self._port, call)
        if not callable(real) or call == "form":
            return real

        def through_the_history(*given: object, **named: object) -> object:
            return self._history.call(f"{self._name}.{call}", lambda: real(*given, **named))

        return through_the_history


class History:
    """One history: make it, run it, look at what is left."""

    def __init__(self, seed: int, faults: Faults) -> None:
        self.chance = random.Random(seed)  # noqa: S311  a history is to be drawn again
        self.faults = faults
        self.service = Service()
        self.queue: list[Message] = []
        self.people: list[Opened] = []
        self.told: list[str] = []
        self.counts: Counter[str] = Counter()
        self.running: list[str] = []
        self.mailed_unrecorded = 0
        self._wire()

    def call(self, name: str, real: Callable[[], Any]) -> Any:  # noqa: ANN401  whatever the port answers
        """One port call, with all that may happen around it."""
        self._meanwhile()
        if self._happens(self.faults.crash):
            self.mailed_unrecorded += name == "requests.settle"
            self._die(f"crash before {name}")
        if self._happens(self.faults.busy):
            self.counts[f"busy {name}"] += 1
            self.told.append(f"busy {name}")
            raise self.chance.choice((Throttled, Retryable))(name)
        self.told.append(name)
        result = real()
        if self._happens(self.faults.crash):
            self.mailed_unrecorded += name == "mailer.send"
            self._die(f"crash after {name}")
        self._meanwhile()
        return result

    def run(self, people: int) -> None:
        """Let people upload, and everything come to rest."""
        pictures = list(PICTURES)[: self.chance.randint(1, 2)] + [NO_PICTURE] * self._happens(0.1)
        for number in range(people):
            opened = self.service.open(f"person{number}@example.com")
            self.people.append(opened)
            self._upload(opened, self.chance.choice(pictures))
            if self._happens(self.faults.twice):
                self._upload(opened, self.chance.choice(pictures))
            while self._happens(0.3):
                self._step()
        # From here on nothing new goes wrong for ever: a service that is always down answers nobody.
        steps = 0
        while self.queue:
            steps += 1
            if steps > 60:
                self.faults = Faults(twice=0.0)
            assert steps < 2000, "it does not come to rest"
            self._step()

    def _upload(self, opened: Opened, data: bytes) -> None:
        upload = self.service.upload(opened, data)
        self._send("ingest", lambda: self.service.ingest(upload), self.chance.uniform(0, 5))
        self._send("deadline", lambda: self.service.deadline(upload.object_key, upload.etag), DEADLINE)

    def _send(self, queue: str, work: Callable[[], None], delay: float = 0.0) -> None:
        for _ in range(1 + self._happens(self.faults.twice)):
            at = self.service.clock.now() + delay + self.chance.uniform(0, 2)
            self.queue.append(Message(at, queue, work))

    def _step(self) -> None:
        """Deliver one message that is visible, in any order; if there is none, wait for the first."""
        if not self.queue:
            return
        now = self.service.clock.now()
        visible = [message for message in self.queue if message.visible_at <= now]
        if not visible:
            if not self.running:  # nobody is at work: time passes
                self.service.clock.time = min(message.visible_at for message in self.queue)
            return
        message = self.chance.choice(visible)
        self.queue.remove(message)
        self.told.append(f"-> {message.queue}")
        self.running.append(message.queue)
        try:
            message.work()
        except Crash:
            self._again(message, VISIBILITY)
        except Retryable:
            self._again(message, self.chance.uniform(1, 20))
        finally:
            self.running.pop()
        self._wake()

    def _again(self, message: Message, seconds: float) -> None:
        message.visible_at = self.service.clock.now() + seconds
        self.queue.append(message)

    def _meanwhile(self) -> None:
        self._wake()
        if len(self.running) < DEEPEST and self._happens(self.faults.meanwhile):
            self.counts["meanwhile"] += 1
            if set(self.running) <= {"ingest", "count"} and self._happens(0.2):
                self.service.clock.advance(LEASE + 1)  # who sends mail is killed long before its lease ends
                self.counts["slow"] += 1
            self._step()

    def _wake(self) -> None:
        """What was written wakes what it wakes."""
        service = self.service
        for written in _drained(service.results.written):
            if keys.parse_transcript(written):
                self._send("count", lambda written=written: service.count(written))
            else:
                at = service.clock.now()
                self._send("publish", lambda written=written, at=at: service.publish(written, at))
        for request_id in _drained(service.notifications.sent):
            self._send("notify", lambda request_id=request_id: service.notify(request_id))

    def _die(self, how: str) -> None:
        self.counts[how] += 1
        self.told.append(how)
        raise Crash(how)

    def _happens(self, probability: float) -> bool:
        return self.chance.random() < probability

    def _wire(self) -> None:
        """Put a flaky port in the place of each port of each use case; OCR answers by what the picture shows."""
        service = self.service
        service.reader.read = self._read  # type: ignore[method-assign]
        for use_case in (service.ingest, service.count, service.publish, service.notify, service.deadline):
            for each in fields(use_case):
                port = getattr(use_case, each.name)
                if each.name not in TRANSPARENT and not isinstance(port, str | float | int):
                    object.__setattr__(use_case, each.name, Flaky(port, each.name, self))

    def _read(self, key: str) -> Any:  # noqa: ANN401  Textract's answer
        self.service.reader.asked.append(key)
        if key not in self.service.images.kept:
            raise Absent(key)
        data, _ = self.service.images.kept[key]
        return answer(PICTURES[data])


def promises(history: History) -> Iterator[str]:
    """What does not hold at rest, as sentences."""
    for opened in history.people:
        yield from _without_outcome(history, opened)
    yield from _mailed_too_often(history)
    yield from _left_over(history)
    for key, row in history.service.records.rows.items():
        if row.state is RecordState.READY and not history.service.results.complete(key):
            yield f"{key} is READY without its result"
        if row.state in (RecordState.CLAIMED, RecordState.TRANSCRIBED):
            yield f"{key} was left {row.state}"
    yield from _read_too_often(history)


def _without_outcome(history: History, opened: Opened) -> Iterator[str]:
    request = history.service.request(opened)
    if request.state not in (RequestState.SENT, RequestState.FAILED) or Stage.SENT not in request.times:
        yield f"{request.request_id} has no outcome: {request.state}"
    if (request.state is RequestState.FAILED) != (request.reason is not None):
        yield f"{request.request_id} is {request.state} for the reason {request.reason}"
    if request.reason is Reason.INTERNAL and not any(name.startswith("crash") for name in history.counts):
        yield f"{request.request_id} failed although nothing did"
    if request.state is RequestState.SENT:
        yield from _wrong_result(history, opened)


def _mailed_too_often(history: History) -> Iterator[str]:
    outcomes = Counter(
        message["X-OCR-Wordcount-Request"]
        for message in history.service.mailer.sent
        if message["Subject"] != "Error Trying to Get Your Results"
    )
    for opened in history.people:
        if not outcomes[opened.request_id]:
            yield f"{opened.request_id} was told nothing"
    extra = outcomes.total() - len(history.people)
    if extra > history.mailed_unrecorded:
        yield f"{extra} mails too many, and only {history.mailed_unrecorded} crashes that allow for one"


def _left_over(history: History) -> Iterator[str]:
    service = history.service
    kept_for_replay = {key for key, row in service.records.rows.items() if row.reason is Reason.INTERNAL}
    left = {
        "uploads": service.uploads.objects,
        "images": set(service.images.kept) - kept_for_replay,
        "transcripts": service.results.transcripts,
        "waiters": service.waiters.waiting,
    }
    yield from (f"{name} are left: {list(things)}" for name, things in left.items() if things)


def _read_too_often(history: History) -> Iterator[str]:
    for key, calls in Counter(history.service.reader.asked).items():
        if calls > history.service.records.rows[key].generation:
            yield f"{key} was read more often than it was claimed"
        if calls > 1 and not history.counts:
            yield f"{key} was read {calls} times although nothing failed"


def _wrong_result(history: History, opened: Opened) -> Iterator[str]:
    request = history.service.request(opened)
    shown = next((text for data, text in PICTURES.items() if Content.of(data) == request.content), None)
    count = history.service.status(opened).count
    words = " ".join(word for word, times in count.words for _ in range(times)) if count else None
    if words != shown:
        yield f"{request.request_id} got {words!r} for a picture of {shown!r}"


def _drained(waiting: list[str]) -> list[str]:
    drained = list(waiting)
    waiting.clear()
    return drained
