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


def arriving(visit: Visit) -> Iterator[str]:
    visit.come()
    yield "first"
    visit.ask_for_link("not an address")
    visit.sees("This is not an address yet", visit.address)
    yield "address-mistyped"
    visit.ask_for_link()
    visit.sees("Now look into your inbox.")
    yield "link-sent"
    visit.count(samples.page())
    visit.sees("waits for your address")
    yield "waiting-for-address"


def following_mails(visit: Visit) -> Iterator[str]:
    confirm, not_me = visit.service.link_in_mail, visit.service.not_me_link
    stop = not_me(visit.email)
    late = confirm(visit.email)
    visit.service.pass_time(DAY + 1)
    visit.page.goto(late)
    visit.sees("This link has expired.")
    yield "link-expired"
    visit.page.goto("about:blank")
    visit.page.goto(stop)
    visit.sees("it was not you who asked for it?")
    yield "not-me"


def choosing(visit: Visit) -> Iterator[str]:
    visit.come_proven()
    yield "proven"
    visit.choose(samples.page(), samples.drawn("WEBP", "notes.webp"), samples.two_pages(), samples.PDF)
    visit.sees("We made a JPEG of it")
    visit.sees("more than one page")
    yield "pictures-ready"


def sending(visit: Visit) -> Iterator[str]:
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


def stopped(visit: Visit) -> Iterator[str]:
    visit.come_proven()
    visit.connection_breaks()
    visit.count(samples.page())
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
    visit.count(samples.page())
    visit.sees("We try again by ourselves")
    yield "throttled"
    visit.service.end()
    visit.sees("You can go on at")
    yield "limit-reached"


def watching(visit: Visit) -> Iterator[str]:
    visit.come_proven()
    visit.service.cause(Trouble.SLOW_READING)
    visit.count(samples.whole_page())
    visit.sees("Uploaded", visit.result(NAME))
    visit.sees(": under way", visit.result(NAME))
    yield "reading"
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
    visit.page.get_by_role("tab", name="Text as read").click()
    visit.sees("To be, or not to be")
    yield "text"
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
    visit.sees("The mail to you came back.", visit.result(NAME))
    yield "bounced"
    visit.service.cloud.mailbox(visit.email, None)


def too_late(visit: Visit) -> Iterator[str]:
    visit.come(f"#request={'0' * 32}.token")
    visit.sees("There is no such result any more.")
    yield "gone"


OF_A_RESULT: Final = ("without-common-words", "all-words", "text", "asks-before-deleting", "deleted")

WAYS: Final[dict[str, tuple[Way, tuple[str, ...]]]] = {
    way.__name__.replace("_", "-"): (way, states)
    for way, states in (
        (arriving, ("first", "address-mistyped", "link-sent", "waiting-for-address")),
        (following_mails, ("link-expired", "not-me")),
        (choosing, ("proven", "pictures-ready")),
        (sending, ("uploading", "cancelled")),
        (stopped, ("interrupted", "upload-refused", "form-expired")),
        (turned_away, ("throttled", "limit-reached")),
        (watching, ("reading", "service-down", "mailing", "result", *OF_A_RESULT)),
        (once_more, ("seen-before", "earlier")),
        (two_at_once, ("two-pictures",)),
        (waiting_long, ("joined", "late")),
        (poor_pictures, ("hard-to-read", "no-words", "failed")),
        (unmailed, ("undeliverable", "bounced")),
        (too_late, ("gone",)),
    )
}
"""Each way with the states that it passes, in order."""

STATES: Final = tuple(state for _, states in WAYS.values() for state in states)
