"""SQS batches: each message for itself, and only those that failed are delivered again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from runtime.core import events
from runtime.core.described import described
from runtime.core.errors import Retryable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runtime.core.ports import Log


class Deliveries(Protocol):
    """The queue that a message came from."""

    def postpone(self, queue_arn: str, receipt_handle: str, receives: int) -> int:
        """Have a message delivered again after a while; the seconds until then."""
        ...


def body_of(message: Mapping[str, Any]) -> Any:  # noqa: ANN401  whatever the queue's senders write
    """What was sent, as JSON."""
    return json.loads(message["body"])


@dataclass(frozen=True)
class Batch:
    """Hand each message of a batch to the work, and answer which of them failed (ReportBatchItemFailures).

    Attributes:
        work: What is done with a message.
        deliveries: Where a message is put off.
        log: Where it is told.
        read: What of a message the work is handed.
    """

    work: Callable[[Any], None]
    deliveries: Deliveries
    log: Log
    read: Callable[[Mapping[str, Any]], Any] = body_of

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Handle an event of an SQS event source mapping.

        Returns:
            `{"batchItemFailures": [{"itemIdentifier": message id}, …]}`
        """
        failed = [message["messageId"] for message in event["Records"] if not self._handled(message)]
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}

    def _handled(self, message: Mapping[str, Any]) -> bool:
        queue = message["eventSourceARN"].rpartition(":")[2]
        receives = int(message["attributes"]["ApproximateReceiveCount"])
        try:
            self.work(self.read(message))
        except Retryable as error:
            self._postpone(message, queue, receives, type(error).__name__)
        except Exception as error:  # noqa: BLE001  one bad message must not fail the others; it comes again
            self.log.emit(events.MessageFailed(queue=queue, receives=receives, **described(error)))
        else:
            return True
        return False

    def _postpone(self, message: Mapping[str, Any], queue: str, receives: int, cause: str) -> None:
        """Have it delivered sooner than the queue would, which waits for a function that may still be alive."""
        try:
            seconds = self.deliveries.postpone(message["eventSourceARN"], message["receiptHandle"], receives)
        except Exception as error:  # noqa: BLE001  then it comes when the queue hands it out again
            self.log.emit(events.MessageFailed(queue=queue, receives=receives, **described(error)))
        else:
            self.log.emit(events.MessagePostponed(queue=queue, receives=receives, seconds=seconds, cause=cause))
