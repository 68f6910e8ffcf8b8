"""What browsers write to the console: each word there that is a fault, on whichever tab of whichever device."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, WebError

    from tests.web.service import Service


class Console:
    """Hears every tab of a browser's, in each context that is made from now on, by whomever.

    Attributes:
        complaints: What it wrote and should not have: errors and warnings, of the pages and of the policy.
    """

    def __init__(self, browser: Browser, service: Service) -> None:
        self.complaints: list[str] = []
        self._browser = browser
        self._service = service
        browser.on("context", self._listen)

    def stop(self) -> None:
        """Hear no context that is made later."""
        self._browser.remove_listener("context", self._listen)

    def _listen(self, context: BrowserContext) -> None:
        context.on("console", self._hear)
        context.on("weberror", self._catch)

    def _hear(self, message: ConsoleMessage) -> None:
        """The browser writes each answer that refuses to the console: a fault only if the file is the page's own."""
        where = message.location["url"]
        of_api = where.startswith((f"{self._service.url}/api/", self._service.uploads_url))
        refused = message.text.startswith("Failed to load resource") and of_api
        if message.type in ("error", "warning") and not refused:
            self.complaints.append(f"{message.type}: {message.text} ({where})")

    def _catch(self, error: WebError) -> None:
        self.complaints.append(f"error: {error.error}")
