"""Pictures of every state of the page, on a desk and on a phone, in light and (some) in dark, before a real cloud.

    python -m tests.web.screenshots [--to FOLDER] [WAY ...]

They go to docs/images/page/, as `<state>.<desktop|phone>[.dark].png`.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.web import chromium
from tests.web.console import Console
from tests.web.service import DAY, Service, started
from tests.web.states import WAYS
from tests.web.visit import Visit

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
_COLOURS: Final = 32


def main(arguments: Sequence[str] | None = None) -> int:
    """Take them; the exit code: 1 if the browser wrote a complaint to its console meanwhile."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, default=FOLDER)
    parser.add_argument("ways", nargs="*", default=list(WAYS), metavar="WAY")
    wanted = parser.parse_args(arguments)
    wanted.to.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        started(Path(folder)) as cloud,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.FLAGS))
        service = Service(cloud)
        console = Console(browser, service)
        for way in wanted.ways:
            for screen in SCREENS:
                _walk(browser, service, way, screen, wanted.to)
                service.settle()
                service.pass_time(DAY)  # it is the same person each time, who may send only so much a day
            sys.stdout.write(f"{way}\n")
            sys.stdout.flush()
        browser.close()
    sys.stderr.writelines(f"{complaint}\n" for complaint in console.complaints)
    return 1 if console.complaints else 0


def _walk(browser: Browser, service: Service, way: str, screen: str, folder: Path) -> None:
    """Take a picture at each state."""
    context = browser.new_context(locale="en-GB", timezone_id="UTC", reduced_motion="reduce", **SCREENS[screen])
    context.set_default_timeout(10_000)
    walk, _ = WAYS[way]
    with tempfile.TemporaryDirectory() as disk:
        visit = Visit(context.new_page(), service, EMAIL, Path(disk))
        for state in walk(visit):
            visit.page.wait_for_timeout(200)  # until pictures are decoded
            _save(visit.page.screenshot(full_page=True), folder / f"{state}.{screen}.png")
            if state in IN_THE_DARK:
                visit.page.emulate_media(color_scheme="dark")
                _save(visit.page.screenshot(full_page=True), folder / f"{state}.{screen}.dark.png")
                visit.page.emulate_media(color_scheme="light")
    context.close()


def _save(png: bytes, path: Path) -> None:
    """Few colours make small files, and a page like this one has few."""
    with Image.open(io.BytesIO(png)) as picture:
        few = picture.convert("RGB").quantize(_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        few.save(path, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
