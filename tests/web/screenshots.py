"""Pictures of every state of the page, on a desk and on a phone, in light and (some) in dark.

    python -m tests.web.screenshots [--to FOLDER] [STATE ...]

They go to docs/images/page/, as `<state>.<desktop|phone>[.dark].png`.
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.web import chromium
from tests.web.stand_in import StandIn, running
from tests.web.states import STATES
from tests.web.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Browser

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
    """Take them; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, default=FOLDER)
    parser.add_argument("states", nargs="*", default=list(STATES))
    wanted = parser.parse_args(arguments)
    wanted.to.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.FLAGS))
        for state in wanted.states:
            for screen in SCREENS:
                _take(browser, state, screen, "light", wanted.to / f"{state}.{screen}.png")
                if state in IN_THE_DARK:
                    _take(browser, state, screen, "dark", wanted.to / f"{state}.{screen}.dark.png")
            sys.stdout.write(f"{state}\n")
        browser.close()
    return 0


def _take(browser: Browser, state: str, screen: str, scheme: Any, path: Path) -> None:  # noqa: ANN401 - a literal of Playwright's
    context = browser.new_context(
        locale="en-GB", timezone_id="UTC", reduced_motion="reduce", color_scheme=scheme, **SCREENS[screen]
    )
    context.set_default_timeout(10_000)
    with running(StandIn()) as stand_in:
        visit = Visit(context.new_page(), stand_in)
        STATES[state](visit)
        visit.page.wait_for_timeout(200)  # until pictures are decoded
        _save(visit.page.screenshot(full_page=True), path)
    context.close()


def _save(png: bytes, path: Path) -> None:
    """Few colours make small files, and a page like this one has few."""
    with Image.open(io.BytesIO(png)) as picture:
        few = picture.convert("RGB").quantize(_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        few.save(path, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
