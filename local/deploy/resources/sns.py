"""Topics, their policies and who listens to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.deploy.creation import Created
from local.deploy.resources.attributes import as_attributes
from local.deploy.inputs import Free

if TYPE_CHECKING:
    from local.deploy.creation import Creation, Creator
    from local.deploy.inputs import Shape

_LONGEST_NAME = 256

_TOPIC: Shape = {
    "displayName": "DisplayName",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "policy": Free("Policy"),
    "signatureVersion": "SignatureVersion",
    "tracingConfig": "TracingConfig",
}
_SUBSCRIPTION: Shape = {
    "filterPolicy": Free("FilterPolicy"),
    "filterPolicyScope": "FilterPolicyScope",
    "rawMessageDelivery": "RawMessageDelivery",
    "redrivePolicy": Free("RedrivePolicy"),
}


def _topic(creation: Creation) -> Created:
    name = creation.named(longest=_LONGEST_NAME)
    answer = creation.call(
        "sns",
        "create_topic",
        Name=name,
        Attributes=as_attributes(creation.inputs.translate(_TOPIC)),
        Tags=creation.tag_list(),
    )
    arn = answer["TopicArn"]
    return Created(arn, {"arn": arn, "name": name})


def _policy(creation: Creation) -> Created:
    arn, policy = creation.inputs.text("arn"), creation.inputs.document("policy")
    creation.call("sns", "set_topic_attributes", TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
    return Created(arn, {"policy": policy})


def _subscription(creation: Creation) -> Created:
    inputs = creation.inputs
    answer = creation.call(
        "sns",
        "subscribe",
        TopicArn=inputs.text("topic"),
        Protocol=inputs.text("protocol"),
        Endpoint=inputs.text("endpoint"),
        Attributes=as_attributes(inputs.translate(_SUBSCRIPTION)),
        ReturnSubscriptionArn=True,
    )
    arn = answer["SubscriptionArn"]
    return Created(arn, {"arn": arn})


CREATORS: dict[str, Creator] = {
    "aws:sns/topic:Topic": _topic,
    "aws:sns/topicPolicy:TopicPolicy": _policy,
    "aws:sns/topicSubscription:TopicSubscription": _subscription,
}
