"""`deadline`: the promised time after an upload is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.handlers.s3_events import written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runtime.core.use_cases.deadline import Deadline


def work(deadline: Deadline) -> Callable[[Mapping[str, Any]], None]:
    """What is done with a message of the deadline queue: S3's notification, as `ingest` had it, some minutes later."""

    def handle(body: Mapping[str, Any]) -> None:
        for each in written(body):
            deadline(each.object_key, each.etag)

    return handle
