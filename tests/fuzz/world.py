"""The real handlers and use cases on the fakes: events go in as AWS shapes them; what a stage writes wakes the next."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import count as counting_up
from typing import TYPE_CHECKING, Any, Final

from runtime.core import keys
from runtime.core.dead_letter import Queue
from runtime.core.ports import StoredCount
from runtime.core.transcript import load as load_transcript
from runtime.core.word_count import load as load_count
from runtime.handlers import bulk, deadline, failures, ingest, notify, publish
from runtime.handlers import count as counting
from runtime.handlers.api import Api
from runtime.handlers.batch import Batch
from tests.runtime import fakes
from tests.runtime.handlers.shapes import event
from tests.runtime.service import FRONT_DIGESTS, LEASE, Service

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runtime.core.transcript import Transcript
    from runtime.core.types import Claim
    from runtime.core.word_count import WordCount

MOST_RECEIVES: Final = 7
MOST_ROUNDS: Final = 60
QUEUES: Final = (Queue.INGEST, Queue.DEADLINE, Queue.COUNT, Queue.BULK, Queue.PUBLISH, Queue.NOTIFY)
ARNS: Final = {queue: f"arn:aws:sqs:us-east-1:123456789012:{queue}-queue" for queue in QUEUES}
DEAD_ARN: Final = "arn:aws:sqs:us-east-1:123456789012:dead-letters"


@cache
def _shape(name: str) -> str:
    return json.dumps(event(name))


def shape(name: str) -> dict[str, Any]:
    """A fresh copy of an event, without reading its file each time."""
    return json.loads(_shape(name))


@dataclass
class StoredResults(fakes.MemoryResults):
    """Keeps bytes, as S3 does: what cannot be written or read back shows."""

    def write_text(self, key: str, text: str) -> None:
        super().write_text(key, text.encode().decode())

    def write_transcript(self, claim: Claim, transcript: Transcript) -> None:
        super().write_transcript(claim, load_transcript(transcript.dump(), transcript.pages))

    def write_count(self, count: WordCount, generation: int) -> bool:
        return super().write_count(load_count(count.dump()), generation)

    def read_count(self, key: str) -> StoredCount:
        found = super().read_count(key)
        return StoredCount(load_count(found.count.dump()), found.generation)


class Everybody(set[str]):
    """Addresses that are proven: all."""

    def __contains__(self, _address: object) -> bool:
        return True


@dataclass
class Deliveries:
    """Where messages are put off; they come again in the next round all the same."""

    def postpone(self, queue_arn: str, receipt_handle: str, receives: int) -> int:
        del queue_arn, receipt_handle, receives
        return 1


@dataclass
class Message:
    """A message in a queue."""

    queue: Queue
    body: str
    number: int = field(default_factory=counting_up(1).__next__)
    receives: int = 0

    @property
    def id(self) -> str:
        return f"{self.number:08}-87a3-44ab-83d2-661975830a7d"

    def record(self, clock: float, *, dead: bool = False) -> dict[str, Any]:
        """As Lambda hands it over."""
        told: dict[str, Any] = shape("sqs_batch")["Records"][0]
        told |= {"messageId": self.id, "body": self.body, "eventSourceARN": DEAD_ARN if dead else ARNS[self.queue]}
        told["attributes"]["ApproximateReceiveCount"] = str(self.receives)
        told["attributes"]["SentTimestamp"] = str(int(clock * 1000))
        if dead:
            told["attributes"]["DeadLetterQueueSourceArn"] = ARNS[self.queue]
        return told


class World:
    """The service, its queues, and what died in them."""

    def __init__(self) -> None:
        self.service = Service(results=StoredResults(), mailer=fakes.MemoryMailer(proven=Everybody()))
        service = self.service
        works: dict[Queue, Callable[[Mapping[str, Any]], None]] = {
            Queue.INGEST: ingest.work(service.ingest),
            Queue.DEADLINE: deadline.work(service.deadline),
            Queue.COUNT: counting.work(service.count),
            Queue.BULK: bulk.work(service.bulk),
            Queue.PUBLISH: publish.work(service.publish),
            Queue.NOTIFY: notify.work(service.notify, service.send_proof, service.note_bounce),
        }
        self._batches = {queue: Batch(work, Deliveries(), service.log) for queue, work in works.items()}
        sources = {arn: str(queue) for queue, arn in ARNS.items()}
        self._failures = Batch(service.failures, Deliveries(), service.log, failures.read(sources))
        self.api = Api(service.use_cases, service.log, FRONT_DIGESTS)
        self.waiting: list[Message] = []
        self.dying: list[Message] = []
        self.dead: list[Message] = []

    def put(self, queue: Queue, body: str) -> Message:
        """Send a message."""
        message = Message(queue, body)
        self.waiting.append(message)
        return message

    def settle(self) -> None:
        """Deliver until nothing is left; what fails too often dies, and is told to `failures`."""
        for _ in range(MOST_ROUNDS):
            self._collect()
            if not self.waiting and not self.dying and not self._has_counted_in_bulk():
                return
            for queue in QUEUES:
                self._deliver([message for message in self.waiting if message.queue is queue], self._batches[queue])
            self._deliver(self.dying, self._failures)
            if self.waiting or self.dying:
                self.service.clock.advance(LEASE + 1)
        raise AssertionError(f"still not at rest after {MOST_ROUNDS} rounds")

    def _collect(self) -> None:
        """What the stages wrote, as the messages that it becomes."""
        service = self.service
        while service.results.written:
            written = service.results.written.pop(0)
            queue = Queue.COUNT if keys.parse_transcript(written) else Queue.PUBLISH
            self.put(queue, json.dumps(self.s3_event(written)))
        while service.notifications.sent:
            self.put(Queue.NOTIFY, json.dumps({"request_id": service.notifications.sent.pop(0)}))

    def _has_counted_in_bulk(self) -> bool:
        """Whether something was left to Glue; then time has passed for it, and a run that was under way has ended."""
        service = self.service
        there = bool(service.bulk_queue.sent)
        for what, seconds in service.bulk_queue.take():
            service.clock.advance(seconds)
            self.put(Queue.BULK, json.dumps({"bulk": what}))
        if service.glue.is_under_way():
            self.put(Queue.BULK, json.dumps({"detail": {"jobRunId": service.end_run()}}))
            there = True
        return there

    def _deliver(self, messages: list[Message], batch: Batch) -> None:
        messages = list(messages)
        if not messages:
            return
        dead = batch is self._failures
        for message in messages:
            message.receives += 1
        told = batch({"Records": [message.record(self.service.clock.now(), dead=dead) for message in messages]})
        json.dumps(told)
        assert set(told) == {"batchItemFailures"}
        failed = {each["itemIdentifier"] for each in told["batchItemFailures"]}
        assert failed <= {message.id for message in messages}
        queue, next_ = (self.dying, self.dead) if dead else (self.waiting, self.dying)
        for message in messages:
            if message.id not in failed:
                queue.remove(message)
            elif message.receives >= MOST_RECEIVES:
                queue.remove(message)
                message.receives = 0
                next_.append(message)

    def s3_event(self, object_key: str, etag: str = "0" * 32, size: int = 1) -> dict[str, Any]:
        """S3's notification of an object that was just written."""
        told = shape("s3_object_created_post")
        (record,) = told["Records"]
        now = datetime.fromtimestamp(self.service.clock.now(), UTC)
        record["eventTime"] = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        record["s3"]["object"] |= {"key": object_key, "eTag": etag, "size": size}
        return told
