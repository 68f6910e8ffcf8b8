"""Every state that the page can be in, and how a person gets there. Screenshots and axe go through all of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tests.web import samples
from tests.web.service import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.visit import Visit

NAME: Final = "hamlet.jpg"


def first(visit: Visit) -> None:
    visit.come()


def address_mistyped(visit: Visit) -> None:
    visit.come()
    visit.ask_for_link("not an address")
    visit.sees("This is not an address yet", visit.address)


def link_sent(visit: Visit) -> None:
    visit.come()
    visit.ask_for_link()
    visit.sees("Now look into your inbox.")


def link_expired(visit: Visit) -> None:
    visit.come("#confirm=expired")
    visit.sees("This link has expired.")


def not_me(visit: Visit) -> None:
    link = visit.service.not_me_link("ada@example.com")
    visit.come("#" + link.partition("#")[2])
    visit.sees("it was not you who asked for it?")


def proven(visit: Visit) -> None:
    visit.come()
    visit.prove()


def pictures_ready(visit: Visit) -> None:
    proven(visit)
    visit.choose(samples.page(), samples.drawn("WEBP", "notes.webp"), samples.two_pages(), PDF)
    visit.sees("We made a JPEG of it")
    visit.sees("more than one page")


def waiting_for_address(visit: Visit) -> None:
    link_sent(visit)
    visit.count(samples.page())
    visit.sees("waits for your address")


def uploading(visit: Visit) -> None:
    proven(visit)
    visit.choose(samples.page(), samples.noise("large.png", 1200))
    visit.sees("large.png")
    visit.slow_network(150)
    visit.send()
    visit.sees(re.compile(r"[2-9]\d %"), visit.chosen("large.png"))


def cancelled(visit: Visit) -> None:
    uploading(visit)
    visit.chosen("large.png").get_by_role("button", name="Cancel").click()
    visit.sees("You cancelled this upload.")


def interrupted(visit: Visit) -> None:
    visit.service.cause(Trouble.UPLOAD_CUT)
    proven(visit)
    visit.count(samples.page())
    visit.sees("The connection broke")


def limit_reached(visit: Visit) -> None:
    visit.service.cause(Trouble.LIMIT_REACHED)
    proven(visit)
    visit.count(samples.page())
    visit.sees("You can go on at")


def throttled(visit: Visit) -> None:
    visit.service.cause(Trouble.THROTTLED)
    proven(visit)
    visit.count(samples.page())
    visit.sees("We try again by ourselves")


def upload_refused(visit: Visit) -> None:
    visit.service.cause(Trouble.UPLOAD_REFUSED)
    proven(visit)
    visit.count(samples.page())
    visit.sees("The picture was not let in.")


def form_expired(visit: Visit) -> None:
    visit.service.cause(Trouble.FORM_EXPIRED)
    proven(visit)
    visit.count(samples.page())
    visit.sees("its permission to upload has expired")


def reading(visit: Visit) -> None:
    visit.service.cause(Trouble.HELD_BEFORE_READING)
    proven(visit)
    visit.count(samples.page())
    visit.sees("Uploaded", visit.result(NAME))
    visit.sees(": under way", visit.result(NAME))


def mailing(visit: Visit) -> None:
    visit.service.cause(Trouble.HELD_BEFORE_MAILING)
    proven(visit)
    visit.count(samples.page())
    visit.sees("sure of each word", visit.result(NAME))
    visit.sees(re.compile(r"^28\d$"), visit.result(NAME))


def late(visit: Visit) -> None:
    visit.service.cause(Trouble.LATE)
    proven(visit)
    visit.count(samples.page())
    visit.sees("This takes longer than it should.")


def joined(visit: Visit) -> None:
    visit.service.cause(Trouble.JOINED)
    proven(visit)
    visit.count(samples.page())
    visit.sees("This very picture is being read already.")


def result(visit: Visit) -> None:
    proven(visit)
    visit.count(samples.page())
    visit.finished(NAME)


def without_common_words(visit: Visit) -> None:
    result(visit)
    visit.page.get_by_role("checkbox", name="Leave out the commonest words").check()
    visit.sees("sleep", visit.page.get_by_role("tabpanel"))


def all_words(visit: Visit) -> None:
    result(visit)
    visit.page.get_by_role("tab", name="All words").click()
    visit.page.get_by_role("searchbox", name="Find a word").fill("th")
    visit.sees(re.compile(r"\d+ of \d+ words"))


def text(visit: Visit) -> None:
    result(visit)
    visit.page.get_by_role("tab", name="Text as read").click()
    visit.sees("To be, or not to be")


def seen_before(visit: Visit) -> None:
    result(visit)
    visit.count(samples.Picture("again.jpg", samples.page().data))
    visit.finished("again.jpg")


def two_pictures(visit: Visit) -> None:
    proven(visit)
    visit.count(samples.page(), samples.drawn("PNG", "second.png"))
    visit.finished(NAME)
    visit.finished("second.png")


def hard_to_read(visit: Visit) -> None:
    visit.service.cause(Trouble.HARD_TO_READ)
    result(visit)
    visit.sees("This picture was hard to read")


def no_words(visit: Visit) -> None:
    visit.service.cause(Trouble.NO_WORDS)
    result(visit)
    visit.sees("There are no words in this picture.")


def failed(visit: Visit) -> None:
    visit.service.cause(Trouble.UNREADABLE)
    proven(visit)
    visit.count(samples.page())
    visit.sees("The picture is damaged or incomplete")


def undeliverable(visit: Visit) -> None:
    visit.service.cause(Trouble.UNDELIVERABLE)
    proven(visit)
    visit.count(samples.page())
    visit.sees("The mail could not be delivered.")


def service_down(visit: Visit) -> None:
    reading(visit)
    visit.service.cause(Trouble.BROKEN)
    visit.sees("Something went wrong on our side.")


def asks_before_deleting(visit: Visit) -> None:
    result(visit)
    visit.result(NAME).get_by_role("button", name="Delete").click()
    visit.sees("Delete this result?", visit.page.get_by_role("dialog"))


def deleted(visit: Visit) -> None:
    asks_before_deleting(visit)
    visit.page.get_by_role("button", name="Delete it").click()
    visit.sees("What remains:")


def gone(visit: Visit) -> None:
    visit.come(f"#request={'0' * 32}.token")
    visit.sees("There is no such result any more.")


def earlier(visit: Visit) -> None:
    result(visit)
    visit.result(NAME).get_by_role("button", name="Close").click()
    visit.sees(re.compile(r"28\d words"), visit.step("Earlier, in this browser"))


PDF: Final = samples.Picture("report.pdf", b"%PDF-1.7\n%nothing", "application/pdf")

STATES: Final[dict[str, Callable[[Visit], None]]] = {
    state.__name__.replace("_", "-"): state
    for state in (
        first, address_mistyped, link_sent, link_expired, not_me, proven,
        pictures_ready, waiting_for_address, uploading, cancelled, interrupted,
        limit_reached, throttled, upload_refused, form_expired,
        reading, joined, late, service_down, mailing, result, without_common_words, all_words, text, seen_before,
        two_pictures, hard_to_read, no_words, failed, undeliverable,
        asks_before_deleting, deleted, gone, earlier,
    )
}  # fmt: skip
