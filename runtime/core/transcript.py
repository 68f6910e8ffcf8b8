"""What OCR read, in reading order: a reading as it came, and the transcript that counting starts from.

A transcript is JSON Lines, one page a line, in columns: of each word its line, its text, normalised, and its confidence
in hundredths of a percent:

    {"page":1,"lines":[1,1],"texts":["don't","stop"],"confidences":[9910,9822]}

(The origin wrote CSV, which Spark's reader corrupts for hard words; JSON Lines it reads as they are. Why in columns:
docs/adr/0015.)
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runtime.core.words import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class ReadWord:
    """A word as OCR read it: text without its surroundings, confidence in percent."""

    text: str
    confidence: float


@dataclass(frozen=True)
class ReadLine:
    """A line as OCR read it, with its words from left to right."""

    page: int
    text: str
    words: tuple[ReadWord, ...]


@dataclass(frozen=True)
class Reading:
    """All that OCR read of one picture, in reading order; a page may be blank."""

    pages: int
    lines: tuple[ReadLine, ...]

    def text(self) -> str:
        """The text line by line, as OCR gave it."""
        return "".join(f"{line.text}\n" for line in self.lines)


@dataclass(frozen=True)
class TranscriptRow:
    """One word of a transcript: normalised text, confidence in percent with two decimals."""

    page: int
    line: int
    text: str
    confidence: float


@dataclass(frozen=True)
class Transcript:
    """What counting starts from."""

    pages: int
    rows: tuple[TranscriptRow, ...]

    def dump(self) -> bytes:
        """JSON Lines, UTF-8."""
        pages = itertools.groupby(self.rows, key=lambda row: row.page)
        return b"".join(_dump_page(page, tuple(rows)) for page, rows in pages)


def transcribe(reading: Reading) -> Transcript:
    """The transcript of a reading: words that normalise to nothing are left out."""
    return Transcript(pages=reading.pages, rows=tuple(_rows(reading)))


def load(data: bytes, pages: int) -> Transcript:
    """The transcript that `Transcript.dump` wrote.

    Args:
        data: JSON Lines, UTF-8.
        pages: The page count, which is kept in the object's metadata: a page may be blank.

    Raises:
        ValueError: A line is no page of a transcript.
    """
    try:
        lines = data.removesuffix(b"\n").split(b"\n") if data else ()
        rows = tuple(row for line in lines for row in _load_page(json.loads(line)))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a page of a transcript: {error!r}") from error
    return Transcript(pages, rows)


def _dump_page(page: int, rows: tuple[TranscriptRow, ...]) -> bytes:
    columns = {
        "page": page,
        "lines": [row.line for row in rows],
        "texts": [row.text for row in rows],
        "confidences": [round(row.confidence * 100) for row in rows],
    }
    return f"{json.dumps(columns, ensure_ascii=False, separators=(',', ':'))}\n".encode()


def _load_page(told: dict[str, Any]) -> Iterator[TranscriptRow]:
    if "text" in told:  # one word a line, as it was written once
        yield TranscriptRow(int(told["page"]), int(told["line"]), str(told["text"]), float(told["confidence"]))
        return
    page = int(told["page"])
    for line, text, confidence in zip(told["lines"], told["texts"], told["confidences"], strict=True):
        yield TranscriptRow(page, int(line), str(text), confidence / 100)


def _rows(reading: Reading) -> Iterator[TranscriptRow]:
    for number, line in enumerate(reading.lines, start=1):
        for word in line.words:
            if text := normalise(word.text):
                yield TranscriptRow(line.page, number, text, round(word.confidence, 2))
