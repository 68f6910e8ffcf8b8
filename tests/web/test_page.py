"""What holds of the page as a whole: its weight, its keyboard, its types, its map."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.web import samples
from tests.web.axe import npm
from tests.web.samples import NAME
from tests.web.service import Trouble
from tests.web.states import STATES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Response

    from tests.web.console import Console
    from tests.web.visit import Visit

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
WEB = PROJECT / "web"
LIGHTEST = 60_000


@pytest.mark.cloud
def test_a_first_visit_loads_under_60_kb_and_shifts_nothing(visit: Visit) -> None:
    answers: list[Response] = []

    def note(answer: Response) -> None:
        answers.append(answer)

    visit.page.on("response", note)
    visit.come()
    visit.page.wait_for_load_state("networkidle")
    loaded = sum(each.request.sizes()[part] for each in answers for part in ("responseBodySize", "responseHeadersSize"))
    assert 20_000 < loaded < LIGHTEST, f"{loaded} bytes in {len(answers)} answers"
    assert visit.page.evaluate("() => window.shifts") == 0
    before = len(answers)
    visit.address.get_by_label("Email address").fill(visit.email)
    visit.page.keyboard.press("Tab")
    visit.page.wait_for_timeout(200)
    assert len(answers) == before, "an address alone makes the page fetch what only pictures need"


@pytest.mark.cloud
def test_a_return_shifts_nothing(visit: Visit) -> None:
    visit.come_proven()
    visit.page.reload()
    visit.sees("is yours.")
    assert visit.page.evaluate("() => window.shifts") == 0


@pytest.mark.cloud
def test_nothing_comes_from_elsewhere(visit: Visit) -> None:
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(request.url))
    visit.come()
    visit.page.wait_for_load_state("networkidle")
    assert not [url for url in asked if not url.startswith(visit.service.url)]


def test_the_policy_is_kept_by_what_is_written() -> None:
    for file in [*WEB.glob("*.html"), *WEB.rglob("*.js"), *WEB.rglob("*.css")]:
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text), (
            file
        )
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text), file
        if file.suffix == ".html":
            assert not re.search(r"\sstyle=|\son\w+=|<style|<script>", text), file


@pytest.mark.cloud
def test_a_word_on_any_console_is_heard(visit: Visit, browser: Browser, console: Console) -> None:
    device = browser.new_context()
    for page in (visit.page, visit.page.context.new_page(), device.new_page()):
        page.goto(visit.service.url)
        page.evaluate("() => console.error('a word')")
        page.evaluate("() => document.head.append(Object.assign(document.createElement('script'), { text: '1' }))")
        with page.context.expect_event("weberror"):
            page.evaluate("() => void setTimeout(() => { throw new Error('a fault'); })")
        heard = " ".join(console.complaints)
        assert [part in heard for part in ("a word", "Content Security Policy", "a fault")] == [True] * 3, heard
        console.complaints.clear()  # or this test would fail
    device.close()


def tab_to(there: Locator, presses: int = 40) -> None:
    """Go there by the tabulator key alone."""
    for _ in range(presses):
        there.page.keyboard.press("Tab")
        if there.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"the keyboard does not reach {there}")


@pytest.mark.cloud
def test_the_whole_way_works_by_keyboard_alone(visit: Visit) -> None:
    page = visit.page
    visit.come()
    tab_to(visit.address.get_by_label("Email address"))
    page.keyboard.type(visit.email)
    page.keyboard.press("Enter")
    visit.sees("Now look into your inbox.")
    other = page.context.new_page()
    other.goto(visit.service.link_in_mail(visit.email))
    visit.is_proven()
    other.close()
    tab_to(visit.pictures.get_by_role("button", name="Choose pictures"))
    with page.expect_file_chooser() as choosing:
        page.keyboard.press("Enter")
    choosing.value.set_files(visit.file(samples.page()))
    visit.sees(NAME)
    tab_to(visit.pictures.get_by_role("button", name="Count the words"))
    page.keyboard.press("Enter")
    result = visit.finished(NAME)
    tab_to(result.get_by_role("tab", name="Most frequent"))
    page.keyboard.press("ArrowRight")
    expect(result.get_by_role("tab", name="All words")).to_be_focused()
    expect(result.get_by_role("searchbox", name="Find a word")).to_be_visible()
    page.keyboard.press("End")
    visit.sees("To be, or not to be", result)
    tab_to(result.get_by_role("button", name="CSV"))
    with page.expect_download():
        page.keyboard.press("Enter")
    tab_to(result.get_by_role("button", name="Delete"))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    visit.sees("Deleted: ", result)


@pytest.mark.cloud
def test_motion_is_reduced_where_it_is_asked_for(visit: Visit) -> None:
    visit.come_proven()
    visit.service.cause(Trouble.SLOW_READING)
    visit.count(samples.page())
    visit.sees(": under way", visit.result(NAME))
    moving = "() => document.getAnimations().length"
    assert visit.page.evaluate(moving) == 0
    visit.page.emulate_media(reduced_motion="no-preference")
    assert visit.page.evaluate(moving) > 0


def test_types_are_right() -> None:
    done = subprocess.run([npm(".bin/tsc"), "-p", WEB / "jsconfig.json"], check=False, capture_output=True, text=True)  # noqa: S603
    assert done.returncode == 0, done.stdout


def test_the_rules_pass_their_own_tests() -> None:
    tests = sorted((HERE / "unit").glob("*.test.js"))
    done = subprocess.run(["node", "--test", *tests], check=False, capture_output=True, text=True)  # noqa: S603, S607
    assert done.returncode == 0, done.stdout


def test_the_map_names_every_test_and_only_such_as_there_are() -> None:
    told = set(re.findall(r"`(test_\w+\.py::test_\w+)`", (PROJECT / "docs" / "page.md").read_text(encoding="utf-8")))
    there = {
        f"{file}::{name}"
        for file in ("test_way.py", "test_troubles.py", "test_states.py", "test_page.py")
        for name in re.findall(r"^def (test_\w+)", (HERE / file).read_text(encoding="utf-8"), re.MULTILINE)
    }
    of_no_sentence = {"test_page.py::test_types_are_right", "test_page.py::test_the_rules_pass_their_own_tests"}
    maps = {name for name in there if "_map_" in name or "_picture_in_the_" in name}
    assert told == there - of_no_sentence - maps


def test_the_map_shows_every_state_by_a_picture_in_the_folder() -> None:
    page = (PROJECT / "docs" / "page.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"images/page/([\w.-]+\.png)", page))
    there = {file.name for file in (PROJECT / "docs" / "images" / "page").glob("*.png")}
    assert shown == there
    assert {f"{state}.{screen}.png" for state in STATES for screen in ("desktop", "phone")} <= there
