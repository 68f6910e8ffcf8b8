"""Rules that fire by a schedule or wait for events, and what they invoke or send to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.deploy.creation import Created
from local.deploy.kind import Kind

if TYPE_CHECKING:
    from local.deploy.creation import Creation
    from local.deploy.deletion import Deletion
    from local.deploy.inputs import Shape

_LONGEST_NAME = 64
_LONGEST_TARGET_ID = 64
_BUS = "default"  # the only one that has schedules

_RULE: Shape = {
    "description": "Description",
    "eventPattern": "EventPattern",
    "scheduleExpression": "ScheduleExpression",
    "state": "State",
}
_TARGET: Shape = {"arn": "Arn", "input": "Input"}


def _rule(creation: Creation) -> Created:
    name, request = creation.named(longest=_LONGEST_NAME), creation.inputs.translate(_RULE)
    answer = creation.call("events", "put_rule", Name=name, Tags=creation.tag_list(), **request)
    state = request.get("State", "ENABLED")
    return Created(name, {"arn": answer["RuleArn"], "eventBusName": _BUS, "name": name, "state": state})


def _delete_rule(deletion: Deletion) -> None:
    deletion.call("events", "delete_rule", Name=deletion.id)


def _target(creation: Creation) -> Created:
    rule, target_id = creation.inputs.text("rule"), creation.named("targetId", longest=_LONGEST_TARGET_ID)
    target = {"Id": target_id, **creation.inputs.translate(_TARGET)}
    answer = creation.call("events", "put_targets", Rule=rule, Targets=[target])
    if answer["FailedEntryCount"]:
        raise RuntimeError(f"EventBridge did not take the target: {answer['FailedEntries']}")
    return Created(f"{rule}-{target_id}", {"eventBusName": _BUS, "targetId": target_id})


def _delete_target(deletion: Deletion) -> None:
    rule, target_id = deletion.inputs.text("rule"), deletion.outputs["targetId"]
    answer = deletion.call("events", "remove_targets", Rule=rule, Ids=[target_id])
    if answer["FailedEntryCount"]:
        raise RuntimeError(f"EventBridge did not let the target go: {answer['FailedEntries']}")


KINDS: dict[str, Kind] = {
    "aws:cloudwatch/eventRule:EventRule": Kind(_rule, _delete_rule),
    "aws:cloudwatch/eventTarget:EventTarget": Kind(_target, _delete_target),
}
