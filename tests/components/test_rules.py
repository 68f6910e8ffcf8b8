from __future__ import annotations

import ast
import inspect
import sys
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.components import rules
from tests.components.examples import EXAMPLES
from tests.components.mutants import MODULES
from tests.components.recorder import STACKS, recorded

if TYPE_CHECKING:
    from types import FrameType

    from tests.components.examples.example import Example


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_every_stack_keeps_every_rule(rule: rules.Rule, stack: str) -> None:
    assert list(rule(recorded(stack))) == []


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_a_rule_says_of_its_example_what_it_should(example: Example) -> None:
    assert example.said() == example.expected


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_what_an_example_shows_no_other_rule_says(rule: rules.Rule) -> None:
    for name, example in EXAMPLES.items():
        if example.says and example.rule is not rule:
            assert not set(example.says) & set(rule(example.stack)), name


def test_every_rule_is_shown_to_mind_something() -> None:
    assert {example.rule for example in EXAMPLES.values() if example.says} == set(rules.RULES)


# What emulators and the provider let pass, and AWS does not, by tfcheck's list; each with examples of it.
BLIND_SPOTS: Final = {
    "a queue that shows a message again too soon": (
        "visibility of less than six timeouts",
        "visibility of six timeouts, and a window besides",
    ),
    "a batch over 10 without a window": ("a large batch without a window",),
    "a notification to a queue that does not let S3 in": (
        "a notification to a queue that refuses the bucket",
        "a queue that takes the events of any bucket",
    ),
    "a function that may be called by the wrong one": (
        "a function that anybody may call",
        "a permission to change a function",
        "any API of any account",
        "a bucket of any account",
    ),
    "a role that its service may not assume": (
        "a role that another service may assume",
        "a role that nobody may assume",
    ),
    "a redrive policy without a count": ("a redrive policy without a count",),
    "dead letters kept no longer than messages": ("dead letters kept no longer than messages",),
    "a schedule": ("the schedule 'rate(1 minutes)'", "the schedule 'cron(0 10 * * * *)'"),
    "a dashboard's widget": ("a widget of a type that there is not", "a widget beyond the right edge"),
    "a route to nothing": ("a route to an integration that is not there",),
    "a bucket's name": ("a bucket in capitals", "a bucket named up_loads"),
    "a variable that names what may not be used, or the reverse": (
        "a name without a right: <mail-notify-queue.url>",
        "a right without a name",
    ),
    "an alarm on what nothing emits": (
        "an alarm on a metric that there is not",
        "an alarm on a queue by its URL",
    ),
}


@pytest.mark.parametrize("shown_by", BLIND_SPOTS.values(), ids=BLIND_SPOTS)
def test_where_emulators_are_blind_a_rule_sees(shown_by: tuple[str, ...]) -> None:
    assert all(EXAMPLES[name].says for name in shown_by)


def test_every_rule_is_asked() -> None:
    written = {
        function
        for module in MODULES
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and list(inspect.signature(function).parameters) == ["stack"]
        and inspect.signature(function).return_annotation == "Iterator[str]"
    }
    assert written == set(rules.RULES)


def test_every_sentence_is_said_of_some_example() -> None:
    """Each `yield` of each module, by its file and line."""
    sentences = {
        (str(module.__file__), line): ast.unparse(node)
        for module in MODULES
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Yield | ast.YieldFrom)
        for line in [node.lineno]
    }
    reached = lines_reached({file for file, _ in sentences})
    assert [sentence for at, sentence in sentences.items() if at not in reached] == []


def lines_reached(files: set[str]) -> set[tuple[str, int]]:
    """The lines of some files that the examples come to."""
    reached: set[tuple[str, int]] = set()
    stacks = [(example.rule, example.stack) for example in EXAMPLES.values()]

    def trace(frame: FrameType, event: str, _: Any) -> Any:  # noqa: ANN401 - as `settrace` has it
        if frame.f_code.co_filename not in files:
            return None
        if event == "line":
            reached.add((frame.f_code.co_filename, frame.f_lineno))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        for rule, stack in stacks:
            for _ in rule(stack):
                pass
    finally:
        sys.settrace(before)
    return reached
