"""Two pictures with one MD5 and different text: who takes equal MD5s for equal pictures answers one of them wrongly.

Both are one bilevel TIFF of three strips. Its StripOffsets lie at the end of two blocks of an MD5 collision, so that
the first offset is the upper half of a word whose top bit the collision flips: the first strip begins 32,768 bytes
earlier in one file than in the other, and each place holds another text. The other two strips are blank in both.
All behind the blocks is the same in both files and free: MD5 stays equal whatever follows. All before them is what the
collision was found for: to change a byte of it is to need another collision.

Sources: M. Stevens, "Fast Collision Attack on MD5", ePrint 2006/104 (the blocks and where they differ); TIFF 6.0.
"""

from __future__ import annotations

import struct
from typing import Final

from PIL.Image import Dither

from local.demo.typesetting import Style
from tests.pictures import page

FIRST_WORDS: Final = ("first", "twin", "apple")
"""All that the first twin shows, as it is read."""
SECOND_WORDS: Final = ("second", "twin", "orange", "orange")
"""All that the second twin shows: not even as many words."""

_WIDTH: Final = 704
_STRIP_ROWS: Final = 126
_STRIP_SIZE: Final = _WIDTH // 8 * _STRIP_ROWS
_STYLE: Final = Style(size=64, width=_WIDTH, margin=20)

_SHORT, _RATIONAL = 3, 5
_DIRECTORY_AT: Final = 8
_FIELDS: Final = 12
_STRIP_SIZES_AT: Final = _DIRECTORY_AT + 2 + 12 * _FIELDS + 4
_RESOLUTION_AT: Final = _STRIP_SIZES_AT + 6
_COLLISION_AT: Final = 192  # the first whole MD5 block behind the directory and its values
_STRIP_OFFSETS_AT: Final = _COLLISION_AT + 64 + 58  # in the second block, the upper half of word 14 and what follows

_COLLISION: Final = bytes.fromhex(
    "850b3e16ac49f4f2d94970a9ea72de81be422ba17040c2601a5e41a9b1b22ee9"
    "64f3bde7fe0b025a8b28d73beb33c14438463536c7c3ac9a6cb9f7866eb01556"
    "c189a502db0f78335b5fcc74250929d0ceb615c745033d0e18e970d7ce9a14de"
    "4db7b2fe85b044e60289cd799da8d17edf281d63ced523f964ed8afc7dc7c54c"
)
# The second twin's differ in the top bit of these bytes: in words 4, 11 and 14 of each block.
_FLIPPED: Final = (19, 45, 59, 64 + 19, 64 + 45, 64 + 59)


def twins() -> tuple[bytes, bytes]:
    """The files of the twin that shows FIRST_WORDS and of the one that shows SECOND_WORDS."""
    sibling = bytes(byte ^ 0x80 if at in _FLIPPED else byte for at, byte in enumerate(_COLLISION))
    heads = [_prefix() + collision for collision in (_COLLISION, sibling)]
    starts = [struct.unpack_from("<H", head, _STRIP_OFFSETS_AT)[0] for head in heads]
    # White wherever nothing else lies: the blank strips' offsets are what the collision made them.
    body = bytearray(b"\xff" * (max(starts) + _STRIP_SIZE))
    for start, words in zip(starts, (FIRST_WORDS, SECOND_WORDS), strict=True):
        body[start : start + _STRIP_SIZE] = _strip(words)
    first, second = (head + bytes(body[len(head) :]) for head in heads)
    return first, second


def _prefix() -> bytes:
    fields = (
        (256, _SHORT, 1, _WIDTH),  # ImageWidth
        (257, _SHORT, 1, 3 * _STRIP_ROWS),  # ImageLength
        (258, _SHORT, 1, 1),  # BitsPerSample
        (259, _SHORT, 1, 1),  # Compression: none
        (262, _SHORT, 1, 1),  # PhotometricInterpretation: black is zero
        (273, _SHORT, 3, _STRIP_OFFSETS_AT),  # StripOffsets
        (277, _SHORT, 1, 1),  # SamplesPerPixel
        (278, _SHORT, 1, _STRIP_ROWS),  # RowsPerStrip
        (279, _SHORT, 3, _STRIP_SIZES_AT),  # StripByteCounts
        (282, _RATIONAL, 1, _RESOLUTION_AT),  # XResolution
        (283, _RATIONAL, 1, _RESOLUTION_AT),  # YResolution
        (296, _SHORT, 1, 2),  # ResolutionUnit: inch
    )
    return b"".join(
        (
            struct.pack("<2sHI", b"II", 42, _DIRECTORY_AT),
            struct.pack("<H", _FIELDS),
            *(struct.pack("<HHII", *field) for field in fields),
            struct.pack("<I", 0),  # no further page
            struct.pack("<3H", *[_STRIP_SIZE] * 3),
            struct.pack("<2I", 200, 1),  # dots an inch
        )
    ).ljust(_COLLISION_AT, b"\0")


def _strip(words: tuple[str, ...]) -> bytes:
    line = page(" ".join(words), _STYLE)
    return line.crop((0, 0, _WIDTH, _STRIP_ROWS)).convert("1", dither=Dither.NONE).tobytes()
