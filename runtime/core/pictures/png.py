"""PNG (W3C, Portable Network Graphics, third edition). An animated one is one picture: its default image."""

from __future__ import annotations

from struct import unpack_from
from typing import Final

from runtime.core.errors import Rejected
from runtime.core.reasons import Reason

_HEADER: Final = (13, b"IHDR")  # the first chunk's length and name


def size(data: bytes) -> tuple[int, int]:
    """Width and height.

    Raises:
        Rejected: `unreadable`: the first chunk is no header.
        struct.error: The file ends before them.
    """
    length, name, width, height = unpack_from(">I4sII", data, 8)
    if (length, name) != _HEADER:
        raise Rejected(Reason.UNREADABLE)
    return width, height
