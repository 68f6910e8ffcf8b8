"""Numbers that many count at once, in the table: each write is conditional, so that none is counted too far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.adapters import rows

if TYPE_CHECKING:
    from runtime.adapters.table import Table


class TableCounters:
    """`core`'s counters on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def take(self, name: str, most: int, *, expires_at: float) -> bool:
        """Count one more; see the port."""
        return self._table.update(
            *rows.counter_key(name),
            "SET #number = if_not_exists(#number, :none) + :one",
            {"none": 0, "one": 1, "most": most},
            condition="attribute_not_exists(#number) OR #number < :most",
            also={"expires_at": rows.time_to_live(expires_at)},
        )

    def turn(self, name: str, *, now: float, seconds: float) -> bool:
        """Take a turn; see the port."""
        return self._table.update(
            *rows.counter_key(name),
            "SET #next_at = :next_at",
            {"now": now, "next_at": now + seconds},
            condition="attribute_not_exists(#next_at) OR #next_at <= :now",
            also={"expires_at": rows.time_to_live(now + 86_400)},
        )
