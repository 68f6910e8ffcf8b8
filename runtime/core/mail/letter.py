"""What a mail says, before it is put into plain text and HTML."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A number worth seeing at a glance."""

    value: str
    label: str


@dataclass(frozen=True)
class Chart:
    """Words with their counts, most frequent first, and what follows when these are not all."""

    title: str
    rows: tuple[tuple[str, int], ...]
    rest: str | None = None

    @property
    def longest(self) -> int:
        """The count that the longest bar stands for."""
        return max(count for _, count in self.rows)


@dataclass(frozen=True)
class Attached:
    """A file that comes with the mail, and what it is good for."""

    filename: str
    use: str


@dataclass(frozen=True)
class Letter:
    """A mail's contents from top to bottom. All strings are plain text; none holds a line end.

    Attributes:
        picture: The file's name, fit to be shown.
        footnotes: Why the mail came, and other things that are seldom read.
    """

    heading: str
    picture: str
    figures: tuple[Figure, ...]
    paragraphs: tuple[str, ...]
    chart: Chart | None
    attached: tuple[Attached, ...]
    footnotes: tuple[str, ...]
