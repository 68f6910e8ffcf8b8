"""A picture made ready for Tesseract: of a size that it reads well, evenly lit, dark on light, its lines level."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image, ImageChops, ImageFilter, ImageMath, ImageOps, ImageStat

# Tesseract wants capitals of 20-40 pixels. A page whose longest side is under 1600 pixels has smaller ones.
_SMALL, _TARGET, _MOST = 1600, 1900, 3.0
# Above that nothing is gained: an A4 page at 400 dpi.
_LARGE = 4800
# How far a page may lie askew and still be found; beyond it, the neighbouring quarter's lines begin to compete.
_MAX_SKEW = 20.0
# Below this Tesseract levels lines itself, and turning would only blur them.
_LEAST_SKEW = 0.4
# A slant counts when it shows the lines this much better than none: a few words look alike from many angles.
_PLAINLY = 1.3
# The mean ink, of 255, above which a spot is no text.
_MOSTLY_INK = 90
# The width of the strips in which the slant is measured, in pixels of a page of about 1000.
_STRIP = 8


Affine = tuple[float, float, float, float, float, float]


@dataclass(frozen=True)
class View:
    """A picture as it is shown to the engine, and the way back to the pixels it was made from.

    Attributes:
        image: The pixels, in grey levels.
        back: The affine map (a, b, c, d, e, f) from a point of `image` to a point of the picture:
            x = a u + b v + c, y = d u + e v + f.
    """

    image: Image.Image
    back: Affine

    def origin(self, u: float, v: float) -> tuple[float, float]:
        """Where a point of this view lies in the picture."""
        a, b, c, d, e, f = self.back
        return a * u + b * v + c, d * u + e * v + f

    def scaled(self) -> View:
        """Small pictures enlarged, very large ones reduced."""
        longest = max(self.image.size)
        factor = min(_MOST, _TARGET / longest) if longest < _SMALL else min(1.0, _LARGE / longest)
        if factor == 1.0:
            return self
        width, height = (max(1, round(side * factor)) for side in self.image.size)
        x, y = self.image.width / width, self.image.height / height
        image = self.image.resize((width, height), Image.Resampling.LANCZOS)
        return View(image, self._after((x, 0.0, 0.0, 0.0, y, 0.0)))

    def quarter_turned(self, quarters: int) -> View:
        """Turned anticlockwise by that many quarters."""
        width, height = self.image.size
        match quarters % 4:
            case 1:
                return View(self.image.transpose(Image.Transpose.ROTATE_90), self._after((0, -1, width, 1, 0, 0)))
            case 2:
                turned = self.image.transpose(Image.Transpose.ROTATE_180)
                return View(turned, self._after((-1, 0, width, 0, -1, height)))
            case 3:
                return View(self.image.transpose(Image.Transpose.ROTATE_270), self._after((0, 1, 0, -1, 0, height)))
            case _:
                return self

    def levelled(self, degrees: float) -> View:
        """Turned clockwise by that much, with room for the corners; what comes in is white."""
        return self._turned(-degrees) if degrees else self

    def _turned(self, degrees: float) -> View:
        turned = self.image.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
        cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        (w, h), (new_w, new_h) = self.image.size, turned.size
        shift_x = w / 2 - cos * new_w / 2 + sin * new_h / 2
        shift_y = h / 2 - sin * new_w / 2 - cos * new_h / 2
        return View(turned, self._after((cos, -sin, shift_x, sin, cos, shift_y)))

    def evened(self) -> View:
        """Shadows taken away and dark turned light; see `even`."""
        return View(even(self.image), self.back)

    def _after(self, step: Affine) -> Affine:
        """The map that first takes a new view's point to this view's, then that to the picture's."""
        a, b, c, d, e, f = step
        p, q, r, s, t, u = self.back
        return (
            p * a + q * d,
            p * b + q * e,
            p * c + q * f + r,
            s * a + t * d,
            s * b + t * e,
            s * c + t * f + u,
        )


def whole(image: Image.Image) -> View:
    """The picture as it is."""
    return View(image, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0))


