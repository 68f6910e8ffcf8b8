from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pulumi
import pytest

from components.grant import Grant, policy_of, reasoned, variables_of
from tests.components.recorder import record_program

if TYPE_CHECKING:
    from collections.abc import Callable


def exported(value: Callable[[], pulumi.Input[str]]) -> str:
    """What the value comes to in a running program."""
    return record_program(lambda: pulumi.export("value", value())).exports["value"]


READ = Grant(intent="ReadThings", actions=("s3:GetObject",), resources=("arn:aws:s3:::b/a/*",), why="To read.")


def test_a_grant_becomes_the_statement_that_gives_it() -> None:
    conditions = {"StringEquals": {"ses:FromAddress": "words@example.com"}}
    document = json.loads(exported(lambda: policy_of([replace(READ, conditions=conditions)])))
    assert document == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "ReadThings",
                "Effect": "Allow",
                "Action": ["s3:GetObject"],
                "Resource": ["arn:aws:s3:::b/a/*"],
                "Condition": conditions,
            },
        ],
    }


def test_an_action_with_a_wildcard_is_no_grant() -> None:
    with pytest.raises(ValueError, match=r"ReadThings grants s3:Get\*: name each action"):
        replace(READ, actions=("s3:Get*",))


def test_an_intent_is_a_statements_id() -> None:
    with pytest.raises(ValueError, match="'read things': a statement's id has letters and digits only"):
        replace(READ, intent="read things")


def test_one_intent_is_granted_once() -> None:
    with pytest.raises(ValueError, match="granted twice: ReadThings"):
        policy_of([READ, READ])


def test_a_grant_tells_its_reason_and_everywhere_the_same() -> None:
    with pytest.raises(ValueError, match="ReadThings is granted, and nothing says why"):
        policy_of([replace(READ, why="")])
    policy_of([replace(READ, intent="ReadMore")])
    with pytest.raises(ValueError, match=r"ReadMore is granted for two reasons: To read\. / For fun\."):
        policy_of([replace(READ, intent="ReadMore", why="For fun.")])


def test_a_grant_is_given_its_reason_by_the_docstring_of_what_makes_it() -> None:
    @reasoned
    def read() -> Grant:
        """To read,
        and read again.
        """
        return replace(READ, why="")

    assert read().why == "To read, and read again."


def test_a_variable_that_two_grants_share_is_told_once() -> None:
    read = replace(READ, variables={"BUCKET": "bucket"})
    assert variables_of([read, replace(read, intent="WriteThings")]) == {"BUCKET": "bucket"}


def test_two_names_for_one_variable_are_refused() -> None:
    read = replace(READ, variables={"BUCKET": "bucket"})
    write = replace(READ, intent="WriteThings", variables={"BUCKET": "another"})
    with pytest.raises(ValueError, match="WriteThings names another BUCKET than an earlier grant"):
        variables_of([read, write])
