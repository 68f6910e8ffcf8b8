"""Requests, records, dead letters, addresses and what proves them as rows, and back.

Reading is lenient: a row of another version of us is a row still, whatever it lacks and whatever it has besides.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any, Final

from runtime.core.addresses import PROOF_KEPT_SECONDS, AddressToken, Proof, SentAs, Standing
from runtime.core.bulk import Document, Run, Starter
from runtime.core.dead_letter import DeadLetter, Queue, Subject
from runtime.core.reasons import Reason
from runtime.core.types import Content, Record, RecordState, Request, RequestState, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping


UNFINISHED: Final = "unfinished"
"""The attribute, and the index over it, that only rows have that have not come to their end."""
SINCE: Final = "since"
"""Since when, in seconds since the epoch; the index's sort key."""
STARTER: Final = ("BULK#STARTER", "STARTER")
"""Partition and sort key of the one row that runs on Glue are started by."""
PENDING: Final = ("BULK#PENDING", "DOCUMENT#")
"""Partition of all that waits for a run on Glue, and how its sort keys begin."""
RECORD: Final = "RECORD"
REQUEST: Final = "REQUEST"
IDENTITY: Final = "IDENTITY"
"""The kind, in the index, of addresses that SES is asked to verify."""

_WORKED_ON: Final = (RecordState.CLAIMED, RecordState.TRANSCRIBED)
_AWAITED: Final = (RequestState.WAITING, RequestState.SENDING)


def request_key(request_id: str) -> tuple[str, str]:
    """Partition and sort key of a request."""
    return f"REQUEST#{request_id}", REQUEST


def record_key(key: str) -> tuple[str, str]:
    """Partition and sort key of a record."""
    return f"DIGEST#{key}", RECORD


def waiter_key(key: str, request_id: str) -> tuple[str, str]:
    """Partition and sort key of a waiter."""
    return f"DIGEST#{key}", f"WAITER#{request_id}"


def dead_letter_key(queue: Queue, message_id: str) -> tuple[str, str]:
    """Partition and sort key of a dead letter."""
    return f"DEAD#{queue}", f"MESSAGE#{message_id}"


def address_key(name: str) -> tuple[str, str]:
    """Partition and sort key of an address."""
    return f"ADDRESS#{name}", "ADDRESS"


def name_in(row: Mapping[str, Any]) -> str:
    """The name of the address that a row is of."""
    return str(row["pk"]).removeprefix("ADDRESS#")


def proof_key(proof_id: str) -> tuple[str, str]:
    """Partition and sort key of a proof."""
    return f"PROOF#{proof_id}", "PROOF"


def address_token_key(token_hash: str) -> tuple[str, str]:
    """Partition and sort key of an address token."""
    return f"TOKEN#{token_hash}", "TOKEN"


def counter_key(name: str) -> tuple[str, str]:
    """Partition and sort key of a counter."""
    return f"COUNTER#{name}", "COUNTER"


def pending_key(key: str, generation: int) -> tuple[str, str]:
    """Partition and sort key of a transcript that waits for a run on Glue."""
    pk, prefix = PENDING
    return pk, f"{prefix}{key}#{generation}"


def time_to_live(expires_at: float) -> int:
    """As DynamoDB wants it: whole seconds since the epoch."""
    return ceil(expires_at)


def at(stage: Stage) -> str:
    """The attribute that holds a stage's time."""
    return f"{stage}_at"


def unfinished(kind: str, since: float) -> dict[str, Any]:
    """The attributes that put a row into the index of the unfinished."""
    return {UNFINISHED: kind, SINCE: since}


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
        "mail_secret": request.mail_secret,
        **(unfinished(REQUEST, request.bound_at) if request.state in _AWAITED else {}),
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
        state=_to_request_state(row),
        etag=row.get("etag"),
        bound_at=row.get("bound_at", 0),
        content=_to_content(row),
        key=row.get("key"),
        cached=row.get("cached", False),
        joined=row.get("joined", False),
        sending_until=row.get("sender_until", 0),
        reason=_to_reason(row),
        mail_secret=row.get("mail_secret", ""),
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
        **(unfinished(RECORD, record.times.get(Stage.CLAIMED, 0)) if record.state in _WORKED_ON else {}),
        **_of_times(record.times),
    }


def to_record(row: Mapping[str, Any]) -> Record:
    """The record in a row."""
    key = row["pk"].removeprefix("DIGEST#")
    state = _to_record_state(row)
    return Record(
        key=key,
        content=_to_content(row) or Content(md5=key.partition("-")[0], sha256="", size=-1),  # equal to no picture's
        state=state,
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
        reason=_to_reason(row) or Reason.INTERNAL if state is RecordState.FAILED else None,
        times=_to_times(row),
    )


