"""What a file is, told from its bytes."""

from __future__ import annotations

import io
import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from runtime.core.errors import Rejected
from runtime.core.pictures import check
from runtime.core.reasons import MAX_BYTES, Reason


def saved(kind: str, size: tuple[int, int] = (20, 10), mode: str = "L", **options: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 1).save(out, kind, **options)
    return out.getvalue()


def reason(data: bytes) -> Reason | None:
    try:
        check(data)
    except Rejected as error:
        return error.reason
    return None


def png_of_size(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height)


@pytest.mark.parametrize(
    "data",
    [
        saved("PNG"),
        saved("JPEG"),
        saved("JPEG", progressive=True),
        saved("JPEG", exif=b"Exif\0\0" + b"x" * 60_000),
        saved("TIFF"),
        saved("TIFF", mode="1", compression="group4"),
        saved("TIFF", size=(70_000 // 7, 1)),
    ],
    ids=["png", "jpeg", "progressive jpeg", "jpeg with a long header", "tiff", "fax tiff", "widest tiff"],
)
def test_a_picture_of_ours_passes(data: bytes) -> None:
    assert reason(data) is None


@pytest.mark.parametrize("kind", ["BMP", "GIF", "WEBP", "AVIF", "PDF", "JPEG2000", "ICO"])
def test_a_picture_of_another_kind_is_told_from_no_picture(kind: str) -> None:
    assert reason(saved(kind, mode="RGB")) is Reason.UNSUPPORTED_TYPE


def boxed(major: bytes, *compatible: bytes) -> bytes:
    """The beginning of a file of the ISO base media format."""
    brands = major + bytes(4) + b"".join(compatible)
    return struct.pack(">I", 8 + len(brands)) + b"ftyp" + brands + b"\0\0\0\x08mdat"


@pytest.mark.parametrize(
    "data",
    [
        boxed(b"heic", b"mif1", b"heic"),
        boxed(b"mif1", b"MiHB", b"avif", b"heix"),
        boxed(b"ftyp", b"abcd", b"msf1"),
        b"\x8bJCII%PDF-1.4",
        b"\r\n" * 500 + b"%PDF-2.0",
        b"\0\0\0\x0cJXL \r\n\x87\n",
        b"\xff\x0a\xfa\x1f",
        b"\xff\x4f\xff\x51\0\x2f",
        b"8BPS\0\x01" + bytes(20),
        b"II+\0\x08\0\0\0\x10" + bytes(20),
        b"MM\0+\0\x08\0\0" + bytes(20),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\xef\xbb\xbf\n<svg>",
        b"<?xml version='1.0'?><!-- a <svg> --> <!DOCTYPE svg [<!ENTITY a '>'>]>\n<!-- more --><svg width='1'>",
    ],
    ids=["HEIC", "HEIF", "only compatible", "PDF behind bytes", "PDF behind a kilobyte", "JPEG XL", "bare JPEG XL",
         "bare JPEG 2000", "PSD", "BigTIFF", "BigTIFF of a Mac", "SVG", "SVG behind a mark", "SVG behind a prolog"],
)  # fmt: skip
def test_a_file_of_another_kind_is_told_by_what_it_begins_with(data: bytes) -> None:
    assert reason(data) is Reason.UNSUPPORTED_TYPE


@pytest.mark.parametrize(
    "data",
    [
        boxed(b"isom", b"iso2", b"avc1", b"mp41"),
        boxed(b"qt  "),
        boxed(b"isom") + b"heicheicheic",
        b"\0\0\0\x14ftyp",
        b"BMW is a maker of cars, and this is a letter about it",
        b"RIFF\x24\0\0\0WAVEfmt ",
        b"a letter on the format that begins with %PDF-",
        b"\r\n" * 510 + b"%PDF-2.0",
        b"<html><body><svg></svg></body></html>",
        b"<!-- " * 20_000 + b"<svg>",
        b"\0\x01\0\0\0\x0f\0\x80\0\x03",
    ],
    ids=["video", "film", "brands behind their box", "half a box", "a letter", "sound", "about PDF", "PDF too far in",
         "a page with a drawing", "comments", "a font"],
)  # fmt: skip
def test_what_only_looks_like_a_picture_is_none(data: bytes) -> None:
    assert reason(data) is Reason.NOT_AN_IMAGE


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", Reason.EMPTY),
        (b"a letter to a friend", Reason.NOT_AN_IMAGE),
        (b"\x89PNG", Reason.NOT_AN_IMAGE),
        (saved("PNG")[:20], Reason.UNREADABLE),
        (saved("JPEG")[:20], Reason.UNREADABLE),
        (saved("TIFF")[:20], Reason.UNREADABLE),
        (png_of_size(0, 5), Reason.UNREADABLE),
        (png_of_size(10_001, 1), Reason.TOO_MANY_PIXELS),
        (png_of_size(1, 2**32 - 1), Reason.TOO_MANY_PIXELS),
        (saved("TIFF", save_all=True, append_images=[Image.new("L", (5, 5))]), Reason.MULTIPLE_PAGES),
        (saved("PNG") + b"\0" * MAX_BYTES, Reason.TOO_LARGE),
    ],
    ids=lambda value: value.name if isinstance(value, Reason) else "",
)
def test_what_cannot_be_read_is_refused_with_its_reason(data: bytes, why: Reason) -> None:
    assert reason(data) is why


