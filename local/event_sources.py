"""Lambda's event source mappings for SQS: polls the queues that moto has mappings for, and runs their functions.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html

One thread a mapping waits for messages; it is woken when one arrives or falls due, so a stage starts within
milliseconds of the one before it. A batch that fails is left alone: its messages come back when their visibility
timeout is over.
"""

from __future__ import annotations

import json
import threading
import time
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from local import queues
from local.iam.statements import Ask
from local.lambda_service import MOST_WORKERS, NoSuchFunctionError, ThrottledError

if TYPE_CHECKING:
    from moto.awslambda.models import EventSourceMapping
    from moto.sqs.models import Message, Queue

    from local.account import Account
    from local.lambda_service import LambdaService
    from local.lambda_worker import Outcome

LARGEST_RECEIVE: Final = 10
"""Messages that SQS gives in one receive; a larger batch takes several."""

DEFAULT_CONCURRENCY: Final = 5
"""Batches at once that Lambda begins with, for a mapping without a maximum of its own."""

_UNTIL_IT_MAY: Final = 1.0
"""Seconds between two looks whether a function may take its messages by now."""


@dataclass(frozen=True)
class Mapping:
    """An event source mapping, as far as it is carried out here."""

    uuid: str
    queue_arn: str
    function_arn: str
    batch_size: int
    window_seconds: float
    concurrency: int
    partial_failures: bool

    @classmethod
    def of(cls, mapping: EventSourceMapping) -> Mapping:
        """Read a mapping from moto."""
        scaling = mapping.scaling_config or {}
        wanted = int(scaling.get("MaximumConcurrency") or DEFAULT_CONCURRENCY)
        return cls(
            uuid=mapping.uuid,
            queue_arn=mapping.event_source_arn,
            function_arn=mapping.function_arn,
            batch_size=mapping.batch_size,
            window_seconds=float(mapping.max_batch_window or 0),
            concurrency=min(wanted, MOST_WORKERS),
            partial_failures="ReportBatchItemFailures" in (mapping.function_response_types or []),
        )


class EventSources:
    """Polls for every enabled mapping of the account."""

    def __init__(self, account: Account, service: LambdaService) -> None:
        self._account = account
        self._service = service
        self._lock = threading.Lock()
        self._pollers: dict[str, _Poller] = {}

    def follow_account(self) -> None:
        """Start, change and end pollers, so that there is one for each enabled mapping.

        A function whose messages come at once has a worker ahead of the first.
        """
        with self._account.locked():
            wanted = [Mapping.of(one) for one in self._account.event_source_mappings() if one.enabled]
            late = self._late_queues()
        with self._lock:
            for uuid, poller in list(self._pollers.items()):
                if poller.mapping not in wanted:
                    poller.stop()
                    del self._pollers[uuid]
            for mapping in wanted:
                if mapping.uuid not in self._pollers:
                    self._pollers[mapping.uuid] = _Poller(mapping, self._account, self._service)
                    if mapping.queue_arn not in late:
                        self._service.warm(mapping.function_arn)

    def stop(self) -> None:
        """End all pollers; batches in flight are not waited for."""
        with self._lock:
            pollers = list(self._pollers.values())
            self._pollers.clear()
        for poller in pollers:
            poller.stop()

    def _late_queues(self) -> set[str]:
        """The queues whose messages nobody waits for: they hold all of them back, or take dead letters."""
        known = self._account.queues()
        delayed = {queue.queue_arn for queue in known if queues.delay_seconds(queue)}
        return delayed | {queue.dead_letter_queue.queue_arn for queue in known if queue.dead_letter_queue}


