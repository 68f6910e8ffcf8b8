"""The one DynamoDB table: rows in and out as plain values, conditions as booleans.

DIGEST#<key>            RECORD                  the cache's record of a picture
DIGEST#<key>            WAITER#<request_id>     a request that waits for it
REQUEST#<request_id>    REQUEST                 a request
DEAD#<queue>            MESSAGE#<message id>    a message that was received too often
ADDRESS#<name>          ADDRESS                 what is known of an address, by the SHA-256 of it in lower case
PROOF#<proof_id>        PROOF                   somebody's wish to prove an address
TOKEN#<hash>            TOKEN                   an address token, by its SHA-256
COUNTER#<name>          COUNTER                 how often something was done on a day, or when it may be done again
BULK#PENDING            DOCUMENT#<key>#<generation>   a transcript that waits for a run on Glue
BULK#STARTER            STARTER                 the row that runs are started by, one at a time

The index `unfinished` (by `unfinished`, then `since`) holds the records and requests that have not come to their end,
and the addresses that SES was asked to verify and has not been seen to have done so.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from runtime.adapters.vendor_errors import vendor_errors
from runtime.core.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_dynamodb import DynamoDBClient

_NAME: Final = re.compile(r"#(\w+)")
_serialise: Final = TypeSerializer().serialize
_deserialise: Final = TypeDeserializer().deserialize


class _ConditionFailedError(ServiceError):
    """A condition did not hold."""


_CONDITION: Final = {"ConditionalCheckFailedException": _ConditionFailedError}


class Table:
    """The table, by partition and sort key. Reads are consistent."""

    def __init__(self, dynamodb: DynamoDBClient, name: str) -> None:
        self._dynamodb = dynamodb
        self._name = name

    def get(self, pk: str, sk: str) -> dict[str, Any] | None:
        """A row, or None."""
        with vendor_errors():
            found = self._dynamodb.get_item(TableName=self._name, Key=_key(pk, sk), ConsistentRead=True)
        return _plain(found["Item"]) if "Item" in found else None

    def query(self, pk: str, sk_prefix: str) -> list[dict[str, Any]]:
        """The rows of a partition whose sort key begins so."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._name,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues=_typed({":pk": pk, ":sk": sk_prefix}),
        )
        with vendor_errors():
            return [_plain(item) for page in pages for item in page["Items"]]

    def older(
        self, index: str, partition: tuple[str, str], age: tuple[str, float], *, most: int
    ) -> list[dict[str, Any]]:
        """The keys of an index's rows that are older than a time, the oldest first. What it knows may be seconds old.

        Args:
            index: Its name.
            partition: The name of its partition key, and which partition.
            age: The name of its sort key, and the time.
            most: How many, at most.
        """
        (kind, wanted), (since, before) = partition, age
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._name,
            IndexName=index,
            KeyConditionExpression="#kind = :kind AND #since < :before",
            ExpressionAttributeNames={"#kind": kind, "#since": since},
            ExpressionAttributeValues=_typed({":kind": wanted, ":before": before}),
            PaginationConfig={"MaxItems": most},
        )
        with vendor_errors():
            return [_plain(item) for page in pages for item in page["Items"]]

    def put(self, row: Mapping[str, Any], condition: str = "", values: Mapping[str, Any] | None = None) -> bool:
        """Write a whole row, if the condition holds; whether it did. `#name` in it is an attribute, `:name` a value."""
        return self._write(self._dynamodb.put_item, {"Item": _typed(row)}, condition, values or {})

    def update(  # noqa: PLR0913  a conditional update is all of these at once
        self,
        pk: str,
        sk: str,
        change: str,
        values: Mapping[str, Any],
        *,
        condition: str,
        also: Mapping[str, Any] | None = None,
    ) -> bool:
        """Change a row, if the condition holds; whether it did.

        Args:
            pk: Partition key.
            sk: Sort key.
            change: An update expression; `#name` is an attribute, `:name` a value.
            values: The values, without their colon.
            condition: As `change`.
            also: Further attributes to set, by name.
        """
        if also:
            change += "".join(f", #{name} = :{name}" for name in also)
        request = {"Key": _key(pk, sk), "UpdateExpression": change}
        return self._write(self._dynamodb.update_item, request, condition, {**values, **(also or {})})

    def delete(self, pk: str, sk: str) -> None:
        """Delete a row; nothing happens if it is gone."""
        with vendor_errors():
            self._dynamodb.delete_item(TableName=self._name, Key=_key(pk, sk))

    def _write(self, call: Any, request: dict[str, Any], condition: str, values: Mapping[str, Any]) -> bool:  # noqa: ANN401  two of boto3's calls of different types
        if condition:
            request["ConditionExpression"] = condition
        if values:
            request["ExpressionAttributeValues"] = _typed({f":{name}": value for name, value in values.items()})
        names = set(_NAME.findall(f"{request.get('UpdateExpression', '')} {condition}"))
        if names:
            request["ExpressionAttributeNames"] = {f"#{name}": name for name in names}
        try:
            with vendor_errors(_CONDITION):
                call(TableName=self._name, **request)
        except _ConditionFailedError:
            return False
        return True


def _key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _typed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _serialise(_exact(value)) for name, value in row.items() if value is not None}


def _exact(value: object) -> object:
    """DynamoDB takes no floats; times are kept to the millisecond."""
    return Decimal(str(round(value, 3))) if isinstance(value, float) else value


def _plain(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _number(_deserialise(value)) for name, value in item.items()}


def _number(value: object) -> object:
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else float(value)
