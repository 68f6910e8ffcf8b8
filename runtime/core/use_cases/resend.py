"""A mail that could not be delivered is asked for again: from what is kept, without OCR."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from runtime.core import events, keys
from runtime.core.errors import BadRequest
from runtime.core.reasons import Reason, told
from runtime.core.types import RequestState

if TYPE_CHECKING:
    from runtime.core.ports import Log, Mailer, Notifications, Requests

_NO_SUCH: Final = "There is no such request, or it has expired; upload the picture again."
_NOT_ASKED_FOR: Final = {
    RequestState.OPEN: ("under_way", "Nothing has been uploaded for this request yet."),
    RequestState.SENT: ("already_answered", "Its mail was sent already; upload the picture again for another."),
    RequestState.FAILED: ("already_answered", "Its mail was sent already, and says why there is no result."),
}
_UNDER_WAY: Final = ("under_way", "The request is still under way: its mail comes when the picture has been read.")


@dataclass(frozen=True)
class Resend:
    """The use case, with the ports that it needs."""

    requests: Requests
    notifications: Notifications
    mailer: Mailer
    log: Log

    def __call__(self, request_id: str) -> None:
        """Have the outcome of an `UNDELIVERABLE` request mailed, now that its address is verified.

        Raises:
            BadRequest: There is no such request, it is not undeliverable, or its address is still not verified.
        """
        request = self.requests.get(request_id) if keys.is_request_id(request_id) else None
        if request is None:
            raise BadRequest("no_such_request", _NO_SUCH, 404)
        if request.state is not RequestState.UNDELIVERABLE:
            raise BadRequest(*_NOT_ASKED_FOR.get(request.state, _UNDER_WAY), 409)
        if not self.mailer.verified(request.email):
            raise BadRequest(Reason.RECIPIENT_NOT_VERIFIED, told(Reason.RECIPIENT_NOT_VERIFIED), 403)
        self.requests.reopen(request_id, forget_reason=request.may_end_otherwise)
        self.notifications.send(request_id)
        self.log.emit(events.ResendAsked(request_id=request_id))
