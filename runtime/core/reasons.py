"""Why a picture could not be counted: stable codes, each with what happened and what to do.

A reason is permanent (the same bytes will fail again) or retryable (the same picture may succeed later). Adding one is
an entry here; the code then travels through rows, mails and the API unchanged.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MAX_BYTES: Final = 10_485_760
"""The largest file, in bytes: Textract's limit for synchronous calls on an S3 object."""

MAX_SIDE: Final = 10_000
"""The longest side of a picture, in pixels: Textract's limit."""


class Reason(StrEnum):
    """A stable code for an outcome without a result."""

    EMPTY = "empty"
    NOT_AN_IMAGE = "not_an_image"
    UNSUPPORTED_TYPE = "unsupported_type"
    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    UNREADABLE = "unreadable"
    MULTIPLE_PAGES = "multiple_pages"
    RECIPIENT_NOT_VERIFIED = "recipient_not_verified"
    BOUNCED = "bounced"
    MAILBOX_GONE = "mailbox_gone"
    INTERNAL = "internal"


@dataclass(frozen=True)
class Explanation:
    """What a person is told of a reason.

    Attributes:
        what: One sentence: what happened.
        remedy: One sentence: what to do about it.
        retryable: Whether the same picture may succeed when tried again.
    """

    what: str
    remedy: str
    retryable: bool = False


EXPLANATIONS: Final = {
    Reason.EMPTY: Explanation(
        what="The file is empty.",
        remedy="Choose the picture again; if it opens on your device, save a copy of it and upload that.",
    ),
    Reason.NOT_AN_IMAGE: Explanation(
        what="The file is not a picture.",
        remedy="Upload a photo or a scan as PNG, JPEG or TIFF.",
    ),
    Reason.UNSUPPORTED_TYPE: Explanation(
        what="The file is of a kind that we cannot read yet.",
        remedy="Save it as PNG, JPEG or TIFF and upload that.",
    ),
    Reason.TOO_LARGE: Explanation(
        what="The file is larger than 10 MB.",
        remedy="Save the picture with a smaller size or a stronger compression and upload that.",
    ),
    Reason.TOO_MANY_PIXELS: Explanation(
        what="The picture is more than 10,000 pixels wide or high.",
        remedy="Scale the picture down to at most 10,000 pixels a side and upload that.",
    ),
    Reason.UNREADABLE: Explanation(
        what="The picture is damaged or incomplete, and could not be opened.",
        remedy="Take or export the picture again and upload the new file.",
    ),
    Reason.MULTIPLE_PAGES: Explanation(
        what="The file has more than one page, and we read one page at a time for now.",
        remedy="Save each page as a file of its own and upload those.",
    ),
    Reason.RECIPIENT_NOT_VERIFIED: Explanation(
        what="The address is not verified, so we may not send mail to it.",
        remedy="Follow the link in the verification mail, then ask for the result again.",
        retryable=True,
    ),
    Reason.BOUNCED: Explanation(
        what="The mail to you came back.",
        remedy="See that your mailbox is not full, then ask for the mail again.",
        retryable=True,
    ),
    Reason.MAILBOX_GONE: Explanation(
        what="The mail to you came back: your address takes no mail.",
        remedy="Send the picture again with another address; it is known by now, and answered at once.",
        retryable=True,
    ),
    Reason.INTERNAL: Explanation(
        what="Something went wrong on our side.",
        remedy="Upload the picture again; nothing that you did was wrong.",
        retryable=True,
    ),
}

CAME_BACK: Final = frozenset({Reason.BOUNCED, Reason.MAILBOX_GONE})
"""Why a mail that SES had taken is not in its mailbox."""


def explain(code: Reason) -> Explanation:
    """What a person is told of `code`."""
    return EXPLANATIONS[code]


def told(code: Reason) -> str:
    """The same in one string, for where there is no mail around it."""
    explanation = explain(code)
    return f"{explanation.what} {explanation.remedy}"
