"""Log groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.deploy.creation import Created

if TYPE_CHECKING:
    from local.deploy.creation import Creation, Creator

_LONGEST_NAME = 512


def _group(creation: Creation) -> Created:
    inputs = creation.inputs
    name = creation.named(longest=_LONGEST_NAME)
    creation.call(
        "logs",
        "create_log_group",
        logGroupName=name,
        tags=creation.tags() or None,
        **inputs.translate({"kmsKeyId": "kmsKeyId", "logGroupClass": "logGroupClass"}),
    )
    if days := inputs.plain("retentionInDays"):  # 0 is Pulumi's word for keeping all
        creation.call("logs", "put_retention_policy", logGroupName=name, retentionInDays=days)
    inputs.flag("skipDestroy")  # speaks of the group's end
    found = creation.call("logs", "describe_log_groups", logGroupNamePrefix=name)["logGroups"]
    arn = next(group["arn"] for group in found if group["logGroupName"] == name)
    return Created(name, {"arn": arn.removesuffix(":*"), "name": name})


CREATORS: dict[str, Creator] = {"aws:cloudwatch/logGroup:LogGroup": _group}
