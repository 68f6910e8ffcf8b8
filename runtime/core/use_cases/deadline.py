"""The promised time is over: who still waits is told so, and the result still follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.core import events, keys
from runtime.core.addresses import name_of
from runtime.core.bounce import MailKind, MessageTags
from runtime.core.errors import AddressUnverified, Retryable
from runtime.core.insist import insist
from runtime.core.mail import compose
from runtime.core.types import Stage

if TYPE_CHECKING:
    from runtime.core.ports import Addresses, Clock, Log, Mailer, Requests
    from runtime.core.types import Request


@dataclass(frozen=True)
class Deadline:
    """The use case, with the ports that it needs, whose mails they are, where links lead, and its lease in seconds."""

    requests: Requests
    addresses: Addresses
    mailer: Mailer
    clock: Clock
    log: Log
    sender: str
    site: str
    lease_seconds: float

    def __call__(self, object_key: str, etag: str) -> None:
        """Tell the person who uploaded these bytes that it takes longer, unless the outcome is known.

        Raises:
            Retryable: Not now; the same upload may be handed in again.
        """
        request_id = keys.request_of_upload(object_key)
        request = self.requests.get(request_id) if request_id else None
        if request is None or request.etag not in (None, etag):
            self.log.emit(events.MessageIgnored(queue="deadline", cause="no_request"))
            return
        if request.state.settled or Stage.LATE in request.times:
            self.log.emit(events.MessageIgnored(queue="deadline", cause="answered"))
            return
        try:
            message_id = self._mail(request)
        except AddressUnverified:
            self.log.emit(events.MailUndeliverable(request_id=request.request_id))
            return
        now = self.clock.now()
        insist(lambda: self.requests.late(request.request_id, now))
        uploaded = request.times.get(Stage.UPLOADED)
        self.log.emit(
            events.MailSent(
                request_id=request.request_id,
                kind=MailKind.LATE,
                message_id=message_id,
                seconds_since_upload=None if uploaded is None else round(now - uploaded, 3),
            )
        )

    def _mail(self, request: Request) -> str:
        if not self.addresses.get(name_of(request.email)).proven:
            raise AddressUnverified
        now = self.clock.now()
        if not self.requests.begin_late(request.request_id, now=now, lease_until=now + self.lease_seconds):
            raise Retryable("another delivery is sending it, or died and still has its lease, or the outcome is known")
        letter = compose.late(request, sender=self.sender, site=self.site)
        return self.mailer.send(letter, request.email, MessageTags(MailKind.LATE, request.request_id))
