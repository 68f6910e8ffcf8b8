"""A file's name, fit to be shown: people and their devices put anything into names."""

from __future__ import annotations

import unicodedata
from typing import Final

LONGEST: Final = 60
"""Characters that are shown of a name; a longer one loses its middle, because its end tells the kind of file."""

_UNNAMED: Final = "a picture without a name"
_END: Final = 20
_JOINERS: Final = "\u200c\u200d"  # they shape letters and emoji, and hide nothing
_UNSHOWABLE: Final = frozenset(("Cc", "Cf", "Cs", "Cn", "Zl", "Zp"))
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"


def shown(name: str) -> str:
    """The name in one line, without characters that act instead of being seen, shortened in the middle.

    Control characters (line ends above all), marks that turn the direction of writing (`gpj.exe` reads as `exe.jpg`
    with one) and halves of surrogate pairs (from names that are no UTF-8) become `U+FFFD`. HTML is escaped elsewhere.
    """
    visible = "".join(_visible(character) for character in unicodedata.normalize("NFC", name)).strip()
    if len(visible) <= LONGEST:
        return visible or _UNNAMED
    start, end = visible[: LONGEST - _END - 1], visible[-_END:]
    return f"{start.rstrip()}…{end.lstrip(_JOINERS + ' ').lstrip(_marks(end))}"


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Zs":
        return " "
    return _REPLACEMENT if category in _UNSHOWABLE and character not in _JOINERS else character


def _marks(text: str) -> str:
    """The combining marks in it: at its start they would sit on the ellipsis."""
    return "".join(character for character in text if unicodedata.category(character).startswith("M"))
