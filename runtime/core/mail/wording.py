"""What our mails say to a person."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from runtime.core import links
from runtime.core.mail.file_name import shown
from runtime.core.mail.letter import Attached, Chart, Figure, Letter, Link
from runtime.core.reasons import explain

if TYPE_CHECKING:
    from runtime.core.reasons import Reason
    from runtime.core.types import Request
    from runtime.core.word_count import WordCount

MOST_FREQUENT: Final = 20
"""How many words the chart shows."""

RESULT_SUBJECT: Final = "Your OCR Results are Available"
LATE_SUBJECT: Final = "Error Trying to Get Your Results"
FAILURE_SUBJECT: Final = "We Could Not Read Your Picture"
PROOF_SUBJECT: Final = "Is This Your Address?"

WORD_COUNT_JSON: Final = "word-count.json"
WORD_COUNT_CSV: Final = "word-count.csv"
TEXT: Final = "text.txt"

_ATTACHED: Final = (
    Attached(WORD_COUNT_CSV, "every word with its count, for a spreadsheet"),
    Attached(WORD_COUNT_JSON, "the same, for programs"),
    Attached(TEXT, "the text, line by line, as it was read"),
)
_WHY: Final = (
    "You get this mail because a picture was uploaded with your address and its words were asked for. If that was not "
    "you, you can ignore it. It was sent by a machine: replies go nowhere."
)
_WHY_PROOF: Final = (
    "You get this mail because somebody gave your address to have the words of pictures counted. If that was not you, "
    "you can ignore it: nothing more is sent. It was sent by a machine: replies go nowhere."
)
_NOT_ME: Final = "That was not me: take no more pictures for my address, and send me no more such mails."
_BETTER_PHOTO: Final = "a photo that is sharp, straight and evenly lit"

# From so many hundredths of a percent on, in falling order: how well the picture could be read, and what follows.
_READABILITY: Final = (
    (9500, "The picture was easy to read: on average we are {sure} sure of each word.", ""),
    (8500, "The picture was fairly easy to read: on average we are {sure} sure of each word.", "A few may be wrong."),
    (
        7000,
        "Parts of the picture were hard to read: on average we are only {sure} sure of each word.",
        f"Some words will be wrong. With {_BETTER_PHOTO} we can do better.",
    ),
    (
        0,
        "The picture was hard to read: on average we are only {sure} sure of each word.",
        f"Please take these counts with care. With {_BETTER_PHOTO} we can do much better.",
    ),
)


def result(request: Request, count: WordCount, kept_until: float | None, site: str = "") -> Letter:
    """The words are counted, or there are none.

    Args:
        request: Who asked, and for which picture.
        count: Its words.
        kept_until: Until when text and counts are kept at least (seconds since the epoch), if that is known.
        site: Where the page is; empty for a letter without links. The others likewise.
    """
    if not count.words:
        return _wordless(request, kept_until, site)
    return Letter(
        heading="Your words are counted",
        picture=shown(request.filename),
        figures=(
            Figure(f"{count.total_words:,}", _plural("word", count.total_words)),
            Figure(f"{count.unique_words:,}", _plural("different word", count.unique_words)),
            *(
                (Figure(_percent(count.mean_confidence), "sure of each word"),)
                if count.mean_confidence is not None
                else ()
            ),
        ),
        paragraphs=(*_readability(count.mean_confidence), _seen(request)),
        chart=_chart(count),
        attached=_ATTACHED,
        footnotes=(_keeping(kept_until), *_footnotes(request)),
        action=_look(request, site),
        not_me=_not_me(request, site),
    )


def _wordless(request: Request, kept_until: float | None, site: str) -> Letter:
    return Letter(
        heading="There are no words in this picture",
        picture=shown(request.filename),
        figures=(),
        paragraphs=(
            "We looked all over it and found nothing to read. If it shows no text, all is well.",
            f"If it does, please try again with {_BETTER_PHOTO}, on which the text fills most of the picture.",
            "We read English, French, German, Italian, Portuguese and Spanish. Handwriting is the hardest.",
            _seen(request),
        ),
        chart=None,
        attached=_ATTACHED,
        footnotes=(_keeping(kept_until), *_footnotes(request)),
        action=_look(request, site),
        not_me=_not_me(request, site),
    )


def failure(request: Request, reason: Reason, site: str = "") -> Letter:
    """There is no result, why, and what to do."""
    explanation = explain(reason)
    return Letter(
        heading="We could not read your picture",
        picture=shown(request.filename),
        figures=(),
        paragraphs=(explanation.what, explanation.remedy),
        chart=None,
        attached=(),
        footnotes=_footnotes(request) if explanation.retryable else ("We do not keep the file.", *_footnotes(request)),
        not_me=_not_me(request, site),
    )


def late(request: Request, site: str = "") -> Letter:
    """It takes longer than it should."""
    return Letter(
        heading="Your results are late",
        picture=shown(request.filename),
        figures=(),
        paragraphs=(
            "Reading your picture takes longer than it should, and we do not know yet why. We are sorry for that.",
            "Please upload the picture again in a few minutes: if it has been read by then, you are answered at once.",
            "Should the result of this upload come after all, you will get it by itself.",
        ),
        chart=None,
        attached=(),
        footnotes=_footnotes(request),
        action=_look(request, site, "See how far it is"),
        not_me=_not_me(request, site),
    )


def proof(confirm: str, not_me: str) -> Letter:
    """Somebody, probably the reader, wants to use this address.

    Args:
        confirm: The link that proves it.
        not_me: The link for who has not wished it.
    """
    return Letter(
        heading="Is this your address?",
        picture=None,
        figures=(),
        paragraphs=(
            "Somebody, probably you, wants to have words counted and the results sent to this address.",
            "If it was you, open this link in the browser in which you want to do that. It works for 24 hours.",
        ),
        chart=None,
        attached=(),
        footnotes=(_WHY_PROOF,),
        action=Link("Yes, use this address", confirm),
        not_me=Link(_NOT_ME, not_me),
    )


def _readability(mean_confidence: int | None) -> tuple[str, ...]:
    if mean_confidence is None:
        return ()
    sentence, advice = next(words for least, *words in _READABILITY if mean_confidence >= least)
    return (f"{sentence.format(sure=_percent(mean_confidence))} {advice}".rstrip(),)


def _seen(request: Request) -> str:
    if request.cached:
        return "We have seen this very picture before, so it did not have to be read again."
    return "This picture was new to us."


def _chart(count: WordCount) -> Chart:
    most = count.words[:MOST_FREQUENT]
    left = count.unique_words - len(most)
    if not left:
        return Chart("All words, the most frequent first", most)
    return Chart(
        f"The {MOST_FREQUENT} most frequent", most, f"and {left:,} more {_plural('word', left)} in the attached files"
    )


def _keeping(until: float | None) -> str:
    what = "The picture itself is deleted once it is read. Its text and counts are kept"
    why = "so that the same picture is answered at once"
    if until is None:
        return f"{what} for a while, {why}."
    day = datetime.fromtimestamp(until, UTC)
    return f"{what} until {day.day} {day:%B %Y} and a few days more, {why}."


def _footnotes(request: Request) -> tuple[str, ...]:
    return (_WHY, f"Request {request.request_id}")


def _look(request: Request, site: str, label: str = "See it on the page") -> Link | None:
    if not (site and request.mail_secret):
        return None
    return Link(label, links.result(site, request.request_id, request.link_token))


def _not_me(request: Request, site: str) -> Link | None:
    return Link(_NOT_ME, links.not_me(site, request.stop_token)) if site and request.mail_secret else None


def _plural(noun: str, count: int) -> str:
    return noun if count == 1 else f"{noun}s"


def _percent(hundredths: int) -> str:
    """Hundredths of a percent with one decimal, rounded down: nothing that is not certain reads as 100 %."""
    return f"{hundredths // 100}.{hundredths % 100 // 10}\N{NO-BREAK SPACE}%"
