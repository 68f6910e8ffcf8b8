"""Documents, counted in bulk: each result the same bytes that the Lambda would have written.

Python reads and writes inside Spark's partitions, whole pages and whole results; Arrow tells a document's texts apart
(`distinct.py`); what a word is, is Spark's own, asked once for each distinct text; and Arrow adds up what is equal then
(`tallies.py`).

Between the stages a document is its place in the run's list.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

import pyarrow as pa
from pyspark.sql import functions as F  # noqa: N812  Spark's own custom

from glue import distinct, words
from glue.at_once import TASKS, at_once, distributed
from glue.stores import REQUESTS, store
from glue.tallies import tallies
from glue.workers import settle_in
from runtime.core import manifest, word_count
from runtime.core.errors import Absent, Retryable
from runtime.core.manifest import Cause, Ending, Outcome
from runtime.core.ports import Counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pyspark import SparkContext
    from pyspark.sql import DataFrame, SparkSession

    from glue.distinct import Distinct
    from glue.stores import Seen, Store
    from glue.tallies import Tally
    from runtime.core.manifest import Document

PART: Final = 8 << 20
"""How much of a transcript is read at a time, in bytes; the parts of a larger one are read side by side."""

_MOST: Final = 1 << 28
_MORE: Final = 1 << 16
_CAUSES: Final = (None, Cause.UNREADABLE, Cause.UNAVAILABLE, Cause.INTERNAL)
"""What a problem's number means."""
_UNREADABLE: Final = 1
_TOLD: Final = "document int, outcome binary"
"""A document, and its line in the run's report."""


class Tasks(NamedTuple):
    """How many tasks there are of each kind."""

    read: int
    write: int


@dataclass(frozen=True)
class Part:
    """A stretch of a transcript: the lines that begin in it.

    Attributes:
        number: The document's place in the run's list.
        version: Of the object, as it was looked at.
        size: Of the whole object, in bytes.
        start: Where the stretch begins.
        end: Where it ends; the last line that begins in it may end later.
    """

    number: int
    version: str
    size: int
    start: int
    end: int


def count_documents(spark: SparkSession, documents: Sequence[Document]) -> list[Outcome]:
    """Count these documents, write their results, and say what became of each, in the same order."""
    context = spark.sparkContext
    looked = dict(_look(context, documents))
    seen = {number: found for number, found in looked.items() if not isinstance(found, Outcome)}
    outcomes = {number: found for number, found in looked.items() if isinstance(found, Outcome)}
    shared = context.broadcast({number: (documents[number], found.pages) for number, found in seen.items()})
    parts = [part for number, found in seen.items() for part in _parts(number, found.version, found.size)]
    if parts:
        numbered = context.broadcast(parts)
        tasks = _tasks(context.defaultParallelism, len(seen), parts)
        texts = spark.range(0, len(parts), 1, tasks.read).mapInArrow(
            lambda own: _read([numbered.value[at] for batch in own for at in batch["id"].to_pylist()], shared.value),
            distinct.COLUMNS,
        )
        together = find_words(texts).repartition(tasks.write, "document")
        told = together.mapInArrow(lambda own: _write(own, shared.value), _TOLD).collect()
        outcomes |= {row.document: outcome for row in told for outcome in manifest.load(row.outcome)}
        numbered.unpersist()
    shared.unpersist()
    return [outcomes[number] for number in range(len(documents))]


def find_words(texts: DataFrame) -> DataFrame:
    """The words of documents' texts.

    Args:
        texts: Documents' distinct texts (see `distinct.COLUMNS`); a text may be there more than once all the same.

    Returns:
        `document`, `problem`, `word` (folded; a row for each that a text holds, and one with null if it holds none),
        and of the text `n` and `weighted`: what `tallies` takes.
    """
    found = texts.select("*", F.explode_outer(words.find(F.col("text"))).alias("found"))
    return found.select("document", "problem", words.fold(F.col("found")).alias("word"), "n", "weighted")


def _look(context: SparkContext, documents: Sequence[Document]) -> list[tuple[int, Seen | Outcome]]:
    numbered = list(enumerate(documents))
    if len(numbered) <= REQUESTS:
        return list(at_once(_look_at, numbered))  # sooner done than tasks are started
    return distributed(context, numbered).mapPartitions(_look_at_some).collect()


def _look_at_some(numbered: Iterable[tuple[int, Document]]) -> Iterator[tuple[int, Seen | Outcome]]:
    settle_in()
    return at_once(_look_at, numbered)


def _look_at(numbered: tuple[int, Document]) -> tuple[int, Seen | Outcome]:
    """What is there, or how the document ended without it."""
    number, document = numbered
    place = store(document.root)
    try:
        return number, place.look(document.transcript)
    except Absent:
        return number, _guarded(document, lambda: _gone(document, place))
    except Exception as error:  # noqa: BLE001  one document's trouble is no other's
        return number, _trouble(document, error)


