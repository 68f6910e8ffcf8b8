"""Transcripts: what OCR read, as counting will see it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.core.transcript import Reading, ReadLine, ReadWord, Transcript, TranscriptRow, load, transcribe


def test_a_row_holds_the_normalised_word_its_page_and_line_and_two_decimals_of_confidence() -> None:
    reading = Reading(
        pages=2,
        lines=(
            ReadLine(1, "Don’t", (ReadWord("Don’t", 99.1234),)),
            ReadLine(2, "ﬁne \u200b", (ReadWord("ﬁne", 80.0), ReadWord("\u200b", 10.0))),
        ),
    )
    assert transcribe(reading).rows == (TranscriptRow(1, 1, "Don't", 99.12), TranscriptRow(2, 2, "fine", 80.0))


def test_a_page_is_written_line_by_line_with_its_confidences_apart() -> None:
    rows = (TranscriptRow(1, 4, "don't", 99.1), TranscriptRow(1, 4, "stop", 98.22), TranscriptRow(1, 6, "it", 7.0))
    dumped = Transcript(1, rows).dump()
    assert dumped == b'{"page":1,"line":4,"words":["don\'t stop","","it"],"confidences":"9910 9822 700"}\n'


def test_a_page_with_a_space_in_a_text_is_written_in_lists() -> None:
    dumped = Transcript(1, (TranscriptRow(1, 1, "don't", 99.1), TranscriptRow(1, 2, "st op", 98.22))).dump()
    assert dumped == b'{"page":1,"lines":[1,2],"texts":["don\'t","st op"],"confidences":[9910,9822]}\n'


def test_one_word_a_line_is_read_as_it_was_written_once() -> None:
    old = (
        b'{"page": 1, "line": 1, "text": "don\'t", "confidence": 99.1}\n'
        b'{"page": 2, "line": 2, "text": "a", "confidence": 7}\n'
    )
    assert load(old, pages=2).rows == (TranscriptRow(1, 1, "don't", 99.1), TranscriptRow(2, 2, "a", 7.0))


@given(st.lists(st.tuples(st.integers(1, 2), st.integers(), st.text(), st.floats(0, 100)), max_size=8))
def test_any_text_survives_writing_and_reading_one_line_a_page(found: list[tuple[int, int, str, float]]) -> None:
    rows = tuple(
        TranscriptRow(page, line, text.encode("utf-8", "ignore").decode(), round(sure, 2))
        for page, line, text, sure in found
    )
    dumped = Transcript(2, rows).dump()
    assert load(dumped, pages=2).rows == rows
    assert dumped.count(b"\n") <= len(rows)
    assert all(json.loads(line) for line in dumped.decode().split("\n")[:-1])


@pytest.mark.parametrize(
    "line",
    [
        "{}",
        "[]",
        "7",
        "null",
        "not JSON",
        '{"page": null, "line": 1, "text": "", "confidence": 1}',
        '{"page":1,"lines":[1],"texts":["a","b"],"confidences":[1,2]}',
        '{"page":1,"lines":[1],"texts":["a"],"confidences":[null]}',
        '{"page":1,"line":1,"words":["a b"],"confidences":"1"}',
        '{"page":1,"line":1,"words":["a"],"confidences":"1 2"}',
        '{"page":1,"line":1,"words":["a"],"confidences":"x"}',
        '{"page":1,"line":1,"words":["a"],"confidences":"10001"}',
        '{"page":1,"line":1,"words":["a"],"confidences":[1]}',
        '{"page":1,"line":1,"words":7,"confidences":"1"}',
        '{"page":1,"line":1,"words":["a"]}',
        '{"page":1,"lines":[1],"texts":["a"',
    ],
)
def test_what_is_no_transcript_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        load(f"{line}\n".encode(), pages=1)
