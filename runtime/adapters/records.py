"""The cache's records, and who waits for them, in the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.adapters import rows
from runtime.core import keys
from runtime.core.types import RecordState

if TYPE_CHECKING:
    from runtime.adapters.table import Table
    from runtime.core.reasons import Reason
    from runtime.core.types import Claim, Record, Request
    from runtime.core.word_count import WordCount

_HELD: Final = "#generation = :generation AND #attempt = :attempt AND #state = :claimed"
_ENDED: Final = f"REMOVE #{rows.UNFINISHED}, #{rows.SINCE}"

_FAILED: Final = f"{_ENDED} SET #state = :failed, #reason = :reason, #failed_at = :now, #attempts = :none"

# A row of another version of us may lack what is compared, or be in a state that we do not know: see `rows`.
_SAME_GENERATION: Final = "attribute_exists(pk) AND (#generation = :generation OR attribute_not_exists(#generation))"
_KNOWN: Final = {f"known_{state.lower()}": state for state in RecordState}
_IN_A_KNOWN_STATE: Final = f"#state IN ({', '.join(f':{name}' for name in _KNOWN)})"
_AS_SEEN: Final = f"{_SAME_GENERATION} AND (#state = :seen OR NOT ({_IN_A_KNOWN_STATE}))"


class TableRecords:
    """`core`'s records on the table.

    Args:
        table: The table.
        results_bucket: Named in a `READY` record, beside the keys of its result.
    """

    def __init__(self, table: Table, results_bucket: str) -> None:
        self._table = table
        self._results_bucket = results_bucket

    def get(self, key: str) -> Record | None:
        """The record of a picture."""
        row = self._table.get(*rows.record_key(key))
        return rows.to_record(row) if row else None

    def claim(self, claimed: Record, seen: Record | None) -> bool:
        """Begin an attempt; see the port."""
        if seen is None:
            return self._table.put(rows.of_record(claimed), "attribute_not_exists(pk)")
        return self._table.put(
            rows.of_record(claimed),
            _AS_SEEN,
            {"generation": seen.generation, "seen": seen.state, **_KNOWN},
        )

    def give_back(self, claim: Claim) -> None:
        """End an attempt that could not go on; see the port."""
        self._table.update(
            *rows.record_key(claim.key),
            "SET #lease_until = :free, #attempts = #attempts - :one, #first_generation = :next",
            {"free": 0, "one": 1, "next": claim.generation + 1, **self._holding(claim)},
            condition=_HELD,
        )

    def transcribed(self, claim: Claim, now: float) -> bool:
        """The transcript is durable; see the port."""
        done = self._table.update(
            *rows.record_key(claim.key),
            f"SET #state = :transcribed, #read_at = :now, #{rows.SINCE} = :now",
            {"transcribed": RecordState.TRANSCRIBED, "now": now, **self._holding(claim)},
            condition=_HELD,
        )
        return done or self._is(claim, RecordState.TRANSCRIBED, RecordState.READY)  # later stages may be quicker

    def ready(self, count: WordCount, generation: int, *, counted: float, now: float, expires_at: float) -> bool:
        """The result is there; see the port."""
        return self._table.update(
            *rows.record_key(count.key),
            f"{_ENDED}, #reason SET #counted_at = if_not_exists(#counted_at, :counted),"
            " #published_at = if_not_exists(#published_at, :now)",
            {"generation": generation, "counted": counted, "now": now},
            condition=_SAME_GENERATION,
            also={
                "state": RecordState.READY,
                "attempts": 0,
                "version": count.version,
                "total_words": count.total_words,
                "unique_words": count.unique_words,
                "expires_at": rows.time_to_live(expires_at),
                "bucket": self._results_bucket,
                "word_count_key": keys.word_count(count.key),
                "text_key": keys.text(count.key),
            },
        )

    def failed(self, claim: Claim, reason: Reason, now: float) -> bool:
        """There will be no result; see the port."""
        done = self._table.update(
            *rows.record_key(claim.key),
            _FAILED,
            {"failed": RecordState.FAILED, "reason": reason, "now": now, "none": 0, **self._holding(claim)},
            condition=_HELD,
        )
        return done or self._is(claim, RecordState.FAILED)  # boto3 repeats a call whose answer was lost

    def abandon(self, seen: Record, reason: Reason, now: float) -> bool:
        """Give up an attempt that nobody works on; see the port."""
        return self._table.update(
            *rows.record_key(seen.key),
            _FAILED,
            {
                "failed": RecordState.FAILED,
                "reason": reason,
                "now": now,
                "none": 0,
                "generation": seen.generation,
                "attempt": seen.attempt,
                "seen": seen.state,
                **_KNOWN,
            },
            condition=f"{_AS_SEEN} AND (#attempt = :attempt OR attribute_not_exists(#attempt))",
        )

    def _holding(self, claim: Claim) -> dict[str, str | int]:
        return {"generation": claim.generation, "attempt": claim.attempt, "claimed": RecordState.CLAIMED}

    def _is(self, claim: Claim, *states: RecordState) -> bool:
        """Whether this very attempt has brought the record into one of these states already."""
        record = self.get(claim.key)
        return record is not None and record.claim == claim and record.state in states


class TableWaiters:
    """`core`'s waiters on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, key: str, request: Request) -> None:
        """Wait."""
        pk, sk = rows.waiter_key(key, request.request_id)
        self._table.put({"pk": pk, "sk": sk, "expires_at": rows.time_to_live(request.expires_at)})

    def of(self, key: str) -> list[str]:
        """The ids of the requests that wait."""
        pk, prefix = rows.waiter_key(key, "")
        return [row["sk"].removeprefix(prefix) for row in self._table.query(pk, prefix)]

    def remove(self, key: str, request_id: str) -> None:
        """Wait no longer."""
        self._table.delete(*rows.waiter_key(key, request_id))
