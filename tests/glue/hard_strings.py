"""Texts that one engine or another once counted differently, and any number of their kind."""

from __future__ import annotations

import unicodedata
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Final

from runtime.core.word_ranges import RANGES
from runtime.core.words import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator

KNOWN: Final = (
    *("don’t", "state-of-the-art", "1,000.50", "a@b.com", "हिन्दी", "ﬁnance", "co\u00adop", "—", "____", "x²", "Straße"),
    *("ΟΔΟΣ", "a0Σ", "Σ", "ΣΑΣ", "Σ.", "aΣ-b", "Σ'Σ", "İ", "İI", "ıI", "ŉ", "ǰ", "ΐ", "ẞ", "ß", "𐐀𐐁", "𐐀-𐐁", "𐐀9.9"),
    *("1.𐐀", "𝟗.𝟗", "٣.٤", "3.4", "3.", ".3", "3..4", "3.,4", "1'2", "1-2", "a.1", "1.a", "'a'", "-a-", "a--b", "a'-b"),
    *("-".join("a" * 31), "-".join("a" * 32), "-".join("a" * 100), "1." * 50, "a" * 5000, "'" * 100, "a-" * 5000),
    *("\u0301", "e\u0301", "\u0301e", "-\u0301", "a\u200db", "🇩🇪", "👩\u200d👩\u200d👧", "\ufeffa", "\ufffda"),
    *("\x00a\x00b", "a\x85b", "a\u2028b", "a\r\nb"),
    *(
        '"',
        "\\",
        '\\"',
        "\\u0041",
        "\\n",
        "a\\",
        'a"b',
        "a\nb",
        "a\tb",
        " a",
        "a ",
        "",
        " ",
        "{",
        "[1,2]",
        "null",
        "NaN",
    ),
)
_JOINS: Final = "''--..,,’‐‑_ ·/\u00ad\u200b"
_PLAIN: Final = "aAzZ09éßΣςσİı"


def hard_strings(number: int, seed: int = 0) -> Iterator[str]:
    """So many texts, normalised as a transcript's are: first the known ones, then some from every Unicode block."""
    random = Random(seed)  # noqa: S311  drawing, not hiding
    yield from (normalise(text) for text in KNOWN[:number])
    blocks = _blocks()
    for at in range(number - len(KNOWN)):
        yield normalise(_text(random, blocks[at % len(blocks)]))


def _text(random: Random, block: range) -> str:
    parts: list[str] = []
    for _ in range(random.randrange(1, 12)):
        kind = random.random()
        if kind < 0.5:
            parts.append(chr(random.choice(block)))
        elif kind < 0.7:
            parts.append(random.choice(_PLAIN))
        elif kind < 0.9:
            parts.append(random.choice(_JOINS))
        else:
            edge = random.choice(random.choice(RANGES)) + random.choice((-1, 0, 1))  # where ranges end
            parts.append("" if 0xD800 <= edge <= 0xDFFF else chr(edge))
    return "".join(parts) * random.choice((1, 1, 1, 2, 40))


@cache
def _blocks() -> list[range]:
    """Stretches of 128 code points in which some character is assigned."""
    stretches = (range(start, start + 128) for start in range(0, 0x110000, 128))
    return [
        block
        for block in stretches
        if not 0xD800 <= block.start <= 0xDFFF
        and any(unicodedata.category(chr(code)) not in ("Cn", "Co") for code in block)
    ]
