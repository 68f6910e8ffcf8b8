"""The inbox as a person meets it, and that nothing in a mail can do anything but be read."""

from __future__ import annotations

import http.client
import re
from contextlib import closing
from email.message import EmailMessage
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import pytest

from local.clock import Clock
from local.http_message import Request, make_headers
from local.inbox import Inbox
from local.inbox_page import PATH, InboxPage

if TYPE_CHECKING:
    from pathlib import Path

    from local.http_message import Response
    from local.inbox import Mail
    from tests.local.conftest import Bench

HOSTILE = '<script>alert(1)</script> & "quoted"'
LINK = "http://127.0.0.1:4566/#request=r1.token"


class Reader:
    """Somebody who looks into the inbox."""

    def __init__(self, folder: Path) -> None:
        self.inbox = Inbox(folder / "mails", Clock(folder / "clock"))
        self.page = InboxPage(self.inbox)

    def gets(
        self, subject: str = "Your word count", *, text: str = "", html: str = "", to: str = "ann@example.org"
    ) -> Mail:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "words@example.com", to, subject
        mail["X-More"] = HOSTILE
        if text:
            mail.set_content(text)
        if html:
            mail.add_alternative(html, subtype="html") if text else mail.set_content(html, subtype="html")
        mail.add_attachment('{"words": []}', subtype="json", filename="word-count.json")
        mail.add_attachment("<script>alert(1)</script>", subtype="html", filename="a page's.html")
        return self.inbox.deliver(mail.as_bytes(), message_id="1", to=[to])

    def looks(self, path: str = "", method: str = "GET") -> Response:
        return self.page.handle(Request(method, PATH + path, "", make_headers([]), b""))

    def reads(self, path: str = "") -> str:
        return self.looks(path).body.decode()


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path)


def test_an_empty_inbox_says_so_and_looks_again(reader: Reader) -> None:
    page = reader.looks()

    assert "No mail yet" in page.body.decode()
    assert page.header("refresh") == "5"


def test_the_newest_mail_comes_first(reader: Reader) -> None:
    for subject in ("first", "second", HOSTILE):
        reader.gets(subject, text="x")

    page = reader.reads()

    assert [found for found in re.findall(r"<strong>([^<]*)</strong>", page) if found in {"first", "second"}] == [
        "second",
        "first",
    ]
    assert page.index("&lt;script&gt;") < page.index("second")
    assert "<script" not in page


def test_a_mail_shows_its_headers_links_attachments_and_both_of_its_parts(reader: Reader) -> None:
    mail = reader.gets(text=f"See {LINK}. Again: {LINK}\n", html=f'<p>See <a href="{LINK}">it</a></p>')

    page = reader.reads(f"/{mail.folder.name}")

    assert "<dt>To</dt><dd>ann@example.org</dd>" in page
    assert page.count(f'<a href="{LINK}">') == 1
    assert f'href="{PATH}/{mail.folder.name}/word-count.json"' in page
    assert f'<iframe src="{PATH}/{mail.folder.name}/mail.html"' in page
    assert "<pre>See " in page
    assert reader.looks(f"/{mail.folder.name}/word-count.json").header("content-type") == "application/json"


def test_the_links_of_a_mail_without_text_are_found_in_its_page(reader: Reader) -> None:
    mail = reader.gets(html='<p><a href="https://example.com/?a=1&amp;b=2">Verify</a></p>')

    assert '<a href="https://example.com/?a=1&amp;b=2">' in reader.reads(f"/{mail.folder.name}")


def test_what_is_in_a_mail_is_shown_as_text(reader: Reader) -> None:
    mail = reader.gets(HOSTILE, text=HOSTILE, html=HOSTILE)

    page = reader.reads(f"/{mail.folder.name}")

    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quoted&quot;") >= 3


def test_no_page_runs_a_script_or_lets_others_frame_it(reader: Reader) -> None:
    mail = reader.gets(text="x", html="<p>x</p>")
    pages = {
        path: reader.looks(path).header("content-security-policy")
        for path in ("", f"/{mail.folder.name}", f"/{mail.folder.name}/mail.html", f"/{mail.folder.name}/mail.txt")
    }

    for policy in pages.values():
        assert policy.startswith("default-src 'none'")
        assert "script-src" not in policy
        assert "frame-ancestors" in policy
    assert "unsafe" not in pages[""] + pages[f"/{mail.folder.name}"]


def test_the_html_part_is_in_a_sandbox_and_its_links_open_outside(reader: Reader) -> None:
    mail = reader.gets(text="x", html="<!doctype html><html><head><title>x</title></head><body>x</body></html>")
    part = reader.looks(f"/{mail.folder.name}/mail.html")

    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in reader.reads(f"/{mail.folder.name}")
    assert "sandbox allow-popups" in part.header("content-security-policy")
    assert b'<head><base target="_blank"><title>' in part.body


def test_an_attached_page_is_in_a_sandbox(reader: Reader) -> None:
    mail = reader.gets(text="x")
    name = next(file.name for file in mail.attachments if file.suffix == ".html")

    page = reader.looks(f"/{mail.folder.name}/{quote(name)}")

    assert page.header("content-security-policy").endswith("sandbox")
    assert page.header("x-content-type-options") == "nosniff"


@pytest.mark.parametrize(
    "path", ["/nobody", "/nobody/mail.html", "/{mail}/mail.json", "/{mail}/../../clock", "/{mail}/%2e%2e"]
)
def test_nothing_else_is_shown(reader: Reader, path: str) -> None:
    mail = reader.gets(text="x")

    with pytest.raises(LookupError):
        reader.looks(path.format(mail=mail.folder.name))


def test_it_is_beside_the_cloud(bench: Bench) -> None:
    def get(path: str) -> tuple[int, str]:
        with closing(http.client.HTTPConnection(urlsplit(bench.region.endpoint).netloc)) as connection:
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            return response.status, response.getheader("content-type", "")

    assert get(PATH) == (200, "text/html; charset=utf-8")
    assert get(f"{PATH}/style.css") == (200, "text/css; charset=utf-8")
    assert get(f"{PATH}/nobody") == (404, "application/json")
