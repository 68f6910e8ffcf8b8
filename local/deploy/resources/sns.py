"""Topics, their policies and who listens to them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from local.deploy.creation import Created
from local.deploy.inputs import Free
from local.deploy.kind import Kind
from local.deploy.resources.attributes import as_attributes

if TYPE_CHECKING:
    from local.deploy.creation import Creation
    from local.deploy.deletion import Deletion
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


def _delete_topic(deletion: Deletion) -> None:
    deletion.call("sns", "delete_topic", TopicArn=deletion.id)


def _policy(creation: Creation) -> Created:
    arn, policy = creation.inputs.text("arn"), creation.inputs.document("policy")
    creation.call("sns", "set_topic_attributes", TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
    return Created(arn, {"policy": policy})


def _reset_policy(deletion: Deletion) -> None:
    """Give the topic the policy that it was born with: SNS has none without.

    https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html
    """
    actions = ("AddPermission", "DeleteTopic", "GetTopicAttributes", "ListSubscriptionsByTopic", "Publish")
    more = ("RemovePermission", "SetTopicAttributes", "Subscribe")
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{action}" for action in (*actions, *more)],
        "Resource": deletion.id,
        "Condition": {"StringEquals": {"AWS:SourceOwner": deletion.target.account_id}},
    }
    policy = json.dumps({"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]})
    deletion.call("sns", "set_topic_attributes", TopicArn=deletion.id, AttributeName="Policy", AttributeValue=policy)


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


def _unsubscribe(deletion: Deletion) -> None:
    deletion.call("sns", "unsubscribe", SubscriptionArn=deletion.id)


KINDS: dict[str, Kind] = {
    "aws:sns/topic:Topic": Kind(_topic, _delete_topic),
    "aws:sns/topicPolicy:TopicPolicy": Kind(_policy, _reset_policy),
    "aws:sns/topicSubscription:TopicSubscription": Kind(_subscription, _unsubscribe),
}
