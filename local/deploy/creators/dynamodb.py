"""Tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.deploy.creation import Created

if TYPE_CHECKING:
    from local.deploy.creation import Creation, Creator
    from local.deploy.inputs import Shape

_LONGEST_NAME = 255

_ATTRIBUTE: Shape = {"name": "AttributeName", "type": "AttributeType"}
_ENCRYPTION: Shape = {"enabled": "Enabled", "kmsKeyArn": "KMSMasterKeyId"}
_RECOVERY: Shape = {"enabled": "PointInTimeRecoveryEnabled", "recoveryPeriodInDays": "RecoveryPeriodInDays"}
_TIME_TO_LIVE: Shape = {"attributeName": "AttributeName", "enabled": "Enabled"}


def _table(creation: Creation) -> Created:
    inputs = creation.inputs
    name = creation.named(longest=_LONGEST_NAME)
    keys = [
        {"AttributeName": attribute, "KeyType": kind}
        for attribute, kind in ((inputs.text("hashKey"), "HASH"), (inputs.optional_text("rangeKey"), "RANGE"))
        if attribute
    ]
    answer = creation.call(
        "dynamodb",
        "create_table",
        TableName=name,
        AttributeDefinitions=[attribute.translate(_ATTRIBUTE) for attribute in inputs.blocks("attributes")],
        KeySchema=keys,
        SSESpecification=inputs.block("serverSideEncryption").translate(_ENCRYPTION) or None,
        Tags=creation.tag_list(),
        **inputs.translate(
            {
                "billingMode": "BillingMode",
                "deletionProtectionEnabled": "DeletionProtectionEnabled",
                "tableClass": "TableClass",
            },
        ),
    )
    if time_to_live := inputs.block("ttl").translate(_TIME_TO_LIVE):
        creation.call("dynamodb", "update_time_to_live", TableName=name, TimeToLiveSpecification=time_to_live)
    if recovery := inputs.block("pointInTimeRecovery").translate(_RECOVERY):
        creation.call(
            "dynamodb",
            "update_continuous_backups",
            TableName=name,
            PointInTimeRecoverySpecification=recovery,
        )
    table = answer["TableDescription"]
    return Created(name, {"arn": table["TableArn"], "name": table["TableName"]})


CREATORS: dict[str, Creator] = {"aws:dynamodb/table:Table": _table}
