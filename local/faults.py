"""What Textract and SES shall answer instead of doing their work, or when: for demonstrations, and for tests of it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from local.mailboxes import Mailboxes

if TYPE_CHECKING:
    from collections.abc import Mapping

_Known = TypeVar("_Known")


@dataclass(frozen=True)
class AwsError:
    """An error as a service answers it.

    Attributes:
        code: Its name in the API.
        status: HTTP's.
        message: The sentence that goes with it.
    """

    code: str
    status: int
    message: str


@dataclass(frozen=True)
class MailError:
    """An error of SES's, which has a form of its own in each of its interfaces."""

    v1: AwsError
    v2: AwsError


def _mail_error(code: str, status: int, message: str, v2: tuple[str, int] | None = None) -> MailError:
    v2_code, v2_status = v2 or (code, status)
    return MailError(AwsError(code, status, message), AwsError(v2_code, v2_status, message))


# https://docs.aws.amazon.com/textract/latest/dg/API_DetectDocumentText.html#API_DetectDocumentText_Errors
# A throttle is a fault of the server's there, unlike with other services, and a throughput limit is none.
TEXTRACT_ERRORS: Final = {
    error.code: error
    for error in (
        AwsError("AccessDeniedException", 400, "User is not authorized to perform: textract:DetectDocumentText"),
        AwsError("BadDocumentException", 400, "Request has bad document"),
        AwsError("DocumentTooLargeException", 400, "Document is too large"),
        AwsError("InternalServerError", 500, "Internal server error"),
        AwsError("InvalidParameterException", 400, "Request has invalid parameters"),
        AwsError("InvalidS3ObjectException", 400, "Unable to get object metadata from S3"),
        AwsError("ProvisionedThroughputExceededException", 400, "Provisioned rate exceeded"),
        AwsError("ThrottlingException", 500, "Rate exceeded"),
        AwsError("UnsupportedDocumentException", 400, "Request has unsupported document format"),
    )
}

# https://docs.aws.amazon.com/ses/latest/APIReference/CommonErrors.html and API_SendRawEmail.html
# https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors
MAIL_ERRORS: Final = {
    error.v1.code: error
    for error in (
        _mail_error(
            "AccountSendingPausedException", 400, "Sending paused for this account.", ("SendingPausedException", 400)
        ),
        _mail_error("InternalFailure", 500, "The request processing has failed because of an unknown error."),
        _mail_error("MessageRejected", 400, "The message could not be sent."),
        _mail_error("ServiceUnavailable", 503, "The request has failed due to a temporary failure of the server."),
        _mail_error("Throttling", 400, "Maximum sending rate exceeded.", ("TooManyRequestsException", 429)),
    )
}


class Gate:
    """Where calls to a service wait while it is slow."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._open.set()

    def hold(self, *, held: bool) -> None:
        """Let calls wait from now on, or go on."""
        if held:
            self._open.clear()
        else:
            self._open.set()

    def pass_through(self) -> None:
        """Wait while calls are held."""
        self._open.wait()


@dataclass
class Faults:
    """What is out of order now; nothing is at first.

    Attributes:
        textract: Where calls of DetectDocumentText wait before anything else.
        mail: Where sends do.
        textract_error: What every DetectDocumentText answers.
        textract_answer: What DetectDocumentText answers on every object that there is, unless there is an error to.
        mail_error: What every send answers.
        mailboxes: What is the matter with mailboxes.
    """

    textract: Gate = field(default_factory=Gate)
    mail: Gate = field(default_factory=Gate)
    textract_error: AwsError | None = None
    textract_answer: dict[str, Any] | None = None
    mail_error: MailError | None = None
    mailboxes: Mailboxes = field(default_factory=Mailboxes)

    def hold(self, service: str, *, held: bool) -> None:
        """Have `textract` or `mail` be slow: its calls wait until it is not held any more.

        Raises:
            ValueError: There is no such service.
        """
        _known({"textract": self.textract, "mail": self.mail}, service, "what can be slow", "service").hold(held=held)

    def release(self) -> None:
        """Let everything that waits go on."""
        for gate in (self.textract, self.mail):
            gate.hold(held=False)

    def fail_textract(self, code: str | None) -> None:
        """Have Textract answer an error from now on, or no longer.

        Raises:
            ValueError: DetectDocumentText has no such error.
        """
        self.textract_error = None if code is None else _known(TEXTRACT_ERRORS, code, "DetectDocumentText")

    def fail_mail(self, code: str | None) -> None:
        """Have SES answer an error to sends from now on, or no longer; named as in its older interface.

        Raises:
            ValueError: Sends have no such error here.
        """
        self.mail_error = None if code is None else _known(MAIL_ERRORS, code, "a send")


def _known(known: Mapping[str, _Known], name: str, of: str, what: str = "error") -> _Known:
    if name not in known:
        raise ValueError(f"{of} has no {what} {name}, but {', '.join(sorted(known))}")
    return known[name]
