"""Values as a reader of a history sees them: short, and the same in every run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from runtime.core.types import Claim, Content, Record, Request
from tests.simulation.letters import Letter
from tests.simulation.pictures import BY_CONTENT, BY_DATA
from tests.simulation.world import START

if TYPE_CHECKING:
    from collections.abc import Callable

_LONG: Final = re.compile(r"\b0*([0-9a-f]{1,4})[0-9a-f]*\b")
_IS_LONG: Final = 16
_MOST: Final = 60


def short(text: str) -> str:
    """Names that have many digits by a few of them."""
    return _LONG.sub(lambda found: found[1] if len(found[0]) >= _IS_LONG else found[0], text)


def shown(value: object) -> str:
    """A value that a port is given, or answers."""
    show = _SHOWN.get(type(value))
    if show:
        return show(value)
    return short(str(value))[:_MOST]


def _number(value: float) -> str:
    return f"{value - START:.2f} s" if value > START / 2 else f"{value:.2f}"


def _request(request: Request) -> str:
    return f"<request {short(request.request_id)} {request.state}{f' {request.reason}' if request.reason else ''}>"


def _record(record: Record) -> str:
    return f"<record {short(record.key)} {record.state} g{record.generation} of {_content(record.content)}>"


def _claim(claim: Claim) -> str:
    return f"<claim of {short(claim.key)} g{claim.generation}>"


def _letter(letter: Letter) -> str:
    return f"<{letter.kind} for {short(letter.request_id)}>"


def _content(content: Content) -> str:
    return repr(BY_CONTENT[content].name) if content in BY_CONTENT else "unknown bytes"


def _data(data: bytes) -> str:
    return repr(BY_DATA[data].name)


def _plain(value: object) -> str:
    return f"<{type(value).__name__}>"


_SHOWN: Final[dict[type, Callable[[Any], str]]] = {
    float: _number,
    bytes: _data,
    dict: _plain,
    Request: _request,
    Record: _record,
    Claim: _claim,
    Letter: _letter,
    Content: _content,
}
