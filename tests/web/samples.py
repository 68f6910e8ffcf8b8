"""Pictures that people have. What is on them matters to no stand-in; they are pages of text all the same."""

from __future__ import annotations

import io
import os
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw

from tests.web.visit import Picture

_DEMO = Path(__file__).parents[2] / "local" / "demo" / "page.jpg"


@cache
def page(name: str = "hamlet.jpg") -> Picture:
    return Picture(name, _DEMO.read_bytes())


@cache
def drawn(kind: str, name: str, words: str = "", size: tuple[int, int] = (600, 400)) -> Picture:
    """A small picture of its own, in a format of Pillow's."""
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).text((40, 40), words or name, fill="black", font_size=40)
    return Picture(name, _saved(image, kind), f"image/{kind.lower()}")


@cache
def noise(name: str, side: int, kind: str = "PNG") -> Picture:
    """A picture of so many pixels a side that hardly gets smaller: 3 bytes each as PNG."""
    return Picture(
        name, _saved(Image.frombytes("RGB", (side, side), os.urandom(3 * side * side)), kind), f"image/{kind.lower()}"
    )


@cache
def two_pages(name: str = "scan.tiff") -> Picture:
    out = io.BytesIO()
    first, second = (Image.new("L", (200, 300), shade) for shade in (255, 200))
    first.save(out, "TIFF", save_all=True, append_images=[second])
    return Picture(name, out.getvalue(), "image/tiff")


def _saved(image: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()
