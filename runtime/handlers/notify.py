"""`notify`: a request's outcome may be there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runtime.core.use_cases.notify import Notify


def work(notify: Notify) -> Callable[[Mapping[str, Any]], None]:
    """What is done with a message of the notify queue: `{"request_id": …}`."""

    def handle(body: Mapping[str, Any]) -> None:
        notify(body["request_id"])

    return handle
