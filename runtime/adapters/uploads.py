"""The uploads bucket, in S3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.adapters.vendor_errors import vendor_errors
from runtime.core.errors import Absent, Changed
from runtime.core.ports import Form
from runtime.core.reasons import MAX_BYTES

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# A missing key is a 403 for who may not list the bucket, and none of ours may.
MISSING: Final = dict.fromkeys(("NoSuchKey", "404", "NotFound", "AccessDenied", "403", "Forbidden"), Absent)
CHANGED: Final = dict.fromkeys(("PreconditionFailed", "412"), Changed)


class S3Uploads:
    """`core`'s uploads on S3."""

    def __init__(self, s3: S3Client, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def form(self, object_key: str, content_type: str, seconds: int) -> Form:
        """A presigned POST for this one object, of this type and at most `MAX_BYTES`, for so long."""
        signed = self._s3.generate_presigned_post(
            Bucket=self._bucket,
            Key=object_key,
            Fields={"Content-Type": content_type},
            Conditions=[{"Content-Type": content_type}, ["content-length-range", 0, MAX_BYTES]],
            ExpiresIn=seconds,
        )
        return Form(url=signed["url"], fields=signed["fields"])

    def read(self, object_key: str, etag: str) -> bytes:
        """The object's bytes, if they are those; see the port."""
        with vendor_errors(MISSING | CHANGED):
            return self._s3.get_object(Bucket=self._bucket, Key=object_key, IfMatch=quoted(etag))["Body"].read()

    def delete(self, object_key: str, etag: str) -> None:
        """Delete the object, if it has those bytes; see the port."""
        try:
            with vendor_errors(MISSING | CHANGED):
                self._s3.delete_object(Bucket=self._bucket, Key=object_key, IfMatch=quoted(etag))
        except Absent:
            return


def quoted(etag: str) -> str:
    """An ETag as HTTP spells it; events give it bare."""
    return f'"{etag.strip(chr(34))}"'
