"""Odd strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from random import Random

ODD: Final = (
    "",
    " ",
    "\0",
    "\n",
    "\r\nBcc: all@example.com",
    "a\nb\rc\u2028d\x85e",
    "\x1b[31mred\x1b[0m",
    "\ud800",
    "\udfff\ud800",
    "\ufffe\uffff",
    "\U000e0001\U0010ffff",
    "\u0378\u05ff",  # unassigned
    "\u202egnp.exe",
    "שלום עולם",
    "السلام عليكم",
    "e\u0301\u0323" * 40,
    "ﷺ" * 20,  # one character, eighteen once it is normalised
    "İıſßẞ",
    "👩‍👩‍👧‍👦🏳️‍🌈",
    "../../etc/passwd",
    "C:\\CON\\aux.png",
    "=HYPERLINK(1)",
    "<script>alert(1)</script>",
    "</title><img src=x onerror=1>",
    "=?utf-8?q?=41?=",
    "%00%0a%2e%2e%2f",
    "{request_id}",
    "%s%n{0!r:>9999}",
    "'; DROP TABLE words; --",
    "NaN",
    "-1",
    "1e999",
    "null",
    "a" * 70 + "." + "b" * 70,
    "a-" * 200,
    "1,234.5,6.7" * 20,
    "\u200b\u00ad\ufeff",
)

_PLANES: Final = ((0x20, 0x7E), (0xA0, 0x24F), (0x300, 0x36F), (0x590, 0x6FF), (0x900, 0xDFF), (0x2000, 0x2BFF))
_WIDE: Final = ((0x3000, 0x9FFF), (0xD800, 0xDFFF), (0xE000, 0xFFFF), (0x1F000, 0x1FAFF), (0xE0000, 0xE01EF))


def odd_text(rng: Random, longest: int = 60) -> str:
    """One of the odd ones, or random characters of a few scripts, or some of each."""
    pick = rng.random()
    if pick < 0.3:
        return rng.choice(ODD)
    if pick < 0.4:
        return rng.choice(ODD) + odd_text(rng, longest) + rng.choice(ODD)
    if pick < 0.43:
        return rng.choice(("a", "é", "\u0301", "字", "\ud83d", "\U0001f600", "x ")) * rng.randint(100, 2000)
    first, last = rng.choice(_PLANES + _WIDE)
    return "".join(chr(rng.randint(first, last)) for _ in range(rng.randint(1, longest)))
