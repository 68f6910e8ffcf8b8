"""A transcript is counted; the word count is written last, and wakes `publish`. Or it is left to Glue (`bulk`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.core import events, keys, word_count
from runtime.core.bulk import Document, Engine
from runtime.core.errors import Absent

if TYPE_CHECKING:
    from runtime.core.ports import BulkQueue, Clock, Log, Pending, Records, Results


@dataclass(frozen=True)
class Count:
    """The use case, with the ports that it needs.

    Attributes:
        engine: What counts.
        glue_above_words: With the engine `auto`, a transcript of more words than this is left to Glue.
    """

    results: Results
    records: Records
    pending: Pending
    queue: BulkQueue
    clock: Clock
    log: Log
    engine: Engine
    glue_above_words: int

    def __call__(self, object_key: str) -> None:
        """Count the transcript at this key of the results bucket, or leave it to Glue.

        Nothing happens if it was counted before.
        """
        parsed = keys.parse_transcript(object_key)
        if parsed is None:
            self.log.emit(events.MessageIgnored(queue="count", cause="no_transcript"))
            return
        key, generation = parsed
        record = self.records.get(key)
        if record is None or record.generation != generation:
            self.results.delete_transcript(key, generation)
            self.log.emit(events.Overtaken(digest=key, generation=generation, stage="counted"))
            return
        if self.engine is Engine.GLUE:  # unread: whatever is wrong with it, the run says so
            self._leave_to_glue(key, generation)
            return
        try:
            transcript = self.results.read_transcript(key, generation)
        except Absent:
            self.log.emit(events.MessageIgnored(queue="count", cause="counted_before"))
            return
        if self.engine is Engine.AUTO and len(transcript.rows) > self.glue_above_words:
            self._leave_to_glue(key, generation)
            return
        started = self.clock.now()
        counted = word_count.tally(key, transcript)
        if not self.results.write_count(counted, generation):
            self.results.delete_transcript(key, generation)
            self.log.emit(events.Overtaken(digest=key, generation=generation, stage="counted"))
            return
        self.log.emit(
            events.WordsCounted(
                digest=key,
                generation=generation,
                total_words=counted.total_words,
                unique_words=counted.unique_words,
                seconds=round(self.clock.now() - started, 3),
            )
        )

    def _leave_to_glue(self, key: str, generation: int) -> None:
        """It waits in the table first; who is woken then sees it."""
        counted = self.results.counted(key)
        if counted and counted.generation >= generation:
            self.log.emit(events.MessageIgnored(queue="count", cause="counted_before"))
            return
        self.pending.add(Document(key, generation, since=self.clock.now()))
        self.queue.pending()
        self.log.emit(events.LeftToGlue(digest=key, generation=generation))
