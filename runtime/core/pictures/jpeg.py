"""JPEG (ITU-T T.81, annex B). What follows the first picture, such as an MPO's other ones, is not looked at."""

from __future__ import annotations

import re
from struct import unpack_from
from typing import Final

from runtime.core.errors import Rejected
from runtime.core.reasons import Reason

# Any other byte between segments is garbage, which decoders skip; so are the markers that stand alone (TEM, RST, SOI).
_MARKER: Final = re.compile(rb"\xff([\x02-\xcf\xd9-\xfe])")

# What begins a frame (SOF0 to SOF15, but for DHT, JPG and DAC), and what no frame comes after.
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ENDS: Final = frozenset({0xD9, 0xDA})

_MOST_SEGMENTS: Final = 10_000
"""Before the frame. A real picture has a few hundred at most: a colour profile comes in pieces of 64 kB."""


def size(data: bytes) -> tuple[int, int]:
    """Width and height.

    A height of 0 means that it follows the pixels (a DNL segment), which no decoder in use supports.

    Raises:
        Rejected: `unreadable`: there is no frame.
        struct.error: The file ends before them.
    """
    at = 2
    for _ in range(_MOST_SEGMENTS):
        found = _MARKER.search(data, at)
        if found is None or found[1][0] in _ENDS:
            break
        if found[1][0] in _FRAMES:
            _, _, height, width = unpack_from(">HBHH", data, found.end())
            return width, height
        (length,) = unpack_from(">H", data, found.end())
        at = found.end() + length
    raise Rejected(Reason.UNREADABLE)
