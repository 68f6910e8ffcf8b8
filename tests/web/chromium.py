"""Where a Chromium is: `$CHROMIUM`, or one on the path; else Debian's is installed where that may be done.

Best is one without windows (`chromium-headless-shell`): the same pages for three quarters of the processor's time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

FLAGS: Final = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

_NAMES: Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


class NoChromiumError(RuntimeError):
    """There is none, and none may be installed; says how to get one."""


def find() -> str:
    """The path of a Chromium.

    Raises:
        NoChromiumError: There is none, and none can be installed from here.
    """
    if told := os.environ.get("CHROMIUM"):
        if not Path(told).is_file():
            raise NoChromiumError(f"CHROMIUM names {told}, and there is no such file.")
        return told
    return _on_path() or _installed()


def _on_path() -> str | None:
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


def _installed() -> str:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        install = ["install", "--yes", "--no-install-recommends"]
        for command in (["update"], [*install, "chromium-headless-shell"], [*install, "chromium"]):
            subprocess.run(["apt-get", *command], check=False, capture_output=True, timeout=600)  # noqa: S603, S607
            if found := _on_path():
                return found
    raise NoChromiumError(
        "The page's tests need a Chromium, and there is none. Install one "
        "(on Debian: `apt-get install chromium-headless-shell`), or name one: CHROMIUM=/path/to/chromium make test"
    )
