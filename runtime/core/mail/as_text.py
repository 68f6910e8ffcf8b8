"""A letter as plain text, at most 72 columns wide where words allow it."""

from __future__ import annotations

import textwrap
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runtime.core.mail.letter import Attached, Chart, Figure, Letter, Link

WIDTH: Final = 72
_LONGEST_WORD: Final = 24
_LONGEST_BAR: Final = 32


def render(letter: Letter) -> str:
    """The letter's plain text."""
    return "\n\n".join(_blocks(letter)) + "\n"


def _blocks(letter: Letter) -> Iterator[str]:
    yield f"{letter.heading}\n{'=' * len(letter.heading)}"
    if letter.picture is not None:
        yield f"Picture: {letter.picture}"
    if letter.figures:
        yield _figures(letter.figures)
    yield from map(_wrapped, letter.paragraphs)
    if letter.action:
        yield _link(letter.action)
    if letter.chart:
        yield _chart(letter.chart)
    if letter.attached:
        yield _attached(letter.attached)
    last = [*map(_wrapped, letter.footnotes), *([_link(letter.not_me)] if letter.not_me else [])]
    yield "-- \n" + "\n\n".join(last)


def _figures(figures: tuple[Figure, ...]) -> str:
    width = max(len(figure.value) for figure in figures)
    return "\n".join(f"{figure.value:>{width + 2}} {figure.label}" for figure in figures)


def _chart(chart: Chart) -> str:
    lines = [f"  {word}  {count}  {length}" for word, count, length in columns(chart.rows, _LONGEST_BAR)]
    return "\n".join([chart.title, "", *lines, *([f"  {chart.rest}"] if chart.rest else [])])


def columns(rows: Sequence[tuple[str, int]], longest_bar: int) -> Iterator[tuple[str, str, str]]:
    """Words with counts, most frequent first, as columns that stand below each other: word, count, bar."""
    words = [shortened(word, _LONGEST_WORD) for word, _ in rows]
    widest = max(map(_width, words))
    most = rows[0][1]
    digits = len(f"{most:,}")
    for word, (_, count) in zip(words, rows, strict=True):
        length = max(1, round(longest_bar * count / most))
        yield word + " " * (widest - _width(word)), f"{count:>{digits},}", "█" * length


def _attached(attached: tuple[Attached, ...]) -> str:
    width = max(len(each.filename) for each in attached)
    return "\n".join(["Attached", "", *(f"  {each.filename:<{width}}  {each.use}" for each in attached)])


def _link(link: Link) -> str:
    return f"{_wrapped(link.label)}\n{link.url}"


def _wrapped(paragraph: str) -> str:
    return textwrap.fill(paragraph, WIDTH, break_long_words=False, break_on_hyphens=False)


def shortened(word: str, longest: int) -> str:
    """The word, cut at its end if it is longer."""
    return word if len(word) <= longest else f"{word[: longest - 1]}…"


def _width(text: str) -> int:
    """How many columns it takes where every character takes one or two, or sits on another."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
