from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import ExifTags, Image, ImageChops
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from tests.local.ocr.reading import answer_to, blocks_of, words_in
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


NEW_SUBFILE_TYPE = 254


def tags(tag: int, value: int) -> ImageFileDirectory_v2:
    made = ImageFileDirectory_v2()
    made[tag] = value
    return made


def tiff_parts(*kinds: int) -> bytes:
    """A TIFF whose parts say what they are: 0 a page, 1 a thumbnail, 4 a mask. All but pages are blank."""
    parts: list[Image.Image] = []
    for kind in kinds:
        part = PAGE.copy() if kind == 0 else Image.new("L", (90, 60), 255)
        part.encoderinfo = {"tiffinfo": tags(NEW_SUBFILE_TYPE, kind)}
        parts.append(part)
    first, *rest = parts
    return to_bytes(first, "TIFF", save_all=True, append_images=rest, tiffinfo=tags(NEW_SUBFILE_TYPE, kinds[0]))


@pytest.mark.parametrize("kinds", [(0, 1), (1, 0), (0, 4, 1)])
def test_a_thumbnail_or_a_mask_is_no_page(kinds: tuple[int, ...]) -> None:
    assert words_in(tiff_parts(*kinds)) == TEXT.split()


@pytest.mark.filterwarnings("ignore::UserWarning")  # it is Pillow's, and not raised where warnings are no errors
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_whose_exif_is_broken_is_read_as_it_lies(kind: Format) -> None:
    exif = b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\1\x12\0\3" * 50
    assert words_in(to_bytes(PAGE, kind, exif=exif)) == TEXT.split()


@pytest.mark.parametrize("size", [(1, 1), (1, 10_000), (10_000, 1), (7, 10_000), (400, 3), (3, 400), (20, 400), (2, 2)])
@pytest.mark.parametrize("mode", ["1", "RGB"])
def test_a_sliver_has_no_words(size: tuple[int, int], mode: str) -> None:
    assert words_in(to_bytes(Image.effect_noise(size, 90).convert(mode), "PNG")) == []


@pytest.mark.parametrize("mode", ["1", "P", "RGB", "I;16"])
def test_the_largest_picture_is_read_where_its_words_are(mode: str) -> None:
    sheet = Image.new("L", (10_000, 400), 255)
    sheet.paste(PAGE.resize((2 * PAGE.width, 2 * PAGE.height)), (8_000, 50))
    if mode == "I;16":
        picture = sheet.convert("I").point(lambda level: level * 257 + 0).convert("I;16")
    else:
        picture = sheet.convert(mode)
    words = blocks_of(answer_to(to_bytes(picture, "PNG")), "WORD")
    assert [word.get("Text") for word in words] == TEXT.split()
    assert 0.8 < words[0]["Geometry"]["BoundingBox"]["Left"] < 0.9
