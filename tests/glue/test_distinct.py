"""A transcript's distinct texts, as they are handed to Spark."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glue import distinct as distinct_module
from glue.distinct import NONE, batches, distinct, of_documents
from tests.glue.engines import transcript_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

    from glue.distinct import Distinct


def _counts(found: Iterable[Distinct]) -> tuple[Counter[str], Counter[str]]:
    times: Counter[str] = Counter()
    weighted: Counter[str] = Counter()
    for one in found:
        for text, n, sum_ in zip(one.text.to_pylist(), one.n.tolist(), one.weighted.tolist(), strict=True):
            times[text] += n
            weighted[text] += sum_
    return times, weighted


def _expected(texts: list[str]) -> tuple[Counter[str], Counter[str]]:
    weighted: Counter[str] = Counter()
    for row in transcript_of(texts).rows:
        weighted[row.text] += round(row.confidence * 100)
    return Counter(texts), weighted


_TEXTS = st.lists(st.sampled_from(["a", "b", "\U0001d49c", "don't", "with space", "", "\n", "\x00", "e\u0301"]))


@settings(deadline=None)
@given(texts=_TEXTS, chunk=st.integers(1, 5000))
def test_each_text_comes_once_with_its_number_and_its_confidences_sum(texts: list[str], chunk: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(distinct_module, "_CHUNK", chunk)
        found = distinct(transcript_of(texts * 200).dump())
    assert len(found.text) == len(set(texts))
    assert _counts([found]) == _expected(texts * 200)


@pytest.mark.parametrize("most", [1, 3, 6, 1000])
def test_parts_of_a_document_are_merged_as_far_as_memory_is_spared(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distinct_module, "_MERGE", most)
    parts = [["a", "b"], ["b", "c"], ["a"], ["c", "d", "e"], ["e"]]
    read = [(7, 0, distinct(transcript_of(part).dump())) for part in parts]
    given_over = list(of_documents([*read, (8, 0, NONE), (9, 1, NONE)]))
    assert {number for number, _, _ in given_over} == {7, 8, 9}
    assert max(problem for _, problem, _ in given_over) == 1
    times, _ = _counts(found for number, _, found in given_over if number == 7)
    assert times == sum(map(Counter, parts), Counter())
    if most == 1000:
        assert [number for number, _, _ in given_over] == [7, 8, 9]


def test_a_document_without_texts_is_handed_over_too_and_batches_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distinct_module, "_BATCH", 4)
    found = [(1, 0, distinct(transcript_of(["a", "b", "a"]).dump())), (2, 1, NONE), (3, 0, NONE)]
    handed: list[pa.RecordBatch] = list(batches(found))
    rows = [tuple(row.values()) for batch in handed for row in batch.to_pylist()]
    assert sorted(row[:4] for row in rows if row[2]) == [(1, 0, "a", 2), (1, 0, "b", 1)]
    assert [row for row in rows if row[2] is None] == [(1, 0, None, 0, 0), (2, 1, None, 0, 0), (3, 0, None, 0, 0)]
    assert len(handed) == 2
