"""Write the documents that are made from the code, or, with `--check`, fail if one of them is stale.

python docs/generate.py [--check]
"""

from __future__ import annotations

import inspect
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Final

from docs.permissions import permissions
from runtime.core import events

if TYPE_CHECKING:
    from collections.abc import Callable

DOCS: Final = Path(__file__).parent

_EVENTS_HEAD: Final = """# Log events

Made from `runtime/core/events.py` by `make docs`; not edited by hand.

Every function writes one JSON object a line to its log group. Each has `event`, `level`, `timestamp` (UTC), `function`
and `invocation` (Lambda's request id), and the fields below. No event has a place for an address, a file name, a token
or a text. `request_id` and `digest` lead from one function's log to the next.

| event | level | fields | what happened |
|---|---|---|---|
"""


def log_events() -> str:
    """`log-events.md`."""
    kinds = [kind for _, kind in inspect.getmembers(events, _is_event)]
    return _EVENTS_HEAD + "".join(_row(kind) for kind in kinds)


def _is_event(thing: object) -> bool:
    return inspect.isclass(thing) and issubclass(thing, events.Event) and thing is not events.Event


def _row(kind: type[events.Event]) -> str:
    told = " ".join((inspect.getdoc(kind) or "").split())
    names = ", ".join(f"`{field.name}`" for field in fields(kind))
    return f"| `{kind.event_name()}` | {kind.level} | {names} | {told} |\n"


DOCUMENTS: Final[dict[str, Callable[[], str]]] = {"log-events.md": log_events, "permissions.md": permissions}


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
