"""A person with a browser, and what they do on the page, by roles and visible text."""

from __future__ import annotations

import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import expect

from tests.service.visitor import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import CDPSession, Locator, Page, Request, Route

    from tests.web.service import Service


APP: Final = Path(__file__).parents[2] / "web" / "app"
FETCHED: Final = """modules => {
    const fetched = performance.getEntriesByType("resource").map(({ name }) => name);
    return modules.every((module) => fetched.some((name) => name.endsWith(module)));
}"""

_AT_A_TIME: Final = 2.4
"""Seconds that Playwright is given for a look: so it looks every tenth of a second, given longer only every half."""


@dataclass(frozen=True)
class Picture:
    """A file that a person has."""

    name: str
    data: bytes


class Visit:
    """One tab of a person's.

    Attributes:
        page: The tab.
        service: What is behind the page.
        email: Their address.
        disk: Where their pictures lie: a browser reads large ones from there at once, and is told them in seconds.
        uploads: The content type of each file for which a form was asked.
    """

    def __init__(self, page: Page, service: Service, email: str, disk: Path) -> None:
        self.page = page
        self.service = service
        self.email = email
        self.disk = disk
        self.uploads: list[str] = []
        self._network: CDPSession | None = None
        page.on("request", self._note)
        page.on("filechooser", lambda _: None)  # Chromium is told early to leave choosing to us: a key may be quicker

    def _note(self, request: Request) -> None:
        if request.method == "POST" and request.url == f"{self.service.url}/api/uploads":
            asked = request.post_data_json or {}
            self.uploads.append(str(asked["content_type"]))

    # What is seen.

    def step(self, name: str) -> Locator:
        return self.page.get_by_role("region", name=name)

    @property
    def address(self) -> Locator:
        return self.step("Your address")

    @property
    def pictures(self) -> Locator:
        return self.step("Your pictures")

    @property
    def words(self) -> Locator:
        return self.step("Your words")

    def result(self, name: str) -> Locator:
        return self.page.get_by_role("article", name=name)

    def chosen(self, name: str) -> Locator:
        return self.pictures.get_by_role("listitem").filter(has_text=name)

    def sees(self, text: str | re.Pattern[str], within: Locator | None = None, seconds: float = 10) -> None:
        seen = expect((within or self.page.get_by_role("main")).get_by_text(text).first)
        until = time.monotonic() + seconds
        while True:
            try:
                return seen.to_be_visible(timeout=_AT_A_TIME * 1000)
            except AssertionError:
                if time.monotonic() >= until:
                    raise

    def hears(self, sentence: str) -> None:
        """Hear it said aloud, now or since the page was opened: one sentence is said after the other."""
        self.page.wait_for_function(SAID, arg=sentence)

    def has_heard(self, sentence: str) -> bool:
        return bool(self.page.evaluate(SAID, sentence))

    def is_amidst(self, there: Locator) -> None:
        """See it in the middle of the window, from top to bottom."""
        box, window = there.bounding_box(), self.page.viewport_size
        assert box
        assert window
        assert box["y"] + box["height"] / 2 == pytest.approx(window["height"] / 2, abs=20)

    # What is done.

    def come(self, hash_: str = "") -> None:
        self.page.goto(f"{self.service.url}/{hash_}")
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        expect(self.page.get_by_role("main")).to_be_visible()

    def ask_for_link(self, email: str = "") -> None:
        self.address.get_by_label("Email address").fill(email or self.email)
        self.address.get_by_role("button", name="Send me a link").click()

    def prove(self) -> None:
        """Have the address proven, by the link in the mail: of ours in this tab, of SES's in another."""
        earlier = self.service.proof_mails(self.email)
        self.ask_for_link()
        self.sees("Now look into your inbox.", self.address)
        self.follow_link(earlier)

    def follow_link(self, earlier: int = 0) -> None:
        """Follow the one in the mail that has come after so many earlier ones."""
        link = self.service.link_in_mail(self.email, earlier)
        if self.service.verification == "link":
            self.page.goto(link)
        else:
            other = self.page.context.new_page()
            other.goto(link)
            other.close()
        self.is_proven()

    def come_proven(self) -> None:
        """Come by the link in a mail that was asked for elsewhere; SES's own mail must be asked for here."""
        if self.service.verification == "link":
            self.page.goto(self.service.proof_link(self.email))
            self.is_proven()
        else:
            self.come()
            self.prove()

    def come_to_result(self, picture: Picture) -> Locator:
        """Come by the link to the result of a picture that was sent from elsewhere."""
        self.page.goto(self.service.sent_elsewhere(self.email, picture))
        return self.finished(picture.name)

    def is_proven(self) -> None:
        self.sees("is yours.", self.address, 15)

    def choose(self, *pictures: Picture) -> None:
        with self.page.expect_file_chooser() as choosing:
            self.pictures.get_by_role("button", name="Choose pictures").click()
        choosing.value.set_files([self.file(picture) for picture in pictures])

    def has_fetched_ahead(self) -> None:
        """See the page have all its modules, once a picture is chosen: only one is for those with a history."""
        modules = [f"/{file.relative_to(APP)}" for file in APP.rglob("*.js") if file != APP / "view" / "history.js"]
        self.page.wait_for_function(FETCHED, arg=modules)

    def file(self, picture: Picture) -> Path:
        """It, on their disk: in a folder of its own, for others may have its name."""
        file = Path(tempfile.mkdtemp(dir=self.disk), picture.name)
        file.write_bytes(picture.data)
        return file

    def send(self) -> None:
        self.pictures.get_by_role("button", name=re.compile("Count the words")).click()

    def try_again(self, name: str) -> None:
        self.chosen(name).get_by_role("button", name="Try again").click()

    def count(self, *pictures: Picture) -> None:
        """Choose and send."""
        self.choose(*pictures)
        self.send()

    def closed(self, name: str) -> None:
        """Close a result."""
        self.result(name).get_by_role("button", name="Close").click()
        expect(self.result(name)).to_have_count(0)

    def finished(self, name: str, seconds: float = 20) -> Locator:
        """The result, once it is mailed."""
        result = self.result(name)
        self.sees(re.compile(r"^Done in "), result, seconds)
        return result

    def mails_come_back(self) -> None:
        """All that mailboxes send back has come, and the page looks again at once, if its clock is installed."""
        self.service.cloud.wait_idle(PATIENCE)
        self.page.clock.fast_forward(3_500)

    def slow_network(self, kilobytes_per_second: float) -> None:
        """Let uploads be no faster; -1: as fast as they can."""
        if self._network is None:
            self._network = self.page.context.new_cdp_session(self.page)
            self._network.send("Network.enable")
        upload = kilobytes_per_second * 1000 if kilobytes_per_second > 0 else -1
        conditions = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": upload}
        self._network.send("Network.emulateNetworkConditions", conditions)

    def upload_meets(self, fate: Callable[[Route], None]) -> None:
        """What the network does to each file that is sent from now on."""
        self.page.route(lambda url: url.startswith(self.service.uploads_url), fate)

    def upload_goes_through(self) -> None:
        self.page.unroute_all()

    def connection_breaks(self) -> None:
        """The network breaks each upload off."""
        self.upload_meets(lambda route: route.abort("connectionreset"))

    def uploads_take(self, seconds: float) -> None:
        """The network is so slow that each upload arrives only after so long, by the service's clock."""

        def wait(route: Route) -> None:
            self.service.pass_time(seconds)
            route.continue_()

        self.upload_meets(wait)

    def api_takes_its_time(self, path: str) -> Callable[[], None]:
        """The network keeps back what is asked of a part of the API, until what is returned is called."""
        kept: list[Route] = []
        where = f"{self.service.url}{path}"

        def keep(route: Route) -> None:
            kept.append(route)

        def go_on() -> None:
            for route in kept:
                route.continue_()
            self.page.unroute(where)

        self.page.route(where, keep)
        return go_on

    def part_arrives_broken(self, module: str) -> None:
        """A module of the page's own that the browser cannot run."""
        self.page.route(
            f"**/app/{module}", lambda route: route.fulfill(content_type="text/javascript", body="throw 0;")
        )

    def switch_scripts_off(self) -> None:
        """Have the browser run no scripts from now on."""
        self.page.context.new_cdp_session(self.page).send("Emulation.setScriptExecutionDisabled", {"value": True})

    def drag(self, event: str) -> None:
        """Drag a picture over the page."""
        self.page.evaluate("event => document.body.dispatchEvent(new DragEvent(event, { bubbles: true }))", event)

    def may_copy(self, *, granted: bool) -> None:
        """The browser lets the page copy, or grants it something else and nothing more."""
        self.page.context.grant_permissions(["clipboard-read", "clipboard-write"] if granted else ["geolocation"])


SAID: Final = "part => (window.announced ?? []).some((said) => said.includes(part))"

LISTEN = """
addEventListener("DOMContentLoaded", () => {
  window.announced = [];
  const announcer = document.getElementById("announcer");
  if (!announcer) return;
  new MutationObserver(() => window.announced.push(announcer.textContent))
    .observe(announcer, { childList: true, characterData: true, subtree: true });
});
window.shifts = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


def visits(page: Page, service: Service, email: str, disk: Path) -> Iterator[Visit]:
    """A visit; when it ends, what was wrong with the service is right again."""
    page.add_init_script(LISTEN)
    yield Visit(page, service, email, disk)
    service.settle()
