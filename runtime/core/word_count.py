"""The word count of a picture, and its bytes: the same for the same transcript, whichever engine counted it."""

from __future__ import annotations

import csv
import io
import json
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from runtime.core import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runtime.core.transcript import Transcript

SCHEMA: Final = 1

_quoted: Final = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True)
class WordCount:
    """What a person gets.

    Attributes:
        key: The picture's cache key (called `digest` outside).
        pages: How many pages the picture has.
        words: Each word with its count, most frequent first, then by code points.
        mean_confidence: Of the words, in hundredths of a percent; None when there are none.
        version: The counter's version.
    """

    key: str
    pages: int
    words: tuple[tuple[str, int], ...]
    mean_confidence: int | None
    version: str = words.VERSION

    @property
    def total_words(self) -> int:
        """How many words there are."""
        return sum(count for _, count in self.words)

    @property
    def unique_words(self) -> int:
        """How many different words there are."""
        return len(self.words)

    def dump(self) -> bytes:
        """Compact JSON, UTF-8, a newline at the end; the confidence always with two decimals."""
        mean = self.mean_confidence
        confidence = "null" if mean is None else f"{mean // 100}.{mean % 100:02}"
        head = (
            f'{{"schema":{SCHEMA},"digest":"{self.key}","pages":{self.pages},"total_words":{self.total_words},'
            f'"unique_words":{self.unique_words},"mean_confidence":{confidence},"counter":{{"version":"{self.version}"}}'
        )
        rows = ",".join([f'{{"word":{_quoted(word)},"count":{count}}}' for word, count in self.words])
        return f'{head},"words":[{rows}]}}\n'.encode()

    def csv(self) -> bytes:
        """A table for spreadsheets (RFC 4180), UTF-8: `word,count`. No word begins as a formula does."""
        out = io.StringIO()
        table = csv.writer(out)
        table.writerow(("word", "count"))
        table.writerows(self.words)
        return out.getvalue().encode()


def tally(key: str, transcript: Transcript) -> WordCount:
    """Count a transcript's words."""
    return WordCount(
        key=key,
        pages=transcript.pages,
        words=ranked(words.count(row.text for row in transcript.rows).items()),
        mean_confidence=_mean_confidence(transcript),
    )


def recount(old: WordCount, text: str) -> WordCount:
    """Count the same picture again, from the text that OCR read: what the counter's version changed, and no more."""
    return WordCount(
        key=old.key,
        pages=old.pages,
        words=ranked(words.count(words.normalise(word) for word in text.split()).items()),
        mean_confidence=old.mean_confidence,
    )


def ranked(counts: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Most frequent first, then by code points."""
    by_word = sorted(counts, key=operator.itemgetter(0))
    return tuple(sorted(by_word, key=operator.itemgetter(1), reverse=True))  # equals keep their order


def load(data: bytes) -> WordCount:
    """The word count that `WordCount.dump` wrote, of this version of the counter or an older one.

    Raises:
        ValueError: It is no word count.
    """
    try:
        told: dict[str, Any] = json.loads(data)
        confidence = told["mean_confidence"]
        return WordCount(
            key=str(told["digest"]),
            pages=int(told["pages"]),
            words=tuple((str(row["word"]), int(row["count"])) for row in told["words"]),
            mean_confidence=None if confidence is None else round(confidence * 100),
            version=str(told["counter"]["version"]),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a word count: {error!r}") from error


def mean_confidence(weighted: int, total: int) -> int | None:
    """The mean of so many words, half up, from integers, so that no engine's floating point can differ.

    Args:
        weighted: The sum of the words' confidences, in hundredths of a percent.
        total: How many words there are.
    """
    return (2 * weighted + total) // (2 * total) if total else None


def _mean_confidence(transcript: Transcript) -> int | None:
    lengths = {text: len(words.find(text)) for text in {row.text for row in transcript.rows}}
    weights = [(round(row.confidence * 100), lengths[row.text]) for row in transcript.rows]
    return mean_confidence(sum(confidence * weight for confidence, weight in weights), sum(w for _, w in weights))
