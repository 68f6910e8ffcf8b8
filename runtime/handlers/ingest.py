"""`ingest`: an upload was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.core.use_cases.ingest import Upload
from runtime.handlers.s3_events import written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runtime.core.use_cases.ingest import Ingest


def work(ingest: Ingest) -> Callable[[Mapping[str, Any]], None]:
    """What is done with a message of the ingest queue: S3's notification, delivered raw by SNS."""

    def handle(body: Mapping[str, Any]) -> None:
        for each in written(body):
            ingest(Upload(each.object_key, each.etag, each.size, each.time))

    return handle
