"""The file's picture: from bytes to upright pixels on white, without ever decoding what is too large."""

from __future__ import annotations

import io
import struct

from PIL import Image, ImageOps
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile

from local.ocr.errors import bad_document, unsupported_document

# https://docs.aws.amazon.com/textract/latest/dg/limits-document.html
MAX_SIDE = 10_000
# Pillow's own limit is lower: it would complain of pictures that Textract takes. It is set for the whole process.
Image.MAX_IMAGE_PIXELS = MAX_SIDE**2

_BYTE, _TWO_BYTES = 0xFF, 0xFFFF

# The plugins themselves, not Image.open: that warns of large pictures before we could refuse them.
_PLUGINS = {
    b"\x89PNG\r\n\x1a\n": PngImageFile,
    b"\xff\xd8\xff": JpegImageFile,
    b"II*\x00": TiffImageFile,
    b"MM\x00*": TiffImageFile,
    b"II+\x00": TiffImageFile,
    b"MM\x00+": TiffImageFile,
}
# All that Pillow's decoders raise on files that lie about themselves; a warning, where warnings are errors.
_BROKEN = (
    UserWarning,
    Image.DecompressionBombError,
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    OverflowError,
    struct.error,
)


def open_picture(data: bytes) -> Image.Image:
    """The picture in mode 1, L or RGB, turned as its EXIF orientation says, transparency laid on white.

    A PDF of one page is read by Textract but not here: this build of Tesseract has no PDF renderer, so every PDF is
    an UnsupportedDocumentException, as one of many pages is on AWS.

    Raises:
        TextractError: UnsupportedDocumentException for another format or more than one page, BadDocumentException
            for a broken file or a side of more than 10,000 pixels.
    """
    plugin = next((plugin for magic, plugin in _PLUGINS.items() if data.startswith(magic)), None)
    if plugin is None:
        raise unsupported_document()
    try:
        image = plugin(io.BytesIO(data))
        pages = image.n_frames if isinstance(image, TiffImageFile) else 1
    except _BROKEN as error:
        raise bad_document("its header is broken") from error
    if pages > 1:
        raise unsupported_document()
    if max(image.size) > MAX_SIDE:
        raise bad_document(f"{image.width} x {image.height} pixels are more than {MAX_SIDE} a side")
    try:
        image.load()
        # Pillow turns TIFFs itself when it loads them; asked again, it would turn them twice.
        upright = image if isinstance(image, TiffImageFile) else ImageOps.exif_transpose(image)
        return _flat(upright)
    except (*_BROKEN, MemoryError) as error:
        raise bad_document("its pixels are broken or missing") from error


def _flat(image: Image.Image) -> Image.Image:
    if image.mode in ("1", "L"):
        return image
    if image.mode.startswith(("I", "F")):
        return _eight_bit(image)
    if image.mode == "LAB":
        return image.getchannel("L")
    if image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        white.alpha_composite(image.convert("RGBA"))
        image = white
    return image.convert("RGB")


def _eight_bit(image: Image.Image) -> Image.Image:
    """16 bits by their high byte; wider ones as a share of the brightest."""
    levels = image.convert("F")
    _, brightest = levels.getextrema()
    if not isinstance(brightest, float):
        raise TypeError("a picture with one band has one brightest level")
    scale = 1.0 if brightest <= _BYTE else 1 / 257 if brightest <= _TWO_BYTES else _BYTE / brightest
    return levels.point(lambda level: level * scale + 0).convert("L")
