"""A picture read: shown to the engine in the way that fits, and in others when that went badly.

Every threshold here is about pages in general; they were chosen on `python -m bench.ocr`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from local.ocr.engine import Word
from local.ocr.lines import bend_of_lines, lie_of_lines
from local.ocr.view import View

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

    from local.ocr.engine import Engine, Line
    from local.ocr.lines import Lie

# Tesseract's confidence in real words is above 90 nine times in ten, in grain and leaves mostly under 40.
_JUNK = 35.0
# A line that is doubtful on the whole is a row of pebbles or a table's rule; a word in a good line gets more credit.
_LINE_JUNK = 60.0
_SURE = 70.0
# A picture has text when at least one word in it is beyond doubt; a lone doubtful one is a leaf.
_CERTAIN = 85.0
# A reading is trusted when so much of it, in letters, is sure.
_TRUSTED = 0.6
# Text that stands on its head is read as letters too, if not as words; a picture without any gives hardly one.
_UPSIDE_DOWN = 4
# How much stronger lines up and down the page must show before the page is turned unread.
_PLAINLY_TURNED = 1.4
# Textract ends a LINE at a gap this many times as wide as the words are tall: a table's cells are lines of their own.
_CELL_GAP = 2.2


@dataclass(frozen=True)
class Reading:
    """What one way of looking at the picture gave."""

    view: View
    lines: tuple[Line, ...]

    @property
    def letters(self) -> int:
        """How many letters and digits were read, rightly or not."""
        return sum(_letters(word) for word in self._words())

    @property
    def sure(self) -> int:
        """How many letters and digits were read that are almost certainly there."""
        return sum(_letters(word) for word in self._words() if word.confidence >= _SURE)

    @property
    def has_text(self) -> bool:
        """Whether anything was read at all, and not only seen into the picture."""
        return any(word.confidence >= _CERTAIN and _letters(word) > 1 for word in self._words())

    @property
    def trusted(self) -> bool:
        """Whether there is no need to look again."""
        return self.has_text and self.sure >= _TRUSTED * self.letters

    def _words(self) -> Iterator[Word]:
        return (word for line in self.lines for word in line)


def read(picture: Image.Image, engine: Engine) -> list[Line]:
    """The lines of a picture, in reading order; their corners are in its own pixels.

    Args:
        picture: In mode 1, L or RGB, upright as far as is known.
        engine: What reads.
    """
    best = Reading(View(picture), ())
    for view in _views(picture):
        reading = Reading(view, tuple(engine.read(view.image)))
        best = max(best, reading, key=_sureness)
        if not best.trusted and reading.letters >= _UPSIDE_DOWN:
            turned = view.half_turned()
            best = max(best, Reading(turned, tuple(engine.read(turned.image))), key=_sureness)
        if best.trusted:
            break
    if not best.has_text:
        return []
    return [_placed(cell, best.view) for line in best.lines for cell in _cells(_kept(line))]


def _sureness(reading: Reading) -> int:
    return reading.sure


def _views(picture: Image.Image) -> Iterator[View]:
    """Ways to look at the picture, the likeliest first; each is made only when the ones before it did not do."""
    plain = View(picture if picture.mode == "L" else picture.convert("L")).scaled()
    if picture.mode == "1":  # a scanner's: flat and evenly lit
        across, down = lie_of_lines(plain.image)
        if down.strength > _PLAINLY_TURNED * across.strength:
            yield plain.quarter_turned().levelled(down.degrees)
        yield plain.levelled(across.degrees)
        return
    evened = plain.evened()
    across, down = lie_of_lines(evened.image)
    if down.strength > _PLAINLY_TURNED * across.strength:
        yield _straight(evened.quarter_turned(), down)
    yield _straight(evened, across)
    yield plain
    del plain, evened  # what follows may be long, and a large picture's views are
    if picture.mode == "RGB":
        for band in ("R", "B"):
            yield View(picture.getchannel(band)).scaled().evened().levelled(across.degrees)


def _straight(view: View, lie: Lie) -> View:
    level = view.levelled(lie.degrees)
    return level.straightened(bend_of_lines(level.image))


def _kept(line: Line) -> Line:
    letters = sum(_letters(word) for word in line)
    if sum(word.confidence * _letters(word) for word in line) < _LINE_JUNK * letters:
        return ()
    return tuple(word for word in line if word.confidence >= _JUNK)


def _cells(line: Line) -> Iterator[Line]:
    start = 0
    for number, (before, after) in enumerate(pairwise(line), start=1):
        gap = math.dist(before.corners[1], after.corners[0])
        if gap > _CELL_GAP * max(before.height, after.height):
            yield line[start:number]
            start = number
    if line[start:]:
        yield line[start:]


def _placed(line: Line, view: View) -> Line:
    return tuple(
        Word(
            word.text,
            word.confidence,
            (
                view.origin(*word.corners[0]),
                view.origin(*word.corners[1]),
                view.origin(*word.corners[2]),
                view.origin(*word.corners[3]),
            ),
        )
        for word in line
    )


def _letters(word: Word) -> int:
    return sum(character.isalnum() for character in word.text)
