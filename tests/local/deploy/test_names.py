"""Automatic names."""

from __future__ import annotations

import re

import pytest

from local.deploy.inputs import InputError
from local.deploy.names import PULUMIS_PATTERN, NamePattern

URN = "urn:pulumi:local::words::aws:sqs/queue:Queue::ingest"


def _pattern(pattern: str = PULUMIS_PATTERN, place: str = "123456789012 us-east-1") -> NamePattern:
    return NamePattern("words", "local", place, pattern)


def test_a_name_is_the_logical_one_and_seven_hex_digits() -> None:
    assert re.fullmatch(r"ingest-[0-9a-f]{7}", _pattern().name("ingest", URN, longest=80))


def test_a_name_is_the_same_each_time_and_another_for_another_stack_or_place() -> None:
    name = _pattern().name("ingest", URN, longest=80)

    assert _pattern().name("ingest", URN, longest=80) == name
    assert _pattern().name("ingest", URN.replace(":local:", ":dev:"), longest=80) != name
    assert _pattern(place="210987654321 us-east-1").name("ingest", URN, longest=80) != name


def test_a_projects_own_pattern_is_followed() -> None:
    pattern = _pattern("${project}-${stack}-${name}-${hex(4)}")

    assert re.fullmatch(r"words-local-ingest-[0-9a-f]{4}", pattern.name("ingest", URN, longest=80))


@pytest.mark.parametrize("expression", ["${uuid}", "${name(3)}", "${num(4)}", "${config.x}"])
def test_an_expression_that_is_not_followed_is_refused(expression: str) -> None:
    with pytest.raises(InputError, match="is not followed here"):
        _pattern("a-" + expression).name("ingest", URN, longest=80)
