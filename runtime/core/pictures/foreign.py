"""Pictures and documents that people have and that we do not take: told apart, so that they learn what to do about it.

Sources: Microsoft's BITMAPFILEHEADER and ICONDIR; GIF89a; RFC 9649 (WebP); ITU-T T.800 and T.801 (JPEG 2000);
ISO/IEC 18181-2 (JPEG XL); Adobe's Photoshop file format; libtiff's BigTIFF design; ISO/IEC 23008-12 and AV1 Image File
Format (HEIC, AVIF); Adobe's PDF Reference 1.7, implementation note 13; W3C, SVG 2.
"""

from __future__ import annotations

import re
from typing import Final

_BINARY: Final = re.compile(
    rb"""BM.{12}[\x0c\x10\x28\x34\x38\x40\x6c\x7c]\0{3}         # BMP: two letters are not enough, a header's length is
        |GIF8[79]a
        |RIFF.{4}WEBP
        |\0\0\0\x0c(?:jP\ \ |JXL\ )\r\n\x87\n                  # JPEG 2000 and JPEG XL, in their containers
        |\xff(?:\x4f\xff\x51|\x0a)                             # and bare
        |8BPS\0[\x01\x02]                                      # PSD, PSB
        |\0\0[\x01\x02]\0[^\0]\0.{3}\0                         # ICO, CUR: at most 255 pictures, then a reserved zero
        |II\+\0\x08\0{3}|MM\0\+\0\x08\0\0                      # BigTIFF
        |.{0,1019}%PDF-[0-9]                                   # PDF: readers look for it in the first kilobyte
    """,
    re.VERBOSE | re.DOTALL,
)

# An SVG's root comes after a prolog, comments and a document type. Each alternative is taken once and for all (`?>`):
# otherwise many comments could be parted in too many ways.
_SVG: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?(?>\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*+(?:\[[^\]]*+\])?\s*+>)*+<svg[\s/>]", re.DOTALL
)
_LONGEST_PROLOG: Final = 65_536

# Of still pictures and of sequences: in HEVC, AV1, and whatever else HEIF is a box for.
_BRANDS: Final = frozenset(
    b"heic heix heim heis hevc hevx hevm hevs heif mif1 mif2 mif3 msf1 miaf avif avis avci avcs jpeg jpgs".split()
)
_MOST_BRANDS: Final = 64


def matches(data: bytes) -> bool:
    """Whether this is such a file."""
    return bool(_BINARY.match(data) or _is_heif(data) or _SVG.match(data, 0, _LONGEST_PROLOG))


def _is_heif(data: bytes) -> bool:
    """A video comes in the same boxes: what is in them, the brands say, the major one or one it is compatible with."""
    if data[4:8] != b"ftyp":
        return False
    end = min(int.from_bytes(data[:4], "big"), 16 + 4 * _MOST_BRANDS)
    brands = (data[8:12], *(data[at : at + 4] for at in range(16, end, 4)))
    return not _BRANDS.isdisjoint(brands)
