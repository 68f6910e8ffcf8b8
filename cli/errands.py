"""One image's way through the service, as its sender sees it: open, upload, watch, get the mail."""

from __future__ import annotations

import shutil
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from cli.outcome import Outcome, SavedMail
from cli.service import RefusedError, UnreachableError
from runtime.core.mail.compose import REQUEST_HEADER
from runtime.core.types import RequestState, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cli.picture import Picture
    from cli.proof import Proofs
    from cli.service import Opened, Service
    from cli.tokens import KeptTokens
    from local.inbox import Mail

POLL_SECONDS: Final = 0.1
_UNPROVEN: Final = ("address_not_proven", "recipient_not_verified")
_STAGES: Final = frozenset(stage.value for stage in Stage)


class Postbox(Protocol):
    """What is asked of the local cloud beside the service."""

    def unverify(self, email: str) -> None:
        """Have SES count it as not verified any more."""
        ...

    def mails(self, to: str | None = None) -> Sequence[Mail]:
        """The mails that were sent, in order."""
        ...

    def ocr_calls(self, request_id: str) -> int:
        """The Textract calls that were answered for a request."""
        ...


@dataclass(frozen=True)
class Passed:
    """A stage that was passed.

    Attributes:
        stage: Which one.
        seconds: When, in seconds since the request was opened.
        status: What the service told of the request then.
    """

    stage: Stage
    seconds: float
    status: Mapping[str, Any]


class CancelledError(Exception):
    """Somebody else's error, or the person, ended the errand."""


@dataclass(frozen=True)
class Errands:
    """Sends images and waits for their mails.

    Attributes:
        service: The API.
        postbox: Where the mails arrive.
        email: Whom the results go to.
        out: The folder that each request's folder is made in.
        timeout: How many seconds to wait for each mail.
        passed: Is told of each stage of each image, from the thread that runs its errand.
        proofs: What proves the address.
        kept: Where the requests' tokens are kept for a later command.
        loses_proof: Whether the address is verified only until the request is open: nothing can be mailed to it then.
        cancelled: Ends all errands when set.
    """

    service: Service
    postbox: Postbox
    email: str
    out: Path
    timeout: float
    passed: Callable[[Picture, Passed], None]
    proofs: Proofs
    kept: KeptTokens
    loses_proof: bool = False
    cancelled: threading.Event = field(default_factory=threading.Event)

    def run(self, picture: Picture) -> Outcome:
        """See one image through.

        Raises:
            CancelledError: `cancelled` was set.
        """
        outcome = Outcome(image=picture.path)
        began = time.monotonic()
        try:
            opened = self._open(picture)
            self.kept.keep_request(opened.request_id, opened.access_token)
            outcome = replace(outcome, request_id=opened.request_id, state=RequestState.OPEN)
            began = time.monotonic()
            self.service.upload(opened, picture)
            return self._wait(picture, opened.request_id, opened.access_token, began, outcome)
        except RefusedError as refused:
            if outcome.request_id is not None:
                return replace(outcome, message=refused.detail)
            outcome = replace(outcome, reason=refused.code, message=refused.detail)
            if refused.request_id and refused.access_token:  # refused at the door: the mail says so too
                outcome = replace(outcome, request_id=refused.request_id)
                return self._wait(picture, refused.request_id, refused.access_token, began, outcome)
            return outcome
        except UnreachableError as unreachable:
            return replace(outcome, message=f"{unreachable} Start again, or see the logs in the state folder.")

    def _open(self, picture: Picture) -> Opened:
        try:
            return self._open_proven(picture)
        finally:
            if self.loses_proof:
                self.postbox.unverify(self.email)

    def _open_proven(self, picture: Picture) -> Opened:
        """With what proves the address; if that is of another cloud, or worth nothing any more, with another proof."""
        token = self.proofs.token(self.email)
        try:
            return self.service.open(picture, self.email, token)
        except RefusedError as refused:
            if refused.code not in _UNPROVEN:
                raise
            return self.service.open(picture, self.email, self.proofs.renewed(self.email, token))

    def _wait(self, picture: Picture, request_id: str, access_token: str, began: float, outcome: Outcome) -> Outcome:
        seen: set[str] = set()
        while True:
            status = self.service.status(request_id, access_token)
            self._tell(picture, status, seen)
            mail = mail_of(self.postbox, request_id) if RequestState(status["state"]).settled else None
            seconds = time.monotonic() - began
            overdue = seconds > self.timeout
            if mail or overdue or status["state"] == RequestState.UNDELIVERABLE:
                break
            if self.cancelled.wait(POLL_SECONDS):
                raise CancelledError
        mail = mail or mail_of(self.postbox, request_id)
        late = f"No answer within {self.timeout:g} s; --timeout waits longer, the logs in the state folder say more."
        return replace(
            outcome,
            digest=status["digest"],
            state=status["state"],
            reason=status["reason"],
            message=status["message"] or (late if overdue else None),
            cached=status["cached"],
            joined=status["joined"],
            result=status["result"],
            mail=save(mail, self.out / request_id) if mail else None,
            ocr_calls=self.postbox.ocr_calls(request_id),
            seconds=seconds if mail else None,
            times=status["times"],
        )

    def _tell(self, picture: Picture, status: Mapping[str, Any], seen: set[str]) -> None:
        start = _time(status["times"][Stage.OPENED])
        for name, when in sorted(status["times"].items(), key=lambda row: row[1]):
            if name not in seen and name in _STAGES and _time(when) >= start:  # earlier ones were for somebody else
                seen.add(name)
                self.passed(picture, Passed(Stage(name), max(0.0, _time(when) - start), status))


def mail_of(postbox: Postbox, request_id: str) -> Mail | None:
    """The request's last mail: a result comes after the mail that said that it is late."""
    mails = [mail for mail in postbox.mails() if mail.headers.get(REQUEST_HEADER) == request_id]
    return mails[-1] if mails else None


def save(mail: Mail, folder: Path) -> SavedMail:
    """Copy a mail's parts into a folder of their own."""
    folder.mkdir(parents=True, exist_ok=True)
    return SavedMail(
        to=", ".join(mail.to),
        subject=mail.subject,
        attachments=tuple(_copied(file, folder) for file in mail.attachments),
        html=_copied(mail.html, folder) if mail.html else None,
    )


def _copied(file: Path, folder: Path) -> Path:
    return Path(shutil.copyfile(file, folder / file.name)).resolve()


def _time(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp()
