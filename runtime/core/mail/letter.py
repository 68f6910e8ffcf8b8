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
class Link:
    """An address of the page, and what it is good for."""

    label: str
    url: str


@dataclass(frozen=True)
class Letter:
    """A mail's contents from top to bottom. All strings are plain text; none holds a line end.

    Attributes:
        picture: The file's name, fit to be shown; None if the mail is about no picture.
        footnotes: Why the mail came, and other things that are seldom read.
        action: What to press.
        not_me: What to press if the mail should not have come.
    """

    heading: str
    picture: str | None
    figures: tuple[Figure, ...]
    paragraphs: tuple[str, ...]
    chart: Chart | None
    attached: tuple[Attached, ...]
    footnotes: tuple[str, ...]
    action: Link | None = None
    not_me: Link | None = None
