"""The words we use, as types: what a request, a picture's content, a record and a claim are.

All are plain values. Times are seconds since the epoch, UTC. Rows are read leniently: what an older version of us did
not write has a default here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from runtime.core import tokens
from runtime.core.addresses import mail_token
from runtime.core.reasons import explain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.core.reasons import Reason


class RequestState(StrEnum):
    """How far a request has come.

    Only forward, with three exceptions: a `SENDING` lease may be given back or run out, what was mailed is
    `UNDELIVERABLE` if the mail comes back, and what is `UNDELIVERABLE` is taken up again when somebody asks for it.
    """

    OPEN = "OPEN"
    WAITING = "WAITING"
    SENDING = "SENDING"
    SENT = "SENT"
    UNDELIVERABLE = "UNDELIVERABLE"
    FAILED = "FAILED"

    @property
    def settled(self) -> bool:
        """Whether the request has its outcome."""
        return self in (RequestState.SENT, RequestState.UNDELIVERABLE, RequestState.FAILED)


class RecordState(StrEnum):
    """How far the work on a picture has come."""

    CLAIMED = "CLAIMED"
    TRANSCRIBED = "TRANSCRIBED"
    READY = "READY"
    FAILED = "FAILED"

    @property
    def ended(self) -> bool:
        """Whether the work has ended, well or not."""
        return self in (RecordState.READY, RecordState.FAILED)


@dataclass(frozen=True)
class Content:
    """A picture's bytes, told apart: MD5 is the cache's key, SHA-256 and size expose a forged twin."""

    md5: str
    sha256: str
    size: int

    @classmethod
    def of(cls, data: bytes) -> Content:
        """The content of `data`."""
        return cls(
            md5=hashlib.md5(data, usedforsecurity=False).hexdigest(),
            sha256=hashlib.sha256(data).hexdigest(),
            size=len(data),
        )

    @property
    def twin_key(self) -> str:
        """The cache's key when other bytes with the same MD5 were there first."""
        return f"{self.md5}-{self.sha256[:16]}"


@dataclass(frozen=True)
class Request:
    """One person's wish for one upload's result.

    Attributes:
        request_id: Public: it is in keys and logs.
        token_hash: SHA-256 of the access token, hex; the token itself is kept nowhere.
        form_expires_at: From then on the form writes nothing any more.
        expires_at: When the row may be forgotten.
        etag: Of the upload that the request is bound to: the first that was read; no other counts.
        bound_at: When it was bound; 0 if it was not.
        key: The picture's cache key, once its bytes are kept.
        cached: Whether the result was there already.
        joined: Whether another request's work on the same picture was waited for.
        sending_until: While `SENDING`: until then nobody else may send its mail.
        reason: Why there will be no result; None while there may be one.
        mail_secret: What the links of its mails are derived from: they are written by functions that never see the
            access token, and maybe twice. Empty in a row of an older version: then its mails have none.
        times: When each stage was passed, by its name (`Stage`).
    """

    request_id: str
    email: str
    filename: str
    token_hash: str
    form_expires_at: float
    expires_at: float
    state: RequestState = RequestState.OPEN
    etag: str | None = None
    bound_at: float = 0.0
    content: Content | None = None
    key: str | None = None
    cached: bool = False
    joined: bool = False
    sending_until: float = 0.0
    reason: Reason | None = None
    mail_secret: str = ""
    times: Mapping[str, float] = field(default_factory=dict)

    @property
    def link_token(self) -> str:
        """What a mail's link to the result holds: it opens what the access token opens."""
        return tokens.derived(self.mail_secret, "result")

    @property
    def stop_token(self) -> str:
        """What a mail's "not me" link holds."""
        return mail_token(self.request_id, self.mail_secret, "stop")

    def opens_to(self, token: str) -> bool:
        """Whether it is shown to who holds this token, in the same time whether it is or not."""
        by_access = tokens.same(self.token_hash, token)
        by_link = tokens.same(tokens.hashed(self.link_token), token)
        return by_access or (by_link and bool(self.mail_secret))

    @property
    def may_end_otherwise(self) -> bool:
        """Whether its reason may have passed: its picture's record says how it stands now."""
        return self.key is not None and self.reason is not None and explain(self.reason).retryable


class Stage(StrEnum):
    """The stages whose times are kept on the rows; the first four and the last two on the request's."""

    OPENED = "opened"
    UPLOADED = "uploaded"
    KEPT = "kept"
    CLAIMED = "claimed"
    READ = "read"
    COUNTED = "counted"
    PUBLISHED = "published"
    LATE = "late"
    SENT = "sent"


@dataclass(frozen=True)
class Claim:
    """The right to process a picture, held by one attempt until its lease ends.

    Every write to the record is conditional on the generation, so an attempt that was overtaken changes nothing.
    """

    key: str
    generation: int
    attempt: str


@dataclass(frozen=True)
class Record:
    """The cache's row for a picture.

    Attributes:
        generation: Which attempt this is. It rises by one with each claim, and begins with the time of the first: so it
            rises even when the row was forgotten and what it pointed at was not.
        first_generation: Of the attempts that have followed one another without coming to a result; 0 if unknown.
        lease_until: While `CLAIMED`: until then nobody else may take the work over.
        claimant: The request whose upload the attempt began with.
        attempts: How many attempts were started and did not end: poison shows here.
        version: The counter's version of the result, once `READY`.
        expires_at: From then on the row is as good as gone (DynamoDB deletes days late).
    """

    key: str
    content: Content
    state: RecordState
    generation: int
    expires_at: float
    first_generation: int = 0
    attempt: str = ""
    claimant: str = ""
    lease_until: float = 0.0
    attempts: int = 0
    version: str = ""
    total_words: int = 0
    unique_words: int = 0
    reason: Reason | None = None
    times: Mapping[str, float] = field(default_factory=dict)

    @property
    def claim(self) -> Claim:
        """The claim of the attempt that holds this record."""
        return Claim(self.key, self.generation, self.attempt)

    def fresh(self, now: float) -> bool:
        """Whether the row still counts."""
        return now < self.expires_at

    def ready(self, now: float) -> bool:
        """Whether there is a result to answer with."""
        return self.state is RecordState.READY and self.fresh(now)

    def refused(self, now: float) -> bool:
        """Whether the same bytes were tried and will fail again: answered without OCR."""
        return (
            self.state is RecordState.FAILED
            and self.fresh(now)
            and not (self.reason and explain(self.reason).retryable)
        )

    def claimable(self, now: float) -> bool:
        """Whether a new attempt may take the work on: it is free, was given back, or its attempt's lease ran out."""
        if not self.fresh(now):
            return True
        if self.state is RecordState.CLAIMED:
            return self.lease_until <= now
        return self.state is RecordState.FAILED and not self.refused(now)

    def read(self, now: float) -> bool:
        """Whether the kept bytes are needed no more: the transcript is durable, or they are refused for good."""
        return self.refused(now) or (self.fresh(now) and self.state in (RecordState.TRANSCRIBED, RecordState.READY))


MAX_ATTEMPTS: Final = 5
"""Attempts that may start on a picture without ending before it is given up as `internal`."""
