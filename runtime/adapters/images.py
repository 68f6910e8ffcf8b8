"""The kept bytes, in S3 at `images/<key>`, which no form can write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.adapters.uploads import CHANGED, MISSING
from runtime.adapters.vendor_errors import vendor_errors
from runtime.core import keys
from runtime.core.errors import Absent, Retryable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from runtime.core.types import Content

_SHA256: Final = "sha256"


class S3Images:
    """`core`'s images on S3."""

    def __init__(self, s3: S3Client, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def keep(self, key: str, data: bytes, content: Content) -> bool:
        """Keep the bytes under the key, unless others are there; see the port."""
        where = {"Bucket": self._bucket, "Key": keys.image(key)}
        try:
            with vendor_errors(CHANGED):
                self._s3.put_object(**where, Body=data, IfNoneMatch="*", Metadata={_SHA256: content.sha256})
        except Absent:
            return self._holds(key, content)
        return True

    def delete(self, key: str) -> None:
        """Delete them; see the port."""
        with vendor_errors():
            self._s3.delete_object(Bucket=self._bucket, Key=keys.image(key))

    def oldest(self) -> float | None:
        """When the oldest was written; see the port."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=keys.IMAGES)
        with vendor_errors():
            written = [image["LastModified"].timestamp() for page in pages for image in page.get("Contents", [])]
        return min(written, default=None)

    def _holds(self, key: str, content: Content) -> bool:
        try:
            with vendor_errors(MISSING):
                found = self._s3.head_object(Bucket=self._bucket, Key=keys.image(key))
        except Absent as error:  # deleted between the two calls
            raise Retryable("the image went away") from error
        return (found["Metadata"].get(_SHA256), found["ContentLength"]) == (content.sha256, content.size)
