"""Whatever is sent, each upload ends with a result or with a reason, and no worker dies or takes too much memory."""

from __future__ import annotations

import os

import pytest

from tests.fuzz.worker import MOST_MEMORY, work

CASES = {"images": 3500, "events": 1500, "names": 3000, "answers": 2000}
PROCESSES = min(2, os.cpu_count() or 1)
SEED = 2026


@pytest.mark.parametrize("part", [4, pytest.param(1, marks=pytest.mark.slow)], ids=["a quarter", "all"])
@pytest.mark.parametrize("kind", CASES)
def test_every_case_ends_processed_or_with_a_reason_and_no_worker_dies(kind: str, part: int) -> None:
    for ended in work(kind, SEED, CASES[kind] // part, PROCESSES):
        assert not ended.fault, ended.fault
        assert 0 < ended.peak < MOST_MEMORY


def test_all_of_them_are_ten_thousand_cases() -> None:
    assert sum(CASES.values()) == 10_000
