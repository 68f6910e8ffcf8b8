"""Every state that the page can be in, and how a person gets there: by a few ways, each through several of them.

A way is walked step by step: it stops at each state and tells its name, for axe or a camera to look at the page. It
leaves the service as it found it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from playwright.sync_api import expect

from tests.web import samples
from tests.web.samples import NAME
from tests.web.service import DAY, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.web.visit import Visit

Way: TypeAlias = "Callable[[Visit], Iterator[str]]"

YEAR: Final = 365 * 24 * 3600 * 1000
"""In milliseconds."""
WITHOUT_SCRIPTS: Final = "without-scripts"
"""The one state that axe, a script itself, cannot look at."""


def arriving(visit: Visit) -> Iterator[str]:
    visit.come()
    yield "first"
    visit.choose(samples.page())
    visit.sees("Your address first")
    yield "address-first"
    visit.chosen(NAME).get_by_role("button", name="Remove").click()
    visit.ask_for_link("not an address")
    visit.sees("This is not an address yet", visit.address)
    yield "address-mistyped"
    go_on = visit.api_takes_its_time("/api/addresses")
    visit.ask_for_link()
    visit.sees("One moment …", visit.address)
    yield "asking-for-link"
    go_on()
    visit.sees("Now look into your inbox.")
    yield "link-sent"
    visit.address.get_by_role("button", name="Send it again").click()
    visit.sees("we send only a few mails to an address each day")
    yield "link-sent-again"
    visit.count(samples.page())
    visit.sees("waits for your address")
    yield "waiting-for-address"
    visit.page.goto(f"{visit.service.url}/#confirm=unheard-of")
    visit.sees("We do not know this link.")
    yield "link-unknown"
    visit.page.context.set_offline(True)
    visit.page.goto(visit.service.link_in_mail(visit.email))
    visit.sees("We cannot be reached.")
    yield "link-out-of-reach"


def following_mails(visit: Visit) -> Iterator[str]:
    visit.page.clock.install()
    confirm, not_me = visit.service.link_in_mail, visit.service.not_me_link
    stop = not_me(visit.email)
    late = confirm(visit.email)
    visit.service.pass_time(DAY + 1)
    visit.page.goto(late)
    visit.sees("This link has expired.")
    yield "link-expired"
    visit.ask_for_link()
    visit.sees("Now look into your inbox.")
    visit.page.clock.fast_forward(YEAR)
    visit.sees("The time to press the link is over.")
    yield "link-not-pressed"
    visit.page.goto("about:blank")
    visit.page.goto(stop)
    visit.sees("it was not you who asked for it?")
    yield "not-me"
    visit.page.get_by_role("button", name="Stop these mails").click()
    visit.sees("For 30 days nobody can have such a mail sent to you")
    yield "mails-stopped"
    visit.service.pass_time(31 * DAY)  # then they are no longer


def choosing(visit: Visit) -> Iterator[str]:
    visit.come_proven()
    yield "proven"
    visit.drag("dragenter")
    yield "picture-above"
    visit.drag("dragleave")
    visit.choose(samples.page(), samples.drawn("WEBP", "notes.webp"), samples.two_pages(), samples.PDF)
    visit.sees("We made a JPEG of it")
    visit.sees("more than one page")
    yield "pictures-ready"
    visit.service.pass_time(91 * DAY)
    visit.send()
    visit.sees("We have to check your address once more.", visit.address)
    visit.sees("waits for your address", visit.chosen(NAME))
    visit.sees("waits for your address", visit.chosen("notes.jpg"))
    yield "proof-over"


def sending(visit: Visit) -> Iterator[str]:
    visit.page.clock.install()
    visit.come_proven()
    visit.choose(samples.page(), samples.heavy("large.png", 900, 400))
    visit.sees("large.png")
    visit.slow_network(100)
    visit.send()
    visit.sees(re.compile(r"[1-9]\d %"), visit.chosen("large.png"))
    yield "uploading"
    visit.chosen("large.png").get_by_role("button", name="Cancel").click()
    visit.sees("You cancelled this upload.")
    yield "cancelled"
    visit.try_again("large.png")
    visit.sees(re.compile(r"[1-9]\d? %"), visit.chosen("large.png"))
    visit.page.once("dialog", lambda dialog: dialog.accept())  # the browser asks whether to leave
    visit.page.reload()
    expect(visit.result("large.png")).to_be_visible()
    visit.page.clock.fast_forward(20_000)
    visit.sees("This picture did not arrive.", visit.result("large.png"))
    visit.finished(NAME)
    yield "did-not-arrive"


def stopped(visit: Visit) -> Iterator[str]:
    visit.come_proven()
    visit.choose(samples.page())
    visit.has_fetched_ahead()
    visit.page.context.set_offline(True)
    visit.send()
    visit.sees("We cannot be reached.", visit.chosen(NAME))
    yield "offline"
    visit.connection_breaks()
    visit.page.context.set_offline(False)
    visit.sees("The connection broke")
    yield "interrupted"
    visit.upload_goes_through()
    visit.service.cause(Trouble.UPLOADS_FORBIDDEN)
    visit.try_again(NAME)
    visit.sees("The picture was not let in.")
    yield "upload-refused"
    visit.service.end()
    visit.uploads_take(11 * 60)
    visit.try_again(NAME)
    visit.sees("its permission to upload has expired")
    yield "form-expired"


def turned_away(visit: Visit) -> Iterator[str]:
    visit.come_proven()
    visit.service.use_up_the_day(visit.email)
    visit.service.cause(Trouble.CROWD)
    visit.count(samples.page(), samples.page("second.jpg"), samples.page("third.jpg"))
    visit.sees("We try again by ourselves", visit.chosen(NAME))
    visit.sees("We try again by ourselves", visit.chosen("second.jpg"))
    visit.sees("waits for its turn", visit.chosen("third.jpg"))
    yield "throttled"
    visit.service.end()
    for name in (NAME, "second.jpg", "third.jpg"):
        visit.sees("stopped", visit.chosen(name))
    expect(visit.pictures.get_by_text("You can go on at")).to_have_count(1)
    yield "limit-reached"


def watching(visit: Visit) -> Iterator[str]:
    visit.come_proven()
    visit.service.cause(Trouble.SLOW_READING)
    visit.count(samples.whole_page())
    visit.sees("Uploaded", visit.result(NAME))
    visit.sees(": under way", visit.result(NAME))
    yield "reading"
    visit.page.context.set_offline(True)
    visit.sees("We cannot be reached.", visit.result(NAME))
    yield "offline-while-reading"
    visit.page.context.set_offline(False)
    visit.service.cause(Trouble.API_BROKEN)
    visit.sees("Something went wrong on our side.")
    yield "service-down"
    visit.service.cause(Trouble.SLOW_MAILING)
    visit.service.end(Trouble.API_BROKEN, Trouble.SLOW_READING)
    visit.sees(re.compile(r"^28\d$"), visit.result(NAME))
    expect(visit.page.get_by_text("Something went wrong")).to_be_hidden()
    yield "mailing"
    visit.service.end()
    visit.finished(NAME)
    yield "result"
    visit.page.get_by_role("checkbox", name="Leave out the commonest words").check()
    visit.sees("sleep", visit.page.get_by_role("tabpanel"))
    yield "without-common-words"
    visit.page.get_by_role("tab", name="All words").click()
    visit.page.get_by_role("searchbox", name="Find a word").fill("th")
    visit.sees(re.compile(r"\d+ of \d+ words"))
    yield "all-words"
    visit.page.context.set_offline(True)
    visit.page.get_by_role("tab", name="Text as read").click()
    visit.sees("Check your connection, then try again.", visit.result(NAME))
    visit.result(NAME).get_by_role("button", name="Try again").focus()
    yield "text-out-of-reach"
    visit.page.context.set_offline(False)
    visit.result(NAME).get_by_role("button", name="Try again").click()
    visit.sees("To be, or not to be")
    yield "text"
    yield from _going_on_with_it(visit)


def _going_on_with_it(visit: Visit) -> Iterator[str]:
    """With the result that is shown."""
    visit.may_copy(granted=False)
    visit.result(NAME).get_by_role("button", name="Copy the link").click()
    visit.sees("This is the link:", visit.result(NAME))
    yield "link-to-copy"
    visit.may_copy(granted=True)
    visit.result(NAME).get_by_role("button", name="Copy the link").click()
    visit.sees("The link is copied.", visit.result(NAME))
    yield "link-copied"
    visit.result(NAME).get_by_role("button", name="Delete").click()
    visit.sees("Delete this result?", visit.page.get_by_role("dialog"))
    yield "asks-before-deleting"
    visit.page.get_by_role("button", name="Delete it").click()
    visit.sees("What remains:")
    yield "deleted"


def once_more(visit: Visit) -> Iterator[str]:
    visit.come_proven()
    first = samples.page()
    visit.count(first)
    visit.finished(NAME)
    visit.count(samples.Picture("again.jpg", first.data))
    visit.finished("again.jpg")
    yield "seen-before"
    visit.closed("again.jpg")
    visit.closed(NAME)
    visit.sees("19 words", visit.step("Earlier, in this browser"))
    yield "earlier"
    visit.service.forget_words()
    visit.step("Earlier, in this browser").get_by_role("link", name=NAME).click()
    visit.sees("The words are not kept here any more.")
    yield "words-forgotten"


def two_at_once(visit: Visit) -> Iterator[str]:
    visit.come_proven()
    visit.count(samples.page(), samples.drawn("PNG", "second.png"))
    visit.finished(NAME)
    visit.finished("second.png")
    yield "two-pictures"


def waiting_long(visit: Visit) -> Iterator[str]:
    visit.come_proven()
    visit.service.cause(Trouble.SLOW_READING)
    picture = samples.page()
    visit.service.someone_else_sends(picture.data)
    visit.count(picture)
    visit.sees("This very picture is being read already.")
    yield "joined"
    visit.closed(NAME)
    visit.count(samples.page())
    visit.sees(": under way", visit.result(NAME))
    visit.service.pass_time(301)
    visit.sees("This takes longer than it should.")
    yield "late"


def poor_pictures(visit: Visit) -> Iterator[str]:
    visit.come_proven()
    visit.count(samples.hard_to_read())
    visit.finished(NAME)
    visit.sees("This picture was hard to read")
    yield "hard-to-read"
    visit.closed(NAME)
    visit.count(samples.blank())
    visit.sees("There are no words in this picture.")
    visit.finished(NAME)
    yield "no-words"
    visit.closed(NAME)
    visit.count(samples.damaged())
    visit.sees("The picture is damaged or incomplete")
    yield "failed"


def unmailed(visit: Visit) -> Iterator[str]:
    visit.page.clock.install()
    visit.come_proven()
    visit.service.cause(Trouble.MAIL_DOWN)
    visit.count(samples.page())
    visit.sees("different words", visit.result(NAME))
    visit.service.give_mail_up()
    visit.sees("The mail could not be delivered.", visit.result(NAME))
    yield "undeliverable"
    visit.service.end()
    visit.closed(NAME)
    visit.service.cloud.mailbox(visit.email, "full")
    visit.count(samples.page())
    visit.sees("different words", visit.result(NAME))
    visit.mails_come_back()
    visit.sees("The mail to you came back.", visit.result(NAME), 20)
    yield "bounced"
    visit.closed(NAME)
    visit.count(samples.damaged())
    visit.sees("The picture is damaged or incomplete", visit.result(NAME))
    visit.mails_come_back()
    visit.sees("The mail about it could not be delivered.", visit.result(NAME), 20)
    visit.sees("The picture is damaged or incomplete", visit.result(NAME))
    visit.sees(re.compile(r"^Ended after "), visit.result(NAME))
    for way_on in ("Choose the picture again", "Mail it again"):
        expect(visit.result(NAME).get_by_role("button", name=way_on)).to_be_visible()
    yield "failure-bounced"
    visit.service.cloud.mailbox(visit.email, None)


def without_mailbox(visit: Visit) -> Iterator[str]:
    visit.come_proven()
    visit.service.cloud.mailbox(visit.email, "gone")
    visit.count(samples.page())
    result = visit.result(NAME)
    visit.sees("different words", result)
    visit.sees("The mail to you came back: your address takes no mail.", result, seconds=20)
    expect(result.get_by_role("listitem").filter(has_text="Mailed")).to_contain_text(": not done")
    expect(result.get_by_role("button", name="Choose the picture again")).to_be_visible()
    yield "mailbox-gone"
    result.get_by_role("button", name="Mail it again").click()
    visit.sees("We may not send mail to this address. Prove it once more", result)
    yield "mailbox-unproven"
    visit.service.cloud.mailbox(visit.email, None)
    visit.address.get_by_role("button", name="Use another address").click()
    visit.prove()
    result.get_by_role("button", name="Mail it again").click()
    visit.finished(NAME)


def too_late(visit: Visit) -> Iterator[str]:
    visit.come("#confirm=")
    visit.sees("This link is not whole.")
    yield "link-not-whole"
    visit.page.goto("about:blank")
    visit.come(f"#request={'0' * 32}.token")
    visit.sees("There is no such result any more.")
    yield "gone"
    visit.part_arrives_broken("view/results.js")
    visit.page.reload()
    visit.sees("A part of this page could not be loaded.")
    yield "part-missing"
    visit.switch_scripts_off()
    visit.page.reload()
    head = visit.page.get_by_role("banner")
    expect(head).to_contain_text("This page needs JavaScript", use_inner_text=True)  # which is seen as it stands
    yield WITHOUT_SCRIPTS


def unknown_to_ses(visit: Visit) -> Iterator[str]:
    """Only where SES's own mail proves addresses, and none else is mailed."""
    visit.come()
    earlier = visit.service.proof_mails(visit.email)
    visit.ask_for_link()
    visit.sees("It is from Amazon Web Services")
    yield "link-sent-by-ses"
    visit.follow_link(earlier)
    visit.service.cause(Trouble.SLOW_READING)
    visit.count(samples.page())
    result = visit.result(NAME)
    visit.sees(": under way", result)
    visit.service.cloud.unverify(visit.email)
    visit.service.end()
    visit.sees("not verified", result)
    visit.sees("different words", result)
    yield "address-unverified"
    result.get_by_role("button", name="Mail it again").click()
    visit.sees("We may not send mail to this address.", result)
    yield "mail-refused"
    visit.service.cloud.verify(visit.email)
    visit.service.pass_time(60)  # SES is asked about few addresses a minute
    visit.service.cause(Trouble.SLOW_MAILING)
    result.get_by_role("button", name="Mail it again").click()
    visit.sees("The mail is on its way again.", result)
    yield "mailed-again"
    visit.service.end()
    visit.finished(NAME)
    visit.service.cloud.unverify(visit.email)


