"""How the command proves an address on this machine's cloud: it presses the link in the mail, as a person does."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from cli.errors import CommandError
from cli.service import RefusedError, StartedProof
from cli.tokens import ProvenAddress
from runtime.core.mail.compose import PROOF_HEADER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.service import Service
    from cli.tokens import KeptTokens
    from local.inbox import Mail

_CONFIRM: Final = re.compile(r"#confirm=(\S+)")
_POLL_SECONDS: Final = 0.05
_PATIENCE: Final = 30.0
_ASKED_BY_SES: Final = "Email Address Verification Request"


class Inbox(Protocol):
    """Where the mails arrive, and what a click in SES's own does."""

    def mails(self, to: str | None = None) -> Sequence[Mail]:
        """The mails that were sent to an address, in order."""
        ...

    def verify(self, email: str) -> None:
        """Have SES count an address as verified."""
        ...


@dataclass(frozen=True)
class Proofs:
    """Proves addresses, and keeps what proves them.

    Attributes:
        service: The API.
        inbox: Where its mails arrive.
        kept: What was proven by an earlier command.
    """

    service: Service
    inbox: Inbox
    kept: KeptTokens
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def token(self, email: str) -> str:
        """A token that proves the address, or did once.

        Raises:
            CommandError: No mail came.
            RefusedError: The service would not begin a proof.
            UnreachableError: There is no service.
        """
        kept = self.kept.address(email)
        return kept.address_token if kept else self.renewed(email, "")

    def renewed(self, email: str, refused: str) -> str:
        """Another token, or the same that is worth something again, in the place of one that was refused.

        Raises:
            CommandError: No mail came.
            RefusedError: The service would not begin a proof.
            UnreachableError: There is no service.
        """
        with self._lock:
            kept = self.kept.address(email)
            if kept and kept.address_token != refused:
                return kept.address_token  # somebody else has renewed it meanwhile
            proven = (self._again(email, kept) if kept else None) or self._prove(email)
            self.kept.keep_address(email, proven)
            return proven.address_token

    def _again(self, email: str, kept: ProvenAddress) -> ProvenAddress | None:
        """The same proof once more: that costs no mail; None if it is of no use any more."""
        self.inbox.verify(email)
        started = StartedProof(kept.proof_id, kept.proof_token)
        try:
            if kept.confirm_token:
                return _proven(self.service.confirm(kept.confirm_token), started, kept.confirm_token)
            token = self.service.look_at_proof(started)
        except RefusedError:
            return None
        return _proven(token, started) if token else None

    def _prove(self, email: str) -> ProvenAddress:
        started = self.service.start_proof(email)
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            for mail in self.inbox.mails(email):
                if mail.headers.get(PROOF_HEADER) == started.proof_id:
                    link = _link_in(mail)
                    return _proven(self.service.confirm(link), started, link)
                if _ASKED_BY_SES in mail.subject:
                    self.inbox.verify(email)
                    if token := self.service.look_at_proof(started):
                        return _proven(token, started)
            time.sleep(_POLL_SECONDS)
        raise CommandError(f"No mail came to {email} by which the address can be proven: it gets only a few a day.")


def _link_in(mail: Mail) -> str:
    found = _CONFIRM.search(mail.text.read_text(encoding="utf-8")) if mail.text else None
    if found is None:
        raise CommandError("The mail that came to prove the address holds no link.")
    return found[1]


def _proven(address_token: str, started: StartedProof, confirm_token: str = "") -> ProvenAddress:
    return ProvenAddress(address_token, started.proof_id, started.proof_token, confirm_token)
