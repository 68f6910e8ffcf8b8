"""Word counts and their bytes."""

from __future__ import annotations

import csv
import io
import json

import pytest

from runtime.core import words
from runtime.core.transcript import Transcript, TranscriptRow
from runtime.core.word_count import WordCount, load, recount, tally

KEY = "0" * 32


def rows(*texts: str, confidence: float = 99.0) -> Transcript:
    return Transcript(1, tuple(TranscriptRow(1, 1, text, confidence) for text in texts))


def test_the_bytes_are_compact_json_with_a_newline_and_two_decimals() -> None:
    transcript = Transcript(1, (TranscriptRow(1, 1, "The", 98.7), TranscriptRow(1, 1, "the", 98.7)))
    assert tally(KEY, transcript).dump() == (
        b'{"schema":1,"digest":"' + KEY.encode() + b'","pages":1,"total_words":2,"unique_words":1,'
        b'"mean_confidence":98.70,"counter":{"version":"1"},"words":[{"word":"the","count":2}]}\n'
    )


def test_words_are_sorted_by_count_and_then_by_code_point() -> None:
    assert tally(KEY, rows("b", "a", "c", "c", "é", "z", "B")).words == (
        ("b", 2),
        ("c", 2),
        ("a", 1),
        ("z", 1),
        ("é", 1),
    )


def test_no_words_have_no_confidence() -> None:
    empty = tally(KEY, rows("—", "…"))
    assert (empty.total_words, empty.unique_words, empty.mean_confidence) == (0, 0, None)
    assert json.loads(empty.dump())["mean_confidence"] is None


def test_the_mean_confidence_is_over_words_and_rounds_half_up() -> None:
    transcript = Transcript(
        1, (TranscriptRow(1, 1, "a@b", 90.01), TranscriptRow(1, 1, "c", 90.0), TranscriptRow(1, 1, "—", 1.0))
    )
    assert tally(KEY, transcript).mean_confidence == 9001  # (9001 + 9001 + 9000) / 3 = 9000.67
    halves = Transcript(1, (TranscriptRow(1, 1, "a", 90.01), TranscriptRow(1, 1, "b", 90.0)))
    assert tally(KEY, halves).mean_confidence == 9001  # 9000.5


@pytest.mark.parametrize("confidence", [0.0, 7.05, 100.0])
def test_a_word_count_is_read_back_as_it_was_written(confidence: float) -> None:
    counted = tally(KEY, rows("don't", "हिन्दी", '"', confidence=confidence))
    assert load(counted.dump()) == counted


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"digest": 1}'])
def test_what_is_no_word_count_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        load(data)


def test_the_table_is_read_by_a_csv_reader() -> None:
    counted = tally(KEY, rows("1,000.50", "don't", "don't"))
    table = list(csv.reader(io.StringIO(counted.csv().decode(), newline="")))
    assert table == [["word", "count"], ["don't", "2"], ["1,000.50", "1"]]


def test_counting_again_from_the_text_changes_what_the_counters_version_changed_and_no_more() -> None:
    text = "Don’t stop, don’t!\nﬁne\n"
    first = tally(KEY, rows(*(words.normalise(word) for word in text.split())))
    old = WordCount(KEY, first.pages, (("don", 2),), first.mean_confidence, version="0")
    assert recount(old, text) == first
