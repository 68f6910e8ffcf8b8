"""Whatever is left out of a rule, or turned round in it, an example notices, or a stack that was in order."""

from __future__ import annotations

import ast
from typing import Final

import pytest

from tests.components import mutants, rules
from tests.components.examples import EXAMPLES
from tests.components.mutations import instead
from tests.components.recorder import STACKS, recorded

ALL_THE_SAME: Final = {
    "schedule_expression._FIELDS: 0 → -1": "no field is written with a sign, so none is less than nought",
    "schedule_expression._refusal_of_cron: True → False": "as many fields as texts were asked for two lines before",
}
"""Mistakes that change nothing, and why."""

OF_TABLES: Final = {
    "callers._SEGMENT",
    "kinds._BUCKET",
    "kinds._IAM",
    "kinds._WORD",
    "metrics._family",
    "reading.Rule",
    "schedule_expression._DAYS",
    "schedule_expression._MONTHS",
}
"""What no rule comes to by name: tables were made of it, and types."""

PARTS: Final = {str(part): part for part in mutants.parts()}


def noticed(asked: list[rules.Rule]) -> bool:
    """Whether some example, or some stack, shows that rules are not what they should be."""
    try:
        return (
            any(list(rule(recorded(STACKS[0]))) for rule in asked)
            or any(example.said() != example.expected for example in EXAMPLES.values() if example.rule in asked)
            or any(list(rule(recorded(stack))) for rule in asked for stack in STACKS)
        )
    except Exception:  # noqa: BLE001 - whatever a mistake raises, a test would show it
        return True


@pytest.mark.parametrize("part", sorted(PARTS.keys() - OF_TABLES))
def test_a_mistake_is_noticed(part: str) -> None:
    asked = mutants.users(PARTS[part])
    missed = set()
    for mistake, tree in mutants.edits(PARTS[part]):
        with mutants.changed_to(PARTS[part], tree):
            if not noticed(asked):
                missed.add(f"{part}: {mistake}")
    assert missed == {same for same in ALL_THE_SAME if same.startswith(f"{part}: ")}


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_a_rule_that_minds_nothing_is_noticed(rule: rules.Rule) -> None:
    asked = {
        name: example for name, example in EXAMPLES.items() if rule.__name__ in mutants.names_reached(example.rule)
    }
    with mutants.minding_nothing(rule):
        fail = {name for name, example in asked.items() if example.said() != example.expected}
    assert fail == {name for name, example in EXAMPLES.items() if example.rule is rule and example.says}


def test_only_tables_are_used_by_no_rule() -> None:
    assert {name for name, part in PARTS.items() if not mutants.users(part)} == OF_TABLES


def test_what_is_changed_is_put_back() -> None:
    part = PARTS["queues.visibility_covers_six_timeouts"]
    for _, tree in mutants.edits(part):
        with mutants.changed_to(part, tree):
            pass
    assert not noticed(mutants.users(part))


@pytest.mark.parametrize(
    ("right", "wrong"),
    {
        "a and b and c": {"b and c", "a and c", "a and b"},
        "a or b": {"a", "b"},
        "not a": {"a"},
        "a == b": {"a != b"},
        "a < b": {"a >= b", "a <= b"},
        "a in b": {"a not in b"},
        "a is None": {"a is not None"},
        "1 <= a < b": {"1 > a < b", "1 < a < b", "1 <= a >= b", "1 <= a <= b", "1 <= a", "a < b"},
        "a if b else c": {"a", "c"},
        "a - b": {"a", "b"},
        "any(a)": {"all(a)"},
        "[a, b]": {"[b]", "[a]"},
        "{a}": {"set()"},
        "{a: b, c: d}": {"{c: d}", "{a: b}"},
        "(yield a)": {"(yield from ())"},
        "True": {"False"},
        "6": {"7", "5"},
        "'key'": {"'key§'"},
        "''": set(),
    }.items(),
)
def test_mistakes_are_made(right: str, wrong: set[str]) -> None:
    assert {ast.unparse(made) for made in instead(ast.parse(right, mode="eval").body)} == wrong
