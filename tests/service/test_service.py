"""The whole service, end to end on the local cloud: the deployed program, the zips, real OCR, real mails."""

from __future__ import annotations

import itertools
import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from cli.service import RefusedError
from runtime.core.addresses import name_of
from runtime.core.mail.compose import PROOF_HEADER
from tests.pictures import page, to_bytes
from tests.service.visitor import PATIENCE, Visitor, attached, left_over, plain_of, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.cloud import Cloud

pytestmark = pytest.mark.cloud

_numbers = itertools.count(1)


@pytest.fixture
def visitor(cloud: Cloud) -> Callable[[], Visitor]:
    """New people, each with an address that is proven."""

    def new() -> Visitor:
        email = f"visitor{next(_numbers)}@example.com"
        cloud.verify(email)
        return Visitor(cloud, email)

    return new


@pytest.fixture
def picture() -> bytes:
    """A picture that nobody has sent before."""
    return rendered(f"The quick brown fox number {next(_numbers)} jumps over the lazy dog")


def rendered(text: str) -> bytes:
    return to_bytes(page(text), "PNG")


def test_a_new_picture_is_read_once_and_mailed_with_its_attachments(
    cloud: Cloud, visitor: Callable[[], Visitor], picture: bytes
) -> None:
    ann = visitor()
    opened = ann.send(picture)
    outcome = ann.outcome(opened)
    (letter,) = ann.letters()
    assert (outcome["state"], outcome["reason"], outcome["cached"]) == ("SENT", None, False)
    assert letter["Subject"] == "Your OCR Results are Available"
    assert words_of(letter)["fox"] == 1
    assert b"fox,1" in attached(letter, "word-count.csv")
    assert b"quick brown fox" in attached(letter, "text.txt")
    assert outcome["result"]["words"] == [{"word": word, "count": n} for word, n in words_of(letter).items()]
    assert cloud.ocr_calls(opened.request_id) == 1
    assert left_over(cloud) == {}


def test_the_same_picture_under_another_name_and_address_comes_from_the_cache_to_the_right_address(
    cloud: Cloud, visitor: Callable[[], Visitor], picture: bytes
) -> None:
    ann, bob = visitor(), visitor()
    ann.outcome(ann.send(picture))
    again = bob.send(picture, "quite another name.tiff")
    outcome = bob.outcome(again)
    assert (outcome["state"], outcome["cached"], outcome["joined"]) == ("SENT", True, False)
    assert cloud.ocr_calls(again.request_id) == 0
    assert words_of(bob.letters()[0]) == words_of(ann.letters()[0])
    assert [len(who.mails()) for who in (ann, bob)] == [1, 1]
    assert left_over(cloud) == {}


def test_two_at_the_same_moment_cost_one_textract_call_and_get_two_mails(
    cloud: Cloud, visitor: Callable[[], Visitor], picture: bytes
) -> None:
    people = [visitor(), visitor()]
    with ThreadPoolExecutor(2) as at_once:
        opened = list(at_once.map(Visitor.send, people, [picture, picture]))
    outcomes = [who.outcome(each) for who, each in zip(people, opened, strict=True)]
    assert [outcome["state"] for outcome in outcomes] == ["SENT", "SENT"]
    assert sum(cloud.ocr_calls(each.request_id) for each in opened) == 1
    assert [len(who.mails()) for who in people] == [1, 1]
    assert left_over(cloud) == {}


def test_a_form_used_twice_gives_the_first_bytes_result_and_the_second_are_deleted_unread(
    cloud: Cloud, visitor: Callable[[], Visitor], picture: bytes
) -> None:
    ann = visitor()
    opened = ann.send(picture)
    first = ann.outcome(opened)
    ann.send_again(opened, rendered(f"Something else altogether {next(_numbers)}"))
    cloud.wait_idle(PATIENCE)
    assert ann.status(opened) == first
    assert len(ann.mails()) == 1
    assert cloud.ocr_calls(opened.request_id) == 1
    assert left_over(cloud) == {}


@pytest.mark.parametrize(
    "filename",
    [
        "",
        "Ünïcödé – 页 🖼.png",
        "a+b%20c&d=e?f#g.png",
        "../../etc/passwd",
        "two\nlines\r\nSubject: forged.png",
        "\"quoted' <b>.png",
        "x" * 1024,
    ],
)
def test_any_file_name_works(visitor: Callable[[], Visitor], filename: str) -> None:
    ann = visitor()
    outcome = ann.outcome(ann.send(rendered("Any name"), filename))
    (letter,) = ann.letters()
    assert outcome["state"] == "SENT"
    assert (letter["Subject"], letter["To"]) == ("Your OCR Results are Available", ann.email)


def test_what_a_picture_is_is_told_from_its_bytes_and_never_from_its_name(visitor: Callable[[], Visitor]) -> None:
    ann = visitor()
    outcome = ann.outcome(ann.send(to_bytes(page("A picture of the kind called tiff"), "TIFF"), "letter.docx"))
    assert outcome["state"] == "SENT"
    assert "tiff" in words_of(ann.letters()[0])


