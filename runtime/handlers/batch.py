"""SQS batches: each message for itself, and only those that failed are delivered again."""

from __future__ import annotations

import json
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from runtime.core import events
from runtime.core.errors import Retryable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runtime.core.ports import Log


class Deliveries(Protocol):
    """The queue that a message came from."""

    def postpone(self, queue_arn: str, receipt_handle: str, receives: int) -> int:
        """Have a message delivered again after a while; the seconds until then."""
        ...


@dataclass(frozen=True)
class Batch:
    """Hand each message of a batch to the work, and answer which of them failed (ReportBatchItemFailures)."""

    work: Callable[[Any], None]
    deliveries: Deliveries
    log: Log

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
            self.work(json.loads(message["body"]))
        except (
            Retryable
        ) as error:  # sooner than the queue would by itself, which waits for a function that may be alive
            seconds = self.deliveries.postpone(message["eventSourceARN"], message["receiptHandle"], receives)
            cause = type(error).__name__
            self.log.emit(events.MessagePostponed(queue=queue, receives=receives, seconds=seconds, cause=cause))
        except Exception as error:  # noqa: BLE001  one bad message must not fail the others; it comes again, or is a dead letter
            self.log.emit(
                events.MessageFailed(queue=queue, receives=receives, error=type(error).__name__, where=_where(error))
            )
        else:
            return True
        return False


def _where(error: Exception) -> str:
    """The lines of code that the error came through; its message may hold what must not be logged."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