OF_A_LINK: Final = ("link-sent", "link-sent-again", "waiting-for-address", "link-unknown", "link-out-of-reach")
OF_WAITING: Final = ("reading", "offline-while-reading", "service-down", "mailing")
OF_A_RESULT: Final = ("result", "without-common-words", "all-words", "text-out-of-reach", "text")
OF_ITS_LINK: Final = ("link-to-copy", "link-copied", "asks-before-deleting", "deleted")

WAYS: Final[dict[str, tuple[Way, tuple[str, ...]]]] = {
    way.__name__.replace("_", "-"): (way, states)
    for way, states in (
        (arriving, ("first", "address-first", "address-mistyped", "asking-for-link", *OF_A_LINK)),
        (following_mails, ("link-expired", "link-not-pressed", "not-me", "mails-stopped")),
        (choosing, ("proven", "picture-above", "pictures-ready", "proof-over")),
        (sending, ("uploading", "cancelled", "did-not-arrive")),
        (stopped, ("offline", "interrupted", "upload-refused", "form-expired")),
        (turned_away, ("throttled", "limit-reached")),
        (watching, (*OF_WAITING, *OF_A_RESULT, *OF_ITS_LINK)),
        (once_more, ("seen-before", "earlier", "words-forgotten")),
        (two_at_once, ("two-pictures",)),
        (waiting_long, ("joined", "late")),
        (poor_pictures, ("hard-to-read", "no-words", "failed")),
        (unmailed, ("undeliverable", "bounced", "failure-bounced")),
        (without_mailbox, ("mailbox-gone", "mailbox-unproven")),
        (too_late, ("link-not-whole", "gone", "part-missing", WITHOUT_SCRIPTS)),
        (unknown_to_ses, ("link-sent-by-ses", "address-unverified", "mail-refused", "mailed-again")),
    )
}
"""Each way with the states that it passes, in order."""

BY_SES: Final = ("unknown-to-ses",)
"""The ways that can be gone only where addresses are proven by SES's own mail."""

WITHOUT_MAILBOX: Final = "without-mailbox"

IN_TROUBLES: Final = (*BY_SES, WITHOUT_MAILBOX)
"""The ways that are tested as troubles, and looked at there."""

OFFLINE: Final = ("link-out-of-reach", "offline", "offline-while-reading", "text-out-of-reach")
"""Without a network."""

STATES: Final = tuple(state for _, states in WAYS.values() for state in states)
