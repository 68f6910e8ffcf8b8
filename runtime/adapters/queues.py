"""SQS: the notify queue, messages that are to come back later, and those that go back where they died."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Final

from runtime.adapters.vendor_errors import vendor_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_sqs import SQSClient

    from runtime.core.dead_letter import DeadLetter, Queue

LONGEST_DELAY: Final = 900
"""Seconds that a postponed message stays away at most."""

_CHANCE: Final = secrets.SystemRandom()


class SqsNotifications:
    """`core`'s notifications on SQS."""

    def __init__(self, sqs: SQSClient, queue_url: str) -> None:
        self._sqs = sqs
        self._queue_url = queue_url

    def send(self, request_id: str) -> None:
        """Wake `notify` for a request."""
        with vendor_errors():
            self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=json.dumps({"request_id": request_id}))

    def prove(self, proof_id: str) -> None:
        """Wake `notify` for a proof."""
        with vendor_errors():
            self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=json.dumps({"proof_id": proof_id}))


class SqsDeliveries:
    """Messages that a function was handed and cannot handle for now."""

    def __init__(self, sqs: SQSClient) -> None:
        self._sqs = sqs

    def postpone(self, queue_arn: str, receipt_handle: str, receives: int) -> int:
        """Have a message delivered again after a while; the seconds until then.

        The while doubles with each delivery and is spread by chance, so that what was throttled together does not come
        back together.
        """
        seconds = round(_CHANCE.uniform(1, min(LONGEST_DELAY, 2.0 ** min(receives, 10))))
        with vendor_errors():
            self._sqs.change_message_visibility(
                QueueUrl=queue_url(queue_arn), ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
            )
        return seconds


class SqsReplays:
    """`core`'s replays on SQS.

    Args:
        sqs: The client.
        urls: The queues' URLs, by what takes their messages. A queue may have been made anew since the message died.
    """

    def __init__(self, sqs: SQSClient, urls: Mapping[Queue, str]) -> None:
        self._sqs = sqs
        self._urls = urls

    def send(self, letter: DeadLetter) -> None:
        """Put the message into its queue again; see the port."""
        with vendor_errors():
            self._sqs.send_message(QueueUrl=self._urls[letter.queue], MessageBody=letter.body)


def queue_url(queue_arn: str) -> str:
    """The URL of a queue, which an event names by its ARN."""
    _, _, _, region, account, name = queue_arn.split(":")
    return f"https://sqs.{region}.amazonaws.com/{account}/{name}"
