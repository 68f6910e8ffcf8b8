"""How much of a text was read, and how much of what was read stands there: as bags of words, both through the rule."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.core.words import find, normalise

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Accuracy:
    """One picture's reading, judged.

    Attributes:
        recall: The share of the text's words that were read; 1 where there are none.
        precision: The share of the words read that stand in the text; 1 where none was read.
        words: How many words were read.
        missed: Words of the text that were not read.
        invented: Words that were read and do not stand there.
    """

    recall: float
    precision: float
    words: int
    missed: tuple[str, ...]
    invented: tuple[str, ...]


def accuracy(truth: str, read: Iterable[str]) -> Accuracy:
    """Judge a reading.

    Args:
        truth: The text that stands in the picture.
        read: The texts that were read, each a word with the punctuation that hangs on it.
    """
    expected = Counter(find(normalise(truth)))
    found = Counter(word for text in read for word in find(normalise(text)))
    hits = (expected & found).total()
    return Accuracy(
        recall=hits / expected.total() if expected else 1.0,
        precision=hits / found.total() if found else 1.0,
        words=found.total(),
        missed=tuple((expected - found).elements()),
        invented=tuple((found - expected).elements()),
    )
