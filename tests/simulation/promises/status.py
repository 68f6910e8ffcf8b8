"""What must hold of what the page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.core.types import RequestState
from runtime.core.words import VERSION
from tests.simulation.pictures import BY_CONTENT
from tests.simulation.promises.broken import check

if TYPE_CHECKING:
    from runtime.core.use_cases.requests import Status


def what_is_shown_is_true(status: Status) -> None:
    """A count that is shown is the picture's, and nobody who has a reason is shown one (4)."""
    request, count = status.request, status.count
    if count is not None:
        picture = BY_CONTENT.get(request.content) if request.content else None
        promise = "what_is_shown_is_true"
        right = picture and (
            count.words == picture.words or count.version != VERSION
        )  # it is about to be counted again
        check(promise, right, f"{request.request_id} is shown another picture's words")
        unread = request.reason is None or request.state is RequestState.UNDELIVERABLE
        check(promise, unread, f"{request.request_id} is shown words, and told {request.reason}")
