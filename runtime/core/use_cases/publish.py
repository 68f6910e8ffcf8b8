"""A word count is there: the record becomes `READY`, and only then everybody who waits is woken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.core import events, keys
from runtime.core.errors import Absent

if TYPE_CHECKING:
    from runtime.core.ports import Clock, Log, Notifications, Records, Results, Waiters


@dataclass(frozen=True)
class Publish:
    """The use case, with the ports that it needs and how long a result is kept, in seconds."""

    results: Results
    records: Records
    waiters: Waiters
    notifications: Notifications
    clock: Clock
    log: Log
    keep_seconds: float

    def __call__(self, object_key: str, written: float) -> None:
        """Publish the word count at this key of the results bucket.

        Args:
            object_key: `results/<key>/word-count.json`.
            written: When the object was written, seconds since the epoch.
        """
        key = keys.key_of_word_count(object_key)
        if key is None:
            self.log.emit(events.MessageIgnored(queue="publish", cause="no_word_count"))
            return
        try:
            stored = self.results.read_count(key)
        except Absent:
            self.log.emit(events.MessageIgnored(queue="publish", cause="no_result"))
            return
        now = self.clock.now()
        generation = stored.generation
        if not self.records.ready(
            stored.count, generation, counted=written, now=now, expires_at=now + self.keep_seconds
        ):
            self.results.delete_transcript(key, generation)
            self.log.emit(events.Overtaken(digest=key, generation=generation, stage="published"))
            return
        waiting = self.waiters.of(key)
        for request_id in waiting:
            self.notifications.send(request_id)
            self.waiters.remove(key, request_id)
        self.results.delete_transcript(key, generation)
        self.log.emit(events.ResultPublished(digest=key, generation=generation, waiters=len(waiting)))
