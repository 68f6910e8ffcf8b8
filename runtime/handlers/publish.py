"""`publish`: a word count was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.handlers.s3_events import written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runtime.core.use_cases.publish import Publish


def work(publish: Publish) -> Callable[[Mapping[str, Any]], None]:
    """What is done with a message of the publish queue: S3's notification."""

    def handle(body: Mapping[str, Any]) -> None:
        for each in written(body):
            publish(each.object_key, each.time)

    return handle
