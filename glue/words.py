"""What a word is, to Spark: the twin of `runtime/core/words.py`, from built-in functions, no Python per row.

Pattern and ranges come from there; only their spelling is Java's. Texts are normalised already, when a transcript is
written: Spark 3.5 has no NFKC.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyspark.sql import functions as F  # noqa: N812  Spark's own custom

from runtime.core.word_ranges import RANGES
from runtime.core.words import pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import Column

_FEW: Final = 4


def java_class(ranges: Sequence[tuple[int, int]]) -> str:
    """The inside of a Java character class of these sorted ranges.

    Nested, each half guarded by its bounds. Java tries the ranges of a plain class one after the other, in a call each:
    with our 600, finding took four to six times as long, in any script.
    """
    if len(ranges) <= _FEW:
        return "".join(rf"\x{{{first:x}}}-\x{{{last:x}}}" for first, last in ranges)
    middle = len(ranges) // 2
    return "".join(_guarded(half) for half in (ranges[:middle], ranges[middle:]))


def _guarded(ranges: Sequence[tuple[int, int]]) -> str:
    return rf"[\x{{{ranges[0][0]:x}}}-\x{{{ranges[-1][1]:x}}}&&[{java_class(ranges)}]]"


_WORD: Final = pattern(java_class(RANGES))
_ASCII_WORD: Final = pattern("A-Za-z0-9")  # the same words in ASCII text, found several times faster


def find(text: Column) -> Column:
    """The words of a normalised text, as they stand there: an array, in reading order; `fold` each of them."""
    ascii_only = F.octet_length(text) == F.char_length(text)
    return F.when(ascii_only, _found(text, _ASCII_WORD)).otherwise(_found(text, _WORD))


def fold(word: Column) -> Column:
    """Lower case, with one sigma. The JVM must run with `-Duser.language=en`: its lower case follows its locale."""
    return F.replace(F.lower(word), F.lit("ς"), F.lit("σ"))  # noqa: RUF001  the Greek letter is meant


def _found(text: Column, word: str) -> Column:
    return F.regexp_extract_all(text, F.lit(word), F.lit(0))
