"""Documents in bulk: each result as the Lambda would have written it, and no document fails another."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING
from unittest.mock import patch
from urllib.request import Request, urlopen

import boto3
import pytest
from moto.server import ThreadedMotoServer

from glue import documents as documents_module
from glue import stores, word_count
from glue.documents import count_documents
from runtime.adapters.results import S3Results
from runtime.core import keys
from runtime.core.manifest import Document, Ending, dump_documents
from runtime.core.transcript import Transcript, TranscriptRow, load
from runtime.core.types import Claim
from runtime.core.word_count import tally
from tests.glue.engines import put, transcript_of
from tests.glue.hard_strings import hard_strings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mypy_boto3_s3 import S3Client
    from pyspark.sql import SparkSession

    from runtime.core.manifest import Outcome

_BUCKET = "results"
_GENERATION = 1_700_000_000
_OLD_ROW = b'{"page": 1, "line": 1, "text": "Old", "confidence": 99.1}\n'
_OLD_PAGE = b'{"page":1,"lines":[1,1],"texts":["an","old one"],"confidences":[9910,9822]}\n'


@pytest.fixture
def s3(spark: SparkSession) -> Iterator[S3Client]:
    """S3 for this process and for Spark's workers."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    environment = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }
    stores.forget()
    with patch.dict(os.environ, environment), patch.dict(spark.sparkContext.environment, environment):
        urlopen(Request(f"http://{host}:{port}/moto-api/reset", method="POST")).close()
        client = boto3.client("s3")
        client.create_bucket(Bucket=_BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        yield client
        client.close()
    stores.forget()
    server.stop()


def _digest(number: int) -> str:
    return hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()


def _transcript(number: int) -> Transcript:
    return Transcript(number % 3 + 1, transcript_of(list(hard_strings(70 + number))).rows)


def _written(s3: S3Client, digest: str) -> tuple[bytes, dict[str, str], str]:
    found = s3.get_object(Bucket=_BUCKET, Key=keys.word_count(digest))
    return found["Body"].read(), dict(found["Metadata"]), found["ContentType"]


def _put(s3: S3Client, number: int, transcript: Transcript) -> Document:
    digest = _digest(number)
    S3Results(s3, _BUCKET).write_transcript(Claim(digest, _GENERATION, "attempt"), transcript)
    return Document(digest, _GENERATION, f"s3://{_BUCKET}/", keys.transcript(digest, _GENERATION))


def test_one_broken_transcript_among_thirty_fails_alone_and_the_others_are_as_the_lambda_writes_them(
    spark: SparkSession, s3: S3Client
) -> None:
    asked = [_put(s3, number, _transcript(number)) for number in range(30)]
    s3.put_object(Bucket=_BUCKET, Key=asked[13].transcript, Body=_transcript(13).dump()[:-20])
    s3.put_object(Bucket=_BUCKET, Key="runs/1.jsonl", Body=dump_documents(asked) + b"nonsense\n")

    word_count.run_documents(spark, f"s3://{_BUCKET}/runs/1.jsonl", f"s3://{_BUCKET}/runs/1.outcomes.jsonl")

    told = s3.get_object(Bucket=_BUCKET, Key="runs/1.outcomes.jsonl")["Body"].read().splitlines()
    refused, *outcomes = [json.loads(line) for line in told]
    assert refused["reason"] == "bad_manifest"
    assert [outcome["digest"] for outcome in outcomes] == [document.digest for document in asked]
    assert [(at, outcome["reason"]) for at, outcome in enumerate(outcomes) if outcome["outcome"] != "counted"] == [
        (13, "unreadable")
    ]
    for number, document in enumerate(asked):
        if number != 13:
            by_spark = _written(s3, document.digest)
            s3.delete_object(Bucket=_BUCKET, Key=keys.word_count(document.digest))
            S3Results(s3, _BUCKET).write_count(tally(document.digest, _transcript(number)), _GENERATION)
            assert by_spark == _written(s3, document.digest)


def test_a_run_that_is_repeated_writes_nothing_again_and_asks_for_no_transcript_that_was_published(
    spark: SparkSession, s3: S3Client
) -> None:
    asked = [_put(s3, number, _transcript(number)) for number in range(4)]
    count_documents(spark, asked)
    before = [s3.head_object(Bucket=_BUCKET, Key=keys.word_count(one.digest))["LastModified"] for one in asked]
    s3.delete_object(Bucket=_BUCKET, Key=asked[0].transcript)
    s3.delete_object(Bucket=_BUCKET, Key=keys.word_count(asked[1].digest))
    again = count_documents(spark, asked)
    assert [outcome.outcome for outcome in again] == [
        Ending.COUNTED_BEFORE,
        Ending.COUNTED,
        Ending.COUNTED_BEFORE,
        Ending.COUNTED_BEFORE,
    ]
    after = [s3.head_object(Bucket=_BUCKET, Key=keys.word_count(one.digest))["LastModified"] for one in asked]
    assert before[2:] == after[2:]


def test_a_result_of_a_later_generation_stays(spark: SparkSession, s3: S3Client) -> None:
    asked = [_put(s3, number, _transcript(number)) for number in range(2)]
    later = tally(asked[0].digest, _transcript(9))
    S3Results(s3, _BUCKET).write_count(later, _GENERATION + 1)
    S3Results(s3, _BUCKET).write_count(tally(asked[1].digest, _transcript(9)), _GENERATION - 1)
    assert [outcome.outcome for outcome in count_documents(spark, asked)] == [Ending.OVERTAKEN, Ending.COUNTED]
    assert _written(s3, asked[0].digest)[0] == later.dump()
    assert _written(s3, asked[1].digest)[1] == {"generation": str(_GENERATION)}


def test_what_is_not_there_or_not_to_be_had_fails_with_its_reason(
    spark: SparkSession, s3: S3Client, tmp_path: Path
) -> None:
    absent = Document(_digest(1), 1, f"s3://{_BUCKET}/", keys.transcript(_digest(1), 1))
    elsewhere = Document(_digest(2), 1, "s3://no-such-bucket/", keys.transcript(_digest(2), 1))
    there = _put(s3, 3, _transcript(3))
    outcomes = count_documents(spark, [absent, elsewhere, there, put(tmp_path, _digest(4), b"")])
    assert [(one.outcome, one.reason) for one in outcomes] == [
        (Ending.FAILED, "absent"),
        (Ending.FAILED, "absent"),
        (Ending.COUNTED, None),
        (Ending.COUNTED, None),
    ]


_DOUBTFUL: list[tuple[bytes, str | None]] = [
    (b"", None),
    (b"\n", None),
    (Transcript(1, (TranscriptRow(1, 1, "", 1.0), TranscriptRow(1, 1, "—", 50.0))).dump(), None),
    (_OLD_ROW * 3, None),
    (b"{}\n", "unreadable"),
    (b"[]\n", "unreadable"),
    (b"null\n", "unreadable"),
    (b"not JSON\n", "unreadable"),
    (b"\xff\xfe\n", "unreadable"),
    (b"{'page':1,'lines':[1],'texts':['a'],'confidences':[1]}\n", "unreadable"),
    (b'{"page":1,"lines":[1],"texts":["a"],"confidences":[1,2]}\n', "unreadable"),
    (b'{"page":1,"lines":[1],"texts":["a"],"confidences":[null]}\n', "unreadable"),
    (b'{"page":1,"lines":[1],"texts":["a"],"confidences":"x"}\n', "unreadable"),
    (b'{"page":1,"lines":[1],"texts":["a"]}\n', "unreadable"),
    (b'{"page":1,"line":1,"words":["a","","b c"],"confidences":"1 2 3"}\n', None),
    (b'{"page":1,"line":1,"words":["a b"],"confidences":"1"}\n', "unreadable"),
    (b'{"page":1,"line":1,"words":["a","b"],"confidences":"1"}\n' * 2, "unreadable"),
    (b'{"page":1,"line":1,"words":["a"],"confidences":"-1"}\n', "unreadable"),
    (b'{"page":1,"line":1,"words":["a"],"confidences":""}\n', "unreadable"),
    (b'{"page":1,"line":1,"words":["a"],"confidences":"10001"}\n', "unreadable"),
    (b'{"page":1,"line":1,"words":["a"],"confidences":"99999999999999999999"}\n', "unreadable"),
    (b'{"page":1,"line":1,"words":["a"],"confidences":[1]}\n', "unreadable"),
    (b'{"page":1,"line":1,"words":7,"confidences":"1"}\n', "unreadable"),
    (b'{"page":1,"line":1,"words":[1],"confidences":"1"}\n', "unreadable"),
    (_OLD_PAGE + b'{"page":2,"line":2,"words":["a"],"confidences":"1"}\n' + _OLD_ROW, None),
    (_OLD_ROW + b'{"page": 1}\n', "unreadable"),
    (Transcript(1, (TranscriptRow(1, 1, "a", 1.0),)).dump() + b'{"page":1,"lines":[2],"te', "unreadable"),
]
"""Transcripts, and why the Lambda would refuse each; None if it would not."""


@pytest.fixture(scope="module")
def read_or_refused(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Outcome]]:
    """What one run comes to that counts them all, between two that are beyond doubt, and where."""
    folder = tmp_path_factory.mktemp("doubtful")
    good = _transcript(0).dump()
    datas = [good, *(data for data, _ in _DOUBTFUL), good]
    return folder, count_documents(spark, [put(folder, _digest(at), data) for at, data in enumerate(datas)])


