"""What a file is, told from its bytes and never from its name. Only headers are read: nothing is decoded.

Sources: the PNG specification (W3C), ITU-T T.81 (JPEG), TIFF 6.0.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from runtime.core.errors import Rejected
from runtime.core.reasons import MAX_BYTES, MAX_SIDE, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONTENT_TYPES: Final = ("image/png", "image/jpeg", "image/tiff")
"""What an upload may call itself. It decides nothing but what the form lets through."""

# What is a picture or a document, but none of ours: told apart so that a person learns what to do about it.
_FOREIGN: Final = (
    (0, b"BM"),
    (0, b"GIF87a"),
    (0, b"GIF89a"),
    (8, b"WEBP"),
    (4, b"ftyp"),  # the ISO base media format: HEIC and AVIF are told by their brand, all are refused
    (0, b"%PDF-"),
)


def check(data: bytes) -> None:
    """Let a one-page PNG, JPEG or TIFF pass.

    Args:
        data: The file's bytes.

    Raises:
        Rejected: With the reason, in the terms of `reasons.py`.
    """
    if not data:
        raise Rejected(Reason.EMPTY)
    if len(data) > MAX_BYTES:
        raise Rejected(Reason.TOO_LARGE)
    width, height = _size_reader(data)(data)
    if not width or not height:
        raise Rejected(Reason.UNREADABLE)
    if max(width, height) > MAX_SIDE:
        raise Rejected(Reason.TOO_MANY_PIXELS)


def _size_reader(data: bytes) -> Callable[[bytes], tuple[int, int]]:
    for signature, reader in (
        (b"\x89PNG\r\n\x1a\n", _png_size),
        (b"\xff\xd8\xff", _jpeg_size),
        (b"II*\0", _tiff_size),
        (b"MM\0*", _tiff_size),
    ):
        if data.startswith(signature):
            return reader
    foreign = any(data[at : at + len(mark)] == mark for at, mark in _FOREIGN)
    raise Rejected(Reason.UNSUPPORTED_TYPE if foreign else Reason.NOT_AN_IMAGE)


def _png_size(data: bytes) -> tuple[int, int]:
    if data[12:16] != b"IHDR":
        raise Rejected(Reason.UNREADABLE)
    width, height = _unpack(">II", data, 16)
    return width, height


# Markers that begin a frame (SOF0 to SOF15, but for DHT, JPG and DAC), and those without a length behind them.
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
_END_OF_IMAGE: Final = 0xD9
_FILL: Final = 0xFF


def _jpeg_size(data: bytes) -> tuple[int, int]:
    at = 2
    while True:
        prefix, marker = _unpack(">BB", data, at)
        if prefix != _FILL or marker == _END_OF_IMAGE:
            raise Rejected(Reason.UNREADABLE)
        if marker == _FILL:
            at += 1
        elif marker in _BARE:
            at += 2
        elif marker in _FRAMES:
            _, height, width = _unpack(">BHH", data, at + 4)
            return width, height
        else:
            (length,) = _unpack(">H", data, at + 2)
            at += 2 + length


_WIDTH_TAG: Final = 256
_HEIGHT_TAG: Final = 257
_FIELD_FORMATS: Final = {3: "H", 4: "I"}
_MAX_FIELDS: Final = 4096


def _tiff_size(data: bytes) -> tuple[int, int]:
    order = "<" if data.startswith(b"II") else ">"
    (first,) = _unpack(order + "I", data, 4)
    (count,) = _unpack(order + "H", data, first)
    if count > _MAX_FIELDS:
        raise Rejected(Reason.UNREADABLE)
    (following,) = _unpack(order + "I", data, first + 2 + 12 * count)
    if following:
        raise Rejected(Reason.MULTIPLE_PAGES)
    sizes = dict(_tiff_numbers(data, order, first, count))
    return sizes.get(_WIDTH_TAG, 0), sizes.get(_HEIGHT_TAG, 0)


def _tiff_numbers(data: bytes, order: str, directory: int, count: int) -> Iterator[tuple[int, int]]:
    for at in range(directory + 2, directory + 2 + 12 * count, 12):
        tag, kind = _unpack(order + "HH", data, at)
        if tag in (_WIDTH_TAG, _HEIGHT_TAG) and kind in _FIELD_FORMATS:
            yield tag, _unpack(order + _FIELD_FORMATS[kind], data, at + 8)[0]


def _unpack(layout: str, data: bytes, at: int) -> tuple[int, ...]:
    try:
        return struct.unpack_from(layout, data, at)
    except struct.error as error:
        raise Rejected(Reason.UNREADABLE) from error
