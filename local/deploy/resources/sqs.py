"""Queues and their policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.deploy.creation import Created
from local.deploy.resources.attributes import as_attributes
from local.deploy.inputs import Free

if TYPE_CHECKING:
    from local.deploy.creation import Creation, Creator
    from local.deploy.inputs import Shape

_LONGEST_NAME = 80

_QUEUE: Shape = {
    "delaySeconds": "DelaySeconds",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "policy": Free("Policy"),
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "redriveAllowPolicy": Free("RedriveAllowPolicy"),
    "redrivePolicy": Free("RedrivePolicy"),
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}


def _queue(creation: Creation) -> Created:
    name = creation.named(longest=_LONGEST_NAME)
    answer = creation.call(
        "sqs",
        "create_queue",
        QueueName=name,
        Attributes=as_attributes(creation.inputs.translate(_QUEUE)),
        tags=creation.tags(),
    )
    url = answer["QueueUrl"]
    attributes = creation.call("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    return Created(url, {"arn": attributes["QueueArn"], "name": name, "url": url})


def _policy(creation: Creation) -> Created:
    url, policy = creation.inputs.text("queueUrl"), creation.inputs.document("policy")
    creation.call("sqs", "set_queue_attributes", QueueUrl=url, Attributes={"Policy": policy})
    return Created(url, {"policy": policy})


def _redrive(key: str, name: str) -> Creator:
    """A creator for one of the documents on dead letters, which SQS keeps as an attribute of the queue."""

    def create(creation: Creation) -> Created:
        url, document = creation.inputs.text("queueUrl"), creation.inputs.document(key)
        # moto forgets a queue's policy when other attributes are set without it.
        known = creation.call("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=["Policy"])
        kept = known.get("Attributes", {})
        creation.call("sqs", "set_queue_attributes", QueueUrl=url, Attributes={**kept, name: document})
        return Created(url, {key: document})

    return create


CREATORS: dict[str, Creator] = {
    "aws:sqs/queue:Queue": _queue,
    "aws:sqs/queuePolicy:QueuePolicy": _policy,
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": _redrive("redriveAllowPolicy", "RedriveAllowPolicy"),
    "aws:sqs/redrivePolicy:RedrivePolicy": _redrive("redrivePolicy", "RedrivePolicy"),
}
