"""What a word is: normalise, find, fold. One definition for both engines, so the ranges are data, not code.

The rule, its reasons and what it was tried on: docs/word-count.md.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Final

from runtime.core.word_ranges import RANGES

if TYPE_CHECKING:
    from collections.abc import Iterable

VERSION: Final = "1"
"""The counter's version. A result of another version is counted again from its text, without OCR."""

JOINS: Final = 30
"""How often a word may be joined. Bounded, because a 10 kB `a-a-a-…` overflows Java's stack."""


def pattern(word_class: str) -> str:
    """The pattern of a word, given the inside of a character class in the notation of the engine that will use it."""
    return rf"[{word_class}]+(?:(?:['\-]|(?<=[0-9])[.,](?=[0-9]))[{word_class}]+){{0,{JOINS}}}"


def _python_class() -> str:
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in RANGES)


@functools.cache
def _any_word() -> re.Pattern[str]:
    """Compiled when a text needs it: that takes a tenth of a cold start, and most functions find no words."""
    return re.compile(pattern(_python_class()))


_ASCII_WORD: Final = re.compile(pattern("A-Za-z0-9"))  # the same words in ASCII text, found many times faster

_SPELLING: Final = {
    0x2019: "'",  # right single quotation mark
    0x2010: "-",  # hyphen
    0x00AD: None,  # soft hyphen
    **dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)),  # zero width
    **dict.fromkeys((*range(0x180B, 0x180E), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))),  # variation selectors
}


def normalise(text: str) -> str:
    """One spelling for what looks alike: NFKC, plain apostrophe and hyphen, nothing invisible inside a word.

    Done once, when the transcript is written: Spark 3.5 has no NFKC.
    """
    return unicodedata.normalize("NFKC", text).translate(_SPELLING)


def find(text: str) -> list[str]:
    """The words of a normalised text, folded, in reading order."""
    word = _ASCII_WORD if text.isascii() else _any_word()
    return [fold(found) for found in word.findall(text)]


def fold(word: str) -> str:
    """Lower case, with one sigma: Java's and Python's final-sigma rules differ."""
    return word.lower().replace("ς", "σ")  # noqa: RUF001  the Greek letter is meant


def count(texts: Iterable[str]) -> Counter[str]:
    """How often each word occurs in normalised texts. Each distinct text is tokenised once: nine times as fast."""
    words: Counter[str] = Counter()
    for text, times in Counter(texts).items():
        for word in find(text):
            words[word] += times
    return words
