"""SQS's ReceiveMessage, waiting as long as its caller asks, without holding moto meanwhile."""

from __future__ import annotations

import dataclasses
import json
import time
from typing import TYPE_CHECKING, Any

from local import queues

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.sqs.models import Queue

    from local.account import Account
    from local.http_message import Request, Response


def receive_messages(account: Account, request: Request, owner: str, is_stopping: Callable[[], bool]) -> Response:
    """Answer when there are messages, when the wait is over, or when the cloud stops.

    Args:
        account: Where.
        request: The call.
        owner: The account that the queue belongs to.
        is_stopping: Asked after each wait.
    """
    try:
        asked = request.json()
    except ValueError:
        return account.handle(request, owner)  # moto says what is wrong
    with account.locked():
        queue = _queue(account, asked) if owner == account.id else None
        wait = asked.get("WaitTimeSeconds", queue.receive_message_wait_time_seconds if queue else 0)  # type: ignore[attr-defined]
    if queue is None or not isinstance(wait, int) or not 0 < wait <= 20:  # noqa: PLR2004 - SQS's longest wait
        return account.handle(request, owner)
    until = time.monotonic() + wait
    once = dataclasses.replace(request, body=json.dumps({**asked, "WaitTimeSeconds": 0}).encode())
    with queues.watching(queue.queue_arn) as watch:
        while True:
            watch.clear()
            with account.locked():
                response = account.handle(once)
                due = queues.seconds_to_next(queue)
            if response.status != 200 or b'"Messages"' in response.body:  # noqa: PLR2004 - HTTP's own number
                return response
            if is_stopping() or time.monotonic() >= until:
                return response
            watch.wait(queues.real_wait(until, due))


def _queue(account: Account, asked: dict[str, Any]) -> Queue | None:
    name = str(asked.get("QueueUrl", "")).rstrip("/").rpartition("/")[2]
    named = [queue for queue in account.queues() if queue.name == name]
    return named[0] if len(named) == 1 else None
