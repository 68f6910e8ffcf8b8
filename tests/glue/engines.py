"""The same texts through both engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812  Spark's own custom

from glue import words as spark_words
from glue.documents import count_documents
from runtime.core import keys, words
from runtime.core.manifest import Document, Ending
from runtime.core.transcript import Transcript, TranscriptRow
from runtime.core.word_count import tally

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pyspark.sql import SparkSession

DIGEST = "d" * 32


def differences(spark: SparkSession, texts: Sequence[str]) -> list[tuple[str, list[str], list[str]]]:
    """The texts in which the engines find other words: each with the Lambda's, and Spark's."""
    rows = spark.createDataFrame(list(enumerate(texts)), "id int, text string")
    each = F.transform(spark_words.find(F.col("text")), spark_words.fold)
    found = {row.id: row.words for row in rows.select("id", each.alias("words")).collect()}
    here = [words.find(text) for text in texts]
    return [(text, here[at], found[at]) for at, text in enumerate(texts) if here[at] != found[at]]


def transcript_of(texts: Sequence[str]) -> Transcript:
    """These texts on pages of 400, with confidences that do not come out even."""
    rows = (TranscriptRow(at // 400 + 1, at // 8 + 1, text, (at * 7919 % 10001) / 100) for at, text in enumerate(texts))
    return Transcript(1, tuple(rows))


def both(spark: SparkSession, texts: Sequence[str], folder: Path) -> tuple[bytes, bytes]:
    """The word count of one transcript, as the Lambda's code and as the job writes it."""
    transcript = transcript_of(texts)
    document = put(folder, DIGEST, transcript.dump())
    (outcome,) = count_documents(spark, [document])
    assert outcome.outcome is Ending.COUNTED, outcome
    return tally(DIGEST, transcript).dump(), (folder / keys.word_count(DIGEST)).read_bytes()


def put(folder: Path, digest: str, transcript: bytes) -> Document:
    """Lay a transcript into a folder."""
    document = Document(digest, 1, f"{folder}/", keys.transcript(digest, 1))
    path = folder / document.transcript
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(transcript)
    return document