@pytest.mark.parametrize(("at", "data", "reason"), [(at, *case) for at, case in enumerate(_DOUBTFUL, 1)])
def test_a_transcript_is_read_or_refused_as_the_lambda_does(
    read_or_refused: tuple[Path, list[Outcome]], at: int, data: bytes, reason: str | None
) -> None:
    folder, outcomes = read_or_refused
    written = folder / keys.word_count(_digest(at))
    assert outcomes[at].reason == reason
    if reason is None:
        told = data if data.strip() else b""
        assert written.read_bytes() == tally(_digest(at), load(told, 1)).dump()
    else:
        assert not written.exists()


def test_what_is_beyond_doubt_is_counted_beside_what_is_not(read_or_refused: tuple[Path, list[Outcome]]) -> None:
    folder, outcomes = read_or_refused
    for at in (0, len(_DOUBTFUL) + 1):
        assert outcomes[at].outcome is Ending.COUNTED
        assert (folder / keys.word_count(_digest(at))).read_bytes() == tally(_digest(at), _transcript(0)).dump()


@pytest.mark.parametrize("parts", [2, 7, 60])
def test_a_transcript_in_many_parts_is_counted_as_one(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: int
) -> None:
    transcript = transcript_of(list(hard_strings(6000)))
    document = put(tmp_path, _digest(0), transcript.dump())
    monkeypatch.setattr(documents_module, "PART", len(transcript.dump()) // parts)
    (outcome,) = count_documents(spark, [document])
    assert outcome.outcome is Ending.COUNTED
    assert (tmp_path / keys.word_count(_digest(0))).read_bytes() == tally(_digest(0), transcript).dump()
