"""What a run is asked to count, and what it says became of it: JSON Lines both."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from runtime.core import keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Ending(StrEnum):
    """What became of a document."""

    COUNTED = "counted"
    COUNTED_BEFORE = "counted_before"
    OVERTAKEN = "overtaken"
    FAILED = "failed"


class Cause(StrEnum):
    """Why a document failed. Only `unavailable` may pass by itself."""

    BAD_MANIFEST = "bad_manifest"
    ABSENT = "absent"
    UNREADABLE = "unreadable"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


@dataclass(frozen=True)
class Document:
    """A transcript to be counted.

    Attributes:
        digest: The picture's cache key.
        generation: The attempt that wrote the transcript.
        root: Of the store that transcript and result lie in: `s3://bucket/`, or a folder.
        transcript: Its key there.
    """

    digest: str
    generation: int
    root: str
    transcript: str


@dataclass(frozen=True)
class Outcome:
    """What became of a document: a line of the run's report.

    Attributes:
        digest: As the manifest says.
        transcript: As the manifest says.
        outcome: How it ended.
        reason: Why it failed; null if it did not.
        detail: Of a failure, for operators. Never any text of the document.
        total_words: Of what was counted now; null if nothing was.
        unique_words: The same.
    """

    digest: str
    transcript: str
    outcome: Ending
    reason: Cause | None = None
    detail: str | None = None
    total_words: int | None = None
    unique_words: int | None = None


def parse(data: bytes) -> tuple[list[Document], list[Outcome]]:
    """The documents of a manifest, each once, and the lines that name none, as failures.

    A line is `{"digest": …, "transcript": …, "result": …}`. Transcript and result are addresses in one store,
    `<root>transcripts/<digest>/<generation>.jsonl` and `<root>results/<digest>/word-count.json`: nothing else is ever
    read or written, whatever a manifest says.
    """
    documents: dict[Document, None] = {}
    failures: list[Outcome] = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            try:
                documents[_document(line)] = None
            except ValueError as error:
                failures.append(_refused(line, number, error))
    return list(documents), failures


def dump(outcomes: Iterable[Outcome]) -> bytes:
    """One line an outcome."""
    return "".join(f"{json.dumps(asdict(outcome))}\n" for outcome in outcomes).encode()


def load(data: bytes) -> list[Outcome]:
    """The outcomes in a run's report.

    Raises:
        ValueError: A line is no outcome.
    """
    try:
        return [_outcome(json.loads(line)) for line in data.split(b"\n") if line]
    except (KeyError, TypeError) as error:
        raise ValueError(f"not an outcome: {error!r}") from error


def dump_documents(documents: Iterable[Document]) -> bytes:
    """The manifest of these documents."""
    return "".join(_lines(documents)).encode()


def _lines(documents: Iterable[Document]) -> Iterator[str]:
    for document in documents:
        told = {
            "digest": document.digest,
            "transcript": document.root + document.transcript,
            "result": document.root + keys.word_count(document.digest),
        }
        yield f"{json.dumps(told)}\n"


def _document(line: bytes) -> Document:
    told = json.loads(line)
    if not isinstance(told, dict):
        raise ValueError("not an object")  # noqa: TRY004  one error for all that is wrong with a line
    digest, transcript, result = (told.get(name) for name in ("digest", "transcript", "result"))
    if not (isinstance(digest, str) and isinstance(transcript, str) and isinstance(result, str)):
        raise ValueError("digest, transcript and result are not all there")  # noqa: TRY004  one error for a line
    root, separator, rest = transcript.rpartition("transcripts/")
    parsed = keys.parse_transcript(separator + rest)
    if parsed is None or parsed[0] != digest:
        raise ValueError("the transcript is not this digest's")
    if result != root + keys.word_count(digest):
        raise ValueError("the result is not this digest's, beside its transcript")
    return Document(digest, parsed[1], root, separator + rest)


def _outcome(told: dict[str, Any]) -> Outcome:
    reason = told.get("reason")
    return Outcome(
        digest=str(told["digest"]),
        transcript=str(told["transcript"]),
        outcome=Ending(told["outcome"]),
        reason=None if reason is None else Cause(reason),
        detail=told.get("detail"),
        total_words=told.get("total_words"),
        unique_words=told.get("unique_words"),
    )


def _refused(line: bytes, number: int, error: ValueError) -> Outcome:
    detail = f"line {number}: {'not JSON' if isinstance(error, json.JSONDecodeError | UnicodeDecodeError) else error}"
    try:
        told = json.loads(line)
        digest, transcript = str(told["digest"]), str(told["transcript"])
    except (ValueError, KeyError, TypeError):
        digest = transcript = ""
    return Outcome(digest, transcript, Ending.FAILED, Cause.BAD_MANIFEST, detail)
