"""How the lines of a page lie: across it or along it, askew, fanned out by perspective, bowed by a curling page.

All of it is measured in one way: when the lines are level, rows of ink and of white differ most.
"""

from __future__ import annotations

import functools
import math
from array import array
from bisect import bisect_left
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageFilter

from local.ocr.light import within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Box = tuple[int, int, int, int]

# How far a page may lie askew and still be found; beyond it, the neighbouring quarter's lines begin to compete.
_MAX_SKEW = 20.0
# Below this Tesseract levels lines itself, and turning would only blur them.
_LEAST_SKEW = 0.4
# A slant counts when it shows the lines this much better than none: a few words look alike from many angles.
_PLAINLY = 1.3
# The same for a bend, which is always small.
_PLAINLY_BENT = 1.15
# How far lines may fan out or bow, as slopes at the page's edge, and the steps in which that is sought.
_MAX_BEND, _BEND_STEPS = 0.08, (0.01, 0.0025)
# A grey this faint is the paper's grain, not ink.
_GRAIN = 48
# The mean ink, of 255, above which a spot is no text.
_MOSTLY_INK = 90
# The width of the strips in which lines are measured, in pixels of a page of about 1000.
_STRIP = 8


@dataclass(frozen=True)
class Lie:
    """How a page's lines would lie, if they ran in one of the two directions that they can run in.

    Attributes:
        degrees: How far anticlockwise they lie from level; 0 unless that is plain.
        strength: How clearly rows of ink and of white are told apart there.
    """

    degrees: float
    strength: float


@dataclass(frozen=True)
class Bend:
    """How lines that are level on the whole depart from it. All are slopes at the page's edges; 0 is straight.

    Attributes:
        slant: What is left of the skew.
        fan: How far lines at the bottom slant down to the right, and those at the top up.
        bow: How far both ends of the lines hang down.
    """

    slant: float = 0.0
    fan: float = 0.0
    bow: float = 0.0

    def __bool__(self) -> bool:
        return any((self.slant, self.fan, self.bow))

    def drop(self, x: float, y: float) -> float:
        """How far below level a line lies at a point, as a share of the page's width.

        Args:
            x: From -1 at the left edge to 1 at the right.
            y: From -1 at the top to 1 at the bottom.
        """
        return x * (self.slant + self.fan * y + self.bow * x / 2) / 2


def lie_of_lines(image: Image.Image) -> tuple[Lie, Lie]:
    """Measure how the lines lie: first as lines across the page, then as lines up or down it.

    Args:
        image: An evenly lit picture, dark on light.
    """
    ink = _ink(image)
    return _lie(ink), _lie(ink.transpose(Image.Transpose.ROTATE_270))


def bend_of_lines(image: Image.Image) -> Bend:
    """Measure how lines across the page are bent; straight, unless they plainly are not.

    Args:
        image: An evenly lit picture, dark on light, its lines level on the whole.
    """
    strips = _strips(_ink(image))

    @functools.cache  # half of what is tried was tried before
    def contrast(bend: Bend) -> float:
        return _contrast(_displaced(strips, bend)) if bend else _contrast(strips)

    best = Bend()
    for step, reach in zip(_BEND_STEPS, (_MAX_BEND, _BEND_STEPS[0]), strict=True):
        changes: tuple[Callable[[Bend, float], Bend], ...] = (
            lambda bend, by: replace(bend, fan=bend.fan + by),
            lambda bend, by: replace(bend, bow=bend.bow + by),
            lambda bend, by: replace(bend, slant=bend.slant + by),
        )
        for change in (*changes, *changes):
            tries = [change(best, by) for by in _steps(-reach, reach, step)]
            best = max(tries, key=contrast)
    return best if contrast(best) > _PLAINLY_BENT * contrast(Bend()) else Bend()


def patches(size: tuple[int, int], across: int, down: int) -> Iterator[Box]:
    """An area cut into so many patches, or as many as it has pixels."""
    width, height = size
    for column in range(across):
        left, right = width * column // across, width * (column + 1) // across
        for row in range(down):
            top, bottom = height * row // down, height * (row + 1) // down
            if left < right and top < bottom:
                yield left, top, right, bottom


def _ink(image: Image.Image) -> Image.Image:
    ink = ImageChops.invert(within(image, 1000))
    ink = ink.point([max(0, level - _GRAIN) for level in range(256)])
    # Text is a little ink on much paper. What is mostly ink is the desk, a picture or the page's edge.
    mostly = ink.filter(ImageFilter.BoxBlur(8)).point([255 * (level > _MOSTLY_INK) for level in range(256)])
    ink.paste(0, mask=mostly)
    return ink


def _lie(ink: Image.Image) -> Lie:
    strips = _strips(ink)

    @functools.cache
    def contrast(degrees: float) -> float:
        return _contrast(_sheared(strips, degrees))

    coarse = max(_steps(-_MAX_SKEW, _MAX_SKEW, 1.0), key=contrast)
    fine = max(_steps(coarse - 1, coarse + 1, 0.2), key=contrast)
    level, best = contrast(0.0), contrast(fine)
    return Lie(fine, best) if abs(fine) >= _LEAST_SKEW and best > _PLAINLY * level else Lie(0.0, level)


def _strips(ink: Image.Image) -> Image.Image:
    """Narrow strips, each one value wide, can be moved far faster than the page could be turned."""
    return ink.convert("F").resize((max(2, ink.width // _STRIP), ink.height), Image.Resampling.BOX)


def _sheared(strips: Image.Image, degrees: float) -> Image.Image:
    slope = math.tan(math.radians(degrees)) * _STRIP
    shear = (1, 0, 0, -slope, 1, slope * strips.width / 2)
    return strips.transform(strips.size, Image.Transform.AFFINE, shear, Image.Resampling.NEAREST)


def _displaced(strips: Image.Image, bend: Bend) -> Image.Image:
    width, height = strips.size
    mesh: list[tuple[Box, tuple[float, ...]]] = []

    def source(x: int, y: int) -> tuple[float, float]:
        return x, y + bend.drop(2 * x / width - 1, 2 * y / height - 1) * width * _STRIP

    for left, top, right, bottom in patches(strips.size, 12, 4):
        quad = (*source(left, top), *source(left, bottom), *source(right, bottom), *source(right, top))
        mesh.append(((left, top, right, bottom), quad))
    return strips.transform(strips.size, Image.Transform.MESH, mesh, Image.Resampling.NEAREST)


def _contrast(strips: Image.Image) -> float:
    rows = array("f", strips.resize((1, strips.height), Image.Resampling.BOX).tobytes())
    steps = sorted((after - before) ** 2 for before, after in pairwise(rows))
    if not steps:  # a single row
        return 0.0
    # A page edge or a rule is stronger than any line of text, but there are few of them: the strongest are left out,
    # an eighth of those that count at all on a page of few words, a fiftieth of the page on a full one.
    counting = len(steps) - bisect_left(steps, steps[-1] / 1000)
    return sum(steps[: -max(1, min(len(steps) // 50, counting // 8))])


def _steps(start: float, stop: float, step: float) -> Iterable[float]:
    return [start + step * number for number in range(round((stop - start) / step) + 1)]
