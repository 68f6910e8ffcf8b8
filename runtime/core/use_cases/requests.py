"""What the API does for requests: open one and answer a form for it; tell its holder how far it is; delete it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from runtime.core import events, keys, tokens
from runtime.core.addresses import address_of, name_of
from runtime.core.errors import Absent, BadRequest, Retryable
from runtime.core.limits import LimitReached
from runtime.core.mail.wording import TEXT, WORD_COUNT_CSV, WORD_COUNT_JSON
from runtime.core.pictures import CONTENT_TYPES
from runtime.core.reasons import MAX_BYTES, Reason, told
from runtime.core.types import RecordState, Request, RequestState, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.core.limits import Allowance
    from runtime.core.ports import (
        Addresses,
        AddressTokens,
        Clock,
        Form,
        Log,
        Notifications,
        Records,
        Requests,
        Results,
        Tokens,
        Uploads,
    )
    from runtime.core.types import Record
    from runtime.core.word_count import WordCount

MAX_FILENAME: Final = 1024
"""Characters; longer than any file system allows."""


@dataclass(frozen=True)
class Wish:
    """What a person sends to open a request: an address and a name that can be used, and what the file is said to be.

    Raises:
        BadRequest: With a code and a sentence for what is wrong first.
    """

    email: str
    filename: str
    content_type: str
    size: int

    def __post_init__(self) -> None:
        address_of(self.email)
        if len(self.filename) > MAX_FILENAME:
            raise BadRequest("invalid_filename", f"The file name is longer than {MAX_FILENAME} characters; shorten it.")

    @property
    def address(self) -> str:
        """The address, as it is used."""
        return address_of(self.email)

    @property
    def refusal(self) -> Reason | None:
        """Why such a file need not even be sent."""
        if self.content_type not in CONTENT_TYPES:
            return Reason.UNSUPPORTED_TYPE
        if self.size < 1:
            return Reason.EMPTY
        return Reason.TOO_LARGE if self.size > MAX_BYTES else None


@dataclass(frozen=True)
class Opened:
    """A request that was opened: the token is shown this once; the form expires (seconds since the epoch)."""

    request_id: str
    access_token: str
    form: Form
    expires_at: float


_STATUS: Final = {Reason.UNSUPPORTED_TYPE: 415, Reason.TOO_LARGE: 413}


class RefusedAtTheDoor(BadRequest):
    """The file need not be sent: a request was opened all the same, so that its person is told by mail too."""

    def __init__(self, reason: Reason, request_id: str, access_token: str) -> None:
        super().__init__(reason, told(reason), _STATUS.get(reason, 400))
        self.request_id = request_id
        self.access_token = access_token


_NOT_PROVEN: Final = "Prove first that this address is yours: we write to nobody who has not asked for it."
_ENOUGH_OF_YOURS: Final = (
    "So many pictures were sent for this address today that no more are taken; try again tomorrow."
)
_ENOUGH_OF_ALL: Final = "So many pictures were sent today that no more are taken; try again tomorrow."


@dataclass(frozen=True)
class OpenRequest:
    """The use case, with the ports that it needs, and how long forms and requests live, in seconds.

    Attributes:
        allowance: How many requests are opened on a day.
    """

    requests: Requests
    uploads: Uploads
    notifications: Notifications
    addresses: Addresses
    address_tokens: AddressTokens
    allowance: Allowance
    clock: Clock
    tokens: Tokens
    log: Log
    form_seconds: int
    keep_seconds: float

    def __call__(self, wish: Wish, address_token: str) -> Opened:
        """Open a request and make the form that can write its one object.

        Raises:
            BadRequest: The token does not prove this address, or SES does not write to it any more.
            LimitReached: It has been enough for today.
            RefusedAtTheDoor: The file is of no kind or size that is taken.
        """
        address, now = wish.address, self.clock.now()
        self._admit(address, address_token, now)
        request_id, access_token = self.tokens.new(), self.tokens.new()
        refused = wish.refusal
        request = Request(
            request_id=request_id,
            email=address,
            filename=wish.filename,
            token_hash=tokens.hashed(access_token),
            form_expires_at=now + self.form_seconds,
            expires_at=now + self.keep_seconds,
            state=RequestState.WAITING if refused else RequestState.OPEN,
            bound_at=now if refused else 0.0,
            reason=refused,
            mail_secret=self.tokens.new(),
            times={Stage.OPENED: now},
        )
        self.requests.open(request)
        self.log.emit(events.RequestOpened(request_id=request_id, size=wish.size))
        if refused:
            self._wake_notify(request_id)
            self.log.emit(events.PictureRefused(request_id=request_id, digest=None, reason=refused))
            raise RefusedAtTheDoor(refused, request_id, access_token)
        form = self.uploads.form(keys.upload(request_id), wish.content_type, self.form_seconds)
        return Opened(request_id, access_token, form, request.form_expires_at)

    def _admit(self, address: str, address_token: str, now: float) -> None:
        """Both rows are read, whatever the first says: what is known of an address shows in no way."""
        name = name_of(address)
        token = self.address_tokens.get(tokens.hashed(address_token))
        standing = self.addresses.get(name)
        its_own = token is not None and token.name == name
        if not (token and its_own and now < token.expires_at and standing.honours(token.issued_at)):
            raise BadRequest("address_not_proven", _NOT_PROVEN, 403)
        if not standing.proven:
            raise BadRequest(Reason.RECIPIENT_NOT_VERIFIED, told(Reason.RECIPIENT_NOT_VERIFIED), 403)
        self.allowance.spend(now, self.log, name, why=_ENOUGH_OF_YOURS, why_all=_ENOUGH_OF_ALL)

    def _wake_notify(self, request_id: str) -> None:
        """What is refused is written down; asked to come again, its sender would have it refused, and mailed, again."""
        try:
            self.notifications.send(request_id)
        except Retryable:
            self.log.emit(events.LeftToSweep(request_id=request_id))


LOW_CONFIDENCE: Final = 8000
"""Hundredths of a percent; under that, on average, a picture is said to be hard to read."""


def theirs(requests: Requests, request_id: str, token: str) -> Request:
    """The request, for who holds one of its tokens.

    Raises:
        BadRequest: There is no such request, or the token is another's: the two are not told apart.
    """
    request = requests.get(request_id) if keys.is_request_id(request_id) else None
    if request is None or not request.opens_to(token):
        raise BadRequest(
            "no_such_request", "There is no such request, or it has expired, or the token is not its own.", 404
        )
    return request


@dataclass(frozen=True)
class Status:
    """How far a request is, and its result once there is one."""

    request: Request
    record: Record | None
    count: WordCount | None

    @property
    def times(self) -> Mapping[str, float]:
        """When each stage was passed; what of the record is older than the request was done for somebody else."""
        opened = self.request.times.get(Stage.OPENED, 0.0)
        of_record = self.record.times if self.record else {}
        return {**{stage: time for stage, time in of_record.items() if time >= opened}, **self.request.times}

    @property
    def kept_until(self) -> float | None:
        """Until when the result is kept, if there is one (seconds since the epoch): longer than a request, or less."""
        return self.record.expires_at if self.record and self.count else None

    @property
    def low_confidence(self) -> bool:
        """Whether so much of it may be misread that the picture had better be taken again."""
        mean = self.count.mean_confidence if self.count else None
        return mean is not None and mean < LOW_CONFIDENCE


@dataclass(frozen=True)
class ShowRequest:
    """The use case, with the ports that it needs."""

    requests: Requests
    records: Records
    results: Results

    def __call__(self, request_id: str, access_token: str) -> Status:
        """The request's status, for who holds its token.

        Raises:
            BadRequest: There is no such request, or the token is another's: the two are not told apart.
        """
        request = theirs(self.requests, request_id, access_token)
        found = self.records.get(request.key) if request.key else None
        # A twin's, if that has expired and lies there still: these bytes have not taken its place yet.
        record = found if found and found.content == request.content else None
        # What could not be mailed can be seen all the same, if it is there.
        open_or_kept = request.reason is None or request.state is RequestState.UNDELIVERABLE
        ready = record is not None and record.state is RecordState.READY and open_or_kept
        return Status(request, record, self._count(record.key) if record and ready else None)

    def _count(self, key: str) -> WordCount | None:
        try:
            return self.results.read_count(key).count
        except Absent:
            return None


FILES: Final = {
    WORD_COUNT_JSON: "application/json",
    WORD_COUNT_CSV: "text/csv; charset=utf-8",
    TEXT: "text/plain; charset=utf-8",
}
"""The files that a result can be downloaded as, and what each is."""


@dataclass(frozen=True)
class File:
    """A file to be downloaded."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True)
