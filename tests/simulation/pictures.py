"""The pictures of the simulation: their bytes, what OCR makes of them, and what their people must be told.

Some share one MD5, and their size too, so that only SHA-256 tells them apart. No such bytes are made here: the digests
are looked up (`made_up_digests`).
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from runtime.core import types
from runtime.core.errors import Rejected
from runtime.core.reasons import MAX_BYTES, Reason
from runtime.core.types import Content
from runtime.core.word_count import ranked
from tests.runtime import fakes
from tests.runtime.service import answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


_PNG: Final = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01"


@dataclass(frozen=True, eq=False, kw_only=True)
class Picture:
    """A file that people upload.

    Attributes:
        name: For a reader of a history.
        line: The text on it.
        data: Its bytes.
        size: What is said of its size; 0 if that is what its bytes have.
        kind: What a browser says of it.
        is_twin: Whether it shares its MD5 with all other twins.
        refused: Why OCR refuses it, if it does.
        reason: Why its people get no result, if they get none.
        turned_away: Why nobody need send it, if that is so.
    """

    name: str
    line: str = ""
    data: bytes = b""
    size: int = 0
    kind: str = "image/png"
    is_twin: bool = False
    refused: Reason | None = None
    reason: Reason | None = None
    turned_away: Reason | None = None

    @property
    def told_size(self) -> int:
        """What S3, and a browser, says of its size."""
        return self.size or len(self.data)

    @cached_property
    def content(self) -> Content:
        """Its bytes as the service is to see them."""
        digested = b"the one digest of all twins" if self.is_twin else self.data
        md5 = hashlib.md5(digested, usedforsecurity=False).hexdigest()
        return Content(md5, hashlib.sha256(self.data).hexdigest(), len(self.data))

    @cached_property
    def words(self) -> tuple[tuple[str, int], ...]:
        """Its word count."""
        words = self.line.split()
        return ranked((word, words.count(word)) for word in set(words))

    @cached_property
    def text(self) -> str:
        """As it is to be kept."""
        return f"{self.line}\n" if self.line else ""

    @cached_property
    def answer(self) -> Mapping[str, Any]:
        """What OCR answers."""
        return answer(*([self.line] if self.line else []))

    def read(self) -> Mapping[str, Any]:
        """What OCR does with it.

        Raises:
            Rejected: It refuses it.
        """
        if self.refused:
            raise Rejected(self.refused)
        return self.answer


def _page(name: str, line: str = "", *, is_twin: bool = False, size: int = 0, refused: Reason | None = None) -> Picture:
    """One that can be taken for a picture."""
    data = _PNG + name.encode().ljust(20)
    return Picture(name=name, line=line, data=data, size=size, is_twin=is_twin, refused=refused, reason=refused)


PICTURES: Final = (
    _page("page", "to be or not to be"),
    _page("other page", "another page of quite other words"),
    _page("twin", "first twin", is_twin=True),
    _page("second twin", "second twin and its own words", is_twin=True),
    _page("refused", refused=Reason.UNREADABLE),
    _page("refused twin", is_twin=True, refused=Reason.UNREADABLE),
    _page("blank"),
    Picture(
        name="letter",
        data=b"a letter to a friend",
        kind="text/plain",
        reason=Reason.NOT_AN_IMAGE,
        turned_away=Reason.UNSUPPORTED_TYPE,
    ),
    Picture(name="broken", data=_PNG[:18], reason=Reason.UNREADABLE),
    _page("largest", "as large as may be", size=MAX_BYTES),
    Picture(
        name="too large",
        data=_PNG + b"too large",
        size=MAX_BYTES + 1,
        reason=Reason.TOO_LARGE,
        turned_away=Reason.TOO_LARGE,
    ),
)

TWINS: Final = tuple(at for at, picture in enumerate(PICTURES) if picture.is_twin)

BY_CONTENT: Final = {picture.content: picture for picture in PICTURES}
BY_DATA: Final = {picture.data: picture for picture in PICTURES}
BY_ETAG: Final = {
    etag: [picture for picture in PICTURES if picture.content.md5 == etag]
    for etag in {picture.content.md5 for picture in PICTURES}
}


@dataclass(frozen=True, slots=True)
class _Digest:
    digest: str

    def hexdigest(self) -> str:
        return self.digest


class _MadeUp:
    """Stands where `hashlib` does."""

    @staticmethod
    def md5(data: bytes, **_: object) -> _Digest:
        picture = BY_DATA.get(data)
        return _Digest(picture.content.md5 if picture else hashlib.md5(data, usedforsecurity=False).hexdigest())

    @staticmethod
    def sha256(data: bytes) -> _Digest:
        return _Digest(BY_DATA[data].content.sha256)


@contextmanager
def made_up_digests() -> Iterator[None]:
    """Have these pictures' digests, and ETags, be those of the table."""
    types.hashlib = fakes.hashlib = _MadeUp  # type: ignore[assignment]  # what is used of it is there
    try:
        yield
    finally:
        types.hashlib = fakes.hashlib = hashlib
