"""Mails without their MIME form, which takes longer to make than all the rest of a history.

What a mail says, and to whom, is here as values; how it is put into words has tests of its own.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.core.mail import compose
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
    kept_until: float | None = None
    reason: Reason | None = None


class _Plain:
    """Stands where `compose` does."""

    @staticmethod
    def result(  # noqa: PLR0913  as compose's
        request: Request, count: WordCount, text: str, *, sender: str, site: str, kept_until: float | None = None
    ) -> Letter:
        del sender, site
        return Letter("result", request.email, request.request_id, count, text, kept_until)

    @staticmethod
    def failure(request: Request, reason: Reason, *, sender: str, site: str) -> Letter:
        del sender, site
        return Letter("failure", request.email, request.request_id, reason=reason)

    @staticmethod
    def late(request: Request, *, sender: str, site: str) -> Letter:
        del sender, site
        return Letter("late", request.email, request.request_id)


@contextmanager
def plain_letters() -> Iterator[None]:
    """Have the use cases write these."""
    notify.compose = deadline.compose = _Plain  # type: ignore[assignment]  # what is used of it is there
    try:
        yield
    finally:
        notify.compose = deadline.compose = compose
