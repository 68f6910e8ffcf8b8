"""Addresses: what one may look like, what is known of one, and how somebody proves that it is theirs."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from runtime.core import tokens
from runtime.core.errors import BadRequest

DAY: Final = 86_400.0

PROOF_SECONDS: Final = DAY
"""How long the link of a proof works, and SES's own does (it says so in its mail)."""

PROOF_KEPT_SECONDS: Final = 7 * DAY
"""How long a proof's row is kept: so long its mail's "not me" works."""

TOKEN_SECONDS: Final = 90 * DAY
"""How long an address token lives."""

STOP_SECONDS: Final = 30 * DAY
"""How long an address whose owner said "not me" gets no proof mail."""

KEPT_SECONDS: Final = TOKEN_SECONDS + STOP_SECONDS
"""How long what is known of an address is kept after each change: longer than any token that it may void."""

MAX_ADDRESS: Final = 254
"""RFC 5321's longest path, less its brackets."""

# A dot-atom and a domain of labels (RFC 5321, RFC 1123), and nothing that a mail program would read as anything else,
# such as an encoded word (RFC 2047).
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS: Final = re.compile(rf"(?!.*=\?)(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")


def address_of(text: str) -> str:
    """The address, in lower case: nobody has two that differ in case only, but SES would take them for two.

    Raises:
        BadRequest: It is no address that mail can be sent to.
    """
    if len(text) > MAX_ADDRESS or not _ADDRESS.fullmatch(text):
        raise BadRequest(
            "invalid_email", "This is not an address that mail can be sent to; check it for typing errors."
        )
    return text.lower()


def name_of(address: str) -> str:
    """What an address is called where it need not be read: SHA-256 of it in lower case, hex."""
    return hashlib.sha256(address.lower().encode("utf-8", "replace")).hexdigest()


class Verification(StrEnum):
    """How an address is proven (`mail.verification`)."""

    SES = "ses"
    LINK = "link"


@dataclass(frozen=True)
class Standing:
    """What is known of an address.

    Attributes:
        name: `name_of` it.
        proven_at: Since when it counts as proven; 0 if it does not.
        void_before: No token and no link from then or earlier is worth anything.
        stopped_until: Its owner said "not me": until then it gets no proof mail.
        asked_at: When SES was asked to verify it, and has not been seen to have done so; 0 otherwise.
        email: The address itself, only as long as SES is asked.
    """

    name: str
    proven_at: float = 0.0
    void_before: float = 0.0
    stopped_until: float = 0.0
    asked_at: float = 0.0
    email: str = ""

    @property
    def proven(self) -> bool:
        """Whether mail may go to it."""
        return self.proven_at > 0

    def stopped(self, now: float) -> bool:
        """Whether its owner wants no proof mail."""
        return now < self.stopped_until

    def honours(self, issued_at: float) -> bool:
        """Whether what was issued then still counts."""
        return issued_at > self.void_before


class SentAs(StrEnum):
    """What was sent for a proof."""

    LINK = "link"
    SES = "ses"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Proof:
    """Somebody's wish to prove an address.

    Attributes:
        proof_id: Public: it is in paths and logs.
        token_hash: Of the token of who asked; it shows how far the proof is.
        mail_secret: What the links of its mail are derived from: they are written by another function, maybe twice.
        counted: Whether it counts among the address's proofs of the day.
        sent_as: What was sent for it; None as long as nothing has been decided.
    """

    proof_id: str
    email: str
    token_hash: str
    mail_secret: str
    opened_at: float
    counted: bool = False
    sent_as: SentAs | None = None

    @property
    def link_until(self) -> float:
        """Until when it can be completed."""
        return self.opened_at + PROOF_SECONDS

    @property
    def confirm_token(self) -> str:
        """What its mail's link holds: who has it reads the address's mail."""
        return mail_token(self.proof_id, self.mail_secret, "confirm")

    @property
    def stop_token(self) -> str:
        """What its mail's "not me" link holds."""
        return mail_token(self.proof_id, self.mail_secret, "stop")

    def address_token(self, shown: str) -> str:
        """The address token for who has shown this token: the same each time, so that an answer may be lost."""
        return tokens.derived(self.mail_secret, f"address {shown}")


def mail_token(row_id: str, secret: str, purpose: str) -> str:
    """A token that a mail's link holds, with the id of the row that its secret lies in."""
    return f"{row_id}.{tokens.derived(secret, purpose)}"


@dataclass(frozen=True)
class AddressToken:
    """That who holds a token has proven an address."""

    token_hash: str
    name: str
    issued_at: float
    expires_at: float
