"""Where transcripts are read and word counts written: a bucket, or a folder laid out like one.

Both are used inside Spark's partitions. A bucket is spoken to by boto3, and by the same adapter that the Lambda writes
with: no Hadoop jars, the endpoint that the environment names, the same conditions and metadata (docs/adr/0016).
"""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import boto3
from botocore.config import Config

from runtime.adapters.results import S3Results
from runtime.adapters.uploads import CHANGED, MISSING
from runtime.adapters.vendor_errors import vendor_errors
from runtime.core import keys
from runtime.core.errors import Absent, Changed
from runtime.core.ports import Counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client

    from runtime.core.word_count import WordCount

_BUCKET: Final = "s3://"
_KNOWN: Final = MISSING | CHANGED
REQUESTS: Final = 16
"""How many requests a partition has under way, and so connections."""


@dataclass(frozen=True)
class Seen:
    """An object, before it is read.

    Attributes:
        size: In bytes.
        version: What tells these bytes from others under the same key.
        pages: What its metadata says; 1 where it says nothing.
    """

    size: int
    version: str
    pages: int


class Store(Protocol):
    """What the job asks of it. Keys are relative to its root (see `runtime/core/keys.py`)."""

    def look(self, key: str) -> Seen:
        """What is there.

        Raises:
            Absent: Nothing.
        """
        ...

    def read(self, key: str, version: str, start: int, end: int) -> bytes:
        """The bytes from `start` to before `end`, or to the object's end.

        Raises:
            Changed: The object is another one by now.
        """
        ...

    def read_whole(self, key: str) -> bytes:
        """All bytes.

        Raises:
            Absent: There are none.
        """
        ...

    def write(self, key: str, data: bytes, content_type: str) -> None:
        """Write an object, whatever is there."""
        ...

    def keys(self, prefix: str) -> Iterator[str]:
        """All keys that begin so."""
        ...

    def counted(self, digest: str) -> Counted | None:
        """Which word count is there; None if there is none."""
        ...

    def write_count(self, count: WordCount, generation: int) -> bool:
        """Write a word count. False: one of a later generation is there, and stays."""
        ...


def split(uri: str) -> tuple[str, str]:
    """The root of the store that an object lies in, and its key there. A folder's root is the file's folder."""
    if uri.startswith(_BUCKET):
        bucket, _, key = uri.removeprefix(_BUCKET).partition("/")
        return f"{_BUCKET}{bucket}/", key
    folder, slash, name = uri.rpartition("/")
    return folder + slash, name


@functools.cache
def store(root: str) -> Store:
    """The store with this root: `s3://bucket/`, or a folder. One a process."""
    return Bucket(root.removeprefix(_BUCKET).rstrip("/")) if root.startswith(_BUCKET) else Folder(Path(root))


def write(uri: str, data: bytes, content_type: str) -> None:
    """Write the object with this address."""
    root, key = split(uri)
    store(root).write(key, data, content_type)


def read(uri: str) -> bytes:
    """Read the object with this address.

    Raises:
        Absent: There is none.
    """
    root, key = split(uri)
    return store(root).read_whole(key)


class Bucket:
    """A bucket in S3."""

    def __init__(self, name: str) -> None:
        self._s3 = _client()
        self._name = name
        self._results = S3Results(self._s3, name)

    def look(self, key: str) -> Seen:
        """See the protocol."""
        with vendor_errors(_KNOWN):
            found = self._s3.head_object(Bucket=self._name, Key=key)
        return Seen(found["ContentLength"], found["ETag"], int(found["Metadata"].get("pages", 1)))

    def read(self, key: str, version: str, start: int, end: int) -> bytes:
        """See the protocol."""
        if start >= end:
            return b""
        with vendor_errors(_KNOWN):
            part = f"bytes={start}-{end - 1}"
            return self._s3.get_object(Bucket=self._name, Key=key, IfMatch=version, Range=part)["Body"].read()

    def read_whole(self, key: str) -> bytes:
        """See the protocol."""
        with vendor_errors(_KNOWN):
            return self._s3.get_object(Bucket=self._name, Key=key)["Body"].read()

    def write(self, key: str, data: bytes, content_type: str) -> None:
        """See the protocol."""
        with vendor_errors(_KNOWN):
            self._s3.put_object(Bucket=self._name, Key=key, Body=data, ContentType=content_type)

    def keys(self, prefix: str) -> Iterator[str]:
        """See the protocol."""
        with vendor_errors(_KNOWN):
            for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._name, Prefix=prefix):
                yield from (entry["Key"] for entry in page.get("Contents", ()))

    def counted(self, digest: str) -> Counted | None:
        """See the protocol."""
        return self._results.counted(digest)

    def write_count(self, count: WordCount, generation: int) -> bool:
        """See the protocol."""
        return self._results.write_count(count, generation)


class Folder:
    """A folder laid out like the bucket, for tests and benches. It keeps no metadata: a transcript has one page."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def look(self, key: str) -> Seen:
        """See the protocol."""
        try:
            found = (self._root / key).stat()
        except FileNotFoundError as error:
            raise Absent(key) from error
        return Seen(found.st_size, str(found.st_mtime_ns), 1)

    def read(self, key: str, version: str, start: int, end: int) -> bytes:
        """See the protocol."""
        if self.look(key).version != version:
            raise Changed(key)
        with (self._root / key).open("rb") as file:
            file.seek(start)
            return file.read(max(0, end - start))

    def read_whole(self, key: str) -> bytes:
        """See the protocol."""
        try:
            return (self._root / key).read_bytes()
        except FileNotFoundError as error:
            raise Absent(key) from error

    def write(self, key: str, data: bytes, content_type: str) -> None:  # noqa: ARG002  files have no type
        """See the protocol."""
        path = self._root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.unfinished")
        unfinished.write_bytes(data)
        unfinished.replace(path)

    def keys(self, prefix: str) -> Iterator[str]:
        """See the protocol."""
        for path in sorted(self._root.rglob("*")):
            key = path.relative_to(self._root).as_posix()
            if key.startswith(prefix) and path.is_file():
                yield key

    def counted(self, digest: str) -> Counted | None:
        """See the protocol. Its generation is not known: the first."""
        try:
            data = self.read_whole(keys.word_count(digest))
        except Absent:
            return None
        return Counted(1, hashlib.md5(data, usedforsecurity=False).hexdigest())

    def write_count(self, count: WordCount, generation: int) -> bool:  # noqa: ARG002  files have no metadata
        """See the protocol."""
        self.write(keys.word_count(count.key), count.dump(), "application/json")
        return True


@functools.cache
def _client() -> S3Client:
    patient = Config(retries={"mode": "standard", "total_max_attempts": 10}, max_pool_connections=REQUESTS)
    return boto3.client("s3", config=patient)


def forget() -> None:
    """Open all stores anew: the environment is another one now."""
    store.cache_clear()
    _client.cache_clear()
