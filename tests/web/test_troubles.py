"""What does not work has its words and a way on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.web import samples
from tests.web.service import Trouble
from tests.web.states import NAME

if TYPE_CHECKING:
    from tests.web.visit import Visit


@pytest.fixture
def proven(visit: Visit) -> Visit:
    visit.come()
    visit.prove()
    return visit


def try_again(visit: Visit) -> None:
    visit.chosen(NAME).get_by_role("button", name="Try again").click()


def test_an_address_that_is_none_is_refused_in_place(visit: Visit) -> None:
    visit.come()
    visit.ask_for_link("not an address")
    visit.sees("This is not an address yet", visit.address)
    expect(visit.address.get_by_label("Email address")).to_be_focused()
    visit.ask_for_link("ada@example")
    visit.sees("Mail cannot be sent to this address.", visit.address)
    visit.ask_for_link("ada@example.com")
    visit.sees("Now look into your inbox.", visit.address)


@pytest.mark.parametrize(
    ("token", "told"), [("expired", "This link has expired."), ("unheard-of", "We do not know this link.")]
)
def test_an_old_or_broken_link_says_so_and_offers_a_new_one(visit: Visit, token: str, told: str) -> None:
    visit.come(f"#confirm={token}")
    visit.sees(told, visit.address)
    expect(visit.address.get_by_role("button", name="Send me a link")).to_be_visible()


def test_a_broken_link_takes_nothing_from_a_proof_that_waits(visit: Visit) -> None:
    visit.come()
    visit.ask_for_link()
    visit.sees("Now look into your inbox.")
    visit.page.goto("about:blank")
    visit.come("#confirm=unheard-of")
    visit.sees("We do not know this link.")
    visit.sees("Now look into your inbox.", visit.address)


def test_a_token_that_is_not_taken_any_more_leads_to_a_new_proof_and_the_picture_goes_on(proven: Visit) -> None:
    proven.service.cause(Trouble.TOKEN_VOID)
    proven.count(samples.page())
    proven.sees("We have to check your address once more.", proven.address)
    proven.service.end(Trouble.TOKEN_VOID)
    proven.prove()
    proven.finished(NAME)


def test_throttling_is_waited_out(proven: Visit) -> None:
    proven.service.cause(Trouble.THROTTLED)
    proven.count(samples.page())
    proven.sees("We try again by ourselves in a moment.", proven.chosen(NAME))
    proven.service.end(Trouble.THROTTLED)
    proven.finished(NAME)


def test_the_limit_tells_when_to_come_back(proven: Visit) -> None:
    proven.service.cause(Trouble.LIMIT_REACHED)
    proven.count(samples.page())
    proven.sees("You can go on at", proven.chosen(NAME))
    proven.service.end(Trouble.LIMIT_REACHED)
    try_again(proven)
    proven.finished(NAME)


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (Trouble.FORM_EXPIRED, "its permission to upload has expired"),
        (Trouble.UPLOAD_REFUSED, "The picture was not let in."),
        (Trouble.UPLOAD_CUT, "The connection broke before the picture had arrived."),
        (Trouble.BROKEN, "Something went wrong on our side."),
    ],
)
def test_an_upload_that_fails_says_why_and_can_be_tried_again(proven: Visit, trouble: Trouble, told: str) -> None:
    proven.service.cause(trouble)
    proven.count(samples.page())
    proven.sees(told, proven.chosen(NAME))
    proven.service.end(trouble)
    try_again(proven)
    proven.finished(NAME)
    assert len(proven.service.uploads()) == 1


def test_the_network_cut_before_the_upload_goes_on_when_it_is_back(proven: Visit) -> None:
    proven.choose(samples.page())
    proven.page.context.set_offline(True)
    proven.send()
    expect(proven.page.get_by_text("You are offline.")).to_be_visible()
    proven.sees("We cannot be reached.", proven.chosen(NAME))
    proven.page.context.set_offline(False)
    proven.finished(NAME)
    expect(proven.page.get_by_text("You are offline.")).to_be_hidden()


def test_the_network_cut_while_reading_goes_on_when_it_is_back(proven: Visit) -> None:
    proven.service.cause(Trouble.HELD_BEFORE_READING)
    proven.count(samples.page())
    proven.sees(": under way", proven.result(NAME))
    proven.page.context.set_offline(True)
    proven.sees("We cannot be reached.", proven.result(NAME))
    proven.service.end(Trouble.HELD_BEFORE_READING)
    proven.page.context.set_offline(False)
    proven.finished(NAME)


def test_a_picture_that_cannot_be_read_says_why(proven: Visit) -> None:
    proven.service.cause(Trouble.UNREADABLE)
    proven.count(samples.page())
    result = proven.result(NAME)
    proven.sees("The picture is damaged or incomplete", result)
    result.get_by_role("button", name="Choose the picture again").click()
    expect(proven.page.get_by_role("button", name="Choose pictures")).to_be_focused()


def test_a_late_result_says_that_nobody_need_wait(proven: Visit) -> None:
    proven.service.cause(Trouble.LATE)
    proven.count(samples.page())
    proven.sees("This takes longer than it should.", proven.result(NAME))
    proven.service.end(Trouble.LATE)
    proven.finished(NAME)


def test_a_picture_that_is_being_read_for_another_says_so(proven: Visit) -> None:
    proven.service.cause(Trouble.JOINED)
    proven.count(samples.page())
    proven.sees("This very picture is being read already.", proven.result(NAME))


def test_a_mail_that_cannot_be_delivered_leaves_the_words_and_can_be_sent_again(proven: Visit) -> None:
    proven.service.cause(Trouble.UNDELIVERABLE)
    proven.count(samples.page())
    result = proven.result(NAME)
    proven.sees("The mail could not be delivered.", result)
    proven.sees("different words", result)
    proven.service.end(Trouble.UNDELIVERABLE)
    result.get_by_role("button", name="Mail it again").first.click()
    proven.finished(NAME)


def test_a_mail_that_cannot_be_asked_for_again_says_so(proven: Visit) -> None:
    proven.count(samples.page())
    result = proven.finished(NAME)
    proven.service.cause(Trouble.NOTHING_TO_RESEND)
    result.get_by_role("button", name="Mail it again").click()
    proven.sees("There is nothing that could be mailed again.", result)


def test_a_service_that_breaks_while_reading_is_asked_again(proven: Visit) -> None:
    proven.service.cause(Trouble.HELD_BEFORE_READING)
    proven.count(samples.page())
    proven.sees(": under way", proven.result(NAME))
    proven.service.cause(Trouble.BROKEN)
    proven.sees("We ask again by ourselves", proven.result(NAME))
    proven.service.end(Trouble.BROKEN, Trouble.HELD_BEFORE_READING)
    proven.finished(NAME)


def test_a_page_without_words_says_so(proven: Visit) -> None:
    proven.service.cause(Trouble.NO_WORDS)
    proven.count(samples.page())
    proven.sees("There are no words in this picture.", proven.result(NAME))


def test_a_result_that_is_gone_says_so(visit: Visit) -> None:
    visit.come(f"#request={'0' * 32}.token")
    visit.sees("There is no such result any more.")
