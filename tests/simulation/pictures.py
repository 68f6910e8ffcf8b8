"""The pictures of the simulation: their bytes, what OCR makes of them, and what their people must be told.

Some share one MD5. No such bytes are made here: `Content.of` is replaced by a look-up (see `made_up_contents`).
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from runtime.core.errors import Rejected
from runtime.core.reasons import MAX_BYTES, Reason
from runtime.core.types import Content
from runtime.core.word_count import ranked
from tests.runtime import fakes
from tests.runtime.service import answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PNG: Final = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01"


@dataclass(frozen=True)
class Picture:
    """A file that people upload.

    Attributes:
        name: For a reader of a history.
        data: Its bytes.
        content: Those bytes as the service is to see them.
        size: What S3 says of its size.
        line: The text on it.
        refused: Why OCR refuses it, if it does.
        reason: Why its people get no result, if they get none.
    """

    name: str
    data: bytes
    content: Content
    size: int
    line: str
    refused: Reason | None = None
    reason: Reason | None = None

    def read(self) -> Mapping[str, Any]:
        """What OCR does with it."""
        if self.refused:
            raise Rejected(self.refused)
        return _ANSWERS[self.line]

    @property
    def words(self) -> tuple[tuple[str, int], ...]:
        """Its word count."""
        return ranked((word, self.line.split().count(word)) for word in set(self.line.split()))


def _picture(
    name: str, line: str, *, twin_of: bytes = b"", data: bytes = b"", size: int = 0, refused: Reason | None = None,
    reason: Reason | None = None,
) -> Picture:
    data = data or _PNG + name.encode()
    md5 = hashlib.md5(twin_of or data, usedforsecurity=False).hexdigest()
    content = Content(md5, hashlib.sha256(data).hexdigest(), len(data))
    return Picture(name, data, content, size or len(data), line, refused, reason or refused)


_FORGED: Final = b"one digest for all of them"

PICTURES: Final = (
    _picture("page", "to be or not to be"),
    _picture("other page", "another page of quite other words"),
    _picture("twin", "first twin", twin_of=_FORGED),
    _picture("second twin", "second twin and its own words", twin_of=_FORGED),
    _picture("refused", "", refused=Reason.UNREADABLE),
    _picture("refused twin", "", twin_of=_FORGED, refused=Reason.UNREADABLE),
    _picture("blank", ""),
    _picture("letter", "", data=b"a letter to a friend", reason=Reason.NOT_AN_IMAGE),
    _picture("broken", "", data=_PNG[:18], reason=Reason.UNREADABLE),
    _picture("huge", "", size=MAX_BYTES + 1, reason=Reason.TOO_LARGE),
)

TWINS: Final = tuple(at for at, picture in enumerate(PICTURES) if picture.content.md5 == PICTURES[2].content.md5)

BY_DATA: Final = {picture.data: picture for picture in PICTURES}
BY_ETAG: Final = {
    etag: [picture for picture in PICTURES if picture.content.md5 == etag]
    for etag in {picture.content.md5 for picture in PICTURES}
}

_ANSWERS: Final = {picture.line: answer(*([picture.line] if picture.line else [])) for picture in PICTURES}


@contextmanager
def made_up_contents() -> Iterator[None]:
    """Have these pictures' digests be those of the table, ETags too."""
    of, etag_of = Content.__dict__["of"], fakes.etag_of
    Content.of = staticmethod(lambda data: BY_DATA[data].content)  # type: ignore[method-assign]
    fakes.etag_of = lambda data: BY_DATA[data].content.md5
    try:
        yield
    finally:
        Content.of = of
        fakes.etag_of = etag_of
