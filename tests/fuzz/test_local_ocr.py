"""Whatever picture the local OCR is handed, it answers as Textract would, and the process lives."""

from __future__ import annotations

import pytest

from tests.fuzz.worker import work

SEED = 2026


@pytest.mark.parametrize(
    ("kind", "cases", "processes"),
    [("ocr", 150, 2), ("pixels", 3000, 1), pytest.param("ocr", 3000, 2, marks=pytest.mark.slow)],
    ids=["read", "opened", "read, many"],
)
def test_a_mutated_picture_is_read_or_refused_in_textracts_words(kind: str, cases: int, processes: int) -> None:
    for ended in work(kind, SEED, cases, processes):
        assert not ended.fault, ended.fault
