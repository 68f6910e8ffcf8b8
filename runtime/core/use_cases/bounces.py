"""A mail that SES had taken came back: its request is undeliverable after all, and what is kept can be seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from runtime.core import events
from runtime.core.addresses import name_of
from runtime.core.bounce import MailKind
from runtime.core.errors import Retryable
from runtime.core.reasons import Reason
from runtime.core.types import RequestState

if TYPE_CHECKING:
    from runtime.core.bounce import Bounce
    from runtime.core.ports import Addresses, Clock, Log, Requests

_OUTCOMES: Final = (MailKind.RESULT, MailKind.FAILURE)


@dataclass(frozen=True)
class NoteBounce:
    """The use case, with the ports that it needs."""

    requests: Requests
    addresses: Addresses
    clock: Clock
    log: Log

    def __call__(self, bounce: Bounce) -> None:
        """Have the request of an outcome's mail be `UNDELIVERABLE`; an address that takes no mail counts as unproven.

        It counts as proven still if that was done since: a bounce may be told twice, or be replayed after weeks.

        That a late mail came back changes nothing: the outcome's will, too. Nor does a proof's: whoever asked for it
        would learn which addresses there are.

        Raises:
            Retryable: Whoever sent the mail has not noted that it is sent.
        """
        tags = bounce.tags
        if tags.kind in _OUTCOMES:
            self._take_back(bounce)
        self.log.emit(
            events.MailBounced(
                request_id=None if tags.kind == MailKind.PROOF else tags.about or None,
                proof=tags.about if tags.kind == MailKind.PROOF else None,
                kind=tags.kind or None,
                message_id=bounce.message_id,
                cause=bounce.cause,
            )
        )

    def _take_back(self, bounce: Bounce) -> None:
        tags = bounce.tags
        request = self.requests.get(tags.about)
        if request is None:
            return
        if request.state is RequestState.SENDING:
            raise Retryable("its sender has not noted that it is sent, or died, or it is being sent again")
        reason = Reason.MAILBOX_GONE if bounce.permanent else Reason.BOUNCED
        if self.requests.bounced(tags.about, tags.attempt, reason) and bounce.permanent:
            name, now = name_of(request.email), self.clock.now()
            self.addresses.unproven(name, now, unless_proven_after=bounce.mailed_at)
