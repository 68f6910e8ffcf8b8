"""Pictures of every state of the page, on a desk and on a phone, in light and (some) in dark, before a real cloud.

    python -m tests.web.screenshots [--to FOLDER] [WAY ...]

They go to docs/images/page/, as `<state>.<desktop|phone>[.dark].png`.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PIL import Image, ImageColor
from playwright.sync_api import sync_playwright

from local.cloud import Cloud
from tests.web import chromium
from tests.web.console import Console
from tests.web.service import DAY, Service, started
from tests.web.states import BY_SES, OFFLINE, WAYS
from tests.web.visit import APP, Visit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Browser

EMAIL: Final = "ada@example.com"
FOLDER: Final = Path(__file__).parents[2] / "docs" / "images" / "page"
SCREENS: Final[dict[str, dict[str, Any]]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "has_touch": True,
        "is_mobile": True,
        "device_scale_factor": 1,
    },
}
IN_THE_DARK: Final = ("first", "pictures-ready", "result")
_STYLE: Final = (APP / "page.css").read_text(encoding="utf-8")
_OWN: Final = frozenset(ImageColor.getrgb(written) for written in re.findall(r"#[0-9a-f]{3,6}\b", _STYLE))
_COMMONEST: Final = 40
_OF_LINKS: Final = tuple(way for way in WAYS if way not in BY_SES)


def main(arguments: Sequence[str] | None = None) -> int:
    """Take them; the exit code: 1 if the browser wrote a complaint to its console meanwhile."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, default=FOLDER)
    parser.add_argument("ways", nargs="*", default=list(WAYS), metavar="WAY")
    wanted = parser.parse_args(arguments)
    wanted.to.mkdir(parents=True, exist_ok=True)
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.FLAGS))
        for cloud_of, ways in ((started, _OF_LINKS), (Cloud.start, BY_SES)):
            if walked := [way for way in wanted.ways if way in ways]:
                with tempfile.TemporaryDirectory() as folder, cloud_of(Path(folder)) as cloud:
                    complaints += _walk_all(browser, Service(cloud), walked, wanted.to)
        browser.close()
    sys.stderr.writelines(f"{complaint}\n" for complaint in complaints)
    return 1 if complaints else 0


def _walk_all(browser: Browser, service: Service, ways: Sequence[str], folder: Path) -> list[str]:
    """Walk these; what the browser complained of meanwhile."""
    console = Console(browser, service)
    for way in ways:
        for screen in SCREENS:
            _walk(browser, service, way, screen, folder)
            service.settle()
            service.pass_time(DAY)  # it is the same person each time, who may send only so much a day
        sys.stdout.write(f"{way}\n")
        sys.stdout.flush()
    console.stop()
    return console.complaints


def _walk(browser: Browser, service: Service, way: str, screen: str, folder: Path) -> None:
    """Take a picture at each state."""
    context = browser.new_context(locale="en-GB", timezone_id="UTC", reduced_motion="reduce", **SCREENS[screen])
    context.set_default_timeout(10_000)
    walk, _ = WAYS[way]
    with tempfile.TemporaryDirectory() as disk:
        visit = Visit(context.new_page(), service, EMAIL, Path(disk))
        for state in walk(visit):
            visit.page.wait_for_timeout(200)  # until pictures are decoded
            whole = state not in OFFLINE  # that it is, hangs in the window and not on the page
            _save(visit.page.screenshot(full_page=whole), folder / f"{state}.{screen}.png")
            if state in IN_THE_DARK:
                visit.page.emulate_media(color_scheme="dark")
                _save(visit.page.screenshot(full_page=True), folder / f"{state}.{screen}.dark.png")
                visit.page.emulate_media(color_scheme="light")
    context.close()


def _save(png: bytes, path: Path) -> None:
    """Few colours make small files, and this page has few: its own, and the commonest of those between them."""
    with Image.open(io.BytesIO(png)) as shot:
        picture = shot.convert("RGB")
    counted: Any = picture.getcolors(picture.width * picture.height)
    there = [colour for _, colour in sorted(counted, reverse=True)]
    kept = dict.fromkeys([colour for colour in there if colour in _OWN] + there[:_COMMONEST])
    palette = Image.new("P", (1, 1))
    palette.putpalette([share for colour in kept for share in colour])
    picture.quantize(palette=palette, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
