"""The queues before the stages: what S3 sends there, sent again for what it told of long ago."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from runtime.adapters.vendor_errors import vendor_errors
from runtime.core import keys
from runtime.core.reasons import MAX_BYTES
from runtime.core.types import Stage

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

    from runtime.core.ports import Clock
    from runtime.core.types import Request


class SqsStages:
    """`core`'s stages on SQS.

    Args:
        sqs: The client.
        clock: For when an object that nobody noted the time of is said to be written.
        ingest: The URL of the queue that `ingest` takes its messages from; the others likewise.
        count: See there.
        publish: See there.
    """

    def __init__(self, sqs: SQSClient, clock: Clock, *, ingest: str, count: str, publish: str) -> None:
        self._sqs = sqs
        self._clock = clock
        self._ingest = ingest
        self._count = count
        self._publish = publish

    def uploaded(self, request: Request) -> None:
        """Wake `ingest`. What was bound without content was too large to be read: so its size says that much."""
        size = request.content.size if request.content else MAX_BYTES + 1
        when = request.times.get(Stage.UPLOADED, self._clock.now())
        self._send(self._ingest, keys.upload(request.request_id), when, eTag=request.etag or "", size=size)

    def transcribed(self, key: str, generation: int) -> None:
        """Wake `count`."""
        self._send(self._count, keys.transcript(key, generation), self._clock.now())

    def counted(self, key: str) -> None:
        """Wake `publish`."""
        self._send(self._publish, keys.word_count(key), self._clock.now())

    def _send(self, queue_url: str, object_key: str, when: float, **told: str | int) -> None:
        """S3's notification, as far as it is read (`runtime.handlers.s3_events`)."""
        record: dict[str, Any] = {
            "eventName": "ObjectCreated:Put",
            "eventTime": datetime.fromtimestamp(when, UTC).isoformat(),
            "s3": {"object": {"key": quote_plus(object_key, safe="/"), **told}},
        }
        with vendor_errors():
            self._sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps({"Records": [record]}))
