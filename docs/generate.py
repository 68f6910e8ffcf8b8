"""Write the documents that are made from the code, or, with `--check`, fail if one of them is stale.

python -m docs.generate [--check]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from docs.pages.log_events import log_events
from docs.pages.openapi import openapi
from docs.pages.permissions import permissions
from docs.pages.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable

DOCS: Final = Path(__file__).parent

DOCUMENTS: Final[dict[str, Callable[[], str]]] = {
    "log-events.md": log_events,
    "openapi.json": openapi,
    "permissions.md": permissions,
    "settings.md": settings,
}


def main() -> int:
    """Write or check; the exit code."""
    stale = [name for name, make in DOCUMENTS.items() if not _same(DOCS / name, make())]
    if "--check" in sys.argv[1:]:
        for name in stale:
            sys.stderr.write(f"docs/{name} is stale: run `make docs` and commit it\n")
        return 1 if stale else 0
    for name in stale:
        (DOCS / name).write_text(DOCUMENTS[name](), encoding="utf-8")
    return 0


def _same(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