def even(image: Image.Image) -> Image.Image:
    """Each pixel as a share of the paper around it: a shadow darkens both alike, and so goes away.

    The paper is the brightest that lies near, smoothed. A picture that is light on dark is turned round first.
    """
    if _light_on_dark(image):
        image = ImageChops.invert(image)
    reduced = image.resize((max(1, image.width // 8), max(1, image.height // 8)), Image.Resampling.BOX)
    paper = reduced.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.MedianFilter(5))
    paper = paper.filter(ImageFilter.GaussianBlur(6)).resize(image.size, Image.Resampling.BICUBIC)
    return ImageMath.lambda_eval(
        lambda of: of["convert"](
            of["min"](of["float"](of["image"]) * 255 / of["max"](of["float"](of["paper"]), 1), 255), "L"
        ),
        image=image,
        paper=paper,
    )


def _light_on_dark(image: Image.Image) -> bool:
    """Whether what stands out from its surroundings is mostly lighter than they are.

    Around the local mean there is as much light as dark; but ink is the rarer, and so lies farther from the mean.
    """
    reduced = ImageOps.contain(image, (800, 800), Image.Resampling.BOX)
    around = reduced.filter(ImageFilter.BoxBlur(12))
    lighter = ImageStat.Stat(ImageChops.subtract(reduced, around)).sum2[0]
    darker = ImageStat.Stat(ImageChops.subtract(around, reduced)).sum2[0]
    return lighter > 1.5 * darker


@dataclass(frozen=True)
class Lie:
    """How a page's lines would lie, if they ran in one of the two directions that they can run in.

    Attributes:
        degrees: How far anticlockwise they lie from level; 0 unless that is plain.
        strength: How clearly rows of ink and of white are told apart there.
    """

    degrees: float
    strength: float


def lie_of_lines(image: Image.Image) -> tuple[Lie, Lie]:
    """Measure how the lines lie: first as lines across the page, then as lines up or down it.

    Args:
        image: An evenly lit picture, dark on light.
    """
    ink = ImageChops.invert(ImageOps.contain(image, (1000, 1000), Image.Resampling.BOX))
    ink = ink.point([max(0, level - 48) for level in range(256)])
    # Text is a little ink on much paper. What is mostly ink is the desk, a picture or the page's edge.
    ink.paste(0, mask=ink.filter(ImageFilter.BoxBlur(8)).point([255 * (level > _MOSTLY_INK) for level in range(256)]))
    return _lie(ink), _lie(ink.transpose(Image.Transpose.ROTATE_270))


def _lie(ink: Image.Image) -> Lie:
    # Narrow strips, each one value wide, can be sheared far faster than the page can be turned.
    strips = ink.convert("F").resize((max(2, ink.width // _STRIP), ink.height), Image.Resampling.BOX)
    level = _contrast(strips, 0.0)
    _, coarse = max((_contrast(strips, degrees), degrees) for degrees in _steps(-_MAX_SKEW, _MAX_SKEW, 1.0))
    best, fine = max((_contrast(strips, degrees), degrees) for degrees in _steps(coarse - 1, coarse + 1, 0.2))
    plain = abs(fine) >= _LEAST_SKEW and best > _PLAINLY * level
    return Lie(fine, best) if plain else Lie(0.0, level)


def _contrast(strips: Image.Image, degrees: float) -> float:
    slope = math.tan(math.radians(degrees)) * _STRIP
    sheared = strips.transform(
        strips.size, Image.Transform.AFFINE, (1, 0, 0, -slope, 1, slope * strips.width / 2), Image.Resampling.NEAREST
    )
    rows = array("f", sheared.resize((1, strips.height), Image.Resampling.BOX).tobytes())
    steps = sorted((after - before) ** 2 for before, after in pairwise(rows))
    # A page edge or a rule is stronger than any line of text, but there are few of them.
    return sum(steps[: -max(1, len(steps) // 50)])


def _steps(start: float, stop: float, step: float) -> list[float]:
    return [start + step * number for number in range(round((stop - start) / step) + 1)]