def _gone(document: Document, place: Store) -> Outcome:
    """Whoever publishes a result deletes its transcript: a run that is repeated finds it gone."""
    there = place.counted(document.digest)
    if there is None or there.generation < document.generation:
        return _failed(document, Cause.ABSENT)
    before = there.generation == document.generation
    return _outcome(document, Ending.COUNTED_BEFORE if before else Ending.OVERTAKEN)


def _parts(number: int, version: str, size: int) -> Iterator[Part]:
    for start in range(0, max(size, 1), PART):
        yield Part(number, version, size, start, min(start + PART, size))


def _tasks(cores: int, documents: int, parts: Sequence[Part]) -> Tasks:
    """Few documents are read by as few tasks as keep all cores busy: a task merges what it has of one document."""
    several = cores if documents < TASKS * cores else TASKS * cores
    bounded = sum(part.end - part.start for part in parts) // _MOST
    # Documents are placed by hash: with as many tasks as documents, several would meet in one.
    write = max(TASKS * cores, bounded) if documents > 1 else 1
    return Tasks(read=min(len(parts), max(several, bounded)), write=write)


def _read(parts: Iterable[Part], documents: dict[int, tuple[Document, int]]) -> Iterator[pa.RecordBatch]:
    """The distinct texts of each part, or what is wrong with its document."""
    settle_in()

    def fetch(part: Part) -> tuple[int, bytes | int]:
        document, _ = documents[part.number]
        try:
            return part.number, _stretch(store(document.root), document.transcript, part)
        except Absent:
            return part.number, _UNREADABLE
        except Exception as error:  # noqa: BLE001  one document's trouble is no other's
            return part.number, _CAUSES.index(_cause(error))

    fetched = at_once(fetch, parts, weight=lambda part: part.end - part.start, most=PART - 1)
    found = ((number, *_distinct(data)) for number, data in fetched)
    yield from distinct.batches(distinct.of_documents(found))


def _distinct(data: bytes | int) -> tuple[int, Distinct]:
    """The problem that there was or is, and the distinct texts."""
    if isinstance(data, int):
        return data, distinct.NONE
    try:
        return 0, distinct.distinct(data)
    except ValueError:
        return _UNREADABLE, distinct.NONE
    except Exception as error:  # noqa: BLE001  one document's trouble is no other's
        return _CAUSES.index(_cause(error)), distinct.NONE


def _stretch(place: Store, key: str, part: Part) -> bytes:
    """The lines that begin in this part. A line begins at the object's start, and after each newline."""
    before = min(part.start, 1)
    data = bytearray(place.read(key, part.version, part.start - before, part.end))
    if before:
        first = data.find(b"\n") + 1
        if not first:
            return b""
        del data[:first]
    end = part.end
    while data and not data.endswith(b"\n") and end < part.size:
        more = place.read(key, part.version, end, end + _MORE)
        newline = more.find(b"\n") + 1
        data += more[: newline or len(more)]
        end += len(more)
        if not more:
            break
    return bytes(data)


def _write(found: Iterable[pa.RecordBatch], documents: dict[int, tuple[Document, int]]) -> Iterator[pa.RecordBatch]:
    """The outcome of each document, of which all words are among these."""
    settle_in()

    def write(tally: Tally) -> Outcome:
        document, pages = documents[tally.document]
        if cause := _CAUSES[tally.problem]:
            return _failed(document, cause)
        total = sum(count for _, count in tally.words)
        mean = word_count.mean_confidence(tally.weighted, total)
        counted = word_count.WordCount(document.digest, pages, tally.words, mean)
        return _guarded(document, lambda: _keep(document, counted))

    def told(tally: Tally) -> tuple[int, bytes]:
        return tally.document, manifest.dump([write(tally)])

    for number, outcome in at_once(told, tallies(found)):
        yield pa.record_batch([pa.array([number], pa.int32()), pa.array([outcome])], ["document", "outcome"])


def _keep(document: Document, counted: word_count.WordCount) -> Outcome:
    """Write the result, unless it is there: each is written once, so that what its writing wakes is woken once."""
    place = store(document.root)
    there = place.counted(document.digest)
    if there and there == Counted(document.generation, hashlib.md5(counted.dump(), usedforsecurity=False).hexdigest()):
        return _outcome(document, Ending.COUNTED_BEFORE)
    if not place.write_count(counted, document.generation):
        return _outcome(document, Ending.OVERTAKEN)
    outcome = _outcome(document, Ending.COUNTED)
    return replace(outcome, total_words=counted.total_words, unique_words=counted.unique_words)


def _guarded(document: Document, act: Callable[[], Outcome]) -> Outcome:
    try:
        return act()
    except Exception as error:  # noqa: BLE001  one document's trouble is no other's
        return _trouble(document, error)


def _trouble(document: Document, error: Exception) -> Outcome:
    return replace(_failed(document, _cause(error)), detail=type(error).__name__)


def _cause(error: Exception) -> Cause:
    return Cause.UNAVAILABLE if isinstance(error, Retryable) else Cause.INTERNAL


def _failed(document: Document, cause: Cause) -> Outcome:
    return replace(_outcome(document, Ending.FAILED), reason=cause)


def _outcome(document: Document, ending: Ending) -> Outcome:
    return Outcome(document.digest, document.root + document.transcript, ending)
