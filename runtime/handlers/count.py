"""`count`: a transcript was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.handlers.s3_events import written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runtime.core.use_cases.count import Count


def work(count: Count) -> Callable[[Mapping[str, Any]], None]:
    """What is done with a message of the count queue: S3's notification."""

    def handle(body: Mapping[str, Any]) -> None:
        for each in written(body):
            count(each.object_key)

    return handle
