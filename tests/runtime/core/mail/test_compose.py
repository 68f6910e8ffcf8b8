from __future__ import annotations

import email
import re
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

import pytest

from runtime.core.mail import compose
from runtime.core.reasons import EXPLANATIONS, Reason
from runtime.core.types import Request
from runtime.core.word_count import WordCount

SENDER = "OCR Word Count <words@example.com>"
KEY = "1b3f" * 8
COUNT = WordCount(KEY, 1, (("the", 12), ("don't", 3), ("état", 1)), 9612)
EMPTY = WordCount(KEY, 1, (), None)


def request(filename: str = "page.jpg", *, address: str = "reader@example.com", cached: bool = False) -> Request:
    return Request("0123456789abcdef" * 2, address, filename, "hash", 0.0, 0.0, cached=cached)


def arrived(message: EmailMessage) -> EmailMessage:
    """The message as its reader's mail program sees it."""
    read = email.message_from_bytes(message.as_bytes(), policy=default)
    assert isinstance(read, EmailMessage)
    assert not read.defects
    return read


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    content = body.get_content()
    assert isinstance(content, str)
    return content


def files(message: EmailMessage) -> dict[str, tuple[str, bytes]]:
    return {
        str(each.get_filename()): (str(each["Content-Type"]), bytes(each.get_payload(decode=True)))
        for each in message.iter_attachments()
    }


