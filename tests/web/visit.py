"""A person with a browser, and what they do on the page, by roles and visible text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import ConsoleMessage, Locator, Page

    from tests.web.service import Service

EMAIL = "ada@example.com"


@dataclass(frozen=True)
class Picture:
    """A file that a person has."""

    name: str
    data: bytes
    kind: str = "image/jpeg"

    @property
    def payload(self) -> Any:  # noqa: ANN401 - Playwright's FilePayload
        return {"name": self.name, "mimeType": self.kind, "buffer": self.data}


class Visit:
    """One tab."""

    def __init__(self, page: Page, service: Service) -> None:
        self.page = page
        self.service = service
        self.complaints: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))

    def _hear(self, message: ConsoleMessage) -> None:
        """The browser writes each answer that refuses to the console: a fault only if the file is the page's own."""
        where = message.location["url"]
        its_own = where.startswith(self.service.url) and "/api/" not in where
        refused = message.text.startswith("Failed to load resource") and not its_own
        if message.type in ("error", "warning") and not refused:
            self.complaints.append(f"{message.type}: {message.text} ({where})")

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
        expect((within or self.page.get_by_role("main")).get_by_text(text).first).to_be_visible(timeout=seconds * 1000)

    def announced(self) -> list[str]:
        """All that was said aloud since the page was opened."""
        return self.page.evaluate("() => window.announced ?? []")

    # What is done.

    def come(self, hash_: str = "") -> None:
        self.page.goto(f"{self.service.url}/{hash_}")
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        expect(self.page.get_by_role("main")).to_be_visible()

    def ask_for_link(self, email: str = EMAIL) -> None:
        self.address.get_by_label("Email address").fill(email)
        self.address.get_by_role("button", name="Send me a link").click()

    def prove(self, email: str = EMAIL) -> None:
        """Have the address proven, by a link that is opened in another tab."""
        self.ask_for_link(email)
        self.sees("Now look into your inbox.", self.address)
        other = self.page.context.new_page()
        other.goto(self.service.link_in_mail(email))
        expect(self.address.get_by_text("is yours.")).to_be_visible(timeout=15_000)
        other.close()

    def choose(self, *pictures: Picture) -> None:
        with self.page.expect_file_chooser() as choosing:
            self.pictures.get_by_role("button", name="Choose pictures").click()
        choosing.value.set_files([picture.payload for picture in pictures])

    def send(self) -> None:
        self.pictures.get_by_role("button", name=re.compile("Count the words")).click()

    def count(self, *pictures: Picture) -> None:
        """Choose and send."""
        self.choose(*pictures)
        self.send()

    def finished(self, name: str, seconds: float = 20) -> Locator:
        """The result, once it is mailed."""
        result = self.result(name)
        self.sees(re.compile(r"^Done in "), result, seconds)
        return result

    def slow_network(self, kilobytes_per_second: float) -> None:
        session = self.page.context.new_cdp_session(self.page)
        session.send("Network.enable")
        session.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": kilobytes_per_second * 1000},
        )

    def picture_of_it(self, path: Path) -> None:
        self.page.screenshot(path=path, full_page=True)


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


def visits(page: Page, service: Service) -> Iterator[Visit]:
    """A visit that fails at its end if the console said anything."""
    page.add_init_script(LISTEN)
    visit = Visit(page, service)
    yield visit
    assert not visit.complaints, visit.complaints
