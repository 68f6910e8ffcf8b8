"""Mails without their MIME form, which takes longer to make than all the rest of a history.

What a mail says, and to whom, is here as values; how it is put into words has tests of its own.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING

from runtime.core.use_cases import deadline, notify

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime.core.reasons import Reason
    from runtime.core.types import Request
    from runtime.core.word_count import WordCount


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says, and to whom."""

    kind: str
    to: str
    request_id: str
    count: WordCount | None = None
    text: str = ""
    reason: Reason | None = None


def _result(request: Request, count: WordCount, text: str, **_: object) -> Letter:
    return Letter("result", request.email, request.request_id, count, text)


def _failure(request: Request, reason: Reason, **_: object) -> Letter:
    return Letter("failure", request.email, request.request_id, reason=reason)


def _late(request: Request, **_: object) -> Letter:
    return Letter("late", request.email, request.request_id)


@contextmanager
def plain_letters() -> Iterator[None]:
    """Have the use cases write these."""
    composed = notify.compose, deadline.compose
    notify.compose = deadline.compose = SimpleNamespace(result=_result, failure=_failure, late=_late)  # type: ignore[assignment]
    try:
        yield
    finally:
        notify.compose, deadline.compose = composed
