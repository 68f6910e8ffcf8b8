"""Tables and their indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.deploy.creation import Created
from local.deploy.inputs import InputError
from local.deploy.kind import Kind

if TYPE_CHECKING:
    from local.deploy.creation import Creation
    from local.deploy.deletion import Deletion
    from local.deploy.inputs import Inputs, Shape

_LONGEST_NAME = 255

_ATTRIBUTE: Shape = {"name": "AttributeName", "type": "AttributeType"}
_ENCRYPTION: Shape = {"enabled": "Enabled", "kmsKeyArn": "KMSMasterKeyId"}
_KEY: Shape = {"attributeName": "AttributeName", "keyType": "KeyType"}
_PROJECTION: Shape = {"nonKeyAttributes": "NonKeyAttributes", "projectionType": "ProjectionType"}
_RECOVERY: Shape = {"enabled": "PointInTimeRecoveryEnabled", "recoveryPeriodInDays": "RecoveryPeriodInDays"}
_TIME_TO_LIVE: Shape = {"attributeName": "AttributeName", "enabled": "Enabled"}


def _table(creation: Creation) -> Created:
    inputs = creation.inputs
    name = creation.named(longest=_LONGEST_NAME)
    answer = creation.call(
        "dynamodb",
        "create_table",
        TableName=name,
        AttributeDefinitions=[attribute.translate(_ATTRIBUTE) for attribute in inputs.blocks("attributes")],
        KeySchema=_keys(inputs),
        GlobalSecondaryIndexes=[_index(index) for index in inputs.blocks("globalSecondaryIndexes")] or None,
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


def _delete_table(deletion: Deletion) -> None:
    """Delete a table with all that is in it; DynamoDB refuses while it is protected against deletion."""
    deletion.call("dynamodb", "delete_table", TableName=deletion.id)


def _keys(inputs: Inputs) -> list[dict[str, Any]]:
    given = ((inputs.text("hashKey"), "HASH"), (inputs.optional_text("rangeKey"), "RANGE"))
    return [{"AttributeName": attribute, "KeyType": kind} for attribute, kind in given if attribute]


def _index(index: Inputs) -> dict[str, Any]:
    """A global secondary index; its keys are given by `keySchemas`, or by the older `hashKey` and `rangeKey`.

    Raises:
        InputError: A key of several attributes, which AWS has and moto takes for one.
    """
    keys = [key.translate(_KEY) for key in index.blocks("keySchemas")] or _keys(index)
    kinds = [key.get("KeyType") for key in keys]
    if kinds not in (["HASH"], ["HASH", "RANGE"]):
        raise InputError(f"{index.path('keySchemas')} must be a HASH and maybe a RANGE: no other key is queried here")
    return {"IndexName": index.text("name"), "KeySchema": keys, "Projection": index.translate(_PROJECTION)}


KINDS: dict[str, Kind] = {
    "aws:dynamodb/table:Table": Kind(_table, _delete_table),
}