class Page(HTMLParser):
    """What a mail program makes of the HTML: its elements, its text, and where that stands."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def result(count: WordCount = COUNT, text: str = "The état\n", asked: Request | None = None) -> EmailMessage:
    return arrived(compose.result(asked or request(), count, text, sender=SENDER))


def test_each_mail_has_its_subject_and_goes_from_us_to_the_one_who_asked() -> None:
    mails = (
        (compose.result(request(), COUNT, "", sender=SENDER), "Your OCR Results are Available"),
        (compose.late(request(), sender=SENDER), "Error Trying to Get Your Results"),
        (compose.failure(request(), Reason.EMPTY, sender=SENDER), "We Could Not Read Your Picture"),
    )
    for message, subject in mails:
        read = arrived(message)
        assert (read["Subject"], read["From"], read["To"]) == (subject, SENDER, "reader@example.com")
        assert read["Auto-Submitted"] == "auto-generated"
        assert read[compose.REQUEST_HEADER] == request().request_id
        assert {"Date", "Message-ID"}.isdisjoint(read.keys())
        assert read.as_bytes().isascii()


def test_an_address_at_every_limit_of_the_api_arrives_unchanged() -> None:
    for address in (f"{'a' * 64}@{'b' * 60}.{'c' * 60}.{'d' * 60}.example", "o'neil+x=y@e.org"):
        assert result(asked=request(address=address))["To"] == address


def test_the_attachments_are_the_result_byte_for_byte() -> None:
    text = "L\N{RIGHT SINGLE QUOTATION MARK}état\r\nc'est moi\n\n"
    assert files(result(text=text)) == {
        "word-count.csv": ('text/csv; charset="utf-8"', COUNT.csv()),
        "word-count.json": ("application/json", COUNT.dump()),
        "text.txt": ('text/plain; charset="utf-8"', text.encode()),
    }


def test_failures_and_lateness_come_without_attachments() -> None:
    assert files(arrived(compose.failure(request(), Reason.INTERNAL, sender=SENDER))) == {}
    assert files(arrived(compose.late(request(), sender=SENDER))) == {}


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_both_parts_tell_the_counts_the_words_and_how_sure_we_are(kind: str) -> None:
    said = part(result(), kind)
    said = Page(said).text if kind == "html" else said
    for expected in ("page.jpg", "16", "3", "96.1\N{NO-BREAK SPACE}%", "the", "don't", "état", "easy to read"):
        assert expected in said
    assert re.search(r"replies\s+go\s+nowhere", said)


def test_the_chart_shows_the_twenty_most_frequent_and_how_many_there_are_besides() -> None:
    many = WordCount(KEY, 1, tuple((f"word{n:02}", 100 - n) for n in range(25)), 9900)
    for kind in ("plain", "html"):
        said = part(result(many), kind)
        assert "word19" in said
        assert "word20" not in said
        assert "and 5 more words" in said


def test_bars_are_as_long_as_their_counts_and_the_rarest_is_still_seen() -> None:
    said = part(result(WordCount(KEY, 1, (("often", 1000), ("half", 500), ("once", 1)), 9900)), "plain")
    bars = {line.split()[0]: line.count("█") for line in said.splitlines() if "█" in line}
    assert bars == {"often": 32, "half": 16, "once": 1}


@pytest.mark.parametrize(
    ("confidence", "said"),
    [
        (10000, "100.0"),
        (9999, "99.9"),
        (9499, "fairly easy"),
        (7000, "Parts of the picture"),
        (10, "take these counts"),
    ],
)
def test_a_poor_reading_is_pointed_out_and_no_doubt_rounded_away(confidence: int, said: str) -> None:
    assert said in part(result(WordCount(KEY, 1, (("word", 1),), confidence)), "html")


def test_a_picture_without_words_is_answered_kindly_and_without_a_chart() -> None:
    message = result(EMPTY, "")
    for kind in ("plain", "html"):
        said = part(message, kind)
        assert "There are no words in this picture" in said
        assert "most frequent" not in said
        assert "None" not in said
    assert files(message)["word-count.csv"][1] == b"word,count\r\n"


def test_a_picture_seen_before_is_told_from_a_new_one() -> None:
    for kind in ("plain", "html"):
        assert "seen this very picture before" in part(result(asked=request(cached=True)), kind)
        assert "seen this very picture before" not in part(result(), kind)


def test_until_when_things_are_kept_is_said_if_it_is_known() -> None:
    known = arrived(compose.result(request(), COUNT, "", sender=SENDER, kept_until=1_800_000_000.0))
    assert "15 January 2027" in part(known, "html")
    assert "for a while" in part(result(), "html")


@pytest.mark.parametrize("reason", sorted(EXPLANATIONS))
def test_a_failure_says_what_happened_and_what_to_do(reason: Reason) -> None:
    message = arrived(compose.failure(request(), reason, sender=SENDER))
    for said in (part(message, "plain"), Page(part(message, "html")).text):
        words = " ".join(said.split())
        assert EXPLANATIONS[reason].what in words
        assert EXPLANATIONS[reason].remedy in words
        assert ("We do not keep the file" in words) is not EXPLANATIONS[reason].retryable


def test_the_late_mail_asks_to_try_again_and_promises_the_result() -> None:
    words = " ".join(part(arrived(compose.late(request(), sender=SENDER)), "plain").split())
    assert "upload the picture again" in words
    assert "get it by itself" in words


@pytest.mark.parametrize(
    "filename",
    [
        "<script>alert(1)</script>.png",
        "x\r\nBcc: everyone@example.com\r\n\r\n<h1>gone</h1>",
        "\"><img src=http://example.com/x.png onerror='alert(1)'>",
        "{braces} %s ${x}.png",
        "&lt;b&gt;.jpg",
        "\u202egpj.exe",
        "caf\udce9.png",
        "\0\x07\x1b[31m",
        "",
        "مرحبا 日本語 👩\u200d👩\u200d👧.tiff",
        "\n" * 2000,
    ],
)
def test_no_file_name_can_be_more_than_text(filename: str) -> None:
    for message in (
        compose.result(request(filename), COUNT, "", sender=SENDER),
        compose.failure(request(filename), Reason.EMPTY, sender=SENDER),
        compose.late(request(filename), sender=SENDER),
    ):
        plain = arrived(compose.late(request(), sender=SENDER))
        read = arrived(message)
        assert set(read.keys()) <= {*plain.keys(), "Content-Type"}
        page, blameless = Page(part(read, "html")), Page(part(plain, "html"))
        allowed = {tag for tag, _ in blameless.elements} | {"h2", "ul", "li", "strong", "th", "thead", "tbody", "span"}
        assert {tag for tag, _ in page.elements} <= allowed
        assert page.text.count("Picture: ") == 1
        assert "\u202e" not in part(read, "plain")


def test_words_from_a_picture_are_shown_as_text_and_long_ones_are_cut() -> None:
    said = part(result(WordCount(KEY, 1, (("x" * 10_000, 2), ("a&b<i>", 1)), 9900)), "html")
    assert "a&amp;b&lt;i&gt;" in said
    assert "x" * 17 not in said
    assert len(said) < 12_000


def test_the_html_needs_nothing_from_elsewhere_and_can_be_read_aloud() -> None:
    page = Page(html := part(result(), "html"))
    attributes = {name for _, given in page.elements for name in given}
    assert attributes.isdisjoint({"src", "href", "background", "onload"})
    assert {tag for tag, _ in page.elements}.isdisjoint({"img", "link", "script", "iframe", "form"})
    assert not re.search(r"url\(|@import|https?:", html)
    assert ("html", {"lang": "en"}) in page.elements
    tables = [given for tag, given in page.elements if tag == "table"]
    assert [given.get("role") for given in tables].count(None) == 1  # the chart, which is data
    assert sum(given.get("scope") == "row" for tag, given in page.elements if tag == "th") == len(COUNT.words)
    assert "prefers-color-scheme: dark" in html
