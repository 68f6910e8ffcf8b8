"""Mailboxes that do not just take a mail: those of SES's mailbox simulator, and those that are told not to.

https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html#send-email-simulator
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SIMULATOR: Final = "simulator.amazonses.com"


@dataclass(frozen=True)
class Answer:
    """What comes back for a mail.

    Attributes:
        bounce_type: As SES tells it.
        bounce_subtype: As SES tells it.
        status: What the mailbox's server says in a delivery status notification; empty where it sends none.
        taken: Whether the mail is in the mailbox all the same.
    """

    bounce_type: str
    bounce_subtype: str
    status: str = ""
    taken: bool = False


ANSWERS: Final = {
    "gone": Answer("Permanent", "General", "5.1.1"),
    "full": Answer("Transient", "MailboxFull", "4.2.2"),
    "away": Answer("Transient", "General", taken=True),
}
"""By what is the matter: there is no such mailbox; it is full; its owner is away, and all who write are told so."""

_SIMULATED: Final = {"bounce": "gone", "ooto": "away"}


class Mailboxes:
    """Everybody's mailbox, as far as it is not just an inbox."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}

    def tell(self, address: str, matter: str | None) -> None:
        """Have something be the matter with a mailbox from now on, or nothing.

        Raises:
            ValueError: Nothing like that is ever the matter.
        """
        if matter is None:
            self._told.pop(address, None)
        elif matter in ANSWERS:
            self._told[address] = matter
        else:
            raise ValueError(f"a mailbox is never {matter}, but {', '.join(sorted(ANSWERS))}")

    def answer_of(self, address: str) -> Answer | None:
        """What comes back for a mail to an address; None if it is just taken."""
        name, _, domain = address.partition("@")
        simulated = _SIMULATED.get(name.partition("+")[0]) if domain == SIMULATOR else None
        matter = self._told.get(address, simulated)
        return ANSWERS[matter] if matter else None
