"""Log groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.deploy.creation import Created
from local.deploy.kind import Kind

if TYPE_CHECKING:
    from local.deploy.creation import Creation
    from local.deploy.deletion import Deletion

_LONGEST_NAME = 512
_SKIP = "skipDestroy"
"""Speaks of a group's end: it stays when its stack goes."""


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
    inputs.flag(_SKIP)
    found = creation.call("logs", "describe_log_groups", logGroupNamePrefix=name)["logGroups"]
    arn = next(group["arn"] for group in found if group["logGroupName"] == name)
    return Created(name, {"arn": arn.removesuffix(":*"), "name": name})


def _delete_group(deletion: Deletion) -> None:
    if not deletion.inputs.flag(_SKIP):
        deletion.call("logs", "delete_log_group", logGroupName=deletion.id)


KINDS: dict[str, Kind] = {
    "aws:cloudwatch/logGroup:LogGroup": Kind(_group, _delete_group),
}
