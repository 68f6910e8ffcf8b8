"""DynamoDB's values are answered as moto would, only sooner."""

from __future__ import annotations

import json
from typing import Any

import pytest
from moto.core.serialize import BaseJSONSerializer, JSONSerializer
from moto.core.utils import get_service_model

from local import attribute_values

ROW: dict[str, Any] = {
    "text": {"S": "é"},
    "empty": {"S": ""},
    "number": {"N": "1.50"},
    "bytes": {"B": b"\x00\xff"},
    "none": {"NULL": True},
    "no": {"BOOL": False},
    "texts": {"SS": ["a", "b"]},
    "numbers": {"NS": ["1", "2"]},
    "more bytes": {"BS": [b"\x01", b"\x02"]},
    "list": {"L": [{"S": "a"}, {"M": {"B": {"B": b"\x03"}}}]},
    "map": {"M": {"S": {"N": "1"}, "inner": {"L": []}}},
}


@pytest.mark.parametrize(
    ("operation", "result"),
    [
        ("GetItem", {"Item": ROW}),
        ("PutItem", {"Attributes": ROW}),
        ("Query", {"Items": [ROW, {}], "Count": 2, "ScannedCount": 2, "LastEvaluatedKey": {"pk": {"S": "a"}}}),
        ("TransactGetItems", {"Responses": [{"Item": ROW}]}),
        ("UpdateItem", {}),
    ],
)
def test_moto_answers_the_same(operation: str, result: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def answered() -> object:
        model = get_service_model("dynamodb").operation_model(operation)
        return json.loads(JSONSerializer(model).serialize(result)["body"])

    monkeypatch.setattr(BaseJSONSerializer, "_serialize_type_structure", attribute_values.moto_structure)
    by_moto = answered()
    attribute_values.install()
    assert answered() == by_moto
