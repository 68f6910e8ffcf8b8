"""What a run on Glue does with one document, as `glue/documents.py` does it, on the results in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.core import keys, word_count
from runtime.core.errors import Absent
from runtime.core.manifest import Cause, Ending, Outcome

if TYPE_CHECKING:
    from runtime.core.transcript import Transcript
    from tests.runtime.fakes import MemoryResults


def looked_at(results: MemoryResults, key: str, generation: int) -> Transcript | Outcome:
    """The transcript, or what becomes of the document without it."""
    try:
        return results.read_transcript(key, generation)
    except Absent:
        there = results.counted(key)
        if there is None or there.generation < generation:
            return failed(key, generation, Cause.ABSENT)
        before = there.generation == generation
        return _outcome(key, generation, Ending.COUNTED_BEFORE if before else Ending.OVERTAKEN)


def kept(results: MemoryResults, key: str, generation: int, transcript: Transcript) -> Outcome:
    """Count it and write the result, unless it is there."""
    there, counted = results.counts.get(key), word_count.tally(key, transcript)
    if there and (there.count, there.generation) == (counted, generation):
        return _outcome(key, generation, Ending.COUNTED_BEFORE)
    written = results.write_count(counted, generation)
    return _outcome(key, generation, Ending.COUNTED if written else Ending.OVERTAKEN)


def failed(key: str, generation: int, cause: Cause) -> Outcome:
    """It could not be counted."""
    return _outcome(key, generation, Ending.FAILED, cause)


def _outcome(key: str, generation: int, ending: Ending, cause: Cause | None = None) -> Outcome:
    return Outcome(key, f"s3://bucket/{keys.transcript(key, generation)}", ending, cause)
