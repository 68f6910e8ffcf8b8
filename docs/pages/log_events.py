"""`log-events.md`: what the functions write down."""

from __future__ import annotations

import inspect
from dataclasses import fields
from typing import Final

from runtime.core import events

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
