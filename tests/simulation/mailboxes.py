"""Where mails go that SES has taken: into a mailbox, or back; and SES's word of that, some time or other."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tests.simulation import waking
from tests.simulation.plan import Fate
from tests.simulation.shown import short

if TYPE_CHECKING:
    from tests.simulation.facts import Sent
    from tests.simulation.world import World

_BOUNCES: Final[dict[Fate, tuple[str, str, dict[str, str]]]] = {
    Fate.AWAY: ("Transient", "General", {}),
    Fate.FULL: ("Transient", "MailboxFull", {"action": "failed", "status": "5.2.2"}),
    Fate.UNKNOWN: ("Permanent", "General", {"action": "failed", "status": "5.1.1"}),
}
"""What SES calls it, and what it tells of the recipient besides."""


def mail_is_taken(world: World, sent: Sent, message_id: str) -> None:
    """What becomes of a mail, as its mailbox is planned."""
    fate = _fate(world, sent)
    if fate is Fate.ARRIVES:
        return
    sent.came_back = fate is not Fate.AWAY
    sent.for_good = fate is Fate.UNKNOWN
    world.covered[f"mails, {fate}"] += 1
    world.covered["late mails that came back"] += sent.came_back and sent.letter.kind == "late"
    world.later(0.0, partial(_tell, world, sent, message_id, fate))


def _fate(world: World, sent: Sent) -> Fate:
    address = sent.letter.to
    fates = next(actor.person.fates for actor in world.actors if actor.address == address)
    nth = sum(each.letter.to == address for each in world.facts.sent)
    return fates[nth - 1] if nth <= len(fates) else Fate.ARRIVES


def _tell(world: World, sent: Sent, message_id: str, fate: Fate) -> None:
    """SES puts it into the queue."""
    about = f"{fate} of the {sent.letter.kind} for {sent.letter.request_id}"
    world.say(f"{sent.letter.to}: {short(about)}")
    waking.send(world, "notify", json.dumps(_event(sent, message_id, fate)), about, delayed=True)


def _event(sent: Sent, message_id: str, fate: Fate) -> dict[str, Any]:
    tags = {name: [value] for name, value in asdict(sent.tags).items() if value}
    time = f"{datetime.fromtimestamp(sent.at, UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
    mail = {"timestamp": time, "messageId": message_id, "destination": [sent.letter.to], "tags": tags}
    if fate is Fate.REJECTED:
        return {"eventType": "Reject", "reject": {"reason": "Bad content"}, "mail": mail}
    kind, subtype, of_recipient = _BOUNCES[fate]
    recipients = [{"emailAddress": sent.letter.to, **of_recipient}]
    bounce = {"bounceType": kind, "bounceSubType": subtype, "bouncedRecipients": recipients}
    return {"eventType": "Bounce", "bounce": bounce, "mail": mail}
