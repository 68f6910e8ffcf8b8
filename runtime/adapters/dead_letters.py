"""Dead letters, in the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.adapters import rows
from runtime.core.dead_letter import Queue

if TYPE_CHECKING:
    from runtime.adapters.table import Table
    from runtime.core.dead_letter import DeadLetter

KEEP_SECONDS: Final = 30 * 86_400.0
"""How long a dead letter can be replayed; what it points at is gone before."""


class TableDeadLetters:
    """`core`'s dead letters on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def keep(self, letter: DeadLetter) -> None:
        """Keep one."""
        self._table.put(rows.of_dead_letter(letter, letter.died_at + KEEP_SECONDS), "attribute_not_exists(pk)")

    def told(self, letter: DeadLetter, now: float) -> None:
        """All whom it concerns have been told."""
        self._table.update(
            *rows.dead_letter_key(letter.queue, letter.message_id),
            "SET #told_at = :now",
            {"now": now},
            condition="attribute_exists(pk)",
        )

    def kept(self) -> list[DeadLetter]:
        """All of them, the oldest of each queue first."""
        found = [
            rows.to_dead_letter(row)
            for queue in sorted(Queue)
            for row in self._table.query(rows.dead_letter_key(queue, "")[0], "MESSAGE#")
        ]
        return sorted(found, key=lambda letter: (letter.queue, letter.sent_at, letter.message_id))

    def forget(self, letter: DeadLetter) -> None:
        """Keep it no longer."""
        self._table.delete(*rows.dead_letter_key(letter.queue, letter.message_id))