def test_a_file_of_several_pages_fails_plainly(cloud: Cloud, visitor: Callable[[], Visitor]) -> None:
    ann = visitor()
    several = to_bytes(page("One"), "TIFF", save_all=True, append_images=[page("Two")])
    outcome = ann.outcome(ann.send(several, "book.tif"))
    (letter,) = ann.letters()
    assert (outcome["state"], outcome["reason"], outcome["result"]) == ("FAILED", "multiple_pages", None)
    assert "more than one page" in str(letter.get_body(("plain",)))
    assert "book.tif" in str(letter.get_body(("plain",)))
    assert left_over(cloud) == {}


def test_a_picture_without_text_is_a_result_with_zero_words(visitor: Callable[[], Visitor]) -> None:
    ann = visitor()
    outcome = ann.outcome(ann.send(to_bytes(page(""), "PNG")))
    assert (outcome["state"], outcome["result"]["total_words"], outcome["result"]["words"]) == ("SENT", 0, [])


def test_an_object_that_no_request_asked_for_is_deleted_unread(cloud: Cloud) -> None:
    s3: Any = cloud.local.client("s3")
    s3.put_object(Bucket=cloud.outputs["uploads_bucket"], Key="uploads/" + "0" * 32, Body=b"stray")
    s3.put_object(Bucket=cloud.outputs["uploads_bucket"], Key="uploads/no request at all", Body=b"stray")
    cloud.wait_idle(PATIENCE)
    assert left_over(cloud) == {}


def test_who_was_answered_hears_nothing_of_the_deadline(
    cloud: Cloud, visitor: Callable[[], Visitor], picture: bytes
) -> None:
    ann = visitor()
    ann.outcome(ann.send(picture))
    cloud.advance(600)
    cloud.wait_idle(PATIENCE)
    assert len(ann.mails()) == 1


def test_no_line_of_any_log_holds_an_address_or_a_text(cloud: Cloud, visitor: Callable[[], Visitor]) -> None:
    ann = visitor()
    opened = ann.send(rendered("Chrysanthemum"), "secretdiary.png")  # long enough not to come up in a random id
    ann.outcome(opened)
    assert words_of(ann.letters()[0]) == {"chrysanthemum": 1}
    logged = "".join(path.read_text() for path in (cloud.state / "logs").iterdir())
    assert opened.request_id in logged
    proof = ann.ask("POST", "/api/addresses", body={"email": ann.email}).json
    cloud.wait_idle(PATIENCE)
    logged = "".join(path.read_text() for path in (cloud.state / "logs").iterdir())
    assert proof["proof_id"] in logged
    (mail,) = [each for each in cloud.mails(ann.email) if each.headers.get(PROOF_HEADER) == proof["proof_id"]]
    assert mail.text
    links = re.findall(r"#[a-z-]+=(?:\w+\.)?(\w+)", mail.text.read_text() + plain_of(ann.letters()[0]))
    assert len(links) == 4
    tokens = (ann.address_token, opened.access_token, proof["proof_token"], *links)
    for secret in (ann.email, name_of(ann.email), "secretdiary", "chrysanthemum", *tokens):
        assert secret.lower() not in logged.lower()


def test_a_mail_leads_to_its_result_and_says_how_to_stop_what_comes(
    visitor: Callable[[], Visitor], picture: bytes
) -> None:
    ann = visitor()
    ann.outcome(ann.send(picture))
    plain = plain_of(ann.letters()[0])
    request_id, token = re.findall(r"#request=(\w+)\.(\w+)", plain)[0]
    assert ann.ask("GET", f"/api/requests/{request_id}", token).json["filename"] == "page.png"
    assert b"fox,1" in ann.ask("GET", f"/api/requests/{request_id}/word-count.csv", token).data
    (not_me,) = re.findall(r"#not-me=(\S+)", plain)
    assert ann.ask("POST", "/api/addresses/stop", body={"token": not_me}).status == 200
    with pytest.raises(RefusedError) as refused:
        ann.send(picture)
    assert refused.value.code == "address_not_proven"


def test_a_stranger_has_an_address_mailed_no_more_than_the_cap_and_cannot_tell(
    cloud: Cloud, visitor: Callable[[], Visitor]
) -> None:
    known, unknown = visitor().prove(), f"stranger{next(_numbers)}@example.com"
    answers = [known.ask("POST", "/api/addresses", body={"email": email}) for email in (known.email, unknown) * 6]
    cloud.wait_idle(PATIENCE)
    assert {(answer.status, tuple(answer.json)) for answer in answers} == {
        (202, ("proof_id", "proof_token", "expires_at", "verification"))
    }
    assert [len(cloud.mails(email)) for email in (known.email, unknown)] == [3, 3]
