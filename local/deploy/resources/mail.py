"""SES: whom mail comes from, and how it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.deploy.creation import Created
from local.deploy.inputs import Nested
from local.deploy.kind import Kind

if TYPE_CHECKING:
    from local.deploy.creation import Creation
    from local.deploy.deletion import Deletion
    from local.deploy.inputs import Shape

_CONFIGURATION_SET: Shape = {
    "configurationSetName": "ConfigurationSetName",
    "deliveryOptions": Nested("DeliveryOptions", {"tlsPolicy": "TlsPolicy"}),
    "reputationOptions": Nested("ReputationOptions", {"reputationMetricsEnabled": "ReputationMetricsEnabled"}),
    "sendingOptions": Nested("SendingOptions", {"sendingEnabled": "SendingEnabled"}),
    "suppressionOptions": Nested("SuppressionOptions", {"suppressedReasons": "SuppressedReasons"}),
}
_EVENT_DESTINATION: Shape = {
    "configurationSetName": "ConfigurationSetName",
    "eventDestinationName": "EventDestinationName",
    "eventDestination": Nested(
        "EventDestination",
        {
            "enabled": "Enabled",
            "matchingEventTypes": "MatchingEventTypes",
            "snsDestination": Nested("SnsDestination", {"topicArn": "TopicArn"}),
        },
    ),
}


def _identity(creation: Creation) -> Created:
    inputs, target = creation.inputs, creation.target
    identity = inputs.text("emailIdentity")
    answer = creation.call(
        "sesv2",
        "create_email_identity",
        EmailIdentity=identity,
        Tags=creation.tag_list(),
        **inputs.translate({"configurationSetName": "ConfigurationSetName"}),
    )
    return Created(
        identity,
        {
            "arn": f"arn:aws:ses:{target.region}:{target.account_id}:identity/{identity}",
            "identityType": answer["IdentityType"],
            "verifiedForSendingStatus": answer["VerifiedForSendingStatus"],
        },
    )


def _delete_identity(deletion: Deletion) -> None:
    # moto fails on an address that is not there if its domain is: SES's answer to that is the look-up's.
    deletion.call("sesv2", "get_email_identity", EmailIdentity=deletion.id)
    deletion.call("sesv2", "delete_email_identity", EmailIdentity=deletion.id)


def _configuration_set(creation: Creation) -> Created:
    target, request = creation.target, creation.inputs.translate(_CONFIGURATION_SET)
    creation.call("sesv2", "create_configuration_set", Tags=creation.tag_list(), **request)
    name = request["ConfigurationSetName"]
    return Created(name, {"arn": f"arn:aws:ses:{target.region}:{target.account_id}:configuration-set/{name}"})


def _delete_configuration_set(deletion: Deletion) -> None:
    # moto fails on one that is not there: SES's answer to that is the look-up's.
    deletion.call("sesv2", "get_configuration_set", ConfigurationSetName=deletion.id)
    deletion.call("sesv2", "delete_configuration_set", ConfigurationSetName=deletion.id)


def _event_destination(creation: Creation) -> Created:
    request = creation.inputs.translate(_EVENT_DESTINATION)
    creation.call("sesv2", "create_configuration_set_event_destination", **request)
    return Created(f"{request['ConfigurationSetName']}|{request['EventDestinationName']}")


def _delete_event_destination(deletion: Deletion) -> None:
    set_name, name = deletion.id.split("|")
    deletion.call(
        "sesv2",
        "delete_configuration_set_event_destination",
        ConfigurationSetName=set_name,
        EventDestinationName=name,
    )


KINDS: dict[str, Kind] = {
    "aws:sesv2/configurationSet:ConfigurationSet": Kind(_configuration_set, _delete_configuration_set),
    "aws:sesv2/configurationSetEventDestination:ConfigurationSetEventDestination": Kind(
        _event_destination, _delete_event_destination
    ),
    "aws:sesv2/emailIdentity:EmailIdentity": Kind(_identity, _delete_identity),
}
