"""Text to count, as much as asked for: real English words as often as they occur, and a tail that never ends.

Three words in a hundred are drawn from a Zipf law over all numbers, so that the vocabulary grows with the text; a few
are capitalised or followed by a comma or a point. The same size is the same text every time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from spellchecker import SpellChecker

from runtime.core import keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CHUNK: Final = 2_000_000
_LINE: Final = 10
_PAGE: Final = 500
_TAIL: Final = 0.03


@dataclass(frozen=True)
class Data:
    """The same words, as each design keeps them.

    Attributes:
        folder: In which our transcript lies, as in the bucket.
        digest: Whose transcript it is.
        csv: The origin's: index, word, confidence, as pandas wrote them.
        text: Lines of ten words.
        words: How many there are.
    """

    folder: Path
    digest: str
    csv: Path
    text: Path
    words: int


def generate(folder: Path, gigabytes: float) -> Data:
    """Write so much text: as many words as make the origin's CSV that large, 1e9 bytes a gigabyte."""
    digest = "d" * 32
    data = Data(folder, digest, folder / "origin.csv", folder / "text.txt", 0)
    transcript = folder / keys.transcript(digest, 1)
    transcript.parent.mkdir(parents=True, exist_ok=True)
    written = words = 0
    with transcript.open("wb") as ours, data.csv.open("wb") as csv, data.text.open("wb") as text:
        csv.write(b",Word,Confidence Level\n")
        for chunk in chunks():
            share = (gigabytes * 1e9 - written) / max(written / words * _CHUNK, 1) if words else gigabytes * 1e9 / 6.8e7
            part = chunk if share >= 1 else chunk.head(max(_PAGE, int(share * _CHUNK) // _PAGE * _PAGE))
            _pages(part, words).write_ndjson(ours)
            _origin(part, words).write_csv(csv, include_header=False)
            _lines(part).write_csv(text, include_header=False, quote_style="never")
            words += len(part)
            written = csv.tell()
            if share < 1:
                break
    return Data(folder, digest, data.csv, data.text, words)


def chunks(seed: int = 1) -> Iterator[pl.DataFrame]:
    """Endless `text` and `confidence`, some words at a time."""
    random = np.random.default_rng(seed)
    known = SpellChecker().word_frequency.dictionary
    english = pl.Series(list(known))
    often = np.cumsum(np.fromiter(known.values(), float))
    while True:
        drawn = np.searchsorted(often, random.random(_CHUNK) * often[-1])
        rare = pl.Series(random.zipf(1.2, _CHUNK)).cast(pl.String)
        words = pl.DataFrame(
            {
                "word": english.gather(pl.Series(drawn)),
                "rare": "w" + rare,
                "kind": random.random(_CHUNK),
                "ends": random.random(_CHUNK),
                "confidence": np.clip(100 - random.exponential(1.5, _CHUNK), 20, 99.99),
            }
        )
        word = pl.when(pl.col("kind") < _TAIL).then("rare").otherwise("word")
        ends = pl.col("ends")
        text = (
            pl.when(ends < 0.08)  # noqa: PLR2004  about as often as in print
            .then(word.str.to_titlecase())
            .when(ends < 0.18)  # noqa: PLR2004
            .then(word + ",")
            .when(ends < 0.22)  # noqa: PLR2004
            .then(word + ".")
            .otherwise(word)
        )
        yield words.select(text.alias("text"), "confidence")


def _pages(words: pl.DataFrame, before: int) -> pl.DataFrame:
    place = pl.int_range(before, before + len(words))
    confidence = (pl.col("confidence") * 100).round().cast(pl.Int32).cast(pl.String)
    lines = (
        words.with_columns(line=place // _LINE + 1)
        .group_by("line", maintain_order=True)
        .agg(pl.col("text").str.join(" ").alias("words"), confidence.str.join(" ").alias("confidences"))
    )
    return lines.group_by(((pl.col("line") - 1) * _LINE // _PAGE + 1).alias("page"), maintain_order=True).agg(
        pl.col("line").first(), "words", pl.col("confidences").str.join(" ")
    )


def _origin(words: pl.DataFrame, before: int) -> pl.DataFrame:
    """Each text's first run of word characters, which was all that the origin kept."""
    return words.select(
        pl.int_range(before, before + len(words)).alias("index"), pl.col("text").str.extract(r"(\w+)"), "confidence"
    )


def _lines(words: pl.DataFrame) -> pl.DataFrame:
    line = pl.int_range(0, len(words)) // _LINE
    return words.group_by(line.alias("line"), maintain_order=True).agg(pl.col("text").str.join(" ")).select("text")
