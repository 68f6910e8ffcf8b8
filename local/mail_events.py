"""SES's event destinations, which moto has not: who is told what becomes of a configuration set's mails.

They are put into moto, and so are a part of the account: made, told and deleted by its own calls. Topics of SNS alone,
and bounces alone: nothing else becomes of mails here that SES has taken.
"""

from __future__ import annotations

import json
import secrets
import sys
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any, Final

from moto.core.exceptions import JsonRESTError
from moto.sesv2 import urls
from moto.sesv2.responses import SESV2Response

from local.account import Account

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.ses.models import ConfigurationSet

    from local.clock import Clock
    from local.mail_service import Send
    from local.mailboxes import Answer

SES: Final = "ses.amazonaws.com"
GREETING: Final = "Successfully validated SNS topic for Amazon SES event publishing."
"""What SES publishes to a topic when it is named. It is no JSON."""

_PATH: Final = "{0}/v2/email/configuration-sets/(?P<ConfigurationSetName>[^/]+)/event-destinations"


def install() -> None:
    """Add them to moto. More than once is fine.

    https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateConfigurationSetEventDestination.html
    """
    urls.url_paths[f"{_PATH}$"] = SESV2Response.dispatch
    urls.url_paths[f"{_PATH}/(?P<EventDestinationName>[^/]+)$"] = SESV2Response.dispatch
    SESV2Response.create_configuration_set_event_destination = _create  # type: ignore[attr-defined]  # it is what is added
    SESV2Response.get_configuration_set_event_destinations = _get  # type: ignore[attr-defined]  # the same
    SESV2Response.delete_configuration_set_event_destination = _delete  # type: ignore[attr-defined]  # the same


def _create(response: SESV2Response) -> str:
    name, wanted = response._get_param("EventDestinationName"), response._get_param("EventDestination")  # noqa: SLF001 - moto's own way
    destinations = _destinations(_named(response))
    if name in destinations:
        raise JsonRESTError("AlreadyExistsException", f"Event destination <{name}> already exists.")
    account, topic = Account.in_use(), str(wanted.get("SnsDestination", {}).get("TopicArn", ""))
    whose = f"arn:aws:ses:{response.region}:{response.current_account}"
    if account and not _publish(account, topic, GREETING, f"{whose}:configuration-set/{_set_name(response)}"):
        raise JsonRESTError("BadRequestException", f"Could not publish to SNS topic <{topic}>.")
    destinations[name] = {"Name": name, **wanted}
    return "{}"


def _get(response: SESV2Response) -> str:
    return json.dumps({"EventDestinations": list(_destinations(_named(response)).values())})


def _delete(response: SESV2Response) -> str:
    name = response._get_param("EventDestinationName")  # noqa: SLF001 - moto's own way
    if _destinations(_named(response)).pop(name, None) is None:
        raise _NotFoundError(f"Event destination <{name}> does not exist.")
    return "{}"


class _NotFoundError(JsonRESTError):
    code = 404

    def __init__(self, message: str) -> None:
        super().__init__("NotFoundException", message)


def _set_name(response: SESV2Response) -> str:
    return str(response._get_param("ConfigurationSetName"))  # noqa: SLF001 - moto's own way


def _named(response: SESV2Response) -> ConfigurationSet:
    """The configuration set that a call is about."""
    found = response.sesv2_backend.core_backend.config_sets.get(_set_name(response))
    if found is None:
        raise _NotFoundError(f"Configuration set <{_set_name(response)}> does not exist.")
    return found


def _destinations(configuration: ConfigurationSet) -> dict[str, dict[str, Any]]:
    """A configuration set's destinations, by their names. With it they go."""
    destinations: dict[str, dict[str, Any]] = vars(configuration).setdefault("event_destinations", {})
    return destinations


def _publish(account: Account, topic: str, message: str, set_arn: str) -> bool:
    """Whether there is such a topic, and it lets SES in for the configuration set."""
    whose = set_arn.split(":")[4]
    may = account.access.service_may(SES, "sns:Publish", topic, source_arn=set_arn, source_account=whose)
    return may and account.publish(topic, message)


class MailEvents:
    """Tells what became of mails."""

    def __init__(self, account: Account, clock: Clock) -> None:
        self._account = account
        self._clock = clock

    def bounced(self, send: Send, message_id: str, account_id: str, answers: Mapping[str, Answer]) -> None:
        """Publish what came back from recipients of a mail, if somebody is to be told: an event for each.

        Args:
            send: The mail.
            message_id: As SES answered it.
            account_id: Whose mail it is.
            answers: What came back, by the recipient.
        """
        set_arn = f"arn:aws:ses:{send.region}:{account_id}:configuration-set/{send.configuration_set}"
        with self._account.locked():
            configuration = self._account.ses(send.region, account_id).config_sets.get(send.configuration_set)
            for destination in _destinations(configuration).values() if configuration else ():
                if not destination.get("Enabled") or "BOUNCE" not in destination["MatchingEventTypes"]:
                    continue
                topic = destination["SnsDestination"]["TopicArn"]
                for address, answer in answers.items():
                    event = json.dumps(self._bounce(send, message_id, account_id, address, answer))
                    if not _publish(self._account, topic, event, set_arn):
                        print(f"{set_arn} may not publish to {topic}: its policy does not let it in", file=sys.stderr)  # noqa: T201

    def _bounce(self, send: Send, message_id: str, account_id: str, address: str, answer: Answer) -> dict[str, Any]:
        """The event that tells of it.

        https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-examples.html
        """
        message = message_from_bytes(send.raw, policy=policy.default)
        status = {"action": "failed", "status": answer.status, "diagnosticCode": f"smtp; 550 {answer.status}"}
        now = self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {
            "eventType": "Bounce",
            "bounce": {
                "feedbackId": f"{secrets.token_hex(8)}-local-000000",
                "bounceType": answer.bounce_type,
                "bounceSubType": answer.bounce_subtype,
                "bouncedRecipients": [{"emailAddress": address, **(status if answer.status else {})}],
                "timestamp": now,
                "reportingMTA": f"dsn; {address.rpartition('@')[2]}",
            },
            "mail": {
                "timestamp": now,
                "source": str(message.get("From", send.sender)),
                "sourceArn": f"arn:aws:ses:{send.region}:{account_id}:identity/{send.sender}",
                "sendingAccountId": account_id,
                "messageId": message_id,
                "destination": send.recipients,
                "headersTruncated": False,
                "headers": [{"name": name, "value": str(value)} for name, value in message.items()],
                "commonHeaders": {"from": [str(message.get("From", ""))], "subject": str(message.get("Subject", ""))},
                "tags": {
                    "ses:configuration-set": [send.configuration_set],
                    "ses:from-domain": [send.sender.rpartition("@")[2]],
                    **{name: [value] for name, value in send.tags.items()},
                },
            },
        }