class Download:
    """The use case, with the use case that looks whether there is a result, and the port that has its text."""

    show: ShowRequest
    results: Results

    def __call__(self, request_id: str, access_token: str, name: str) -> File:
        """The request's result as one of `FILES`.

        Raises:
            BadRequest: There is no such request, or no result (yet).
        """
        count = self.show(request_id, access_token).count
        if count is None:
            raise _no_result()
        return File(name, FILES[name], self._data(count, name))

    def _data(self, count: WordCount, name: str) -> bytes:
        if name == WORD_COUNT_JSON:
            return count.dump()
        if name == WORD_COUNT_CSV:
            return count.csv()
        try:
            return self.results.read_text(count.key).encode()
        except Absent as error:
            raise _no_result() from error


def _no_result() -> BadRequest:
    return BadRequest("no_result", "There is no result for this request, or none yet: its state says more.", 404)


@dataclass(frozen=True)
class Kept:
    """What is not deleted with a request, why, and until when (seconds since the epoch)."""

    what: str
    why: str
    until: float


DELETED: Final = ("email", "filename", "request")
"""What goes with a request's row."""

_WHY_KEPT: Final = (
    "The words of this very picture, which answer whoever sends it again; nothing leads from them to you any more."
)


@dataclass(frozen=True)
class DeleteRequest:
    """The use case, with the ports that it needs."""

    requests: Requests
    records: Records
    clock: Clock
    log: Log

    def __call__(self, request_id: str, access_token: str) -> tuple[Kept, ...]:
        """Delete the request with its address and file name; what is kept all the same.

        What it has under way goes on for others who sent the same picture: it finds no request, and tells nobody.

        Raises:
            BadRequest: There is no such request, or the token is another's.
        """
        request = theirs(self.requests, request_id, access_token)
        record = self.records.get(request.key) if request.key else None
        self.requests.delete(request_id)
        self.log.emit(events.RequestDeleted(request_id=request_id))
        if record is None or record.content != request.content or not record.fresh(self.clock.now()):
            return ()
        if record.state is RecordState.FAILED:
            return ()  # it says why, and holds no word
        return (Kept("result", _WHY_KEPT, record.expires_at),)


_UNSENT: Final = "The mail could not be sent. The result is kept; ask for the mail again later."


def message(request: Request) -> str | None:
    """What a person is told of why a request did not end as they wished, in one string."""
    if request.reason:
        return told(request.reason)
    return _UNSENT if request.state is RequestState.UNDELIVERABLE else None


def problem(error: BadRequest) -> dict[str, Any]:
    """The error as RFC 9457 problem details; with the request that was opened for it, if one was."""
    opened = (
        {"request_id": error.request_id, "access_token": error.access_token}
        if isinstance(error, RefusedAtTheDoor)
        else {}
    )
    limited = {"retry_at": iso(error.retry_at)} if isinstance(error, LimitReached) else {}
    return {
        "type": "about:blank",
        "title": error.code.replace("_", " ").capitalize(),
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
        **opened,
        **limited,
    }


def iso(time: float) -> str:
    """A time as the API writes it."""
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
