"""SES: whom mail comes from, and how it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.deploy.creation import Created
from local.deploy.inputs import Nested

if TYPE_CHECKING:
    from local.deploy.creation import Creation, Creator
    from local.deploy.inputs import Shape

_CONFIGURATION_SET: Shape = {
    "configurationSetName": "ConfigurationSetName",
    "deliveryOptions": Nested("DeliveryOptions", {"tlsPolicy": "TlsPolicy"}),
    "reputationOptions": Nested("ReputationOptions", {"reputationMetricsEnabled": "ReputationMetricsEnabled"}),
    "sendingOptions": Nested("SendingOptions", {"sendingEnabled": "SendingEnabled"}),
    "suppressionOptions": Nested("SuppressionOptions", {"suppressedReasons": "SuppressedReasons"}),
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


def _configuration_set(creation: Creation) -> Created:
    target, request = creation.target, creation.inputs.translate(_CONFIGURATION_SET)
    creation.call("sesv2", "create_configuration_set", Tags=creation.tag_list(), **request)
    name = request["ConfigurationSetName"]
    return Created(name, {"arn": f"arn:aws:ses:{target.region}:{target.account_id}:configuration-set/{name}"})


CREATORS: dict[str, Creator] = {
    "aws:sesv2/configurationSet:ConfigurationSet": _configuration_set,
    "aws:sesv2/emailIdentity:EmailIdentity": _identity,
}
