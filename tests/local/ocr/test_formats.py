from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import ExifTags, Image, ImageChops
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from tests.local.ocr.reading import words_in
from tests.pictures import page, to_bytes, turned_by_exif

if TYPE_CHECKING:
    from tests.pictures import Format

TEXT = "Seven tall ships sailed slowly home"
PAGE = page(TEXT)


def sixteen_bit() -> Image.Image:
    """Ink at a quarter of the range, paper at three quarters: reading the low byte would find nothing."""
    return PAGE.convert("I").point(lambda level: level * 128 + 16_000).convert("I;16")


def on_nothing() -> Image.Image:
    """Ink on full transparency, where the hidden pixels are black too."""
    clear = Image.new("RGBA", PAGE.size, (0, 0, 0, 0))
    clear.putalpha(ImageChops.invert(PAGE))
    return clear


def palette_with_transparency() -> bytes:
    two = PAGE.point([1 if level > 128 else 0 for level in range(256)]).convert("P")
    two.putpalette([0, 0, 0, 0, 0, 0])
    return to_bytes(two, "PNG", transparency=1)


@pytest.mark.parametrize(
    ("picture", "kind"),
    [
        (PAGE.convert("1"), "TIFF"),
        (PAGE, "TIFF"),
        (PAGE.convert("RGB"), "TIFF"),
        (PAGE.convert("CMYK"), "TIFF"),
        (sixteen_bit(), "TIFF"),
        (on_nothing(), "TIFF"),
        (PAGE.convert("P"), "TIFF"),
        (PAGE.convert("1"), "PNG"),
        (PAGE.convert("P"), "PNG"),
        (sixteen_bit(), "PNG"),
        (on_nothing(), "PNG"),
        (on_nothing().convert("LA"), "PNG"),
        (PAGE.convert("RGB"), "JPEG"),
        (PAGE.convert("CMYK"), "JPEG"),
    ],
    ids=lambda own: own.mode if isinstance(own, Image.Image) else own,
)
def test_every_kind_of_pixel_is_read(picture: Image.Image, kind: Format) -> None:
    assert words_in(to_bytes(picture, kind)) == TEXT.split()


def test_a_palette_with_transparency_is_laid_on_white() -> None:
    assert words_in(palette_with_transparency()) == TEXT.split()


@pytest.mark.parametrize("compression", ["group4", "tiff_lzw", "packbits", "tiff_adobe_deflate"])
def test_compressed_tiffs_are_read(compression: str) -> None:
    assert words_in(to_bytes(PAGE.convert("1"), "TIFF", compression=compression)) == TEXT.split()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_as_its_exif_orientation_says(orientation: int) -> None:
    file = turned_by_exif(PAGE, orientation)
    with Image.open(io.BytesIO(file)) as lying:
        assert (lying.size == PAGE.size) == (orientation < 5)
    assert words_in(file) == TEXT.split()


def test_a_tiff_with_an_orientation_is_turned_once_and_not_twice() -> None:
    tags = ImageFileDirectory_v2()
    tags[ExifTags.Base.Orientation] = 2  # mirrored: turned twice, it would be mirrored again
    mirrored = PAGE.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert words_in(to_bytes(mirrored, "TIFF", tiffinfo=tags)) == TEXT.split()
