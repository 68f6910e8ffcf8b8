"""Documents' words, added up and ranked."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from glue.tallies import tallies
from runtime.core.word_count import ranked

_SCHEMA = pa.schema(
    [
        ("document", pa.int32()),
        ("problem", pa.int32()),
        ("word", pa.string()),
        ("n", pa.int64()),
        ("weighted", pa.int64()),
    ]
)
_WORDS = st.sampled_from(["a", "b", "z", "é", "ﬀ", "\uffff", "\U0001d49c", "zz", None])
_ROWS = st.lists(st.tuples(st.integers(0, 3), st.just(0), _WORDS, st.integers(1, 3), st.integers(0, 30_000)))


@given(rows=_ROWS, size=st.integers(1, 9))
def test_each_word_comes_once_ranked_as_everywhere(
    rows: list[tuple[int, int, str | None, int, int]], size: int
) -> None:
    batches = [
        pa.RecordBatch.from_pylist(
            [dict(zip(_SCHEMA.names, row, strict=True)) for row in rows[at : at + size]], _SCHEMA
        )
        for at in range(0, len(rows), size)
    ]
    told = {tally.document: tally for tally in tallies(batches)}
    assert set(told) == {document for document, *_ in rows}
    for document, tally in told.items():
        counted: Counter[str] = Counter()
        for place, _, word, n, _ in rows:
            if place == document and word is not None:
                counted[word] += n
        assert tally.words == ranked(counted.items())
        assert tally.weighted == sum(
            weighted for place, _, word, _, weighted in rows if place == document and word is not None
        )


def test_a_document_without_words_and_one_with_a_problem_are_there() -> None:
    rows = [(5, 0, None, 0, 0), (9, 0, "a", 1, 10), (9, 2, None, 0, 0)]
    batch = pa.RecordBatch.from_pylist([dict(zip(_SCHEMA.names, row, strict=True)) for row in rows], _SCHEMA)
    assert list(tallies([batch, batch.slice(0, 0)])) == [(5, 0, (), 0), (9, 2, (("a", 1),), 10)]
    assert list(tallies([])) == []
