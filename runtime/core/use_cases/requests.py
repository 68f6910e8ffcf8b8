"""What the API does: open a request and answer a form for it; tell who holds its token how far it is."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from runtime.core import events, keys
from runtime.core.errors import Absent, BadRequest, Retryable
from runtime.core.pictures import CONTENT_TYPES
from runtime.core.reasons import MAX_BYTES, Reason, told
from runtime.core.types import RecordState, Request, RequestState, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.core.ports import (
        Clock,
        Form,
        Log,
        Mailer,
        Notifications,
        Records,
        Requests,
        Results,
        Tokens,
        Uploads,
    )
    from runtime.core.types import Record
    from runtime.core.word_count import WordCount

MAX_ADDRESS: Final = 254
"""RFC 5321's longest path, less its brackets."""

MAX_FILENAME: Final = 1024
"""Characters; longer than any file system allows."""

# A dot-atom and a domain of labels (RFC 5321, RFC 1123), and nothing that a mail program would read as anything else,
# such as an encoded word (RFC 2047).
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS: Final = re.compile(rf"(?!.*=\?)(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")


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
        if len(self.email) > MAX_ADDRESS or not _ADDRESS.fullmatch(self.email):
            raise BadRequest(
                "invalid_email", "This is not an address that mail can be sent to; check it for typing errors."
            )
        if len(self.filename) > MAX_FILENAME:
            raise BadRequest("invalid_filename", f"The file name is longer than {MAX_FILENAME} characters; shorten it.")

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


@dataclass(frozen=True)
class OpenRequest:
    """The use case, with the ports that it needs, and how long forms and requests live, in seconds."""

    requests: Requests
    uploads: Uploads
    notifications: Notifications
    mailer: Mailer
    clock: Clock
    tokens: Tokens
    log: Log
    form_seconds: int
    keep_seconds: float

    def __call__(self, wish: Wish) -> Opened:
        """Open a request and make the form that can write its one object.

        Raises:
            BadRequest: The address is not verified.
            RefusedAtTheDoor: The file is of no kind or size that is taken.
        """
        if not self.mailer.verified(wish.email):
            raise BadRequest(Reason.RECIPIENT_NOT_VERIFIED, told(Reason.RECIPIENT_NOT_VERIFIED), 403)
        request_id, access_token, now = self.tokens.new(), self.tokens.new(), self.clock.now()
        refused = wish.refusal
        request = Request(
            request_id=request_id,
            email=wish.email,
            filename=wish.filename,
            token_hash=_hash(access_token),
            form_expires_at=now + self.form_seconds,
            expires_at=now + self.keep_seconds,
            state=RequestState.WAITING if refused else RequestState.OPEN,
            bound_at=now if refused else 0.0,
            reason=refused,
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

    def _wake_notify(self, request_id: str) -> None:
        """What is refused is written down; asked to come again, its sender would have it refused, and mailed, again."""
        try:
            self.notifications.send(request_id)
        except Retryable:
            self.log.emit(events.LeftToSweep(request_id=request_id))


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
        request = self.requests.get(request_id) if keys.is_request_id(request_id) else None
        if request is None or not hmac.compare_digest(request.token_hash, _hash(access_token)):
            raise BadRequest(
                "no_such_request", "There is no such request, or it has expired, or the token is not its own.", 404
            )
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
    return {
        "type": "about:blank",
        "title": error.code.replace("_", " ").capitalize(),
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
        **opened,
    }


def _hash(access_token: str) -> str:
    """Of any text, half characters too: a header can hold them."""
    return hashlib.sha256(access_token.encode("utf-8", "replace")).hexdigest()
