"""What an attacker would try on the running service, beside what schemathesis and the rights' own tests try."""

from __future__ import annotations

import dataclasses
import itertools
import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.pictures import page, to_bytes
from tests.service.visitor import PATIENCE, Visitor

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.cloud import Cloud
    from tests.service.visitor import Told

pytestmark = pytest.mark.cloud

FORM_SECONDS = 600
_numbers = itertools.count(1)


@pytest.fixture
def visitor(cloud: Cloud) -> Callable[[], Visitor]:
    def new() -> Visitor:
        email = f"attacks{next(_numbers)}@example.com"
        cloud.verify(email)
        return Visitor(cloud, email).prove()

    return new


def picture() -> bytes:
    """One that nobody has sent before."""
    return to_bytes(page(f"Nobody but me knows page {next(_numbers)}"), "PNG")


def test_a_form_writes_no_other_key_nothing_larger_no_other_type_and_nothing_late(
    cloud: Cloud, visitor: Callable[[], Visitor]
) -> None:
    ann, bob = visitor(), visitor()
    (opened, shown), (others, _) = ann.open(picture()), bob.open(picture())
    assert ann.refused(opened, shown, key=others.fields["key"]) == "AccessDenied"
    larger = dataclasses.replace(shown, data=shown.data + bytes(10_485_761))
    assert ann.refused(opened, larger) == "EntityTooLarge"
    assert ann.refused(opened, shown, **{"Content-Type": "text/html"}) == "AccessDenied"
    cloud.advance(FORM_SECONDS + 1)
    assert ann.refused(opened, shown) == "AccessDenied"
    assert ann.status(opened)["state"] == "OPEN"
    assert bob.status(others)["state"] == "OPEN"


def test_what_comes_by_a_used_form_changes_no_result(visitor: Callable[[], Visitor]) -> None:
    ann = visitor()
    opened = ann.send(picture())
    first = ann.outcome(opened)
    ann.send_again(opened, to_bytes(page("Something else altogether"), "PNG"))
    again = ann.outcome(opened)
    assert (again["digest"], again["result"]) == (first["digest"], first["result"])
    assert len(ann.mails()) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "/word-count.json"),
        ("GET", "/word-count.csv"),
        ("GET", "/text.txt"),
        ("POST", "/resend"),
        ("DELETE", ""),
    ],
)
def test_nobody_has_to_do_with_anothers_request(visitor: Callable[[], Visitor], method: str, path: str) -> None:
    """Not told apart from one that does not exist."""
    ann, mallory = visitor(), visitor()
    opened, own = ann.send(picture()), mallory.send(picture())
    ann.outcome(opened)

    def asked(request_id: str, token: str) -> Told:
        return mallory.ask(method, f"/api/requests/{request_id}{path}", token)

    tokens = (own.access_token, mallory.address_token, ann.address_token, "0" * 32)
    told = [asked(opened.request_id, token) for token in tokens] + [asked("0" * 32, own.access_token)]
    assert {(each.status, each.json["code"], each.json["detail"]) for each in told} == {
        (404, "no_such_request", told[0].json["detail"])
    }
    assert asked(opened.request_id, "").status == 401
    assert ann.status(opened)["state"] == "SENT"
    assert len(ann.mails()) == 1


def test_one_address_token_opens_nothing_for_another_address(visitor: Callable[[], Visitor]) -> None:
    ann, mallory = visitor(), visitor()
    wish = {"email": ann.email, "filename": "page.png", "content_type": "image/png", "size": 10}
    stolen = mallory.ask("POST", "/api/uploads", mallory.address_token, wish)
    unknown = mallory.ask("POST", "/api/uploads", mallory.address_token, wish | {"email": "nobody.knows@example.com"})
    assert (stolen.status, stolen.json["code"]) == (403, "address_not_proven")
    assert stolen.json == unknown.json


@pytest.mark.parametrize(
    "email",
    [
        "ann@example.com\r\nBcc: everybody@example.net",
        "ann@example.com\nSubject: Cheap watches",
        "ann@example.com, everybody@example.net",
        "Ann <ann@example.com>",
        "ann@example.com\u2028Bcc: everybody@example.net",
    ],
)
def test_an_address_cannot_carry_headers_or_other_addresses(
    cloud: Cloud, visitor: Callable[[], Visitor], email: str
) -> None:
    mallory = visitor()
    wish = {"email": email, "filename": "page.png", "content_type": "image/png", "size": 10}
    for told in (
        mallory.ask("POST", "/api/addresses", body={"email": email}),
        mallory.ask("POST", "/api/uploads", mallory.address_token, wish),
    ):
        assert told.status in (400, 403)
        assert told.json["code"] in ("invalid_email", "address_not_proven")
    cloud.wait_idle(PATIENCE)
    assert cloud.mails("everybody@example.net") == []


def test_tags_in_a_file_name_and_in_a_text_are_text_in_the_mail(visitor: Callable[[], Visitor]) -> None:
    ann = visitor()
    name = "<img src=x onerror=alert(1)>\r\nBcc: everybody@example.net.png"
    ann.outcome(ann.send(to_bytes(page(f"<script>alert({next(_numbers)})</script> is no order"), "PNG"), name))
    (letter,) = ann.letters()
    html = letter.get_body(("html",))
    assert html is not None
    shown = html.get_content()
    assert "&lt;img src=x" in shown
    assert "<img src=x" not in shown
    assert "<script" not in shown
    assert letter["Bcc"] is None
    assert letter["To"] == ann.email


def test_the_api_answers_nobody_who_goes_around_the_page(cloud: Cloud, visitor: Callable[[], Visitor]) -> None:
    ann = visitor()
    opened = ann.send(picture())
    around = dataclasses.replace(ann, site_host=urlsplit(cloud.outputs["api_url"]).netloc)
    for method, path, token in (
        ("GET", "/api/openapi.json", ""),
        ("POST", "/api/addresses", ""),
        ("GET", f"/api/requests/{opened.request_id}", opened.access_token),
        ("DELETE", f"/api/requests/{opened.request_id}", opened.access_token),
    ):
        told = around.ask(method, path, token, {"email": ann.email} if method == "POST" else None)
        assert (told.status, json.loads(told.data)["code"]) == (403, "not_by_the_front_door")
    assert ann.outcome(opened)["state"] == "SENT"
