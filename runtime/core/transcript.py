"""What OCR read, in reading order: a reading as it came, and the transcript that counting starts from.

A transcript is JSON Lines, a page a line: the number of its first line; of each line from there on its words,
normalised, between spaces; and all their confidences, in hundredths of a percent:

    {"page":1,"line":1,"words":["don't stop","it"],"confidences":"9910 9822 9700"}

A page that cannot be told so, for a text is empty or holds a space itself, is written in lists:

    {"page":1,"lines":[1,1,2],"texts":["don't","sto p","it"],"confidences":[9910,9822,9700]}

(Why so: docs/adr/0015 and 0024.)
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from runtime.core.words import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator

SURE: Final = 10_000
"""The highest confidence, in hundredths of a percent."""

_BLANK: Final = 100
"""How far a page's next line may be, with blank ones between."""


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


def plain(line: str) -> tuple[str, str] | None:
    """A page's words, and their confidences, both between single spaces and still to be split; None if it has lists.

    Raises:
        ValueError: It is no page.
    """
    told = json.loads(line)
    try:
        return (" ".join(filter(None, told["words"])), hundredths(told["confidences"])) if "words" in told else None
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a page of a transcript: {error!r}") from error


def hundredths(confidences: str) -> str:
    """These confidences, which are numbers between single spaces.

    Raises:
        ValueError: They are not.
    """
    if confidences.encode().translate(None, b"0123456789 "):
        raise ValueError("not the confidences of a transcript")
    return confidences


def _dump_page(page: int, rows: tuple[TranscriptRow, ...]) -> bytes:
    confidences = [round(row.confidence * 100) for row in rows]
    columns: dict[str, Any] = {"page": page}
    if (words := _words(rows)) is not None:
        columns |= {"line": rows[0].line, "words": words, "confidences": " ".join(map(str, confidences))}
    else:
        columns |= {
            "lines": [row.line for row in rows],
            "texts": [row.text for row in rows],
            "confidences": confidences,
        }
    return f"{json.dumps(columns, ensure_ascii=False, separators=(',', ':'))}\n".encode()


def _words(rows: tuple[TranscriptRow, ...]) -> list[str] | None:
    """The words of a page, line by line, if they can be told apart again, and its lines counted."""
    found: list[str] = []
    before = rows[0].line - 1
    for line, words in itertools.groupby(rows, key=lambda row: row.line):
        if not 0 < line - before <= _BLANK:
            return None
        texts = [word.text for word in words]
        joined = " ".join(texts)
        if "" in texts or joined.count(" ") >= len(texts):
            return None
        found += [""] * (line - before - 1)
        found.append(joined)
        before = line
    return found


def _load_page(told: dict[str, Any]) -> Iterator[TranscriptRow]:
    if "text" in told:  # one word a line, as it was written once
        yield TranscriptRow(int(told["page"]), int(told["line"]), str(told["text"]), float(told["confidence"]))
        return
    page = int(told["page"])
    if "words" in told:
        lines = enumerate(told["words"], start=int(told["line"]))
        words = [(number, word) for number, line in lines for word in line.split(" ") if word]
        confidences = [int(confidence) for confidence in hundredths(told["confidences"]).split(" ")]
        if max(confidences) > SURE:
            raise ValueError("not the confidences of a transcript")
        for (number, word), confidence in zip(words, confidences, strict=True):
            yield TranscriptRow(page, number, word, confidence / 100)
        return
    for line, text, confidence in zip(told["lines"], told["texts"], told["confidences"], strict=True):
        yield TranscriptRow(page, int(line), str(text), confidence / 100)


def _rows(reading: Reading) -> Iterator[TranscriptRow]:
    for number, line in enumerate(reading.lines, start=1):
        for word in line.words:
            if text := normalise(word.text):
                yield TranscriptRow(line.page, number, text, round(word.confidence, 2))
