"""What a run is asked, and what it answers."""

from __future__ import annotations

import json

import pytest

from runtime.core.manifest import Cause, Document, Ending, dump, dump_documents, parse

_DIGEST = "0123456789abcdef" * 2
_LINE = {
    "digest": _DIGEST,
    "transcript": f"s3://bucket/transcripts/{_DIGEST}/7.jsonl",
    "result": f"s3://bucket/results/{_DIGEST}/word-count.json",
}


def test_a_line_names_a_transcript_and_its_result() -> None:
    documents, refused = parse(json.dumps(_LINE).encode())
    assert documents == [Document(_DIGEST, 7, "s3://bucket/", f"transcripts/{_DIGEST}/7.jsonl")]
    assert refused == []


def test_what_is_written_is_read_and_a_document_named_twice_is_counted_once() -> None:
    documents, _ = parse(json.dumps(_LINE).encode())
    assert parse(dump_documents(documents * 2)) == (documents, [])


@pytest.mark.parametrize(
    "line",
    [
        "not JSON",
        "[]",
        "{}",
        json.dumps(_LINE | {"digest": "other"}),
        json.dumps(_LINE | {"transcript": "s3://bucket/images/x"}),
        json.dumps(_LINE | {"result": f"s3://other/results/{_DIGEST}/word-count.json"}),
        json.dumps(_LINE | {"result": "s3://bucket/anything"}),
    ],
)
def test_a_line_that_names_nothing_to_count_fails_alone(line: str) -> None:
    documents, refused = parse(f"{line}\n\n{json.dumps(_LINE)}\n".encode())
    assert [document.digest for document in documents] == [_DIGEST]
    assert [(outcome.outcome, outcome.reason) for outcome in refused] == [(Ending.FAILED, Cause.BAD_MANIFEST)]
    assert json.loads(dump(refused))["detail"].startswith("line 1: ")
