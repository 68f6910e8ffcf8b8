"""What a file is, told from its bytes and never from its name: one-page PNG, JPEG and TIFF pass.

Only headers are read: nothing is decoded, and no more is looked at than has to be. Where it is not certain that a
picture cannot be read, it passes: OCR has the last word.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from runtime.core.errors import Rejected
from runtime.core.pictures import foreign, jpeg, png, tiff
from runtime.core.reasons import MAX_BYTES, MAX_SIDE, Reason

if TYPE_CHECKING:
    from collections.abc import Callable

CONTENT_TYPES: Final = ("image/png", "image/jpeg", "image/tiff")
"""What an upload may call itself. It decides nothing but what the form lets through."""

_OURS: Final = (
    (b"\x89PNG\r\n\x1a\n", png.size),
    (b"\xff\xd8\xff", jpeg.size),
    (b"II*\0", tiff.size),
    (b"MM\0*", tiff.size),
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
    try:
        width, height = _size_reader(data)(data)
    except struct.error as error:  # it ends before its header does
        raise Rejected(Reason.UNREADABLE) from error
    if not width or not height:
        raise Rejected(Reason.UNREADABLE)
    if max(width, height) > MAX_SIDE:
        raise Rejected(Reason.TOO_MANY_PIXELS)


def _size_reader(data: bytes) -> Callable[[bytes], tuple[int, int]]:
    for signature, reader in _OURS:
        if data.startswith(signature):
            return reader
    raise Rejected(Reason.UNSUPPORTED_TYPE if foreign.matches(data) else Reason.NOT_AN_IMAGE)
