"""S3's event notifications, as they arrive in a queue.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Written:
    """An object was written: its key, its ETag without quotes, its size in bytes, when (seconds since the epoch)."""

    object_key: str
    etag: str
    size: int
    time: float


def written(body: Mapping[str, Any]) -> list[Written]:
    """The objects that a notification tells of; none for S3's test event."""
    return [_written(record) for record in body.get("Records", []) if record["eventName"].startswith("ObjectCreated:")]


def _written(record: Mapping[str, Any]) -> Written:
    told = record["s3"]["object"]
    return Written(
        object_key=unquote_plus(told["key"]),
        etag=told.get("eTag", "").strip('"'),
        size=int(told.get("size", 0)),
        time=datetime.fromisoformat(record["eventTime"]).astimezone(UTC).timestamp(),  # refuses what is no year there
    )
