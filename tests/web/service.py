"""What the page's tests need of the service behind it: the stand-in keeps to it, and so can the local cloud."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

Verification = Literal["ses", "link"]


class Trouble(StrEnum):
    """What the service can be told to do until it is told to stop."""

    THROTTLED = "the gateway turns new uploads away"
    LIMIT_REACHED = "the day's limit is reached"
    BROKEN = "the API answers 500"
    TOKEN_VOID = "no address token is taken"
    FORM_EXPIRED = "forms have expired before they come"
    UPLOAD_CUT = "the bucket hangs up in the middle"
    UPLOAD_REFUSED = "the bucket lets nothing in"
    HELD_BEFORE_READING = "pictures wait before they are read"
    HELD_BEFORE_MAILING = "results wait before they are mailed"
    LATE = "results are late"
    UNREADABLE = "no picture can be opened"
    HARD_TO_READ = "all pictures are hard to read"
    NO_WORDS = "no picture has words"
    UNDELIVERABLE = "no mail can be delivered"
    NOTHING_TO_RESEND = "there is nothing to mail again"
    JOINED = "every picture is being read for somebody else"
    MALICIOUS_TEXT = "what is read are tags"


class Service(Protocol):
    """A service with its page."""

    url: str
    verification: Verification

    def link_in_mail(self, email: str) -> str:
        """The link in the last proof mail to an address; waits for the mail."""
        ...

    def not_me_link(self, email: str) -> str:
        """The link that stops such mails."""
        ...

    def cause(self, *troubles: Trouble) -> None:
        """Let them begin."""
        ...

    def end(self, *troubles: Trouble) -> None:
        """Let them end."""
        ...

    def proof_mails(self, email: str) -> int:
        """How many proof mails were sent to an address."""
        ...

    def uploads(self) -> Sequence[str]:
        """The content types of all files that arrived."""
        ...