@given(
    st.sampled_from(["PNG", "JPEG", "TIFF"]),
    st.binary(min_size=1, max_size=4),
    st.integers(0, 200),
    st.integers(0, 400),
)
def test_any_damage_passes_or_is_refused_with_a_reason(kind: str, patch: bytes, at: int, cut: int) -> None:
    data = bytearray(saved(kind))
    data[at : at + len(patch)] = patch
    assert reason(bytes(data[: cut or None])) in {None, *Reason}


def segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, 2 + len(payload)) + payload


JPEG = saved("JPEG")
FRAME = segment(0xC0, struct.pack(">BHHB", 8, 10, 20, 1) + b"\1\x11\0")


def test_a_jpeg_is_read_over_what_decoders_skip() -> None:
    assert reason(JPEG[:2] + b"\xff\xff\x01garbage\xff\0\xff\xd3" + JPEG[2:]) is None


def test_of_several_jpegs_in_one_file_the_first_is_the_picture() -> None:
    assert reason(saved("MPO", save_all=True, append_images=[Image.new("L", (5, 5))])) is None
    assert reason(JPEG + b"\xff\xd8" + segment(0xC0, b"\x08\xff\xff\xff\xff\x01")) is None


@pytest.mark.parametrize(
    "rest",
    [
        b"",
        b"\xe0",
        b"\xe0\0",
        segment(0xC0, struct.pack(">BHHB", 8, 0, 20, 1)),
        segment(0xC4, b"") + b"\xff\xda",
        b"\xff\xd9" + FRAME,
        segment(0xDA, b"\1\1\0\0\x3f\0") + FRAME,
        FRAME[:7],
    ],
    ids=["nothing", "half a marker", "half a length", "height after the pixels", "no frame", "its end", "pixels first",
         "half a frame"],
)  # fmt: skip
def test_a_jpeg_without_a_frame_is_unreadable(rest: bytes) -> None:
    assert reason(b"\xff\xd8\xff" + rest.removeprefix(b"\xff")) is Reason.UNREADABLE


@pytest.mark.parametrize("length", [0, 12, 14, 2**31])
def test_a_png_whose_header_has_another_length_is_unreadable(length: int) -> None:
    data = bytearray(saved("PNG"))
    data[8:12] = struct.pack(">I", length)
    assert reason(bytes(data)) is Reason.UNREADABLE


def test_an_animated_png_is_one_picture() -> None:
    assert reason(saved("PNG", save_all=True, append_images=[Image.new("L", (20, 10), 9)])) is None


