"""Bytes that are no longer what they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

INTERESTING: Final = (
    0, 1, 2, 7, 8, 10, 12, 0x7F, 0x80, 0xFF, 0x100, 10_000, 10_001, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF,
    0x80000000, 0xFFFFFFF0, 0xFFFFFFFF,
)  # fmt: skip
HEADER: Final = 64


def mutated(rng: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """The bytes with one to four changes; `others` are what may be spliced in."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        rng.choice(_CHANGES)(rng, changed, others)
    return bytes(changed)


def number(rng: Random) -> bytes:
    """An interesting integer in one, two, four or eight bytes, in either order."""
    width = rng.choice((1, 2, 2, 4, 4, 4, 8))
    return (rng.choice(INTERESTING) % (1 << 8 * width)).to_bytes(width, rng.choice(("big", "little")))


def _place(rng: Random, data: bytearray) -> int:
    """Anywhere, but mostly in the header."""
    return rng.randrange(max(1, min(len(data), HEADER) if rng.random() < 0.7 else len(data)))


def _span(rng: Random, data: bytearray) -> slice:
    start = rng.randrange(max(1, len(data)))
    return slice(start, start + rng.choice((1, 2, 4, 12, 64, 512)))


def _flip(rng: Random, data: bytearray, _others: Sequence[bytes]) -> None:
    for _ in range(rng.choice((1, 1, 2, 8, 32))):
        if data:
            data[_place(rng, data)] ^= 1 << rng.randrange(8)


def _number(rng: Random, data: bytearray, _others: Sequence[bytes]) -> None:
    at, put = _place(rng, data), number(rng)
    data[at : at + len(put)] = put


def _truncate(rng: Random, data: bytearray, _others: Sequence[bytes]) -> None:
    del data[rng.choice((_place(rng, data), rng.randrange(len(data) + 1), max(0, len(data) - rng.randrange(8)))) :]


def _delete(rng: Random, data: bytearray, _others: Sequence[bytes]) -> None:
    del data[_span(rng, data)]


def _repeat(rng: Random, data: bytearray, _others: Sequence[bytes]) -> None:
    span, at = _span(rng, data), _place(rng, data)
    data[at:at] = data[span] * rng.choice((1, 1, 3, 50))


def _move(rng: Random, data: bytearray, _others: Sequence[bytes]) -> None:
    span = _span(rng, data)
    moved = data[span]
    del data[span]
    at = _place(rng, data)
    data[at:at] = moved


def _fill(rng: Random, data: bytearray, _others: Sequence[bytes]) -> None:
    span = _span(rng, data)
    data[span] = rng.choice((b"\0", b"\xff", b"\xff\xd8", b" ")) * len(data[span])


def _insert(rng: Random, data: bytearray, _others: Sequence[bytes]) -> None:
    at = _place(rng, data)
    data[at:at] = rng.randbytes(rng.choice((1, 2, 16, 300)))


def _splice(rng: Random, data: bytearray, others: Sequence[bytes]) -> None:
    other = rng.choice(others)
    at, there = _place(rng, data), rng.randrange(len(other) + 1)
    data[at:] = other[there:] if rng.random() < 0.5 else other[:there] + data[at:]


_CHANGES: Final[tuple[Callable[[Random, bytearray, Sequence[bytes]], None], ...]] = (
    _flip,
    _flip,
    _number,
    _number,
    _truncate,
    _delete,
    _repeat,
    _move,
    _fill,
    _insert,
    _splice,
)
