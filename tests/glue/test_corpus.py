"""An archive, counted as one."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from glue import corpus, word_count
from runtime.core import keys
from runtime.core.transcript import Transcript
from runtime.core.word_count import tally
from tests.glue.engines import transcript_of
from tests.glue.hard_strings import hard_strings

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession

_TEXTS = {f"{number:032x}": ["The", "the", "cat", *hard_strings(80 + number, number)] for number in range(12)}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    for digest, texts in _TEXTS.items():
        path = tmp_path / keys.word_count(digest)
        path.parent.mkdir(parents=True)
        path.write_bytes(tally(digest, transcript_of(texts)).dump())
    return tmp_path


def _expected(digests: list[str]) -> list[tuple[str, int, int]]:
    count: Counter[str] = Counter()
    documents: Counter[str] = Counter()
    for digest in digests:
        words = dict(tally(digest, Transcript(1, transcript_of(_TEXTS[digest]).rows)).words)
        count.update(words)
        documents.update(words.keys())
    return sorted(((word, count[word], documents[word]) for word in count), key=lambda row: (-row[1], row[0]))


def test_the_vocabulary_is_the_sum_of_all_results(spark: SparkSession, archive: Path) -> None:
    counted = corpus.corpus(corpus.read(spark, str(archive)))
    expected = _expected(list(_TEXTS))
    assert [tuple(row) for row in counted.vocabulary.collect()] == expected
    assert counted.summary() == {
        "documents": 12,
        "total_words": sum(count for _, count, _ in expected),
        "unique_words": len(expected),
        "counter_versions": {"1": 12},
        "unreadable": [],
    }


def test_some_digests_alone_are_counted_each_once_and_what_is_missing_or_broken_is_told(
    spark: SparkSession, archive: Path
) -> None:
    first, second, third = list(_TEXTS)[:3]
    (archive / keys.word_count(third)).write_bytes(b'{"schema":1,"digest"')
    missing = "f" * 32
    counted = corpus.corpus(corpus.read(spark, str(archive), [second, first, first, missing, third]))
    assert [tuple(row) for row in counted.vocabulary.collect()] == _expected([first, second])
    assert counted.unreadable == [third, missing]


def test_vocabulary_summary_and_report_are_written(spark: SparkSession, archive: Path) -> None:
    out = archive / "out"
    word_count.run_corpus(spark, str(archive), str(out))
    expected = _expected(list(_TEXTS))
    parquet = pd.read_parquet(out / "vocabulary.parquet")
    assert list(parquet.itertuples(index=False, name=None)) == expected
    lines = [json.loads(line) for line in (out / "vocabulary.jsonl").read_text(encoding="utf-8").split("\n")[:-1]]
    assert [(line["word"], line["count"], line["documents"]) for line in lines] == expected
    assert json.loads((out / "summary.json").read_bytes())["unique_words"] == len(expected)
    table = pd.read_csv(out / "top-words.csv")
    assert table["percent_so_far"].is_monotonic_increasing
    report = (out / "report.html").read_text(encoding="utf-8")
    assert "<svg" in report
    assert ">the<" in report


def test_an_archive_without_any_result_is_an_empty_vocabulary(spark: SparkSession, tmp_path: Path) -> None:
    word_count.run_corpus(spark, str(tmp_path), str(tmp_path / "out"))
    assert json.loads((tmp_path / "out" / "summary.json").read_bytes())["documents"] == 0
    assert (tmp_path / "out" / "report.html").exists()


def test_arguments_that_do_not_go_together_are_refused() -> None:
    for arguments in ("--mode documents", "--mode corpus --source x", "--mode other", ""):
        with pytest.raises(SystemExit, match="2"):
            word_count.main([*arguments.split(), "--JOB_NAME", "added by Glue"])
