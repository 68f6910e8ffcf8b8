"""Files that people upload, and what may have become of them on the way; some mutated with knowledge of the format."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from PIL import ExifTags

from runtime.core.reasons import MAX_BYTES
from tests.fuzz import blobs

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from PIL import Image

SIZES: Final = (0, 1, 2, 255, 9_999, 10_000, 10_001, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)


@dataclass(frozen=True)
class Seed:
    """A sound file."""

    name: str
    data: bytes


def _saved(picture: Image.Image, kind: str, **options: Any) -> bytes:  # noqa: ANN401  Pillow's
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def seeds(picture: Image.Image) -> list[Seed]:
    """A picture (mode L) as files of our formats, in the varieties that occur."""
    rgb, bits = picture.convert("RGB"), picture.convert("1")
    clear = picture.convert("LA")
    exif = picture.getexif()
    exif[ExifTags.Base.Orientation] = 6
    files: list[tuple[str, Image.Image, str, dict[str, Any]]] = [
        ("PNG L", picture, "PNG", {}),
        ("PNG RGB", rgb, "PNG", {"exif": exif}),
        ("PNG RGBA", rgb.convert("RGBA"), "PNG", {}),
        ("PNG LA", clear, "PNG", {}),
        ("PNG P", picture.convert("P"), "PNG", {"transparency": 0}),
        ("PNG 1", bits, "PNG", {}),
        ("PNG 16", picture.convert("I").point(lambda level: level * 257 + 0).convert("I;16"), "PNG", {}),
        ("APNG", picture, "PNG", {"save_all": True, "append_images": [picture.rotate(180)]}),
        ("JPEG L", picture, "JPEG", {"quality": 85}),
        ("JPEG RGB", rgb, "JPEG", {"exif": exif, "dpi": (72, 72)}),
        ("JPEG progressive", rgb, "JPEG", {"progressive": True}),
        ("JPEG CMYK", picture.convert("CMYK"), "JPEG", {}),
        ("JPEG restarts", picture, "JPEG", {"restart_marker_blocks": 1, "icc_profile": bytes(200)}),
        ("MPO", rgb, "MPO", {"save_all": True, "append_images": [rgb]}),
        ("TIFF L", picture, "TIFF", {}),
        ("TIFF RGB", rgb, "TIFF", {"compression": "tiff_lzw"}),
        ("TIFF fax", bits, "TIFF", {"compression": "group4"}),
        ("TIFF packed", bits, "TIFF", {"compression": "packbits"}),
        ("TIFF deflate", rgb.convert("RGBA"), "TIFF", {"compression": "tiff_adobe_deflate"}),
        ("TIFF JPEG", rgb, "TIFF", {"compression": "jpeg"}),
        ("TIFF float", picture.convert("F"), "TIFF", {}),
        ("TIFF CMYK", picture.convert("CMYK"), "TIFF", {"exif": exif}),
        ("TIFF pages", picture, "TIFF", {"save_all": True, "append_images": [picture]}),
    ]
    return [Seed(name, _saved(each, kind, **options)) for name, each, kind, options in files]


def foreign(picture: Image.Image) -> list[Seed]:
    """Files of other formats, and no pictures at all."""
    rgb = picture.convert("RGB")
    box = b"\0\0\0\x18ftyp%b\0\0\0\0%b%b\0\0\0\x08mdat"
    return [
        *(Seed(kind, _saved(rgb, kind)) for kind in ("BMP", "GIF", "WEBP", "AVIF", "PDF", "JPEG2000", "ICO", "PPM")),
        Seed("HEIC", box % (b"heic", b"mif1", b"heic")),
        Seed("video", box % (b"isom", b"mp42", b"avc1")),
        Seed("SVG", b"<?xml version='1.0'?><!-- drawn --><svg xmlns='http://www.w3.org/2000/svg'/>"),
        Seed("text", b"BM is how this letter begins; " * 20),
        Seed("BigTIFF", b"II+\0\x08\0\0\0\x10" + bytes(60)),
        Seed("nothing", b""),
    ]


def mutated(rng: Random, seed: Seed, others: list[bytes]) -> bytes:
    """One file that may have become of a sound one."""
    pick = rng.random()
    if pick < 0.02:
        return seed.data
    if pick < 0.45:
        return blobs.mutated(rng, seed.data, others)
    change = next((change for start, change in _BY_FORMAT.items() if seed.data.startswith(start)), None)
    data = change(rng, seed.data) if change else seed.data
    return blobs.mutated(rng, data, others) if change is None or rng.random() < 0.2 else data


def heavy(rng: Random, seed: Seed) -> bytes:
    """A file as large as one may be, or a little larger."""
    size = rng.choice((MAX_BYTES, MAX_BYTES, MAX_BYTES + 1))
    piece = rng.choice(
        (b"\xff", b"\xff\0", b"\xff\xe0\0\2", b"\xff\xd0", b"\0", b"<!-- -->", rng.randbytes(997), seed.data)
    )
    start = rng.choice((seed.data, seed.data[:4], b"\xff\xd8\xff\xe0\0\2", b"II*\0\x08\0\0\0", b""))
    return (start + piece * (size // len(piece) + 1))[:size]


# PNG: https://www.w3.org/TR/png-3/

Chunk = tuple[bytes, bytes]


def _chunks(data: bytes) -> list[Chunk]:
    chunks: list[Chunk] = []
    at = 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    return chunks


def _chunk(name: bytes, body: bytes, length: int | None = None) -> bytes:
    told = len(body) if length is None else length
    return struct.pack(">I", told) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _png(rng: Random, data: bytes) -> bytes:
    chunks = _chunks(data)
    at = rng.randrange(len(chunks))
    pick = rng.randrange(8)
    if pick == 0:
        chunks[0] = (b"IHDR", _png_header(rng, chunks[0][1]))
    elif pick == 1:
        del chunks[at]
    elif pick == 2:
        chunks[at:at] = [chunks[at]] * rng.choice((1, 2, 30))
    elif pick == 3:
        rng.shuffle(chunks)
    elif pick == 4:
        chunks.insert(at, rng.choice(_odd_chunks()))
    elif pick == 5:
        name, body = chunks[at]
        chunks[at] = (name, blobs.mutated(rng, body, [body]))
    elif pick == 6:
        pixels = blobs.mutated(rng, zlib.decompress(b"".join(body for name, body in chunks if name == b"IDAT")), [data])
        chunks = [*(each for each in chunks if each[0] not in (b"IDAT", b"IEND")), (b"IDAT", zlib.compress(pixels))]
    if pick == 7:
        name, body = chunks[at]
        whole = [_chunk(*each) for each in chunks]
        whole[at] = _chunk(name, body, rng.choice(blobs.INTERESTING))
        return data[:8] + b"".join(whole)
    return data[:8] + b"".join(_chunk(*each) for each in chunks)


def _png_header(rng: Random, header: bytes) -> bytes:
    fields = list(struct.unpack(">IIBBBBB", header))
    at = rng.randrange(7)
    fields[at] = rng.choice(SIZES) if at < 2 else rng.choice((0, 1, 2, 3, 4, 6, 8, 16, 255))
    if rng.random() < 0.3:
        fields[0] = fields[1] = rng.choice(SIZES)
    return struct.pack(">IIBBBBB", *fields)


def _odd_chunks() -> list[Chunk]:
    bomb = zlib.compress(bytes(3_000_000), 9)
    return [
        (b"zTXt", b"Comment\0\0" + bomb),
        (b"iTXt", b"Comment\0\1\0\0\0" + bomb),
        (b"iCCP", b"profile\0\0" + bomb),
        (b"tEXt", b"\0" * 1000),
        (b"PLTE", b"\1\2\3\4"),
        (b"tRNS", b"\0" * 300),
        (b"acTL", struct.pack(">II", 0xFFFFFFFF, 0)),
        (b"fcTL", struct.pack(">IIIIIHHBB", 0, 0xFFFFFFFF, 0xFFFFFFFF, 1, 1, 0, 0, 9, 9)),
        (b"fdAT", b"\0\0\0\1"),
        (b"eXIf", b"MM\0*\0\0\0\x08\xff\xff" + b"\1\x12\0\3" * 50),
        (b"CgBI", b"\x50\0\x20\2"),
        (b"\0\0\0\0", b""),
        (b"IDAT", b""),
        (b"IEND", b""),
    ]


# JPEG: ITU-T T.81


def _segments(data: bytes) -> tuple[list[bytes], bytes]:
    """The segments before the first scan, and the rest."""
    segments: list[bytes] = []
    at = 2
    while data[at + 1] != 0xDA:
        (length,) = struct.unpack_from(">H", data, at + 2)
        segments.append(data[at : at + 2 + length])
        at += 2 + length
    return segments, data[at:]


def _jpeg(rng: Random, data: bytes) -> bytes:
    segments, scan = _segments(data)
    at = rng.randrange(len(segments))
    frame = next(number for number, each in enumerate(segments) if each[1] in (0xC0, 0xC1, 0xC2))
    pick = rng.randrange(10)
    if pick in (0, 1):
        segments[frame] = _jpeg_frame(rng, segments[frame])
    elif pick == 2:
        del segments[at]
    elif pick == 3:
        segments[at:at] = [segments[at]] * rng.choice((1, 2, 200))
    elif pick == 4:
        rng.shuffle(segments)
    elif pick == 5:
        segments.insert(at, rng.choice(_ODD_SEGMENTS))
    elif pick == 6:
        length = struct.pack(">H", rng.choice(blobs.INTERESTING) & 0xFFFF)
        segments[at] = segments[at][:2] + length + segments[at][4:]
    elif pick == 7:
        segments[at] = segments[at][:4] + blobs.mutated(rng, segments[at][4:], [data])[: len(segments[at]) - 4]
    elif pick == 8:
        scan = blobs.mutated(rng, scan, [data])
    else:
        segments[frame] = segments[frame][:1] + bytes([rng.randrange(0xC0, 0xD0)]) + segments[frame][2:]
    return data[:2] + b"".join(segments) + scan


def _jpeg_frame(rng: Random, frame: bytes) -> bytes:
    precision, height, width, parts = struct.unpack_from(">BHHB", frame, 4)
    size = rng.choice(SIZES) & 0xFFFF
    fields = rng.choice(
        (
            (precision, size, width, parts),
            (precision, height, size, parts),
            (precision, size, size, parts),
            (precision, height, width, rng.choice((0, 2, 5, 255))),
            (rng.choice((0, 1, 12, 16)), height, width, parts),
        )
    )
    return frame[:4] + struct.pack(">BHHB", *fields) + frame[10:]


_ODD_SEGMENTS: Final = (
    b"garbage",
    b"\xff" * 100,
    b"\xff\0",
    b"\xff\xd8",
    b"\xff\xd9",
    b"\xff\xd3",
    b"\xff\xdc\0\4\0\x10",  # DNL
    b"\xff\xdd\0\4\0\0",  # DRI
    b"\xff\xdd\0\4\0\1",
    b"\xff\xc8\0\2",
    b"\xff\xcc\0\2",
    b"\xff\xfe\xff\xff" + bytes(0xFFFD),
    b"\xff\xe1\0\x16Exif\0\0II*\0\x08\0\0\0\0\0\x08\0\0\0",  # a directory that is its own next
    b"\xff\xe2\0\x10ICC_PROFILE\0\xff\xff",
    b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\2",
)


# TIFF 6.0; the seeds are little-endian


def _tiff(rng: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    (at,) = struct.unpack_from("<I", changed, 4)
    (count,) = struct.unpack_from("<H", changed, at)
    end = at + 2 + 12 * count
    entry = at + 2 + 12 * rng.randrange(count)
    pick = rng.randrange(8)
    if pick in (0, 1):
        struct.pack_into("<I", changed, entry + 8, rng.choice((*blobs.INTERESTING, *SIZES, len(data), at)))
    elif pick == 2:
        struct.pack_into("<I", changed, entry + 4, rng.choice(blobs.INTERESTING))
    elif pick == 3:
        struct.pack_into("<H", changed, entry + 2, rng.randrange(20))
    elif pick == 4:
        struct.pack_into("<H", changed, entry, rng.choice((*range(254, 300), 317, 330, 338, 339, 347, 34665, 34675)))
    elif pick == 5:
        struct.pack_into("<I", changed, end, rng.choice((at, 4, len(data) - 2, len(data), 0xFFFFFFFF)))
    elif pick == 6:
        changed += b"\0" * (len(changed) % 2)
        struct.pack_into("<I", changed, end, len(changed))
        changed += data[at:end] + struct.pack("<I", rng.choice((0, at, len(changed), 0xFFFFFFFF)))
        kind = struct.pack("<HHII", 254, 4, 1, rng.choice((0, 1, 2, 4)))
        changed[len(changed) - 4 - 12 * count : len(changed) - 4 - 12 * (count - 1)] = kind
    else:
        struct.pack_into("<H", changed, at, rng.choice((0, 1, count - 1, count + 1, 4096, 0xFFFF)))
    return bytes(changed)


_BY_FORMAT: Final[dict[bytes, Callable[[Random, bytes], bytes]]] = {
    b"\x89PNG\r\n\x1a\n": _png,
    b"\xff\xd8\xff": _jpeg,
    b"II*\0": _tiff,
}
