"""What has not come to its end, by the table's index `unfinished`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.adapters import rows

if TYPE_CHECKING:
    from runtime.adapters.table import Table


class TableUnfinished:
    """`core`'s unfinished on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def requests(self, before: float) -> list[str]:
        """The ids of requests without an outcome; see the port."""
        return [pk.removeprefix("REQUEST#") for pk in self._older(rows.REQUEST, before)]

    def records(self, before: float) -> list[str]:
        """The keys of records that are neither ready nor failed; see the port."""
        return [pk.removeprefix("DIGEST#") for pk in self._older(rows.RECORD, before)]

    def _older(self, kind: str, before: float) -> list[str]:
        found = self._table.older(rows.UNFINISHED, (rows.UNFINISHED, kind), (rows.SINCE, before))
        return [row["pk"] for row in found]
