"""axe-core's findings on a page, at WCAG 2.2 AA. The library is npm's, beside these tests."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from playwright.sync_api import Page

HERE: Final = Path(__file__).parent
_TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]


class NoNpmError(RuntimeError):
    """npm's packages cannot be had; says what to do."""


def npm(command: str) -> Path:
    """A program that npm has for these tests, or a file of one of its packages; fetched when they are not there.

    Raises:
        NoNpmError: There is no npm, or it cannot fetch them; says what to do.
    """
    path = HERE / "node_modules" / command
    if not path.exists():
        if shutil.which("npm") is None:
            raise NoNpmError("The page's tests need Node.js 20 or newer with npm, and there is none on the path.")
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=HERE, capture_output=True, text=True)  # noqa: PLW1510, S607
        if done.returncode:
            raise NoNpmError(f"npm could not fetch what the page's tests need:\n{done.stderr}")
    return path


@cache
def _source() -> str:
    return npm("axe-core/axe.min.js").read_text(encoding="utf-8")


def findings(page: Page) -> list[str]:
    """Each violation in one line: the rule, what is wrong, and where."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_source())
    options = {"runOnly": {"type": "tag", "values": _TAGS}, "resultTypes": ["violations"]}
    result = page.evaluate("async options => ({ violations: (await axe.run(options)).violations })", options)
    return [
        f"{found['id']}: {found['help']} at {node['target']}: {node.get('failureSummary')}"
        for found in result["violations"]
        for node in found["nodes"]
    ]
