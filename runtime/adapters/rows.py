"""Requests and records as rows, and back. Reading is lenient: a row of another version of us is a row still."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from runtime.core.reasons import Reason
from runtime.core.types import Content, Record, RecordState, Request, RequestState, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping


def request_key(request_id: str) -> tuple[str, str]:
    """Partition and sort key of a request."""
    return f"REQUEST#{request_id}", "REQUEST"


def record_key(key: str) -> tuple[str, str]:
    """Partition and sort key of a record."""
    return f"DIGEST#{key}", "RECORD"


def waiter_key(key: str, request_id: str) -> tuple[str, str]:
    """Partition and sort key of a waiter."""
    return f"DIGEST#{key}", f"WAITER#{request_id}"


def time_to_live(expires_at: float) -> int:
    """As DynamoDB wants it: whole seconds since the epoch."""
    return ceil(expires_at)


def at(stage: Stage) -> str:
    """The attribute that holds a stage's time."""
    return f"{stage}_at"


def of_content(content: Content | None) -> dict[str, Any]:
    """The attributes of a picture's content."""
    return {"md5": content.md5, "sha256": content.sha256, "size": content.size} if content else {}


def of_request(request: Request) -> dict[str, Any]:
    """A request's row."""
    pk, sk = request_key(request.request_id)
    return {
        "pk": pk,
        "sk": sk,
        "request_id": request.request_id,
        "email": request.email,
        "filename": request.filename,
        "token_hash": request.token_hash,
        "form_expires_at": request.form_expires_at,
        "expires_at": time_to_live(request.expires_at),
        "state": request.state,
        "etag": request.etag,
        "bound_at": request.bound_at,
        **of_content(request.content),
        "key": request.key,
        "cached": request.cached,
        "joined": request.joined,
        "reason": request.reason,
        **_of_times(request.times),
    }


def to_request(row: Mapping[str, Any]) -> Request:
    """The request in a row."""
    return Request(
        request_id=row["pk"].removeprefix("REQUEST#"),
        email=row.get("email", ""),
        filename=row.get("filename", ""),
        token_hash=row.get("token_hash", ""),
        form_expires_at=row.get("form_expires_at", 0),
        expires_at=row.get("expires_at", 0),
        state=RequestState(row.get("state", RequestState.OPEN)),
        etag=row.get("etag"),
        bound_at=row.get("bound_at", 0),
        content=_to_content(row),
        key=row.get("key"),
        cached=row.get("cached", False),
        joined=row.get("joined", False),
        reason=_to_reason(row),
        times=_to_times(row),
    )


def of_record(record: Record) -> dict[str, Any]:
    """A record's row."""
    pk, sk = record_key(record.key)
    return {
        "pk": pk,
        "sk": sk,
        **of_content(record.content),
        "state": record.state,
        "generation": record.generation,
        "first_generation": record.first_generation,
        "expires_at": time_to_live(record.expires_at),
        "attempt": record.attempt,
        "claimant": record.claimant,
        "lease_until": record.lease_until,
        "attempts": record.attempts,
        "version": record.version,
        "total_words": record.total_words,
        "unique_words": record.unique_words,
        "reason": record.reason,
        **_of_times(record.times),
    }


def to_record(row: Mapping[str, Any]) -> Record:
    """The record in a row."""
    key = row["pk"].removeprefix("DIGEST#")
    return Record(
        key=key,
        content=_to_content(row) or Content(md5=key.partition("-")[0], sha256="", size=-1),  # equal to no picture's
        state=RecordState(row.get("state", RecordState.CLAIMED)),
        generation=row.get("generation", 1),
        first_generation=row.get("first_generation", 0),
        expires_at=row.get("expires_at", 0),
        attempt=row.get("attempt", ""),
        claimant=row.get("claimant", ""),
        lease_until=row.get("lease_until", 0),
        attempts=row.get("attempts", 0),
        version=row.get("version", ""),
        total_words=row.get("total_words", 0),
        unique_words=row.get("unique_words", 0),
        reason=_to_reason(row),
        times=_to_times(row),
    )


def _to_content(row: Mapping[str, Any]) -> Content | None:
    if not {"md5", "sha256", "size"} <= row.keys():
        return None
    return Content(md5=row["md5"], sha256=row["sha256"], size=row["size"])


def _to_reason(row: Mapping[str, Any]) -> Reason | None:
    told = row.get("reason")
    return None if told is None else Reason(told) if told in set(Reason) else Reason.INTERNAL


def _of_times(times: Mapping[str, float]) -> dict[str, float]:
    return {at(Stage(stage)): time for stage, time in times.items()}


def _to_times(row: Mapping[str, Any]) -> dict[str, float]:
    return {stage: row[at(stage)] for stage in Stage if at(stage) in row}
