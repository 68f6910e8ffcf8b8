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
_UNDER_WAY: Final = "The request is still under way: its mail comes when the picture has been read."
_ANSWERED: Final = "The mail was sent already; upload the picture again, and it is answered at once."


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
            settled = request.state.settled
            raise BadRequest("already_answered" if settled else "under_way", _ANSWERED if settled else _UNDER_WAY, 409)
        if not self.mailer.verified(request.email):
            raise BadRequest(Reason.RECIPIENT_NOT_VERIFIED, told(Reason.RECIPIENT_NOT_VERIFIED), 403)
        self.requests.reopen(request_id)
        self.notifications.send(request_id)
        self.log.emit(events.ResendAsked(request_id=request_id))
