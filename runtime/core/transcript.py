"""What OCR read, in reading order: a reading as it came, and the transcript that counting starts from.

A transcript is JSON Lines, one word a line, its text normalised:

    {"page": 1, "line": 1, "text": "don't", "confidence": 99.1}

(The origin wrote CSV, which Spark's reader corrupts for hard words; JSON Lines it reads as they are.)
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
        return "".join(
            json.dumps(
                {"page": row.page, "line": row.line, "text": row.text, "confidence": row.confidence},
                ensure_ascii=False,
            )
            + "\n"
            for row in self.rows
        ).encode()


def transcribe(reading: Reading) -> Transcript:
    """The transcript of a reading: words that normalise to nothing are left out."""
    return Transcript(pages=reading.pages, rows=tuple(_rows(reading)))


def load(data: bytes, pages: int) -> Transcript:
    """The transcript that `Transcript.dump` wrote.

    Args:
        data: JSON Lines, UTF-8.
        pages: The page count, which is kept in the object's metadata: a page may be blank.

    Raises:
        ValueError: A line is no transcript row.
    """
    try:
        rows = tuple(
            TranscriptRow(int(row["page"]), int(row["line"]), str(row["text"]), float(row["confidence"]))
            for row in map(json.loads, data.removesuffix(b"\n").split(b"\n") if data else ())
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a transcript row: {error!r}") from error
    return Transcript(pages, rows)


def _rows(reading: Reading) -> Iterator[TranscriptRow]:
    for number, line in enumerate(reading.lines, start=1):
        for word in line.words:
            if text := normalise(word.text):
                yield TranscriptRow(line.page, number, text, round(word.confidence, 2))
