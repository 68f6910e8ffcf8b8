"""The requests, in the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.adapters import rows
from runtime.core.types import RequestState, Stage

if TYPE_CHECKING:
    from runtime.adapters.table import Table
    from runtime.core.reasons import Reason
    from runtime.core.types import Content, Request

# In the negative: a row of another version of us may lack its state, or be in one that we do not know. It is unsettled.
_SETTLED: Final = {state.lower(): state for state in RequestState if state.settled}
_UNSETTLED: Final = f"NOT (#state IN ({', '.join(f':{name}' for name in _SETTLED)}))"
_IDLE: Final = f"{_UNSETTLED} AND NOT (#state = :sending)"
# Into the index of the unfinished; what was not in it counts as there since ever.
_UNFINISHED: Final = f"#{rows.UNFINISHED} = :kind, #{rows.SINCE} = if_not_exists(#{rows.SINCE}, :ever)"
_SENDING: Final = "#state = :sending AND #sender = :attempt"


class TableRequests:
    """`core`'s requests on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def open(self, request: Request) -> None:
        """Write a new request."""
        self._table.put(rows.of_request(request), "attribute_not_exists(pk)")

    def get(self, request_id: str) -> Request | None:
        """The request."""
        row = self._table.get(*rows.request_key(request_id))
        return rows.to_request(row) if row else None

    def bind(self, request_id: str, etag: str, content: Content | None, *, uploaded: float, now: float) -> bool:
        """Bind the request to the bytes that were read first; see the port."""
        same = "#sha256 = :sha256" if content else "attribute_not_exists(#sha256)"
        free = f"(attribute_not_exists(#etag) OR (#etag = :etag AND {same}))"
        return self._table.update(
            *rows.request_key(request_id),
            "SET #state = :waiting, #etag = :etag, #uploaded_at = :uploaded, #bound_at = :now",
            {
                **_SETTLED,
                "waiting": RequestState.WAITING,
                "sending": RequestState.SENDING,
                "etag": etag,
                "uploaded": uploaded,
                "now": now,
            },
            condition=f"attribute_exists(pk) AND {_IDLE} AND {free}",
            also={**rows.of_content(content), **rows.unfinished(rows.REQUEST, now)},
        )

    def kept(self, request_id: str, key: str, now: float) -> bool:
        """The bytes are kept under the key; see the port."""
        free = " AND (attribute_not_exists(#key) OR #key = :key)"
        return self._set(request_id, "SET #key = :key, #kept_at = :now", {"key": key, "now": now}, free)

    def joined(self, request_id: str) -> None:
        """Another request's work on the same picture is waited for."""
        self._set(request_id, "SET #joined = :yes", {"yes": True})

    def hit(self, request_id: str) -> None:
        """The result was there already."""
        self._set(request_id, "SET #cached = :yes", {"yes": True})

    def refuse(self, request_id: str, reason: Reason) -> None:
        """There will be no result; see the port."""
        self._set(
            request_id,
            f"SET #reason = :reason, {_UNFINISHED}",
            {"reason": reason, "kind": rows.REQUEST, "ever": 0},
            " AND attribute_not_exists(#reason)",
        )

    def begin_sending(self, request_id: str, attempt: str, *, now: float, lease_until: float) -> bool:
        """Take the right to send this request's mail; see the port."""
        return self._table.update(
            *rows.request_key(request_id),
            f"SET #state = :sending, #sender = :attempt, #sender_until = :lease_until, {_UNFINISHED}",
            {
                **_SETTLED,
                "kind": rows.REQUEST,
                "ever": 0,
                "sending": RequestState.SENDING,
                "attempt": attempt,
                "now": now,
                "lease_until": lease_until,
            },
            condition=f"attribute_exists(pk) AND {_UNSETTLED} AND"
            " (NOT (#state = :sending) OR attribute_not_exists(#sender_until) OR #sender_until <= :now)",
        )

    def stop_sending(self, request_id: str, attempt: str) -> None:
        """Give that right back, unsent."""
        self._table.update(
            *rows.request_key(request_id),
            "SET #state = :waiting REMOVE #sender, #sender_until",
            {"waiting": RequestState.WAITING, "sending": RequestState.SENDING, "attempt": attempt},
            condition=_SENDING,
        )

    def settle(
        self, request_id: str, attempt: str, state: RequestState, now: float, reason: Reason | None = None
    ) -> None:
        """The request has its outcome; see the port."""
        self._table.update(
            *rows.request_key(request_id),
            f"REMOVE #{rows.UNFINISHED}, #{rows.SINCE} SET #state = :state",
            {"state": state, "sending": RequestState.SENDING, "attempt": attempt},
            condition=_SENDING,
            also={
                **({"reason": reason} if reason else {}),
                **({} if state is RequestState.UNDELIVERABLE else {rows.at(Stage.SENT): now}),
            },
        )

    def bounced(self, request_id: str, attempt: str, reason: Reason) -> bool:
        """What this attempt had mailed came back; see the port."""
        return self._table.update(
            *rows.request_key(request_id),
            f"REMOVE #{rows.at(Stage.SENT)} SET #state = :undeliverable, #reason = if_not_exists(#reason, :reason)",
            {
                "attempt": attempt,
                "reason": reason,
                "sent": RequestState.SENT,
                "failed": RequestState.FAILED,
                "undeliverable": RequestState.UNDELIVERABLE,
            },
            condition="#sender = :attempt AND #state IN (:sent, :failed, :undeliverable)",
        )

    def reopen(self, request: Request, *, forget_reason: bool) -> bool:
        """Take up again what is `UNDELIVERABLE`; see the port."""
        as_read = "#reason = :as_read" if request.reason else "attribute_not_exists(#reason)"
        return self._table.update(
            *rows.request_key(request.request_id),
            f"{'REMOVE #reason ' if forget_reason else ''}SET #state = :waiting, {_UNFINISHED}",
            {
                "waiting": RequestState.WAITING,
                "undeliverable": RequestState.UNDELIVERABLE,
                "kind": rows.REQUEST,
                "ever": 0,
                **({"as_read": request.reason} if request.reason else {}),
            },
            condition=f"#state = :undeliverable AND {as_read}",
        )

    def begin_late(self, request_id: str, *, now: float, lease_until: float) -> bool:
        """Take the right to say that it takes longer; see the port."""
        return self._table.update(
            *rows.request_key(request_id),
            "SET #late_until = :lease_until",
            {**_SETTLED, "now": now, "lease_until": lease_until},
            condition=f"attribute_exists(pk) AND {_UNSETTLED}"
            " AND attribute_not_exists(#late_at) AND (attribute_not_exists(#late_until) OR #late_until <= :now)",
        )

    def late(self, request_id: str, now: float) -> None:
        """The person was told that it takes longer; see the port."""
        key = rows.request_key(request_id)
        self._table.update(*key, "SET #late_at = :now", {"now": now}, condition="attribute_exists(pk)")

    def delete(self, request_id: str) -> None:
        """Forget the request; see the port."""
        self._table.delete(*rows.request_key(request_id))

    def _set(self, request_id: str, change: str, values: dict[str, object], also: str = "") -> bool:
        condition = f"attribute_exists(pk) AND {_UNSETTLED}{also}"
        return self._table.update(*rows.request_key(request_id), change, {**values, **_SETTLED}, condition=condition)
