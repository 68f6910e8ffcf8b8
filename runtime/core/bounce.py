"""A mail that came back: which one it was, and what SES says of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MailKind(StrEnum):
    """What a mail of ours is about."""

    RESULT = "result"
    FAILURE = "failure"
    LATE = "late"
    PROOF = "proof"


@dataclass(frozen=True)
class MessageTags:
    """What SES is given along with a mail, and gives back with all that it tells of it; the recipient never sees it.

    Attributes:
        kind: What the mail is about (`MailKind`); empty if SES was given nothing.
        about: The id of the request, or of the proof.
        attempt: Whose right to send it was used: an outcome may be mailed again, and then the first counts no more.
    """

    kind: str = ""
    about: str = ""
    attempt: str = ""


@dataclass(frozen=True)
class Bounce:
    """SES's word that a mail which it had taken did not arrive.

    Attributes:
        tags: Which mail.
        message_id: As SES calls it.
        mailed_at: When SES had taken it, in seconds since the epoch.
        permanent: Whether its address takes no mail at all, as far as SES knows.
        cause: In SES's words, such as `Permanent/NoEmail`.
    """

    tags: MessageTags
    message_id: str
    mailed_at: float
    permanent: bool
    cause: str