def directory(following: int, *fields: tuple[int, int, int]) -> bytes:
    """A directory of a TIFF: where the next one is; tags with formats (3: two bytes, 4: four) and values."""
    entries = [struct.pack("<HHI", tag, kind, 1) + value.to_bytes(4, "little") for tag, kind, value in fields]
    return struct.pack("<H", len(fields)) + b"".join(entries) + struct.pack("<I", following)


SHEET = ((256, 3, 20), (257, 3, 10))
SECOND = 8 + len(directory(0, (254, 4, 0), *SHEET))


def tiff(*directories: bytes) -> bytes:
    return b"II*\0\x08\0\0\0" + b"".join(directories)


@pytest.mark.parametrize("kind", [1, 4, 16])
def test_a_thumbnail_or_a_mask_is_no_second_page(kind: int) -> None:
    page, other = (254, 4, 0), (254, 4, kind)
    after = tiff(directory(SECOND, page, *SHEET), directory(0, other, *SHEET))
    before = tiff(directory(SECOND, other, (256, 3, 9), (257, 3, 0)), directory(0, page, *SHEET))
    assert reason(after) is reason(before) is (Reason.MULTIPLE_PAGES if kind == 16 else None)


def test_a_tiff_that_is_all_thumbnail_is_a_page() -> None:
    assert reason(tiff(directory(0, (254, 4, 1), *SHEET))) is None


@pytest.mark.parametrize("following", [8, SECOND])
def test_a_tiff_whose_directories_bite_their_tail_ends_there(following: int) -> None:
    page = directory(following, (254, 4, 0), *SHEET)
    assert reason(tiff(page, directory(8, (254, 4, 1), *SHEET))) is None


@pytest.mark.parametrize("following", [10_000, 2**32 - 1])
def test_a_tiff_whose_next_directory_is_outside_of_the_file_is_unreadable(following: int) -> None:
    assert reason(tiff(directory(following, *SHEET))) is Reason.UNREADABLE


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", [1, 3, 4])
def test_a_tiffs_size_is_read_in_either_order_and_every_format(order: str, kind: int) -> None:
    layout = {1: "B3x", 3: "H2x", 4: "I"}[kind]
    fields = b"".join(struct.pack(f"{order}HHI{layout}", tag, kind, 1, 200) for tag in (256, 257))
    head = struct.pack(f"{order}2sHIH", b"II" if order == "<" else b"MM", 42, 8, 2)
    assert reason(head + fields + bytes(4)) is None


JPEG_HEAD = b"\xff\xd8\xff\xe0\0\2"


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (JPEG_HEAD, b"\xff"),
        (JPEG_HEAD, b"\xff\0"),
        (JPEG_HEAD, b"\xff\xd0"),
        (JPEG_HEAD, b"\xff\xe0\0\2"),
        (JPEG_HEAD, b"\xff\xe0\0\0"),
        (b"", b"<!-- -->"),
        (b"", b"<!DOCTYPE ["),
        (b"<svg", b" "),
        (b"", b"%PDF"),
    ],
    ids=["fill", "zeros", "restarts", "segments", "empty segments", "comments", "types", "blanks", "PDF"],
)
def test_ten_megabytes_made_to_take_long_do_not(head: bytes, piece: bytes) -> None:
    data = head + piece * ((MAX_BYTES - len(head)) // len(piece))
    began = time.process_time()
    assert reason(data) in {Reason.UNREADABLE, Reason.NOT_AN_IMAGE, Reason.UNSUPPORTED_TYPE}
    assert time.process_time() - began < 0.5


def test_a_tiff_of_endlessly_many_thumbnails_is_unreadable_at_once() -> None:
    most = MAX_BYTES // SECOND
    data = tiff(*(directory(8 + 18 * number, (254, 4, 1)) for number in range(1, most)))
    began = time.process_time()
    assert reason(data) is Reason.UNREADABLE
    assert time.process_time() - began < 0.5
