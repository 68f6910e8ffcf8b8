"""Each document's words, added up and ranked, in Arrow's columns: what its word count is made of.

No word passes through Python before it is ranked. Arrow compares texts as UTF-8, and so by code points.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SUMS: Final = [("problem", "max"), ("n", "sum"), ("weighted", "sum")]
_RANKS: Final = [("document", "ascending"), ("n_sum", "descending"), ("word", "ascending")]


class Tally(NamedTuple):
    """A document's words.

    Attributes:
        document: Its place in the run's list.
        problem: The highest that its reader met; 0 for none.
        words: Each word with its count, most frequent first, then by code points.
        weighted: The sum of the words' confidences, in hundredths of a percent.
    """

    document: int
    problem: int
    words: tuple[tuple[str, int], ...]
    weighted: int


def tallies(found: Iterable[pa.RecordBatch]) -> Iterator[Tally]:
    """Count these documents' words.

    Args:
        found: All there is of each document: `document`, `problem`, `word` (null where a text holds none), `n` (how
            often its text occurs) and `weighted` (the sum of that text's confidences, for each of its words). A word
            may be there more than once.
    """
    batches = [batch for batch in found if batch.num_rows]
    if not batches:
        return
    summed = pa.Table.from_batches(batches).group_by(["document", "word"]).aggregate(_SUMS)
    ranked = summed.sort_by(_RANKS)
    documents = ranked["document"].to_numpy()
    begins = np.flatnonzero(np.diff(documents, prepend=-1)).tolist()
    for begin, end in itertools.pairwise([*begins, len(documents)]):
        yield _tally(int(documents[begin]), ranked.slice(begin, end - begin))


def _tally(document: int, rows: pa.Table) -> Tally:
    words = rows.filter(rows["word"].is_valid())
    counted = zip(words["word"].to_pylist(), words["n_sum"].to_pylist(), strict=True)
    weighted = words["weighted_sum"].to_numpy().sum()
    return Tally(document, int(rows["problem_max"].to_numpy().max()), tuple(counted), int(weighted))
