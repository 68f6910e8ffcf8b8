"""Many results counted as one: the vocabulary of an archive.

Word counts are read, not texts: they are counted already, by the same rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pyspark.errors import AnalysisException
from pyspark.sql import functions as F  # noqa: N812  Spark's own custom

from glue.at_once import at_once, distributed
from glue.stores import split, store
from glue.workers import settle_in
from runtime.core import keys
from runtime.core.errors import Absent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyspark.sql import DataFrame, SparkSession

_COUNT: Final = (
    "digest string, total_words long, counter struct<version: string>, words array<struct<word: string, count: long>>"
)


@dataclass(frozen=True)
class Corpus:
    """An archive, read.

    Attributes:
        vocabulary: `word`, `count`, `documents` (that contain it), most frequent first, then by code points.
        documents: How many word counts were read.
        total_words: How many words they hold.
        unique_words: How many different ones.
        versions: How many documents each version of the counter has counted.
        unreadable: Digests asked for without a word count, or with one that is none.
    """

    vocabulary: DataFrame
    documents: int
    total_words: int
    unique_words: int
    versions: dict[str, int]
    unreadable: list[str]

    def summary(self) -> dict[str, Any]:
        """All but the vocabulary."""
        return {
            "documents": self.documents,
            "total_words": self.total_words,
            "unique_words": self.unique_words,
            "counter_versions": self.versions,
            "unreadable": self.unreadable,
        }


def corpus(counts: DataFrame) -> Corpus:
    """Count an archive.

    Args:
        counts: `digest`, or the path that holds it, and `value`: a word count's JSON, null if it could not be read.
    """
    told = counts.select(
        F.regexp_extract("digest", r"([0-9a-f]{32}(-[0-9a-f]{16})?)(/word-count\.json)?$", 1).alias("digest"),
        F.from_json("value", _COUNT).alias("told"),
    ).cache()
    readable = F.col("told.words").isNotNull() & F.col("told.counter.version").isNotNull()
    versions = told.where(readable).groupBy(F.col("told.counter.version").alias("version")).count().collect()
    unreadable = told.where(~readable).select("digest").orderBy("digest").collect()
    counted = vocabulary(told.where(readable).select("told.words")).cache()
    totals = counted.agg(
        F.coalesce(F.sum("count"), F.lit(0)).alias("total"), F.count(F.lit(1)).alias("unique")
    ).collect()
    return Corpus(
        vocabulary=counted,
        documents=sum(row["count"] for row in versions),
        total_words=totals[0].total,
        unique_words=totals[0].unique,
        versions={row.version: row["count"] for row in sorted(versions, key=lambda row: row.version)},
        unreadable=[row.digest for row in unreadable],
    )


def vocabulary(counts: DataFrame) -> DataFrame:
    """The words of many documents as one.

    Args:
        counts: `words`, of each document an array of `word` and `count`, each word once.

    Returns:
        `word`, `count`, `documents` (that contain it), most frequent first, then by code points.
    """
    each = counts.select(F.inline("words"))
    summed = each.groupBy("word").agg(F.sum("count").alias("count"), F.count(F.lit(1)).alias("documents"))
    return summed.orderBy(F.desc("count"), "word")


def read(spark: SparkSession, source: str, digests: Sequence[str] | None = None) -> DataFrame:
    """The word counts below a prefix or folder: `digest` and `value`.

    Below `s3://` each object is fetched by boto3 inside the partitions; anything else is read by Spark's own reader.

    Args:
        spark: The session.
        source: What `results/` lies in: `s3://bucket/`, or a folder, or whatever else Spark can read.
        digests: Only these; all if None.
    """
    root = source if source.endswith("/") else f"{source}/"
    if not root.startswith("s3://"):
        return _by_spark(spark, root, digests)
    bucket, prefix = split(root)
    place = store(bucket)
    if digests is None:
        found = sorted(filter(keys.key_of_word_count, place.keys(f"{prefix}results/")))
    else:
        found = sorted({keys.word_count(digest) for digest in digests})
    fetched = distributed(spark.sparkContext, found).mapPartitions(lambda own: _fetch(bucket, own))
    return spark.createDataFrame(fetched, "digest string, value string", verifySchema=False)


def _by_spark(spark: SparkSession, root: str, digests: Sequence[str] | None) -> DataFrame:
    try:
        files = spark.read.text(f"{root}results/*/word-count.json", wholetext=True)
    except AnalysisException as error:
        if error.getErrorClass() != "PATH_NOT_FOUND":
            raise
        files = spark.createDataFrame([], "value string")
    found = files.select(
        F.regexp_extract(F.input_file_name(), r"([^/]+)/word-count\.json$", 1).alias("digest"), "value"
    )
    if digests is None:
        return found
    asked = spark.createDataFrame([(digest,) for digest in sorted(set(digests))], "digest string")
    return asked.join(found, "digest", "left")


def _fetch(bucket: str, objects: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    settle_in()

    def fetch(key: str) -> tuple[str, str | None]:
        try:
            return key, store(bucket).read_whole(key).decode()
        except (Absent, UnicodeDecodeError):
            return key, None

    return at_once(fetch, objects)
