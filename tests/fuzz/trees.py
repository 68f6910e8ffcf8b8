"""JSON that is no longer what it was: parts removed, null, of another type, repeated, elsewhere."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

from tests.fuzz.texts import odd_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

NUMBERS: Final = (0, 1, -1, 2, 0.5, 99.9, 100.0, -0.0, 2**31 - 1, 2**31, 2**63, -(2**63), 10**30, 1e308)
NO_NUMBERS: Final = (float("nan"), float("inf"), float("-inf"))


def odd_value(rng: Random) -> Any:  # noqa: ANN401  anything that JSON can spell
    """A value of any type."""
    return rng.choice(_VALUES)(rng)


_VALUES: Final[tuple[Callable[[Random], Any], ...]] = (
    lambda _rng: None,
    lambda rng: rng.random() < 0.5,
    lambda rng: rng.choice(NUMBERS),
    lambda rng: rng.choice(NO_NUMBERS),
    lambda rng: [odd_value(rng) for _ in range(rng.randrange(3))],
    lambda rng: {odd_text(rng, 8): odd_value(rng) for _ in range(rng.randrange(3))},
    odd_text,
    odd_text,
)


def mutated(rng: Random, tree: Any, times: int) -> Any:  # noqa: ANN401  any JSON
    """A copy of the tree, changed in so many places."""
    tree = _copied(tree)
    for _ in range(times):
        places = list(_places(tree))
        if not places:
            return odd_value(rng)
        parent, at = rng.choice(places)
        rng.choice(_CHANGES)(rng, parent, at, places)
    return tree


def _copied(tree: Any) -> Any:  # noqa: ANN401  any JSON
    """As `copy.deepcopy`, which takes several times as long because it looks for more than JSON has."""
    if isinstance(tree, dict):
        return {key: _copied(value) for key, value in tree.items()}
    return [_copied(item) for item in tree] if isinstance(tree, list) else tree


Parent = dict[str, Any] | list[Any]
Place = tuple[Any, Any]
"""A container and a key or an index into it."""


def _places(tree: Any) -> list[Place]:  # noqa: ANN401  any JSON
    places: list[Place] = []
    left = [tree]
    while left:
        node = left.pop()
        if isinstance(node, dict):
            places += [(node, key) for key in node]
            left += node.values()
        elif isinstance(node, list):
            places += [(node, at) for at in range(len(node))]
            left += node
    return places


def _remove(_rng: Random, parent: Any, at: Any, _places: list[Place]) -> None:  # noqa: ANN401  a place
    del parent[at]


def _nothing(_rng: Random, parent: Any, at: Any, _places: list[Place]) -> None:  # noqa: ANN401  a place
    parent[at] = None


def _other(rng: Random, parent: Any, at: Any, _places: list[Place]) -> None:  # noqa: ANN401  a place
    parent[at] = odd_value(rng)


def _of_its_type(rng: Random, parent: Any, at: Any, _places: list[Place]) -> None:  # noqa: ANN401  a place
    if isinstance(parent[at], str):
        parent[at] = odd_text(rng)
    elif isinstance(parent[at], int | float):
        parent[at] = rng.choice(NUMBERS + NO_NUMBERS)
    else:
        parent[at] = type(parent[at])() if parent[at] is not None else 0


def _repeat(rng: Random, parent: Any, at: Any, _places: list[Place]) -> None:  # noqa: ANN401  a place
    if isinstance(parent, list):
        parent[at:at] = [parent[at]] * rng.choice((1, 1, 2, 10))
    else:
        parent[at] = [parent[at]]


def _from_elsewhere(rng: Random, parent: Any, at: Any, places: list[Place]) -> None:  # noqa: ANN401  a place
    other, there = rng.choice(places)
    parent[at] = copy.deepcopy(other[there])


def _deeper(rng: Random, parent: Any, at: Any, _places: list[Place]) -> None:  # noqa: ANN401  a place
    for _ in range(rng.choice((1, 2, 50))):
        parent[at] = {"Records": parent[at]} if rng.random() < 0.5 else [parent[at]]


_CHANGES: Final[tuple[Callable[[Random, Any, Any, list[Place]], None], ...]] = (
    _remove,
    _nothing,
    _other,
    _of_its_type,
    _of_its_type,
    _repeat,
    _from_elsewhere,
    _deeper,
)
