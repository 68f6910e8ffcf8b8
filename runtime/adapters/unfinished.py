"""What has not come to its end, by the table's index `unfinished`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.adapters import rows

if TYPE_CHECKING:
    from runtime.adapters.table import Table


_MOST: Final = 500
"""As many as can be driven on in one run; what was driven on goes to the end, so the others have their turn."""


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

    def request_driven(self, request_id: str, now: float) -> None:
        """The request was driven on; see the port."""
        self._driven(rows.request_key(request_id), now)

    def record_driven(self, key: str, now: float) -> None:
        """The record was driven on; see the port."""
        self._driven(rows.record_key(key), now)

    def _driven(self, key: tuple[str, str], now: float) -> None:
        condition = f"attribute_exists(#{rows.UNFINISHED})"
        self._table.update(*key, f"SET #{rows.SINCE} = :now", {"now": now}, condition=condition)

    def _older(self, kind: str, before: float) -> list[str]:
        found = self._table.older(rows.UNFINISHED, (rows.UNFINISHED, kind), (rows.SINCE, before), most=_MOST)
        return [row["pk"] for row in found]
