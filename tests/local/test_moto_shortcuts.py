"""That moto answers the same by a shorter way."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from moto import mock_aws
from moto.core.serialize import AttributePicker, AttributePickerContext, JSONSerializer, XFormedAttributePicker
from moto.core.utils import get_service_model
from moto.dynamodb.parsing.ast_nodes import NoneExistingPath, UpdateExpression
from moto.dynamodb.parsing.validators import ActionCountValidator, NoneExistingPathChecker
from werkzeug.routing import Map, Rule

from local import moto_shortcuts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moto.core.model import Shape
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture(autouse=True)
def _installed() -> None:
    moto_shortcuts.install()


@pytest.fixture
def dynamodb() -> Iterator[DynamoDBClient]:
    with mock_aws():
        client = boto3.Session("test", "test", region_name="us-east-1").client("dynamodb")
        client.create_table(
            TableName="rows",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        )
        yield client


class Answer(dict[str, Any]):
    """A dictionary that is more than one, as moto's models may be."""


def shapes(service: str, operation: str) -> list[tuple[str, Shape]]:
    output = get_service_model(service).operation_model(operation).output_shape
    assert output
    for member in output.members.values():
        member.parent = output  # type: ignore[attr-defined]  # as moto's serializer does
    return cast("list[tuple[str, Shape]]", list(output.members.items()))


@pytest.mark.parametrize(
    ("service", "operation"),
    [("dynamodb", "GetItem"), ("sqs", "ReceiveMessage"), ("glue", "GetJobRun"), ("lambda", "GetFunctionConfiguration")],
)
def test_a_member_is_found_under_each_of_its_names(service: str, operation: str) -> None:
    picker = XFormedAttributePicker()
    for key, shape in shapes(service, operation):
        names = list(picker.get_possible_keys(AttributePickerContext({}, key, shape)))
        alone: list[dict[str, str]] = [{name: f"under {name}"} for name in names]
        for answer in [*alone, {name: name for name in reversed(names)}, dict[str, str]()]:
            asked = AttributePickerContext(answer, key, shape)
            assert picker(asked) == AttributePicker.__call__(picker, asked)


def test_what_is_no_mere_dictionary_is_asked_as_ever() -> None:
    class Item:
        consumed_capacity = 3

    [(key, shape)] = [each for each in shapes("dynamodb", "GetItem") if each[0] == "ConsumedCapacity"]
    picker = XFormedAttributePicker()
    assert picker(AttributePickerContext(Item(), key, shape)) == 3
    assert picker(AttributePickerContext(Answer(ConsumedCapacity=4), key, shape)) == 4


@pytest.mark.parametrize(
    "value",
    [
        {"S": "text"},
        {"N": "1.5"},
        {"BOOL": False},
        {"NULL": True},
        {"SS": ["a", "b"]},
        {"L": [{"S": "text"}, {"N": "1"}]},
        {"M": {"of": {"M": {"maps": {"BOOL": True}}}}},
    ],
    ids=str,
)
def test_a_value_of_dynamodbs_is_answered_as_it_is(value: dict[str, Any]) -> None:
    serializer = JSONSerializer(get_service_model("dynamodb").operation_model("GetItem"))
    answer = serializer.serialize({"Item": {"name": Answer(value), "same": value}})
    assert json.loads(answer["body"]) == {"Item": {"name": value, "same": value}}


def test_each_that_goes_through_update_expressions_looks_for_its_own() -> None:
    checker, counter = NoneExistingPathChecker(), ActionCountValidator()
    assert checker.nodes_to_be_processed() == NoneExistingPathChecker().nodes_to_be_processed() == (NoneExistingPath,)
    assert counter.nodes_to_be_processed() == (UpdateExpression,)


def test_an_update_is_done_again_as_it_was_done_first(dynamodb: DynamoDBClient) -> None:
    for number in ("1", "2"):
        dynamodb.update_item(
            TableName="rows",
            Key={"pk": {"S": "row"}},
            UpdateExpression="SET #name = if_not_exists(#name, :none) + :by REMOVE gone",
            ExpressionAttributeNames={"#name": "number"},
            ExpressionAttributeValues={":none": {"N": "0"}, ":by": {"N": "1"}},
        )
        row = dynamodb.get_item(TableName="rows", Key={"pk": {"S": "row"}})["Item"]
        assert row == {"pk": {"S": "row"}, "number": {"N": number}}


def test_a_url_can_still_be_built() -> None:
    urls = Map([Rule("/things/<name>", endpoint="thing")]).bind("example.com")
    assert urls.build("thing", {"name": "one", "more": "2"}) == "/things/one?more=2"