def of_dead_letter(letter: DeadLetter, expires_at: float) -> dict[str, Any]:
    """A dead letter's row."""
    pk, sk = dead_letter_key(letter.queue, letter.message_id)
    return {
        "pk": pk,
        "sk": sk,
        "queue_arn": letter.queue_arn,
        "body": letter.body,
        "receives": letter.receives,
        "sent_at": letter.sent_at,
        "died_at": letter.died_at,
        "told_at": letter.told_at,
        "subjects": [{"name": subject.name, "etag": subject.etag} for subject in letter.subjects],
        "reason": letter.reason,
        "expires_at": time_to_live(expires_at),
    }


def to_dead_letter(row: Mapping[str, Any]) -> DeadLetter:
    """The dead letter in a row."""
    queue = row["pk"].removeprefix("DEAD#")
    return DeadLetter(
        message_id=row["sk"].removeprefix("MESSAGE#"),
        queue=Queue(queue) if queue in set(Queue) else Queue.UNKNOWN,
        queue_arn=row.get("queue_arn", ""),
        body=row.get("body", ""),
        receives=row.get("receives", 0),
        sent_at=row.get("sent_at", 0),
        died_at=row.get("died_at", 0),
        told_at=row.get("told_at", 0),
        subjects=tuple(
            Subject(told.get("name", ""), told.get("etag", ""))
            for told in row.get("subjects", ())
            if isinstance(told, dict)
        ),
        reason=_to_reason(row) or Reason.INTERNAL,
    )


def to_standing(name: str, row: Mapping[str, Any]) -> Standing:
    """What a row says of an address."""
    return Standing(
        name=name,
        proven_at=row.get("proven_at", 0),
        void_before=row.get("void_before", 0),
        stopped_until=row.get("stopped_until", 0),
        asked_at=row.get("asked_at", 0),
        email=row.get("email", ""),
    )


def of_proof(proof: Proof) -> dict[str, Any]:
    """A proof's row."""
    pk, sk = proof_key(proof.proof_id)
    return {
        "pk": pk,
        "sk": sk,
        "email": proof.email,
        "token_hash": proof.token_hash,
        "mail_secret": proof.mail_secret,
        "opened_at": proof.opened_at,
        "counted": proof.counted,
        "sent_as": proof.sent_as,
        "expires_at": time_to_live(proof.opened_at + PROOF_KEPT_SECONDS),
    }


def to_proof(row: Mapping[str, Any]) -> Proof:
    """The proof in a row."""
    sent_as = row.get("sent_as")
    return Proof(
        proof_id=row["pk"].removeprefix("PROOF#"),
        email=row.get("email", ""),
        token_hash=row.get("token_hash", ""),
        mail_secret=row.get("mail_secret", ""),
        opened_at=row.get("opened_at", 0),
        counted=row.get("counted", False),
        sent_as=None if sent_as is None else SentAs(sent_as) if sent_as in set(SentAs) else SentAs.NOTHING,
    )


def of_address_token(token: AddressToken) -> dict[str, Any]:
    """An address token's row."""
    pk, sk = address_token_key(token.token_hash)
    return {
        "pk": pk,
        "sk": sk,
        "name": token.name,
        "issued_at": token.issued_at,
        "expires_at": time_to_live(token.expires_at),
    }


def to_address_token(row: Mapping[str, Any]) -> AddressToken:
    """The address token in a row."""
    return AddressToken(
        token_hash=row["pk"].removeprefix("TOKEN#"),
        name=row.get("name", ""),
        issued_at=row.get("issued_at", 0),
        expires_at=row.get("expires_at", 0),
    )


def of_document(document: Document, expires_at: float) -> dict[str, Any]:
    """The row of a transcript that waits."""
    pk, sk = pending_key(document.key, document.generation)
    told = {"since": document.since, "failed_in": document.failed_in, "expires_at": time_to_live(expires_at)}
    return {"pk": pk, "sk": sk, **told}


def to_document(row: Mapping[str, Any]) -> Document:
    """The transcript that waits in a row."""
    key, _, generation = row["sk"].removeprefix(PENDING[1]).rpartition("#")
    return Document(key, int(generation), since=row.get("since", 0), failed_in=row.get("failed_in", ""))


def to_starter(row: Mapping[str, Any]) -> Starter:
    """What the starter's row says; nothing if there is none yet."""
    name = row.get("run", "")
    return Starter(
        run=Run(name, row.get("began_at", 0), row.get("job_run", "")) if name else None,
        look_at=row.get("look_at", 0),
        attempt=row.get("attempt", ""),
        lease_until=row.get("lease_until", 0),
    )


def _to_request_state(row: Mapping[str, Any]) -> RequestState:
    """A state that we do not know is none that settles a request."""
    told = row.get("state", RequestState.OPEN)
    return RequestState(told) if told in set(RequestState) else RequestState.WAITING


def _to_record_state(row: Mapping[str, Any]) -> RecordState:
    """In a state that we do not know there is no result, and nobody is at work: it can be claimed anew."""
    told = row.get("state", RecordState.CLAIMED)
    return RecordState(told) if told in set(RecordState) else RecordState.FAILED


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
