"""Our mails as MIME messages. Date and Message-ID are SES's to write."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING, Final

from runtime.core.mail import as_html, as_text, wording

if TYPE_CHECKING:
    from runtime.core.mail.letter import Letter
    from runtime.core.reasons import Reason
    from runtime.core.types import Request
    from runtime.core.word_count import WordCount

REQUEST_HEADER: Final = "X-OCR-Wordcount-Request"
"""Names the request that a mail answers, so that programs can tell mails to one address apart."""

_SEVEN_BIT: Final = SMTP.clone(cte_type="7bit")  # not every mail server on the way takes eight


def result(
    request: Request, count: WordCount, text: str, *, sender: str, kept_until: float | None = None
) -> EmailMessage:
    """The mail with a picture's words, which may be none.

    Args:
        request: Who asked, and for which picture.
        count: Its words.
        text: Its text as OCR gave it.
        sender: Our address.
        kept_until: Until when text and counts are kept at least (seconds since the epoch), if that is known.
    """
    message = _message(request, wording.RESULT_SUBJECT, wording.result(request, count, kept_until), sender)
    utf8 = {"charset": "utf-8"}
    message.add_attachment(count.csv(), "text", "csv", filename=wording.WORD_COUNT_CSV, params=utf8)
    message.add_attachment(count.dump(), "application", "json", filename=wording.WORD_COUNT_JSON)
    message.add_attachment(text.encode(), "text", "plain", filename=wording.TEXT, params=utf8)
    return message


def failure(request: Request, reason: Reason, *, sender: str) -> EmailMessage:
    """The mail that says why there is no result, and what to do."""
    return _message(request, wording.FAILURE_SUBJECT, wording.failure(request, reason), sender)


def late(request: Request, *, sender: str) -> EmailMessage:
    """The mail that says that it takes longer."""
    return _message(request, wording.LATE_SUBJECT, wording.late(request), sender)


def _message(request: Request, subject: str, letter: Letter, sender: str) -> EmailMessage:
    message = EmailMessage(_SEVEN_BIT)
    message["From"] = sender
    message["To"] = Address(
        addr_spec=request.email
    )  # as it is: a text would be parsed, and encoded words in it decoded
    message["Subject"] = subject
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
    message[REQUEST_HEADER] = request.request_id
    message.set_content(as_text.render(letter))
    message.add_alternative(as_html.render(letter), subtype="html")
    return message
