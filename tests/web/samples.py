"""Pictures that people have. Each time one is taken it is another file, which nobody has sent before."""

from __future__ import annotations

import io
import itertools
from functools import cache
from pathlib import Path
from typing import Final

from PIL import Image, ImageFilter

from local.demo.typesetting import Style
from tests.pictures import page as typeset
from tests.pictures import to_bytes
from tests.web.visit import Picture

NAME: Final = "hamlet.jpg"
LINE: Final = "To be, or not to be, that is the question: whether it is nobler in the mind to suffer"
TAGS: Final = "The page says <script>alert(1)</script> and also <b>bold</b> in its text"

_DEMO = Path(__file__).parents[2] / "local" / "demo" / "page.jpg"
_TYPEWRITTEN = Style(face="typewriter", size=32, width=900, margin=60)
_numbers = itertools.count(1)


def page(name: str = NAME) -> Picture:
    """A line of Hamlet's: 19 words, read in a moment."""
    return _another(name, _jpeg(LINE))


def whole_page(name: str = NAME) -> Picture:
    """A photographed page with his whole speech."""
    return _another(name, _DEMO.read_bytes())


KNOWN: Final = Picture(NAME, _DEMO.read_bytes())
"""The same, as anybody may have sent it before."""


def known() -> Picture:
    """The line, as anybody may have sent it before."""
    return Picture(NAME, _jpeg(LINE))


def hard_to_read(name: str = NAME) -> Picture:
    """Out of focus, and saved with few bytes."""
    return _another(name, to_bytes(typeset(LINE).filter(ImageFilter.GaussianBlur(2)), "JPEG", quality=4))


def blank(name: str = NAME) -> Picture:
    """Without a word."""
    return _another(name, _jpeg(""))


def damaged(name: str = NAME) -> Picture:
    """The first half of a file: browsers show what there is of it."""
    data = to_bytes(typeset(LINE), "JPEG")
    return Picture(name, data[: len(data) // 2 - next(_numbers)])


def with_tags(name: str) -> Picture:
    """A page that speaks of HTML."""
    return _another(name, to_bytes(typeset(TAGS, _TYPEWRITTEN), "JPEG"))


def drawn(kind: str, name: str) -> Picture:
    """A line in any format of Pillow's."""
    number = next(_numbers)
    return Picture(name, _saved(typeset(f"This is page number {number} of {kind} pictures"), kind))


def heavy(name: str, width: int, height: int) -> Picture:
    """A page on a sheet of that size, saved as PNG without compression: 3 bytes each pixel."""
    sheet = Image.new("RGB", (width, height), "white")
    sheet.paste(typeset(f"{LINE} and so on for {next(_numbers)} times"))
    return Picture(name, to_bytes(sheet, "PNG", compress_level=0))


@cache
def two_pages(name: str = "scan.tiff") -> Picture:
    """What is refused: more than one page."""
    first, second = (Image.new("L", (200, 300), shade) for shade in (255, 200))
    return Picture(name, to_bytes(first, "TIFF", save_all=True, append_images=[second]))


PDF: Final = Picture("report.pdf", b"%PDF-1.7\n%nothing")


@cache
def _jpeg(text: str) -> bytes:
    return to_bytes(typeset(text), "JPEG")


def _another(name: str, jpeg: bytes) -> Picture:
    """The same pixels in another file: with a comment (ISO/IEC 10918-1, B.2.4.5) after its beginning."""
    comment = f"copy {next(_numbers)}".encode()
    segment = b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment
    return Picture(name, jpeg[:2] + segment + jpeg[2:])


def _saved(image: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()
