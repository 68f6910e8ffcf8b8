"""Our mails as MIME messages. Date and Message-ID are SES's to write."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING, Final

from runtime.core.mail import as_html, as_text, wording

if TYPE_CHECKING:
    from runtime.core.addresses import Proof
    from runtime.core.mail.letter import Letter
    from runtime.core.reasons import Reason
    from runtime.core.types import Request
    from runtime.core.word_count import WordCount

REQUEST_HEADER: Final = "X-OCR-Wordcount-Request"
"""Names the request that a mail answers, so that programs can tell mails to one address apart."""

PROOF_HEADER: Final = "X-OCR-Wordcount-Proof"
"""The same, for the proof that a mail is sent for."""

_SEVEN_BIT: Final = SMTP.clone(cte_type="7bit")  # not every mail server on the way takes eight


def result(  # noqa: PLR0913  all that a mail tells
    request: Request, count: WordCount, text: str, *, sender: str, site: str = "", kept_until: float | None = None
) -> EmailMessage:
    """The mail with a picture's words, which may be none.

    Args:
        request: Who asked, and for which picture.
        count: Its words.
        text: Its text as OCR gave it.
        sender: Our address.
        site: Where the page is; empty for a mail without links.
        kept_until: Until when text and counts are kept at least (seconds since the epoch), if that is known.
    """
    message = _about(request, wording.RESULT_SUBJECT, wording.result(request, count, kept_until, site), sender)
    utf8 = {"charset": "utf-8"}
    message.add_attachment(count.csv(), "text", "csv", filename=wording.WORD_COUNT_CSV, params=utf8)
    message.add_attachment(count.dump(), "application", "json", filename=wording.WORD_COUNT_JSON)
    message.add_attachment(text.encode(), "text", "plain", filename=wording.TEXT, params=utf8)
    return message


def failure(request: Request, reason: Reason, *, sender: str, site: str = "") -> EmailMessage:
    """The mail that says why there is no result, and what to do."""
    return _about(request, wording.FAILURE_SUBJECT, wording.failure(request, reason, site), sender)


def late(request: Request, *, sender: str, site: str = "") -> EmailMessage:
    """The mail that says that it takes longer."""
    return _about(request, wording.LATE_SUBJECT, wording.late(request, site), sender)


def proof(proof: Proof, *, confirm: str, not_me: str, sender: str) -> EmailMessage:
    """The mail by which an address is proven.

    Args:
        proof: Whose wish it was.
        confirm: The link that proves it.
        not_me: The link for who has not wished it.
        sender: Our address.
    """
    letter = wording.proof(confirm, not_me)
    return _message(proof.email, wording.PROOF_SUBJECT, (PROOF_HEADER, proof.proof_id), letter, sender)


def _about(request: Request, subject: str, letter: Letter, sender: str) -> EmailMessage:
    return _message(request.email, subject, (REQUEST_HEADER, request.request_id), letter, sender)


def _message(to: str, subject: str, about: tuple[str, str], letter: Letter, sender: str) -> EmailMessage:
    message = EmailMessage(_SEVEN_BIT)
    message["From"] = sender
    message["To"] = Address(addr_spec=to)  # as it is: a text would be parsed, and encoded words in it decoded
    message["Subject"] = subject
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
    header, about_id = about
    message[header] = about_id
    message.set_content(as_text.render(letter))
    message.add_alternative(as_html.render(letter), subtype="html")
    return message
