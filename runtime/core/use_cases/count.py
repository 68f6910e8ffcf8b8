"""A transcript is counted; the word count is written last, and wakes `publish`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.core import events, keys, word_count
from runtime.core.errors import Absent

if TYPE_CHECKING:
    from runtime.core.ports import Clock, Log, Records, Results


@dataclass(frozen=True)
class Count:
    """The use case, with the ports that it needs."""

    results: Results
    records: Records
    clock: Clock
    log: Log

    def __call__(self, object_key: str) -> None:
        """Count the transcript at this key of the results bucket; nothing happens if it was counted before."""
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
        try:
            transcript = self.results.read_transcript(key, generation)
        except Absent:
            self.log.emit(events.MessageIgnored(queue="count", cause="counted_before"))
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