class _Poller:
    """Moves one queue's messages to one function."""

    def __init__(self, mapping: Mapping, account: Account, service: LambdaService) -> None:
        self.mapping = mapping
        self._account = account
        self._service = service
        self._stopped = False
        self._free = threading.Semaphore(mapping.concurrency)
        self._watch: queues.Watch | None = None
        self._thread = threading.Thread(target=self._poll, name=f"poll-{mapping.queue_arn}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the polling thread."""
        self._stopped = True
        self._free.release()
        if self._watch is not None:
            self._watch.wake()
        self._thread.join(5.0)

    def _poll(self) -> None:
        with queues.watching(self.mapping.queue_arn) as watch:
            self._watch = watch
            while not self._stopped:
                self._free.acquire()
                batch: list[dict[str, Any]] = []
                try:
                    batch = self._gather(watch)
                finally:
                    if not batch:
                        self._free.release()
                if batch:
                    threading.Thread(target=self._run, args=(batch,), name="event-batch", daemon=True).start()

    def _gather(self, watch: queues.Watch) -> list[dict[str, Any]]:
        """Wait for messages, and collect them until the batch is full or its window over; empty when stopped."""
        records: list[dict[str, Any]] = []
        closes: float | None = None
        while True:
            watch.clear()
            if self._stopped:  # looked at once the watch is set: who stops it wakes it, and would not be heard before
                break
            with self._account.locked():
                queue = queues.find_queue(self.mapping.queue_arn)
                due = None if queue is None else queues.seconds_to_next(queue)
                if queue is not None and due == 0.0:
                    if self._may("sqs:ReceiveMessage", "sqs:GetQueueAttributes"):
                        records += self._receive(queue, self.mapping.batch_size - len(records))
                        due = queues.seconds_to_next(queue)
                    else:
                        due = _UNTIL_IT_MAY
            if records and closes is None:
                closes = time.monotonic() + self.mapping.window_seconds
            if len(records) >= self.mapping.batch_size or (closes is not None and time.monotonic() >= closes):
                break
            watch.wait(due if closes is None else queues.real_wait(closes, due))
        return records

    def _may(self, *actions: str) -> bool:
        """Whether the function may: Lambda takes its messages as the function, with no rights but those of its role."""
        function = self._account.function(self.mapping.function_arn)
        asks = [Ask(action, self.mapping.queue_arn) for action in actions]
        return function is not None and self._account.access.role_may(function.role, *asks)

    def _receive(self, queue: Queue, count: int) -> list[dict[str, Any]]:
        backend = queues.backend_of(queue)
        received: list[Message] = []
        while count > len(received):
            wanted = min(count - len(received), LARGEST_RECEIVE)
            some = backend.receive_message(queue.name, wanted, 0, queues.visibility_timeout(queue), ["All"])
            if not some:
                break
            received += some
        return [_record(message, queue) for message in received]

    def _run(self, records: list[dict[str, Any]]) -> None:
        try:
            event = json.dumps({"Records": records}).encode()
            outcome = self._service.invoke(self.mapping.function_arn, event)
            self._delete(self._handled(records, outcome))
        except (ThrottledError, NoSuchFunctionError):
            pass  # the messages come back when their visibility timeout is over
        except Exception:  # noqa: BLE001 - the thread's end; nobody else could say that something is wrong with us
            traceback.print_exc()
        finally:
            self._free.release()

    def _handled(self, records: list[dict[str, Any]], outcome: Outcome) -> list[dict[str, Any]]:
        """The messages that are done with."""
        if not outcome.ok:
            return []
        if not self.mapping.partial_failures:
            return records
        failed = failed_message_ids(outcome.payload, {record["messageId"] for record in records})
        return [] if failed is None else [record for record in records if record["messageId"] not in failed]

    def _delete(self, records: list[dict[str, Any]]) -> None:
        with self._account.locked():
            queue = queues.find_queue(self.mapping.queue_arn)
            if queue is not None and records and self._may("sqs:DeleteMessage"):
                for record in records:
                    queues.delete_message(queue, record["receiptHandle"])


def why_unsupported(asked: dict[str, Any]) -> str:
    """Why a mapping cannot be made as asked; empty when it can. Better refused than left half undone in silence."""
    source = str(asked.get("EventSourceArn", ":sqs:"))
    if ":sqs:" not in source or source.endswith(".fifo"):
        return f"only standard SQS queues are polled, not {source}"
    if asked.get("FilterCriteria"):
        return "filter criteria are not evaluated"
    return ""


def failed_message_ids(payload: bytes, known: set[str]) -> set[str] | None:
    """The messages that a function's answer gives back; None when it gives back all.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
    names what counts as success (nothing, null, an empty list) and what as complete failure (anything not understood).
    """
    try:
        answer = json.loads(payload or b"null")
    except ValueError:
        return None
    if answer is None:
        return set()
    if not isinstance(answer, dict):
        return None
    failures = answer.get("batchItemFailures")
    if failures is None:
        return set()
    if not isinstance(failures, list):
        return None
    named = {failure.get("itemIdentifier") if isinstance(failure, dict) else None for failure in failures}
    return {name for name in named if name} if named <= known else None


def _record(message: Message, queue: Queue) -> dict[str, Any]:
    attributes = {
        "ApproximateReceiveCount": str(message.approximate_receive_count),
        "SentTimestamp": str(message.sent_timestamp),
        "SenderId": message.sender_id,
        "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
    }
    if source := queues.dead_letter_source(message):
        attributes[queues.DEAD_LETTER_SOURCE] = source
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": attributes,
        "messageAttributes": {name: _attribute(value) for name, value in message.message_attributes.items()},
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue.queue_arn,
        "awsRegion": queue.region,
    }


def _attribute(value: dict[str, Any]) -> dict[str, Any]:
    shown = {"stringListValues": list[str](), "binaryListValues": list[str](), "dataType": value["DataType"]}
    if "StringValue" in value:
        shown["stringValue"] = value["StringValue"]
    if "BinaryValue" in value:
        shown["binaryValue"] = value["BinaryValue"]
    return shown
