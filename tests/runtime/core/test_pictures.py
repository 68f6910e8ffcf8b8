"""What a file is, told from its bytes."""

from __future__ import annotations

import io
import struct

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


@pytest.mark.parametrize("kind", ["BMP", "GIF", "WEBP", "AVIF", "PDF"])
def test_a_picture_of_another_kind_is_told_from_no_picture(kind: str) -> None:
    assert reason(saved(kind, mode="RGB")) is Reason.UNSUPPORTED_TYPE


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
