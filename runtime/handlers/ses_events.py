"""SES's events, as it publishes them for a configuration set.

https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from runtime.core.bounce import Bounce, MessageTags
from runtime.handlers.batch import body_of

if TYPE_CHECKING:
    from collections.abc import Mapping

EVENT_TYPE: Final = "eventType"
"""What every event has, and no message of ours."""

_GREETING: Final = "Successfully validated SNS topic"
"""How that begins which SES publishes to a topic when it is named: no JSON, and of no interest."""

_TAGS: Final = [field.name for field in fields(MessageTags)]
# A delivery status notification (RFC 3464) tells these of a recipient; an automatic answer does not.
_OF_A_STATUS: Final = ("action", "status", "diagnosticCode")


def read(message: Mapping[str, Any]) -> Any:  # noqa: ANN401  whatever the queue's senders write
    """A message of a queue that hears SES besides: as JSON; its greeting as an event that tells of nothing."""
    if message["body"].startswith(_GREETING):
        return {EVENT_TYPE: _GREETING}
    return body_of(message)


def bounce_of(event: Mapping[str, Any]) -> Bounce | None:
    """What an event tells of a mail that did not arrive; None if it tells of nothing like that."""
    if event[EVENT_TYPE] == "Bounce":
        return None if _is_automatic_answer(event["bounce"]) else _bounced(event["mail"], event["bounce"])
    if event[EVENT_TYPE] == "Reject":  # SES had taken it, and found a virus in it
        return _came_back(event["mail"], permanent=False, cause="Reject")
    return None


def nameless(event: Mapping[str, Any]) -> dict[str, Any]:
    """What `bounce_of` reads of an event, and nothing else: the rest names its recipient, and a file in its subject."""
    mail, bounce = event["mail"], event.get("bounce")
    less: dict[str, Any] = {
        EVENT_TYPE: event[EVENT_TYPE],
        "mail": {
            "timestamp": mail["timestamp"],
            "messageId": mail["messageId"],
            "tags": {name: value for name, value in mail.get("tags", {}).items() if name in _TAGS},
        },
    }
    if bounce:
        statuses = [{name: "" for name in _OF_A_STATUS if name in each} for each in bounce["bouncedRecipients"]]
        kinds = {name: bounce[name] for name in ("bounceType", "bounceSubType") if name in bounce}
        less["bounce"] = {**kinds, "bouncedRecipients": statuses}
    return less


def _bounced(mail: Mapping[str, Any], bounce: Mapping[str, Any]) -> Bounce:
    kind = bounce["bounceType"]
    return _came_back(mail, permanent=kind == "Permanent", cause=f"{kind}/{bounce.get('bounceSubType', '')}")


def _came_back(mail: Mapping[str, Any], *, permanent: bool, cause: str) -> Bounce:
    mailed_at = datetime.fromisoformat(mail["timestamp"]).timestamp()
    return Bounce(_tags(mail), mail["messageId"], mailed_at, permanent, cause)


def _tags(mail: Mapping[str, Any]) -> MessageTags:
    told = mail.get("tags", {})
    return MessageTags(**{name: told[name][0] for name in _TAGS if name in told})


def _is_automatic_answer(bounce: Mapping[str, Any]) -> bool:
    """Whether it is no more than "out of the office", which SES tells as a bounce that is general and will pass."""
    if (bounce["bounceType"], bounce.get("bounceSubType")) != ("Transient", "General"):
        return False
    return not any(name in recipient for recipient in bounce["bouncedRecipients"] for name in _OF_A_STATUS)
