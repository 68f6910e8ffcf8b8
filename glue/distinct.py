"""A transcript's distinct texts, in Arrow's columns: each once, with how often it occurs and its confidences' sum.

Python sees pages, never words: splitting at spaces, telling equal texts apart and adding up are Arrow's and NumPy's
own. What a word is, is no matter here: texts are handed to Spark as they were read (docs/adr/0024).
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from runtime.core import transcript

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

SCHEMA: Final = pa.schema(
    [
        ("document", pa.int32()),
        ("problem", pa.int32()),
        ("text", pa.string()),
        ("n", pa.int64()),
        ("weighted", pa.int64()),
    ]
)
COLUMNS: Final = "document int, problem int, text string, n long, weighted long"
"""The same, in Spark's words: a document; 0, or a number above for what its reader met; one of its texts, or null, so
that a document without any is there too; how often it occurs; its confidences' sum, in hundredths of a percent."""

_BATCH: Final = 1 << 16
_CHUNK: Final = 1 << 20
_MERGE: Final = 1 << 20
_SPACE: Final = ord(" ")


class Distinct(NamedTuple):
    """Distinct texts."""

    text: pa.Array
    n: NDArray[np.int64]
    weighted: NDArray[np.int64]


NONE: Final = Distinct(pa.array([], pa.string()), np.zeros(0, np.int64), np.zeros(0, np.int64))


def distinct(data: bytes) -> Distinct:
    """The distinct texts of a transcript's lines.

    Raises:
        ValueError: A line is no page of a transcript.
    """
    found = [_of_some(lines) for lines in _some(data)]
    if not found:
        return NONE
    one = merged(found)
    return one._replace(text=pc.call_function("utf8_slice_codeunits", [one.text], pc.SliceOptions(0, -1)))


def merged(found: Sequence[Distinct]) -> Distinct:
    """All of them as one."""
    if len(found) == 1:
        return found[0]
    encoded = pa.concat_arrays([one.text for one in found]).dictionary_encode()
    return _summed(encoded, np.concatenate([one.n for one in found]), np.concatenate([one.weighted for one in found]))


def of_documents(found: Iterable[tuple[int, int, Distinct]]) -> Iterator[tuple[int, int, Distinct]]:
    """What follows each other of one document, merged, unless it is very much."""
    for number, parts in itertools.groupby(found, key=lambda one: one[0]):
        problem, rows, waiting = 0, 0, list[Distinct]()
        for _, its, some in parts:
            problem = max(problem, its)
            waiting.append(some)
            rows += len(some.n)
            if rows > _MERGE:
                one = merged(waiting)
                waiting, rows = [one], len(one.n)
                if rows > _MERGE // 2:
                    yield number, problem, one
                    waiting.clear()
                    rows = 0
        yield number, problem, merged(waiting) if waiting else NONE


def batches(found: Iterable[tuple[int, int, Distinct]]) -> Iterator[pa.RecordBatch]:
    """Each document's row without text, and its distinct texts, after its number and its problem; many to a batch."""
    waiting: list[tuple[int, int, Distinct]] = []
    rows = 0
    for one in found:
        waiting.append(one)
        rows += len(one[2].n) + 1
        if rows >= _BATCH:
            yield _batch(waiting)
            waiting.clear()
            rows = 0
    if waiting:
        yield _batch(waiting)


def _batch(found: Sequence[tuple[int, int, Distinct]]) -> pa.RecordBatch:
    lengths = [len(one.n) for _, _, one in found]
    documents = np.array([number for number, _, _ in found], np.int32)
    problems = np.array([problem for _, problem, _ in found], np.int32)
    mark = np.zeros(len(found), np.int64)
    columns = [
        np.concatenate([documents, np.repeat(documents, lengths)]),
        np.concatenate([problems, np.repeat(problems, lengths)]),
        pa.concat_arrays([pa.nulls(len(found), pa.string()), *(one.text for _, _, one in found)]),
        np.concatenate([mark, *(one.n for _, _, one in found)]),
        np.concatenate([mark, *(one.weighted for _, _, one in found)]),
    ]
    return pa.record_batch([pa.array(column) for column in columns], schema=SCHEMA)


def _some(data: bytes) -> Iterator[list[str]]:
    """Lines, a processor's cache full at a time: in all at once, memory is most of what it takes."""
    start = 0
    while start < len(data):
        end = data.find(b"\n", start + _CHUNK) + 1 or len(data)
        yield [line for line in data[start:end].decode().split("\n") if line]
        start = end


def _of_some(lines: list[str]) -> Distinct:
    """The distinct texts of these pages, each with a space at its end: nothing is copied before they are told apart."""
    words: list[str] = []
    confidences: list[str] = []
    texts: list[str] = []
    sure: list[int] = []
    for line in lines:
        page = transcript.plain(line)
        if page is not None:
            words.append(page[0])
            confidences.append(page[1])
        else:
            rows = transcript.load(line.encode(), pages=1).rows
            texts += [f"{row.text} " for row in rows]
            sure += [round(row.confidence * 100) for row in rows]
    found, numbers = _plain(words, confidences)
    if texts:
        found = pa.concat_arrays([found, pa.array(texts, pa.string())])
        numbers = np.concatenate([numbers, np.array(sure, np.int64)])
    return _summed(found.dictionary_encode(), None, numbers)


def _plain(words: list[str], confidences: list[str]) -> tuple[pa.Array, NDArray[np.int64]]:
    """The texts of these pages, each with the space after it, and their confidences."""
    if not words:
        return NONE.text, NONE.n
    read, ends, pages = _between_spaces(words)
    _, ends_of_numbers, numbers_of_pages = _between_spaces(confidences)
    numbers = np.fromstring(" ".join(confidences), np.int64, sep=" ")
    if not np.array_equal(pages, numbers_of_pages) or len(numbers) != len(ends_of_numbers):
        raise ValueError("not a transcript: more words than confidences, or less")
    if numbers.max() > transcript.SURE:
        raise ValueError("not a transcript: surer than sure")
    offsets = np.concatenate([[0], ends]).astype(np.int32)
    return pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(read)), numbers


def _between_spaces(pages: list[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    """All pages as bytes, where each of what stands between spaces ends, and how many there are up to each page."""
    told = [page.encode() for page in pages]
    joined = np.frombuffer(b" ".join([*told, b""]), np.uint8)
    ends = np.flatnonzero(joined == _SPACE) + 1
    return joined, ends, np.searchsorted(ends, np.cumsum([len(page) + 1 for page in told]), side="right")


def _summed(texts: pa.DictionaryArray, n: NDArray[np.int64] | None, weighted: NDArray[np.int64]) -> Distinct:
    """Add up what equal texts have. In floating point, and exact: no sum comes near 2**53."""
    places, size = texts.indices.to_numpy(), len(texts.dictionary)
    times, sums = np.bincount(places, n, size), np.bincount(places, weighted, size)
    return Distinct(texts.dictionary, times.astype(np.int64), sums.astype(np.int64))
