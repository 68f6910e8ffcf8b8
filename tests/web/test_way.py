"""The whole way, as a person goes it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.service.visitor import PATIENCE
from tests.web import samples
from tests.web.samples import KNOWN, NAME, PDF
from tests.web.service import Trouble

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Request

    from tests.web.visit import Visit

pytestmark = pytest.mark.cloud


# 1. Your address.


@pytest.mark.parametrize("verification", ["link", "ses"])
def test_the_page_notices_by_itself_that_the_address_is_proven_and_remembers_it(visit: Visit) -> None:
    visit.come()
    visit.prove()
    visit.hears(f"Your address is proven: {visit.email}.")
    visit.page.reload()
    visit.sees("is yours.", visit.address)


def test_the_link_in_the_mail_proves_the_address_in_the_browser_that_opens_it(visit: Visit) -> None:
    visit.come()
    visit.ask_for_link()
    visit.sees("Now look into your inbox.")
    inbox = visit.page.context.new_page()
    inbox.goto(visit.service.inbox_url)
    inbox.get_by_role("listitem").filter(has_text=f"to {visit.email}").get_by_role("link").click()
    inbox.get_by_role("listitem").get_by_role("link", name=re.compile("#confirm=")).click()
    expect(inbox.get_by_role("region", name="Your address").get_by_text("is yours.")).to_be_visible()
    assert "#" not in inbox.url, "a token stays in the browser's history"
    visit.is_proven()


def test_the_wait_for_the_mail_survives_a_reload_and_can_be_repeated(visit: Visit) -> None:
    visit.come()
    visit.ask_for_link()
    visit.sees("Now look into your inbox.")
    visit.page.reload()
    visit.sees("Now look into your inbox.")
    visit.address.get_by_role("button", name="Send it again").click()
    visit.sees("we send only a few mails to an address each day")
    visit.service.cloud.wait_idle(PATIENCE)
    assert visit.service.proof_mails(visit.email) == 2


def test_another_address_can_be_used_and_the_first_is_forgotten(visit: Visit) -> None:
    visit.come_proven()
    visit.address.get_by_role("button", name="Use another address").click()
    expect(visit.address.get_by_label("Email address")).to_be_focused()
    visit.page.reload()
    expect(visit.address.get_by_label("Email address")).to_have_value("")


def test_a_mail_that_nobody_asked_for_can_be_stopped(visit: Visit) -> None:
    visit.page.goto(visit.service.not_me_link(visit.email))
    visit.page.get_by_role("button", name="Stop these mails").click()
    visit.sees("For 30 days nobody can have such a mail sent to you")
    visit.ask_for_link()
    visit.sees("Now look into your inbox.")
    visit.service.cloud.wait_idle(PATIENCE)
    assert visit.service.proof_mails(visit.email) == 1, "one more than the stranger's"


# 2. Your pictures.


def test_a_picture_can_be_dropped_and_pasted(visit: Visit) -> None:
    visit.come()
    for event, carrier in (("drop", "dataTransfer"), ("paste", "clipboardData")):
        visit.page.evaluate(
            """async ([event, carrier]) => {
                const canvas = Object.assign(document.createElement("canvas"), { width: 40, height: 30 });
                const blob = await new Promise((done) => canvas.toBlob(done));
                const data = new DataTransfer();
                const name = event === "paste" ? "image.png" : "dropped.png";
                data.items.add(new File([blob], name, { type: "image/png" }));
                const Kind = event === "paste" ? ClipboardEvent : DragEvent;
                document.body.dispatchEvent(new Kind(event, { [carrier]: data, bubbles: true, cancelable: true }));
            }""",
            [event, carrier],
        )
    expect(visit.chosen("dropped.png").get_by_role("button", name="Remove")).to_be_visible()
    expect(visit.chosen("pasted.png").get_by_role("button", name="Remove")).to_be_visible()


def test_a_phone_can_photograph(visit: Visit, browser: Browser) -> None:
    expect(visit.page.get_by_role("button", name="Take a photo")).to_have_count(0)
    phone = browser.new_context(has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844})
    page = phone.new_page()
    page.goto(visit.service.url)
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name="Take a photo").click()
    assert choosing.value.element.get_attribute("capture") == "environment"
    phone.close()


def test_what_we_cannot_take_is_said_before_anything_is_sent(visit: Visit) -> None:
    visit.come_proven()
    empty = samples.Picture("empty.png", b"")
    words = samples.Picture("notes.png", b"only words")
    damaged = samples.Picture("damaged.png", b"\x89PNG\r\n\x1a\n and no more")
    visit.choose(PDF, samples.two_pages(), empty, words, damaged)
    for name, told in {
        "report.pdf": "cannot read PDF yet",
        "scan.tiff": "more than one page",
        "empty.png": "The file is empty.",
        "notes.png": "This is not a picture.",
        "damaged.png": "it may be damaged or incomplete",
    }.items():
        visit.sees(told, visit.chosen(name))
    expect(visit.pictures.get_by_role("button", name=re.compile("Count the words"))).to_have_count(0)
    assert visit.uploads == []


def test_a_foreign_format_is_converted_and_the_person_told(visit: Visit) -> None:
    visit.come_proven()
    kinds = ("webp", "bmp", "gif", "avif")
    visit.choose(*(samples.drawn(kind.upper(), f"{kind}.{kind}") for kind in kinds))
    for kind in kinds:
        told = re.compile(f"We made a JPEG of it, because {kind} cannot be read", re.IGNORECASE)
        visit.sees(told, visit.chosen(f"{kind}.jpg"))
    visit.send()
    for kind in kinds:
        visit.finished(f"{kind}.jpg")
    assert visit.uploads == ["image/jpeg"] * len(kinds)


def test_a_picture_over_10_mb_is_made_smaller(visit: Visit) -> None:
    visit.come_proven()
    visit.choose(samples.heavy("huge.png", 2400, 1700))
    visit.sees("because it was larger than 10 MB (PNG, 12.2 MB)", visit.chosen("huge.jpg"), 30)
    visit.send()
    visit.finished("huge.jpg")


def test_a_tiff_is_sent_as_it_is(visit: Visit) -> None:
    visit.come_proven()
    visit.count(samples.drawn("TIFF", "fax.tiff"))
    visit.finished("fax.tiff")
    assert visit.uploads == ["image/tiff"]


def test_the_upload_shows_how_far_it_is_and_can_be_cancelled_and_tried_again(visit: Visit) -> None:
    visit.come_proven()
    visit.choose(samples.heavy("large.png", 900, 400))
    visit.sees("1.1 MB")
    visit.slow_network(200)
    visit.send()
    row = visit.chosen("large.png")
    visit.sees(re.compile(r"[1-9]\d %"), row)
    assert 0 < int(row.get_by_role("progressbar").get_attribute("value") or 0) < 100
    row.get_by_role("button", name="Cancel").click()
    visit.sees("You cancelled this upload.", row)
    expect(row.get_by_role("button", name="Try again")).to_be_focused()
    visit.slow_network(-1)
    row.get_by_role("button", name="Try again").click()
    visit.finished("large.png")


def test_pictures_wait_for_the_address_and_go_on_by_themselves(visit: Visit) -> None:
    visit.come()
    visit.count(samples.page())
    expect(visit.address.get_by_label("Email address")).to_be_focused()
    visit.sees("waits for your address", visit.chosen(NAME))
    visit.prove()
    visit.finished(NAME)


# 3. Your words.


def test_each_stage_is_shown_and_announced_with_the_time(visit: Visit) -> None:
    visit.page.clock.install()
    visit.come_proven()
    visit.service.cause(Trouble.SLOW_READING)
    visit.count(samples.page())
    result = visit.result(NAME)
    now = result.get_by_role("listitem").filter(has_text=": under way")
    expect(now).to_contain_text("Read")
    visit.sees(re.compile(r"^\d+\.\d s$"), result)
    visit.service.cause(Trouble.SLOW_MAILING)
    visit.service.end(Trouble.SLOW_READING)
    expect(now).to_contain_text("Mailed")
    visit.service.end(Trouble.SLOW_MAILING)
    visit.finished(NAME)
    expect(result.get_by_role("listitem").filter(has_text=": done")).to_have_count(4)
    visit.page.clock.run_for(10_000)  # it is said one sentence after the other, and nobody need wait for that
    for each in ("is ready", "Uploading hamlet.jpg", ": uploaded.", ": read.", ": counted.", "words, ", ": mailed."):
        visit.hears(each)


def test_the_result_tells_words_chart_table_and_text(visit: Visit) -> None:
    result = visit.come_to_result(KNOWN)
    for figure in ("words", "different words", "sure of each word"):
        visit.sees(figure, result)
    bars = result.get_by_role("tabpanel").get_by_role("listitem")
    assert bars.first.inner_text().split() == ["the", "22", "times"]
    result.get_by_role("tab", name="All words").click()
    rows = result.get_by_role("row")
    expect(rows.nth(1)).to_contain_text("the")
    result.get_by_role("button", name="Word", exact=True).click()
    expect(result.get_by_role("columnheader", name="Word")).to_have_attribute("aria-sort", "ascending")
    expect(rows.nth(1)).to_contain_text("a")
    result.get_by_role("button", name="Show more").click()
    assert rows.count() > 100
    result.get_by_role("searchbox", name="Find a word").fill("SLEEP")
    expect(rows).to_have_count(2)
    visit.sees(re.compile(r"^1 of \d+ words$"), result)
    result.get_by_role("tab", name="Text as read").click()
    visit.sees("To be, or not to be", result)


def test_the_commonest_words_of_a_language_can_be_left_out(visit: Visit) -> None:
    result = visit.come_to_result(KNOWN)
    language = result.get_by_role("combobox", name="Language of the commonest words")
    expect(language).to_have_value("en")
    assert language.get_by_role("option").all_inner_texts() == [
        "English", "French", "German", "Italian", "Portuguese", "Spanish",
    ]  # fmt: skip
    bars = result.get_by_role("tabpanel").get_by_role("listitem")
    result.get_by_role("checkbox", name="Leave out the commonest words").check()
    expect(bars.first).to_contain_text("sleep")
    language.select_option("French")
    expect(bars.first).to_contain_text("the")


def test_a_picture_seen_before_is_not_read_again_and_that_is_said(visit: Visit) -> None:
    first = samples.page()
    visit.come_to_result(first)
    visit.come_proven()
    visit.count(samples.Picture("again.jpg", first.data))
    again = visit.finished("again.jpg")
    visit.sees("Seen before, no need to read it again.", again)
    expect(again.get_by_role("listitem").filter(has_text=": not needed, seen before")).to_have_count(2)


def test_two_pictures_at_once_each_get_their_result(visit: Visit) -> None:
    visit.come_proven()
    visit.choose(samples.page(), samples.drawn("PNG", "second.png"))
    visit.pictures.get_by_role("button", name="Count the words in 2 pictures").click()
    visit.finished(NAME)
    visit.finished("second.png")


def test_a_picture_that_was_hard_to_read_is_pointed_out(visit: Visit) -> None:
    result = visit.come_to_result(samples.hard_to_read())
    visit.sees("This picture was hard to read", result)
    result.get_by_role("button", name="Retake this one").click()
    expect(visit.page.get_by_role("button", name="Choose pictures")).to_be_focused()


def test_the_files_can_be_downloaded(visit: Visit) -> None:
    result = visit.come_to_result(samples.known())
    for button, file, holds in (
        ("CSV", "hamlet.word-count.csv", "be,2"),
        ("JSON", "hamlet.word-count.json", '"word":"be","count":2'),
        ("TXT", "hamlet.text.txt", "To be, or not to be"),
    ):
        with visit.page.expect_download() as downloading:
            result.get_by_role("button", name=button).click()
        assert downloading.value.suggested_filename == file
        assert holds in downloading.value.path().read_text(encoding="utf-8")


def test_a_result_can_be_deleted_and_what_remains_is_said(visit: Visit) -> None:
    result = visit.come_to_result(samples.known())
    address = visit.page.url
    result.get_by_role("button", name="Delete").click()
    dialog = visit.page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
    visit.is_amidst(dialog)
    dialog.get_by_role("button", name="Delete it").click()
    visit.sees(re.compile("Deleted: your address, the file’s name, the link to this result"), result)
    visit.sees(re.compile(r"The text and the word count, until \d+ \w+ \d{4}"), result)
    visit.page.goto("about:blank")
    visit.page.goto(address)
    visit.sees("There is no such result any more.")


def test_a_results_address_shows_it_again_after_a_reload_and_on_another_device(visit: Visit, browser: Browser) -> None:
    visit.come_proven()
    visit.count(samples.known())
    visit.finished(NAME)
    address = visit.page.url
    assert "#request=" in address
    visit.page.reload()
    visit.finished(NAME)
    elsewhere = browser.new_context()
    page = elsewhere.new_page()
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    page.goto(address)
    expect(page.get_by_role("article", name=NAME).get_by_text("different words")).to_be_visible()
    token = address.rpartition(".")[2]
    assert not [url for url in asked if token in url], "a token was sent in an address"
    elsewhere.close()


def test_a_reload_in_mid_flight_loses_nothing(visit: Visit) -> None:
    visit.service.cause(Trouble.SLOW_READING)
    visit.come_proven()
    visit.count(samples.page(), samples.drawn("PNG", "second.png"))
    for name in (NAME, "second.png"):
        visit.sees(": under way", visit.result(name))
    visit.page.reload()
    visit.service.end(Trouble.SLOW_READING)
    visit.finished(NAME)
    visit.finished("second.png")


def test_history_leads_back_and_can_be_erased(visit: Visit) -> None:
    visit.come_proven()
    visit.count(samples.known())
    visit.finished(NAME).get_by_role("button", name="Close").click()
    expect(visit.result(NAME)).to_have_count(0)
    assert "#" not in visit.page.url
    visit.page.reload()
    history = visit.step("Earlier, in this browser")
    history.get_by_role("link", name=NAME).click()
    visit.finished(NAME)
    history.get_by_role("button", name="Erase this list").click()
    expect(history).to_have_count(0)
    visit.page.reload()
    expect(visit.page.get_by_text(NAME)).to_have_count(0)
    kept = visit.page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert NAME not in json.dumps(kept)


def test_what_another_tab_forgets_is_not_shown_again_after_a_reload(visit: Visit, context: BrowserContext) -> None:
    visit.come_proven()
    visit.count(samples.known())
    visit.finished(NAME)
    other = context.new_page()
    other.goto(visit.service.url)
    other.get_by_role("button", name=f"Forget {NAME}").click()
    expect(visit.step("Earlier, in this browser")).to_have_count(0)
    expect(visit.result(NAME)).to_be_visible()
    visit.page.reload()
    visit.is_proven()
    expect(visit.page.get_by_text(NAME)).to_have_count(0)


def test_tags_in_names_and_texts_are_shown_as_text_on_the_page_and_in_the_mail(visit: Visit) -> None:
    visit.come_proven()
    name = "<img src=x onerror=alert(1)>.jpg"
    visit.count(samples.with_tags(name))
    result = visit.finished(name)
    result.get_by_role("tab", name="Text as read").click()
    visit.sees("<script>alert(1)</script> and also <b>bold</b>", result)
    assert visit.page.title() == "Every word on your page, counted"
    mail = visit.service.result_mail(visit.email)
    assert mail.html
    reader = visit.page.context.new_page()  # which would run a script, as no reader of mail should
    reader.set_content(mail.html.read_text(encoding="utf-8"))
    expect(reader.get_by_text(name).first).to_be_visible()
    expect(reader.locator("script, [onerror]")).to_have_count(0)


def test_the_link_in_a_results_mail_shows_it_on_another_device(visit: Visit, context: BrowserContext) -> None:
    visit.service.sent_elsewhere(visit.email, samples.known())
    mail = visit.service.result_mail(visit.email)
    inbox = context.new_page()
    inbox.goto(f"{visit.service.inbox_url}/{mail.folder.name}")
    inbox.get_by_role("listitem").get_by_role("link", name=re.compile("#request=")).click()
    visit.sees("different words", inbox.get_by_role("article", name=NAME))


def test_the_page_says_what_is_kept_how_long_and_which_languages_are_read(visit: Visit) -> None:
    visit.come()
    foot = visit.page.get_by_role("contentinfo")
    for told in (
        "Your picture is deleted",
        "Text and counts are kept for a while",
        "English, French, German, Italian, Portuguese and Spanish",
    ):
        visit.sees(told, foot)
    result = visit.come_to_result(samples.known())
    visit.sees(re.compile(r"Text and counts are kept until \d+ \w+ \d{4}"), result)
    visit.sees(re.compile(r"your address, the file’s name and this link until \d+ \w+ \d{4}"), result)
