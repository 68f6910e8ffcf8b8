"""Text set in type: words in, a clean page of black on white out.

The demo's page, the benchmark's renderings and the tests' pictures are all set here, so none of them depends on the
fonts that a machine happens to have.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).parent / "fonts"

Face = Literal["serif", "italic", "typewriter", "sans"]
_FILES: dict[Face, str] = {
    "serif": "eb-garamond.woff2",
    "italic": "eb-garamond-italic.woff2",
    "typewriter": "courier-prime.woff2",
    "sans": "source-sans.woff2",
}


@dataclass(frozen=True)
class Style:
    """How a page is set.

    Attributes:
        face: The typeface; the fonts lie beside this file, with their licences (SIL OFL 1.1).
        size: The type's height in pixels.
        width: The page's width in pixels; its height follows from the text.
        margin: White on each side, in pixels.
        leading: The distance of two lines, as a multiple of `size`.
        columns: How many columns the text runs in.
        justify: Whether lines are stretched to the column's width.
        verse: Whether each line of the text is a line of its own, rather than part of a paragraph, and all of them
            stand in the middle of the page.
        titles: How many of the first lines are centred.
        tabs: Whether a run of spaces moves what follows it to the right edge, as on a receipt.
    """

    face: Face = "serif"
    size: int = 34
    width: int = 1400
    margin: int = 120
    leading: float = 1.35
    columns: int = 1
    justify: bool = False
    verse: bool = False
    titles: int = 0
    tabs: bool = False


@dataclass(frozen=True)
class _Line:
    words: tuple[str, ...]
    ends_paragraph: bool
    right: str = ""


@cache
def font(face: Face, size: int) -> ImageFont.FreeTypeFont:
    """The face at that height in pixels."""
    return ImageFont.truetype(FONTS / _FILES[face], size)


def typeset(text: str, style: Style) -> Image.Image:
    """The text as a page, in grey levels (mode L), black on white.

    Paragraphs are separated by a blank line; a line starts a new one of its own only in verse and on receipts.
    """
    face = font(style.face, style.size)
    gutter = style.size * 2
    column_width = (style.width - 2 * style.margin - gutter * (style.columns - 1)) // style.columns
    lines = _broken(text, face, column_width, style)
    leading = round(style.size * style.leading)
    per_column = -(-len(lines) // style.columns)
    page = Image.new("L", (style.width, 2 * style.margin + per_column * leading), 255)
    draw = ImageDraw.Draw(page)
    longest = max(face.getlength(" ".join(line.words)) for line in lines)
    indent = (column_width - longest) / 2 if style.verse else 0
    for number, line in enumerate(lines):
        column, row = divmod(number, per_column)
        left = style.margin + column * (column_width + gutter) + indent
        if number < style.titles:
            left = (style.width - face.getlength(" ".join(line.words))) / 2
        _set_line(draw, line, face, (left, style.margin + row * leading), column_width, justify=style.justify)
    return page


def _broken(text: str, face: ImageFont.FreeTypeFont, width: int, style: Style) -> list[_Line]:
    lines: list[_Line] = []
    for paragraph in text.strip().split("\n\n"):
        if style.verse or style.tabs:
            for row in paragraph.split("\n"):
                left, _, right = row.partition("   ") if style.tabs else (row, "", "")
                lines.append(_Line(tuple(left.split()), ends_paragraph=True, right=right.strip()))
        else:
            lines.extend(_filled(paragraph.split(), face, width))
        lines.append(_Line((), ends_paragraph=True))
    return lines[:-1]


def _filled(words: list[str], face: ImageFont.FreeTypeFont, width: int) -> list[_Line]:
    lines: list[_Line] = []
    current: list[str] = []
    for word in words:
        if current and face.getlength(" ".join([*current, word])) > width:
            lines.append(_Line(tuple(current), ends_paragraph=False))
            current = []
        current.append(word)
    return [*lines, _Line(tuple(current), ends_paragraph=True)]


def _set_line(  # noqa: PLR0913 - what is set, in what, where, and how wide: nothing of it can go
    draw: ImageDraw.ImageDraw,
    line: _Line,
    face: ImageFont.FreeTypeFont,
    at: tuple[float, float],
    width: int,
    *,
    justify: bool,
) -> None:
    left, top = at
    if not justify or line.ends_paragraph:
        draw.text((left, top), " ".join(line.words), font=face, fill=0)
        if line.right:
            draw.text((left + width - face.getlength(line.right), top), line.right, font=face, fill=0)
        return
    space = (width - sum(face.getlength(word) for word in line.words)) / max(1, len(line.words) - 1)
    for word in line.words:
        draw.text((left, top), word, font=face, fill=0)
        left += face.getlength(word) + space
