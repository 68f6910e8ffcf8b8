"""What does not work has its words and a way on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.web import samples
from tests.web.looking import walk_and_look
from tests.web.samples import NAME
from tests.web.service import DAY, Trouble
from tests.web.states import BY_SES, WITHOUT_MAILBOX

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Locator

    from tests.web.visit import Visit

pytestmark = pytest.mark.cloud


@pytest.fixture
def proven(visit: Visit) -> Visit:
    visit.come_proven()
    return visit


def test_an_address_that_is_none_is_refused_in_place(visit: Visit) -> None:
    visit.come()
    visit.ask_for_link("not an address")
    visit.sees("This is not an address yet", visit.address)
    expect(visit.address.get_by_label("Email address")).to_be_focused()
    visit.ask_for_link("ada@example")
    visit.sees("Mail cannot be sent to this address.", visit.address)
    visit.ask_for_link()
    visit.sees("Now look into your inbox.", visit.address)


@pytest.mark.parametrize(
    ("hours", "end", "told"), [(25, "", "This link has expired."), (0, "0", "We do not know this link.")]
)
def test_an_old_or_broken_link_says_so_and_offers_a_new_one(visit: Visit, hours: int, end: str, told: str) -> None:
    visit.service.not_me_link(visit.email)
    link = visit.service.link_in_mail(visit.email) + end
    visit.service.pass_time(hours * 3600)
    visit.page.goto(link)
    visit.sees(told, visit.address)
    expect(visit.address.get_by_role("button", name="Send me a link")).to_be_visible()


def test_a_link_that_is_not_whole_says_so(visit: Visit) -> None:
    visit.come(f"#request={'0' * 32}")
    visit.sees("This link is not whole.")
    assert "#" not in visit.page.url
    visit.come(f"#request={'0' * 32}.token")
    visit.sees("There is no such result any more.")
    expect(visit.page.get_by_text("This link is not whole.")).to_have_count(0)


def test_a_broken_link_to_stop_mails_leads_to_a_whole_one_and_not_to_more_mails(visit: Visit) -> None:
    visit.come("#not-me=unheard-of")
    visit.page.get_by_role("button", name="Stop these mails").click()
    visit.sees("We do not know this link. Open it from its mail once more")
    expect(visit.page.get_by_role("button", name="Stop these mails")).to_have_count(0)


def test_a_link_opened_without_a_network_can_be_tried_again(visit: Visit) -> None:
    visit.come()
    visit.page.context.set_offline(True)
    visit.page.goto(visit.service.proof_link(visit.email) + ").")
    visit.sees("We cannot be reached.")
    visit.page.context.set_offline(False)
    visit.page.get_by_role("button", name="Try again").click()
    visit.is_proven()
    expect(visit.page.get_by_text("We cannot be reached.")).to_have_count(0)


def test_a_broken_link_takes_nothing_from_a_proof_that_waits(visit: Visit) -> None:
    visit.come()
    visit.ask_for_link()
    visit.sees("Now look into your inbox.")
    visit.page.goto("about:blank")
    visit.come("#confirm=unheard-of")
    visit.sees("We do not know this link.")
    visit.sees("Now look into your inbox.", visit.address)


def test_a_proof_that_is_over_leads_to_a_new_one_and_the_picture_goes_on(proven: Visit) -> None:
    proven.service.pass_time(91 * DAY)
    proven.count(samples.page())
    proven.sees("We have to check your address once more.", proven.address)
    proven.prove()
    proven.finished(NAME)


def test_a_picture_for_an_address_whose_owner_has_stopped_us_is_refused(proven: Visit, context: BrowserContext) -> None:
    other = context.new_page()
    other.goto(proven.service.not_me_link(proven.email))
    other.get_by_role("button", name="Stop these mails").click()
    expect(other.get_by_text("For 30 days nobody can have such a mail sent to you")).to_be_visible()
    proven.count(samples.page())
    proven.sees("We have to check your address once more.", proven.address)
    proven.sees("waits for your address", proven.chosen(NAME))


def test_throttling_is_waited_out(proven: Visit) -> None:
    proven.service.cause(Trouble.CROWD)
    proven.count(samples.page())
    proven.sees("We try again by ourselves in a moment.", proven.chosen(NAME))
    proven.service.end()
    proven.finished(NAME)


def test_who_waits_for_the_others_can_cancel_at_once(proven: Visit) -> None:
    proven.service.cause(Trouble.CROWD)
    proven.count(samples.page())
    proven.sees("We try again by ourselves in a moment.", proven.chosen(NAME))
    proven.chosen(NAME).get_by_role("button", name="Cancel").click()
    proven.sees("You cancelled this upload.", proven.chosen(NAME))
    proven.service.end()
    proven.try_again(NAME)
    proven.finished(NAME)


def test_a_picture_that_was_called_off_and_removed_is_forgotten(proven: Visit) -> None:
    proven.choose(samples.heavy("large.png", 900, 400))
    proven.sees("1.1 MB")
    proven.slow_network(200)
    proven.send()
    proven.sees(" on its way", proven.chosen("large.png"))
    expect(proven.chosen("large.png").get_by_role("progressbar")).not_to_have_js_property("value", 0)
    proven.chosen("large.png").get_by_role("button", name="Cancel").click()
    proven.sees("You cancelled this upload.", proven.chosen("large.png"))
    proven.slow_network(-1)
    assert proven.service.requests_of(proven.email) == 1
    proven.chosen("large.png").get_by_role("button", name="Remove").click()
    proven.service.comes_to_know_nothing_of(proven.email)
    proven.page.reload()
    proven.sees("is yours.")
    expect(proven.page.get_by_role("article")).to_have_count(0)


def test_the_limit_tells_when_to_come_back(proven: Visit) -> None:
    proven.service.use_up_the_day(proven.email)
    proven.count(samples.page())
    proven.sees("You can go on at", proven.chosen(NAME))
    proven.service.pass_time(DAY)
    proven.try_again(NAME)
    proven.finished(NAME)


def test_why_several_pictures_stopped_is_told_once_and_all_are_tried_again_together(proven: Visit) -> None:
    proven.connection_breaks()
    proven.count(samples.page(), samples.page("second.jpg"))
    proven.sees("stopped", proven.chosen(NAME))
    proven.sees("stopped", proven.chosen("second.jpg"))
    expect(proven.pictures.get_by_text("The connection broke before the picture had arrived.")).to_have_count(1)
    proven.upload_goes_through()
    proven.pictures.get_by_role("button", name="Try all again").click()
    proven.finished(NAME)
    proven.finished("second.jpg")


def broken(visit: Visit) -> None:
    visit.service.cause(Trouble.API_BROKEN)


def forbidden(visit: Visit) -> None:
    visit.service.cause(Trouble.UPLOADS_FORBIDDEN)


def cut(visit: Visit) -> None:
    visit.connection_breaks()


def too_slow(visit: Visit) -> None:
    visit.uploads_take(11 * 60)


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (too_slow, "its permission to upload has expired"),
        (forbidden, "The picture was not let in."),
        (cut, "The connection broke before the picture had arrived."),
        (broken, "Something went wrong on our side."),
    ],
)
def test_an_upload_that_fails_says_why_and_can_be_tried_again(
    proven: Visit, trouble: Callable[[Visit], None], told: str
) -> None:
    trouble(proven)
    proven.count(samples.page())
    proven.sees(told, proven.chosen(NAME))
    proven.service.end()
    proven.upload_goes_through()
    proven.try_again(NAME)
    proven.finished(NAME)


def test_the_network_cut_before_the_upload_goes_on_when_it_is_back(proven: Visit) -> None:
    proven.choose(samples.page())
    proven.has_fetched_ahead()
    proven.page.context.set_offline(True)
    proven.send()
    expect(proven.page.get_by_text("You are offline.")).to_be_visible()
    proven.sees("We cannot be reached.", proven.chosen(NAME))
    proven.page.context.set_offline(False)
    proven.finished(NAME)
    expect(proven.page.get_by_text("You are offline.")).to_be_hidden()


def test_a_page_left_before_the_picture_had_arrived_says_so(proven: Visit) -> None:
    proven.page.clock.install()
    proven.page.reload()
    proven.is_proven()
    proven.page.on("dialog", lambda dialog: dialog.accept())  # the browser asks whether to leave
    proven.slow_network(20)
    proven.count(samples.heavy(NAME, 900, 300))
    proven.sees(re.compile(r"[1-9]\d? %"), proven.chosen(NAME))
    proven.page.reload()
    expect(proven.result(NAME)).to_be_visible()
    proven.page.clock.fast_forward(20_000)
    proven.sees("This picture did not arrive.", proven.result(NAME))
    proven.sees("The page was left while it was on its way.", proven.result(NAME))


def test_the_network_cut_while_reading_goes_on_when_it_is_back(proven: Visit) -> None:
    proven.service.cause(Trouble.SLOW_READING)
    proven.count(samples.page())
    proven.sees(": under way", proven.result(NAME))
    proven.page.context.set_offline(True)
    proven.sees("We cannot be reached.", proven.result(NAME))
    proven.service.end()
    proven.page.context.set_offline(False)
    proven.finished(NAME)


def test_a_picture_that_cannot_be_read_says_why(proven: Visit) -> None:
    proven.count(samples.damaged())
    result = proven.result(NAME)
    proven.sees("The picture is damaged or incomplete", result)
    result.get_by_role("button", name="Choose the picture again").click()
    expect(proven.page.get_by_role("button", name="Choose pictures")).to_be_focused()


def test_a_late_result_says_that_nobody_need_wait(proven: Visit) -> None:
    proven.service.cause(Trouble.SLOW_READING)
    proven.count(samples.page())
    proven.sees(": under way", proven.result(NAME))
    proven.service.pass_time(301)
    proven.sees("This takes longer than it should.", proven.result(NAME))
    proven.service.end()
    proven.finished(NAME)


def test_a_picture_that_is_being_read_for_another_says_so(proven: Visit) -> None:
    proven.service.cause(Trouble.SLOW_READING)
    picture = samples.page()
    proven.service.someone_else_sends(picture.data)
    proven.count(picture)
    proven.sees("This very picture is being read already.", proven.result(NAME))
    proven.service.end()
    proven.finished(NAME)


def test_a_mail_that_cannot_be_delivered_leaves_the_words_and_can_be_sent_again(proven: Visit) -> None:
    result = undelivered(proven)
    proven.page.reload()
    proven.sees("different words", result)
    took = result.get_by_text(re.compile("^Ended after ")).inner_text().removeprefix("Ended after ")
    proven.service.cause(Trouble.SLOW_MAILING)
    result.get_by_role("button", name="Mail it again").click()
    proven.sees("The mail is on its way again.", result)
    proven.service.end()
    proven.sees(f"Done in {took}", result)
    expect(result.get_by_text("The mail is on its way again.")).to_have_count(0)
    proven.hears(": mailed.")
    assert not proven.has_heard(": uploaded."), "what was over when the page was opened is no news"
    expect(result.get_by_role("heading", name=NAME)).to_be_focused()  # the button is gone
    assert proven.service.result_mail(proven.email).attachments


def test_a_mail_that_was_sent_meanwhile_is_not_sent_again(proven: Visit, context: BrowserContext) -> None:
    here = undelivered(proven)
    other = context.new_page()
    other.goto(proven.page.url)
    there = other.get_by_role("article", name=NAME)
    there.get_by_role("button", name="Mail it again").click()
    expect(there.get_by_text("Done in ")).to_be_visible()
    here.get_by_role("button", name="Mail it again").click()
    proven.sees("There is nothing left to mail.", here)
    proven.finished(NAME)


def test_a_mail_that_comes_back_leaves_the_words_and_the_address_to_be_proven_once_more(visit: Visit) -> None:
    walk_and_look(visit, WITHOUT_MAILBOX)
    visit.hears("The mail to you came back: your address takes no mail.")
    assert visit.service.result_mail(visit.email).subject == "Your OCR Results are Available"


def undelivered(visit: Visit) -> Locator:
    """The result whose mail failed, now that SES works again."""
    visit.service.cause(Trouble.MAIL_DOWN)
    visit.count(samples.page())
    result = visit.result(NAME)
    visit.sees("different words", result)
    visit.service.give_mail_up()
    visit.sees("The mail could not be delivered.", result)
    visit.service.end()
    return result


@pytest.mark.parametrize(("verification", "way"), [("ses", way) for way in BY_SES])
def test_an_address_that_ses_refuses_leaves_the_words_and_says_what_to_do(visit: Visit, way: str) -> None:
    walk_and_look(visit, way)


def test_a_service_that_breaks_while_reading_is_asked_again(proven: Visit) -> None:
    proven.service.cause(Trouble.SLOW_READING)
    proven.count(samples.page())
    proven.sees(": under way", proven.result(NAME))
    proven.service.cause(Trouble.API_BROKEN)
    proven.sees("We ask again by ourselves", proven.result(NAME))
    proven.service.end()
    proven.finished(NAME)


def test_a_page_without_words_says_so(proven: Visit) -> None:
    proven.count(samples.blank())
    proven.sees("There are no words in this picture.", proven.result(NAME))


def test_a_result_whose_words_are_no_longer_kept_says_so(visit: Visit) -> None:
    result = visit.come_to_result(samples.page())
    visit.service.forget_words()
    visit.page.reload()
    visit.sees("The words are not kept here any more. The mail that we sent has them all.", result)
    expect(result.get_by_role("listitem").filter(has_text=": done")).to_have_count(4)


def test_a_result_that_is_gone_says_so(visit: Visit) -> None:
    visit.come(f"#request={'0' * 32}.token")
    visit.sees("There is no such result any more.")
