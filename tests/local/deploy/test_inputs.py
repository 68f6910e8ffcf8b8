"""A resource's inputs, of which none is overlooked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.deploy.inputs import Free, InputError, Inputs, Nested

if TYPE_CHECKING:
    from local.deploy.inputs import Shape

RULE: Shape = {"id": "ID", "expiration": Nested("Expiration", {"days": "Days"}), "tags": Free("Tags")}


def test_inputs_reach_aws_under_its_own_names_at_every_depth() -> None:
    inputs = Inputs({"id": "old", "expiration": {"days": 3}, "tags": {"any": {"thing": 1}}})

    assert inputs.translate(RULE) == {"ID": "old", "Expiration": {"Days": 3}, "Tags": {"any": {"thing": 1}}}
    assert inputs.unread() == []


def test_a_list_of_objects_stays_a_list() -> None:
    inputs = Inputs({"rules": [{"id": "a"}, {"id": "b"}]})

    assert inputs.translate({"rules": Nested("Rules", RULE)}) == {"Rules": [{"ID": "a"}, {"ID": "b"}]}


def test_what_is_unread_is_told_with_its_path() -> None:
    inputs = Inputs({"rules": [{"id": "a"}, {"idd": "b", "expiration": {"dais": 1}}], "other": 1})

    inputs.translate({"rules": Nested("Rules", RULE)})

    assert inputs.unread() == ["other", "rules[1].idd", "rules[1].expiration.dais"]


def test_an_input_of_none_is_as_good_as_absent() -> None:
    inputs = Inputs({"id": None, "expiration": {"days": None}})

    assert inputs.translate(RULE) == {"Expiration": {}}
    assert inputs.unread() == []


def test_a_block_that_nobody_looked_into_is_unread() -> None:
    assert Inputs({"expiration": {"days": 1}}).unread() == ["expiration"]


@pytest.mark.parametrize(
    ("how", "key", "message"),
    [
        ("text", "missing", "missing must be given"),
        ("text", "number", "number must be a string, not 3"),
        ("flag", "number", "number must be true or false, not 3"),
        ("texts", "number", "number must be a map of strings, not 3"),
        ("block", "number", "number must be an object, not 3"),
        ("blocks", "number", "number must be a list of objects, not 3"),
        ("plain", "object", r"object must be a plain value, not \{\}"),
        ("document", "missing", "missing must be given, a JSON document"),
    ],
)
def test_a_value_of_another_form_is_refused(how: str, key: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        getattr(Inputs({"number": 3, "object": {}}), how)(key)


def test_a_document_is_taken_as_text_or_as_an_object() -> None:
    inputs = Inputs({"text": '{"Version": "2012-10-17"}', "object": {"Version": "2012-10-17"}})

    assert inputs.document("text") == inputs.document("object") == '{"Version": "2012-10-17"}'
