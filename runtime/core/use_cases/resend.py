"""A mail that could not be delivered is asked for again: from what is kept, without OCR."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from runtime.core import events, keys
from runtime.core.addresses import name_of
from runtime.core.errors import BadRequest, Throttled
from runtime.core.reasons import Reason, told
from runtime.core.types import RequestState
from runtime.core.use_cases.requests import theirs

if TYPE_CHECKING:
    from runtime.core.limits import Allowance
    from runtime.core.ports import Addresses, Clock, Log, Notifications, Requests
    from runtime.core.types import Request
    from runtime.core.use_cases.addresses import Verifier

_NO_SUCH: Final = "There is no such request, or it has expired; upload the picture again."
_NOTHING: Final = {
    RequestState.OPEN: "Nothing has been uploaded for this request yet.",
    RequestState.SENT: "Its mail was sent already; upload the picture again for another.",
    RequestState.FAILED: "Its mail was sent already, and says why there is no result.",
}
_ENOUGH: Final = "So much was done for this address, or for all, today that no more mails go out; try again tomorrow."
_UNDER_WAY: Final = "The request is still under way: its mail comes when the picture has been read."


@dataclass(frozen=True)
class Resend:
    """The use case, with the ports that it needs."""

    requests: Requests
    notifications: Notifications
    addresses: Addresses
    verifier: Verifier
    log: Log

    def __call__(self, request_id: str) -> None:
        """Have the outcome of an `UNDELIVERABLE` request mailed, now that its address is verified.

        Raises:
            BadRequest: There is no such request, it is not undeliverable, or its address is still not verified.
            Throttled: SES would have to be asked about the address, and was asked about another just now.
        """
        request = self.requests.get(request_id) if keys.is_request_id(request_id) else None
        if request is None:
            raise BadRequest("no_such_request", _NO_SUCH, 404)
        self.check(request)
        self.send(request)

    def check(self, request: Request) -> None:
        """See whether a request, as it was just read, can be mailed again.

        Raises:
            BadRequest: See above.
            Throttled: See above.
        """
        if request.state is not RequestState.UNDELIVERABLE:
            raise BadRequest("nothing_to_resend", _NOTHING.get(request.state, _UNDER_WAY), 409)
        verified = self.verifier.verified(self.addresses.get(name_of(request.email)), request.email)
        if verified is None:
            raise Throttled("SES was asked about another address just now")
        if not verified:
            raise BadRequest(Reason.RECIPIENT_NOT_VERIFIED, told(Reason.RECIPIENT_NOT_VERIFIED), 403)

    def send(self, request: Request) -> None:
        """Have it mailed again."""
        self.requests.reopen(request, forget_reason=request.may_end_otherwise)
        self.notifications.send(request.request_id)
        self.log.emit(events.ResendAsked(request_id=request.request_id))


@dataclass(frozen=True)
class AskAgain:
    """The same for who holds the request's token, who may have as much mailed a day as pictures may be sent.

    Attributes:
        allowance: How many pictures are taken, and mails sent again, on a day.
    """

    requests: Requests
    resend: Resend
    allowance: Allowance
    clock: Clock
    log: Log

    def __call__(self, request_id: str, access_token: str) -> None:
        """See `Resend`.

        Raises:
            BadRequest: See there; or the token is another's.
            LimitReached: It has been enough for today.
        """
        request = theirs(self.requests, request_id, access_token)
        self.resend.check(request)
        self.allowance.spend(self.clock.now(), self.log, name_of(request.email), why=_ENOUGH, why_all=_ENOUGH)
        self.resend.send(request)
