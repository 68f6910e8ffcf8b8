"""Ways to look at a picture: enlarged, evenly lit, turned, levelled, straightened; and the way back to its pixels."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from local.ocr.light import even
from local.ocr.lines import patches

if TYPE_CHECKING:
    from local.ocr.lines import Bend, Box

# Tesseract wants capitals of 20-40 pixels. A page whose longest side is under 1600 pixels has smaller ones.
_SMALL, _TARGET, _MOST = 1600, 1900, 3.0
# Above that nothing is gained: an A4 page at 400 dpi.
_LARGE = 4800
# Into how many patches a page is cut to be straightened; within one, its lines count as straight.
_PATCHES = 16

Step = Callable[[float, float], tuple[float, float]]


def _same(x: float, y: float) -> tuple[float, float]:
    return x, y


@dataclass(frozen=True)
class View:
    """A picture as it is shown to the engine.

    Attributes:
        image: The pixels, in grey levels.
        origin: Takes a point of `image` to the point of the picture that it shows.
    """

    image: Image.Image
    origin: Step = _same

    def scaled(self) -> View:
        """Small pictures enlarged, very large ones reduced."""
        longest = max(self.image.size)
        factor = min(_MOST, _TARGET / longest) if longest < _SMALL else min(1.0, _LARGE / longest)
        if factor == 1.0:
            return self
        width, height = (max(1, round(side * factor)) for side in self.image.size)
        across, down = self.image.width / width, self.image.height / height
        image = self.image.resize((width, height), Image.Resampling.LANCZOS)
        return self._seen_as(image, lambda x, y: (x * across, y * down))

    def evened(self) -> View:
        """Shadows taken away, dark turned light and faint turned dark."""
        return self._seen_as(even(self.image), _same)

    def quarter_turned(self) -> View:
        """Turned anticlockwise by a quarter."""
        width = self.image.width
        return self._seen_as(self.image.transpose(Image.Transpose.ROTATE_90), lambda x, y: (width - y, x))

    def half_turned(self) -> View:
        """Turned upside down."""
        width, height = self.image.size
        return self._seen_as(self.image.transpose(Image.Transpose.ROTATE_180), lambda x, y: (width - x, height - y))

    def levelled(self, degrees: float) -> View:
        """Turned clockwise by that much, with room for the corners; what comes in is white."""
        if not degrees:
            return self
        image = self.image.rotate(-degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
        cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        old_x, old_y = (side / 2 for side in self.image.size)
        new_x, new_y = (side / 2 for side in image.size)

        def turned_back(x: float, y: float) -> tuple[float, float]:
            right, down = x - new_x, y - new_y
            return old_x + cos * right + sin * down, old_y - sin * right + cos * down

        return self._seen_as(image, turned_back)

    def straightened(self, bend: Bend) -> View:
        """Bent lines made straight: every column of pixels is moved up or down by as much as the lines there."""
        if not bend:
            return self
        width, height = self.image.size

        def bent(x: float, y: float) -> tuple[float, float]:
            return x, y + bend.drop(2 * x / width - 1, 2 * y / height - 1) * width

        mesh: list[tuple[Box, tuple[float, ...]]] = []
        for left, top, right, bottom in patches(self.image.size, _PATCHES, _PATCHES):
            quad = (*bent(left, top), *bent(left, bottom), *bent(right, bottom), *bent(right, top))
            mesh.append(((left, top, right, bottom), quad))
        image = self.image.transform(
            self.image.size, Image.Transform.MESH, mesh, Image.Resampling.BICUBIC, fillcolor=255
        )
        return self._seen_as(image, bent)

    def _seen_as(self, image: Image.Image, step: Step) -> View:
        before = self.origin
        return View(image, lambda x, y: before(*step(x, y)))
