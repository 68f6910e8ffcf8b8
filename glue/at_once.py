"""Many small requests to a store: spread over the tasks, and several at once in each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar

from glue.stores import REQUESTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pyspark import RDD, SparkContext

T = TypeVar("T")
R = TypeVar("R")

TASKS: Final = 4
"""How many tasks for each core, so that a slow one holds up little."""


def distributed(context: SparkContext, items: Sequence[T]) -> RDD[T]:
    """These, spread over a few tasks for each core."""
    return context.parallelize(items, max(1, min(len(items), TASKS * context.defaultParallelism)))


def at_once(
    act: Callable[[T], R], items: Iterable[T], weight: Callable[[T], int] = lambda _: 0, most: int = 0
) -> Iterator[R]:
    """Do it to all, several at once, in order.

    Args:
        act: What to do.
        items: To what.
        weight: Of an item.
        most: What the items under way weigh together stays below twice this, but for a heavier one alone.
    """
    with ThreadPoolExecutor(REQUESTS) as pool:
        waiting = iter(items)
        for first in waiting:
            batch, heavy = [first], weight(first)
            while heavy <= most and len(batch) < 4 * REQUESTS and (more := next(waiting, None)) is not None:
                batch.append(more)
                heavy += weight(more)
            yield from pool.map(act, batch)
