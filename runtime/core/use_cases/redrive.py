"""Dead letters go back into their queues, once what killed them is mended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.core import events
from runtime.core.dead_letter import Queue

if TYPE_CHECKING:
    from runtime.core.dead_letter import DeadLetter
    from runtime.core.ports import DeadLetters, Log, Replays, Requests


@dataclass(frozen=True)
class Redrive:
    """The use case, with the ports that it needs."""

    dead_letters: DeadLetters
    requests: Requests
    replays: Replays
    log: Log

    def __call__(self, letter: DeadLetter) -> bool:
        """Replay one. What was answered meanwhile stays so: its stage sees that, and does nothing.

        A mail that could not be sent is due again: its request is taken up again first. The letter is forgotten last.

        Returns:
            False if it cannot be replayed: nobody knows where it died, or those whom it concerns are just being told.
        """
        if letter.queue is Queue.UNKNOWN or not letter.told_at:
            return False
        if letter.queue is Queue.NOTIFY:
            for subject in letter.subjects:
                self._take_up(subject.name)
        self.replays.send(letter)
        self.dead_letters.forget(letter)
        self.log.emit(events.DeadLetterReplayed(message=letter.message_id, queue=letter.queue))
        return True

    def _take_up(self, request_id: str) -> None:
        request = self.requests.get(request_id)
        if request:
            self.requests.reopen(request, forget_reason=request.may_end_otherwise)
