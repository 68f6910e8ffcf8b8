"""Transcripts, texts and word counts, in S3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from runtime.adapters.uploads import CHANGED, MISSING
from runtime.adapters.vendor_errors import vendor_errors
from runtime.core import keys, transcript, word_count
from runtime.core.errors import Absent, Changed, Retryable
from runtime.core.ports import Counted, StoredCount

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from runtime.core.transcript import Transcript
    from runtime.core.types import Claim
    from runtime.core.word_count import WordCount

_PAGES: Final = "pages"
_GENERATION: Final = "generation"


class S3Results:
    """`core`'s results on S3."""

    def __init__(self, s3: S3Client, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def write_text(self, key: str, text: str) -> None:
        """Write the text as OCR gave it."""
        self._write(keys.text(key), text.encode(), "text/plain; charset=utf-8", {})

    def read_text(self, key: str) -> str:
        """Read it; see the port."""
        return self._read(keys.text(key))[0].decode()

    def write_transcript(self, claim: Claim, transcript: Transcript) -> None:
        """Write an attempt's transcript; this wakes `count`."""
        where = keys.transcript(claim.key, claim.generation)
        self._write(where, transcript.dump(), "application/jsonl", {_PAGES: str(transcript.pages)})

    def read_transcript(self, key: str, generation: int) -> Transcript:
        """Read it; see the port."""
        data, metadata = self._read(keys.transcript(key, generation))
        return transcript.load(data, pages=int(metadata.get(_PAGES, 1)))

    def delete_transcript(self, key: str, generation: int) -> None:
        """Delete it; see the port."""
        with vendor_errors():
            self._s3.delete_object(Bucket=self._bucket, Key=keys.transcript(key, generation))

    def write_count(self, count: WordCount, generation: int) -> bool:
        """Write a word count, unless one of a later generation is there; see the port."""
        where = keys.word_count(count.key)
        try:
            with vendor_errors(MISSING):
                found = self._s3.head_object(Bucket=self._bucket, Key=where)
        except Absent:
            condition = {"IfNoneMatch": "*"}
        else:
            if int(found["Metadata"].get(_GENERATION, 1)) > generation:
                return False
            condition = {"IfMatch": found["ETag"]}
        try:
            with vendor_errors(CHANGED):
                self._write(where, count.dump(), "application/json", {_GENERATION: str(generation)}, condition)
        except Changed as error:
            raise Retryable("another word count was written at the same moment") from error
        return True

    def read_count(self, key: str) -> StoredCount:
        """Read it; see the port."""
        data, metadata = self._read(keys.word_count(key))
        return StoredCount(word_count.load(data), int(metadata.get(_GENERATION, 1)))

    def has_transcript(self, key: str, generation: int) -> bool:
        """Whether it is there. Listed, not looked at: what may not be looked at seems to be gone (see `MISSING`)."""
        with vendor_errors():
            found = self._s3.list_objects_v2(Bucket=self._bucket, Prefix=keys.transcript(key, generation), MaxKeys=1)
        return found["KeyCount"] > 0

    def counted(self, key: str) -> Counted | None:
        """Which word count is there; see the port."""
        try:
            with vendor_errors(MISSING):
                found = self._s3.head_object(Bucket=self._bucket, Key=keys.word_count(key))
        except Absent:
            return None
        return Counted(int(found["Metadata"].get(_GENERATION, 1)), found["ETag"].strip('"'))

    def complete(self, key: str) -> bool:
        """Whether both text and word count are there."""
        try:
            with vendor_errors(MISSING):
                for object_key in (keys.text(key), keys.word_count(key)):
                    self._s3.head_object(Bucket=self._bucket, Key=object_key)
        except Absent:
            return False
        return True

    def _write(
        self,
        object_key: str,
        data: bytes,
        content_type: str,
        metadata: dict[str, str],
        condition: dict[str, Any] | None = None,
    ) -> None:
        with vendor_errors():
            self._s3.put_object(
                Bucket=self._bucket,
                Key=object_key,
                Body=data,
                ContentType=content_type,
                Metadata=metadata,
                **(condition or {}),
            )

    def _read(self, object_key: str) -> tuple[bytes, dict[str, Any]]:
        with vendor_errors(MISSING):
            found = self._s3.get_object(Bucket=self._bucket, Key=object_key)
            return found["Body"].read(), dict(found["Metadata"])
