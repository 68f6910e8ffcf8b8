"""Rules that fire by a schedule, and what they invoke."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.deploy.creation import Created

if TYPE_CHECKING:
    from local.deploy.creation import Creation, Creator
    from local.deploy.inputs import Shape

_LONGEST_NAME = 64
_LONGEST_TARGET_ID = 64
_BUS = "default"  # the only one that has schedules

_RULE: Shape = {"description": "Description", "scheduleExpression": "ScheduleExpression", "state": "State"}
_TARGET: Shape = {"arn": "Arn", "input": "Input"}


def _rule(creation: Creation) -> Created:
    name, request = creation.named(longest=_LONGEST_NAME), creation.inputs.translate(_RULE)
    answer = creation.call("events", "put_rule", Name=name, Tags=creation.tag_list(), **request)
    state = request.get("State", "ENABLED")
    return Created(name, {"arn": answer["RuleArn"], "eventBusName": _BUS, "name": name, "state": state})


def _target(creation: Creation) -> Created:
    rule, target_id = creation.inputs.text("rule"), creation.named("targetId", longest=_LONGEST_TARGET_ID)
    target = {"Id": target_id, **creation.inputs.translate(_TARGET)}
    answer = creation.call("events", "put_targets", Rule=rule, Targets=[target])
    if answer["FailedEntryCount"]:
        raise RuntimeError(f"EventBridge did not take the target: {answer['FailedEntries']}")
    return Created(f"{rule}-{target_id}", {"eventBusName": _BUS, "targetId": target_id})


CREATORS: dict[str, Creator] = {
    "aws:cloudwatch/eventRule:EventRule": _rule,
    "aws:cloudwatch/eventTarget:EventTarget": _target,
}
