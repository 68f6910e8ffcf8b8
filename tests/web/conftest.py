from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from tests.web import chromium
from tests.web.stand_in import StandIn, running
from tests.web.visit import visits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.web.service import Service, Verification
    from tests.web.visit import Visit


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.FLAGS))
        yield started
        started.close()


@pytest.fixture
def verification() -> Verification:
    return "link"


@pytest.fixture
def service(verification: Verification) -> Iterator[Service]:
    """What is behind the page: here the stand-in. The same tests run on another that keeps to `Service`."""
    with running(StandIn(verification)) as stand_in:
        yield stand_in


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(locale="en-GB", reduced_motion="reduce", viewport={"width": 1280, "height": 800})
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def visit(page: Page, service: Service) -> Iterator[Visit]:
    yield from visits(page, service)
