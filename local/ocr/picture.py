"""The file's picture: from bytes to upright pixels on white, without ever decoding what is too large."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PIL import ExifTags, Image
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile

from local.ocr.errors import bad_document, unsupported_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.ImageFile import ImageFile

# https://docs.aws.amazon.com/textract/latest/dg/limits-document.html
MAX_SIDE = 10_000
# Pillow's own limit is lower: it would complain of pictures that Textract takes. It is set for the whole process.
Image.MAX_IMAGE_PIXELS = MAX_SIDE**2

# From here on a picture is halved as soon as it is decoded: no view of it is as large (see `view.py`), and whole it
# takes 400 MB.
_HUGE = 9_600
# Rows of pixels that are converted at a time; even, so that a band can be halved.
_BAND = 256

_BYTE, _TWO_BYTES = 0xFF, 0xFFFF

# The plugins themselves, not Image.open: that warns of large pictures before we could refuse them.
_PLUGINS = {
    b"\x89PNG\r\n\x1a\n": PngImageFile,
    b"\xff\xd8\xff": JpegImageFile,
    b"II*\x00": TiffImageFile,
    b"MM\x00*": TiffImageFile,
}

# TIFF 6.0: what NewSubfileType says of a thumbnail and of a mask, which are no pages.
_NEW_SUBFILE_TYPE, _NO_PAGE = 254, 1 | 4
_MOST_PARTS = 64

# What sets pixels upright, by their EXIF orientation.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def open_picture(data: bytes) -> Image.Image:
    """The picture in mode 1, L or RGB, turned as its EXIF orientation says, transparency laid on white.

    A picture of almost the largest size is halved; at its most, opening one takes little more than its pixels do.

    A PDF of one page is read by Textract but not here: this build of Tesseract has no PDF renderer, so every PDF is
    an UnsupportedDocumentException, as one of many pages is on AWS.

    Raises:
        TextractError: UnsupportedDocumentException for another format or more than one page, BadDocumentException
            for a broken file or a side of more than 10,000 pixels.
    """
    plugin = next((plugin for magic, plugin in _PLUGINS.items() if data.startswith(magic)), None)
    if plugin is None:
        raise unsupported_document()
    # What decoders raise on files that lie about themselves is anything: there is no list of it.
    try:
        image = plugin(io.BytesIO(data))
        pages = _pages(image) if isinstance(image, TiffImageFile) else [0]
        if len(pages) == 1:
            image.seek(pages[0])
    except Exception as error:
        raise bad_document("its header is broken") from error
    if len(pages) > 1:
        raise unsupported_document()
    if max(image.size) > MAX_SIDE:
        raise bad_document(f"{image.width} x {image.height} pixels are more than {MAX_SIDE} a side")
    try:
        if max(image.size) >= _HUGE and isinstance(image, JpegImageFile):
            image.draft(None, (image.width // 2, image.height // 2))  # it is never decoded whole
        image.load()
        return _upright(image, _Pixels.of(image).plain(image))
    except Exception as error:
        raise bad_document("its pixels are broken or missing") from error


def _pages(image: TiffImageFile) -> list[int]:
    """Which of its parts are pages; the first, if none says so. No more than two: that is all there is to know."""
    pages: list[int] = []
    for part in range(_MOST_PARTS):
        try:
            image.seek(part)
        except EOFError:
            break
        if not image.tag_v2.get(_NEW_SUBFILE_TYPE, 0) & _NO_PAGE:
            pages.append(part)
        if len(pages) > 1:
            break
    else:
        raise ValueError("it has endlessly many thumbnails")
    return pages or [0]


def _upright(image: ImageFile, plain: Image.Image) -> Image.Image:
    if isinstance(image, TiffImageFile):  # Pillow turned it when it was loaded; asked again, it would turn it twice
        return plain
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # noqa: BLE001  a picture whose EXIF is broken is a picture still
        return plain
    turn = _UPRIGHT.get(orientation) if isinstance(orientation, int) else None
    return plain if turn is None else plain.transpose(turn)


@dataclass(frozen=True)
class _Pixels:
    """What the pixels of a decoded picture are, and so how they are made plain ones.

    Attributes:
        mode: What becomes of them.
        scale: What a level is multiplied with to be one of 255, for levels that have more than eight bits.
    """

    mode: Literal["1", "L", "RGB"]
    scale: float | None = None

    @classmethod
    def of(cls, image: Image.Image) -> _Pixels:
        if image.mode in ("1", "L"):
            return cls("1" if image.mode == "1" else "L")
        if image.mode.startswith(("I", "F")):
            return cls("L", _scale(max(_brightest(band) for _, band in _bands(image))))
        return cls("L" if image.mode == "LAB" else "RGB")

    def plain(self, image: Image.Image) -> Image.Image:
        """The picture in its mode, a band at a time, so that it does not lie in memory in several modes at once."""
        halve = max(image.size) >= _HUGE
        if self.mode == "1" or (image.mode == self.mode and not halve and not self._clear(image)):
            return image
        by = 2 if halve else 1
        plain = Image.new(self.mode, (-(-image.width // by), -(-image.height // by)))
        for top, band in _bands(image):
            converted = self._converted(band)
            plain.paste(converted.reduce(by) if halve else converted, (0, top // by))
        return plain

    def _clear(self, image: Image.Image) -> bool:
        return self.mode == "RGB" and image.has_transparency_data

    def _converted(self, band: Image.Image) -> Image.Image:
        scale = self.scale
        if scale is not None:
            return band.convert("F").point(lambda level: level * scale + 0).convert("L")
        if band.mode == "LAB":
            return band.getchannel("L")
        if self._clear(band):
            white = Image.new("RGBA", band.size, "white")
            white.alpha_composite(band.convert("RGBA"))
            band = white
        return band.convert(self.mode)


def _bands(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    for top in range(0, image.height, _BAND):
        yield top, image.crop((0, top, image.width, min(top + _BAND, image.height)))


def _brightest(band: Image.Image) -> float:
    _, brightest = band.convert("F").getextrema()
    if not isinstance(brightest, float):
        raise TypeError("a picture with one band has one brightest level")
    return brightest


def _scale(brightest: float) -> float:
    """16 bits by their high byte; wider ones as a share of the brightest."""
    return 1.0 if brightest <= _BYTE else 1 / 257 if brightest <= _TWO_BYTES else _BYTE / brightest
