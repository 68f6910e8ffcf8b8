"""S3's event notifications as AWS writes them; moto's lack fields, and escape the slashes of keys.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

from __future__ import annotations

import itertools
import secrets
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote_plus

from moto.core.utils import iso_8601_datetime_with_milliseconds
from moto.s3 import notifications

if TYPE_CHECKING:
    from moto.s3.models import FakeBucket, FakeKey

_sequence: Final = itertools.count(time.time_ns())


def install() -> None:
    """Have moto's S3 send these events, once a process."""
    notifications._get_s3_event = s3_event  # noqa: SLF001 - moto has no hook for it


def s3_event(event_name: str, bucket: FakeBucket, key: FakeKey, notification_id: str) -> dict[str, Any]:
    """The message about one change of one object."""
    described: dict[str, Any] = {"key": quote_plus(key.name, safe="/*")}
    if "ObjectRemoved" not in event_name:
        described |= {"size": key.size, "eTag": key.etag.strip('"')}
    if bucket.is_versioned:
        described["versionId"] = key.version_id
    # Compared as text, a later one is greater, for one key.
    described["sequencer"] = f"{next(_sequence):018X}"
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": bucket.region_name,
        "eventTime": iso_8601_datetime_with_milliseconds(),
        "eventName": event_name.removeprefix("s3:"),
        "userIdentity": {"principalId": "AWS:AIDALOCALCLOUD"},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {"x-amz-request-id": secrets.token_hex(8).upper(), "x-amz-id-2": secrets.token_urlsafe(48)},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": notification_id,
            "bucket": {"name": bucket.name, "ownerIdentity": {"principalId": "A1LOCALCLOUD"}, "arn": bucket.arn},
            "object": described,
        },
    }
    return {"Records": [record]}
