from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from tests.web import chromium
from tests.web.console import Console
from tests.web.service import Service, started
from tests.web.visit import visits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

    from local.cloud import Cloud
    from tests.web.service import Verification
    from tests.web.visit import Visit

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def launched() -> Iterator[Browser]:
    """One browser for a file's tests. As long as Playwright runs, nobody else in the process can run an event loop."""
    with sync_playwright() as playwright:
        started_one = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.FLAGS))
        yield started_one
        started_one.close()


@pytest.fixture(scope="session")
def page_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """One cloud for most of the page's tests: each has an address and pictures of its own."""
    with started(tmp_path_factory.mktemp("page")) as cloud:
        yield cloud


@pytest.fixture
def verification() -> Verification:
    """How addresses are proven."""
    return "link"


@pytest.fixture
def service(verification: Verification, request: pytest.FixtureRequest) -> Service:
    """What is behind the page. That which proves addresses by SES's own mail is every other suite's, too."""
    return Service(request.getfixturevalue("page_cloud" if verification == "link" else "cloud"))


@pytest.fixture
def console(launched: Browser, service: Service) -> Iterator[Console]:
    """What the test's browser writes there: any complaint on any tab, in whichever context, fails the test."""
    console = Console(launched, service)
    yield console
    console.stop()
    assert not console.complaints, console.complaints


@pytest.fixture
def browser(launched: Browser, console: Console) -> Browser:
    """The one that is heard: what a test opens with it itself is heard, too."""
    del console
    return launched


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
def email() -> str:
    """An address of the test's own."""
    return f"ada.{next(_numbers)}@example.com"


@pytest.fixture
def visit(page: Page, service: Service, email: str, tmp_path: Path) -> Iterator[Visit]:
    yield from visits(page, service, email, tmp_path)
