"""Queues and their policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.deploy.creation import Created
from local.deploy.inputs import Free
from local.deploy.kind import Kind
from local.deploy.resources.attributes import as_attributes

if TYPE_CHECKING:
    from local.deploy.creation import Creation
    from local.deploy.deletion import Deletion
    from local.deploy.inputs import Shape
    from local.deploy.target import Target

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


def _delete_queue(deletion: Deletion) -> None:
    """Delete a queue with the messages that are in it."""
    deletion.call("sqs", "delete_queue", QueueUrl=deletion.id)


def _policy(creation: Creation) -> Created:
    url, policy = creation.inputs.text("queueUrl"), creation.inputs.document("policy")
    creation.call("sqs", "set_queue_attributes", QueueUrl=url, Attributes={"Policy": policy})
    return Created(url, {"policy": policy})


def _delete_policy(deletion: Deletion) -> None:
    deletion.call("sqs", "set_queue_attributes", QueueUrl=deletion.id, Attributes={"Policy": ""})


def _redrive(key: str, name: str) -> Kind:
    """One of the documents on dead letters, which SQS keeps as an attribute of the queue."""

    def create(creation: Creation) -> Created:
        url, document = creation.inputs.text("queueUrl"), creation.inputs.document(key)
        _set_beside_policy(creation.target, url, {name: document})
        return Created(url, {key: document})

    def delete(deletion: Deletion) -> None:
        _set_beside_policy(deletion.target, deletion.id, {name: ""})

    return Kind(create, delete)


def _set_beside_policy(target: Target, url: str, attributes: dict[str, str]) -> None:
    """Set attributes of a queue; moto forgets its policy when others are set without it."""
    known = target.call("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=["Policy"])
    target.call("sqs", "set_queue_attributes", QueueUrl=url, Attributes={**known.get("Attributes", {}), **attributes})


KINDS: dict[str, Kind] = {
    "aws:sqs/queue:Queue": Kind(_queue, _delete_queue),
    "aws:sqs/queuePolicy:QueuePolicy": Kind(_policy, _delete_policy),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": _redrive("redriveAllowPolicy", "RedriveAllowPolicy"),
    "aws:sqs/redrivePolicy:RedrivePolicy": _redrive("redrivePolicy", "RedrivePolicy"),
}
