"""TIFF (Adobe, TIFF 6.0), of one page.

A page's thumbnail or transparency mask is no page: scanners and editors add them, and who uploads such a file sees one
page in it. Whether OCR reads it is for OCR to say; told to save each page as a file, nobody would know what to do.
"""

from __future__ import annotations

from struct import iter_unpack, unpack_from
from typing import TYPE_CHECKING, Final

from runtime.core.errors import Rejected
from runtime.core.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NEW_SUBFILE_TYPE: Final = 254
_WIDTH: Final = 256
_HEIGHT: Final = 257
_TAGS: Final = frozenset({_NEW_SUBFILE_TYPE, _WIDTH, _HEIGHT})
_FORMATS: Final = {1: "B", 3: "H", 4: "I"}  # "readers should accept BYTE, SHORT, or LONG values" (page 16)

_REDUCED: Final = 1
_MASK: Final = 4

_MOST_DIRECTORIES: Final = 64
_MOST_FIELDS: Final = 4096


def size(data: bytes) -> tuple[int, int]:
    """The page's width and height.

    Raises:
        Rejected: `multiple_pages`; `unreadable`: it has no page, or endlessly many parts.
        struct.error: The file ends before all of its pages are found: one may be missing.
    """
    pages: list[Mapping[int, int]] = []
    others: list[Mapping[int, int]] = []
    for fields in _directories(data):
        (others if fields.get(_NEW_SUBFILE_TYPE, 0) & (_REDUCED | _MASK) else pages).append(fields)
        if len(pages) > 1:
            raise Rejected(Reason.MULTIPLE_PAGES)
    for page in pages or others:
        return page.get(_WIDTH, 0), page.get(_HEIGHT, 0)
    raise Rejected(Reason.UNREADABLE)


def _directories(data: bytes) -> Iterator[Mapping[int, int]]:
    """The fields of each directory of the chain that we care for; a chain that bites its tail ends there."""
    order = "<" if data.startswith(b"II") else ">"
    seen: set[int] = set()
    (at,) = unpack_from(f"{order}I", data, 4)
    while at and at not in seen:
        seen.add(at)
        (count,) = unpack_from(f"{order}H", data, at)
        if count > _MOST_FIELDS or len(seen) > _MOST_DIRECTORIES:
            raise Rejected(Reason.UNREADABLE)
        end = at + 2 + 12 * count
        yield _numbers(order, data[at + 2 : end])
        (at,) = unpack_from(f"{order}I", data, end)


def _numbers(order: str, fields: bytes) -> dict[int, int]:
    """By tag; of a field that is there twice, the first counts, as it does for decoders."""
    numbers: dict[int, int] = {}
    for tag, kind, _, value in iter_unpack(f"{order}HHI4s", fields):
        if tag in _TAGS and kind in _FORMATS:
            numbers.setdefault(tag, unpack_from(order + _FORMATS[kind], value)[0])
    return numbers
