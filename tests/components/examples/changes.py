"""Changes to a recorded stack, each of one thing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from tests.components.recorder import PROJECT_NAME, Recorded, RecordedStack
from tests.components.rules import kinds

if TYPE_CHECKING:
    from collections.abc import Mapping

Change: TypeAlias = Callable[[RecordedStack], RecordedStack]

LEFT_OUT = None
"""As a value: the key is not there."""


def changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Some of the keys have other values, or none."""
    return {key: value for key, value in {**old, **new}.items() if value is not LEFT_OUT}


def in_full(text: str) -> str:
    """A text with every reference as long as an ARN that AWS may put there."""
    return re.sub(r"<[^<>]+>", "x" * 160, text)


def _replaced(kind: str, name: str, change: Callable[[Recorded], Recorded]) -> Change:
    def change_stack(stack: RecordedStack) -> RecordedStack:
        found = stack.one(kind, name)
        return stack.with_resources(change(each) if each is found else each for each in stack.resources)

    return change_stack


def all_of(*changes: Change) -> Change:
    """One change after another."""

    def change_stack(stack: RecordedStack) -> RecordedStack:
        for change in changes:
            stack = change(stack)
        return stack

    return change_stack


def but(kind: str, name: str, /, **inputs: object) -> Change:
    """One resource has these inputs."""
    return _replaced(kind, name, lambda found: replace(found, inputs=changed(found.inputs, inputs)))


def without(kind: str, name: str) -> Change:
    """One resource is not there."""
    return lambda stack: stack.with_resources(each for each in stack.resources if each is not stack.one(kind, name))


def more(kind: str, name: str, /, **inputs: object) -> Change:
    """There is one resource more, of the component `site`."""

    def change_stack(stack: RecordedStack) -> RecordedStack:
        (parent,) = (each.urn for each in stack.resources if each.name == "site" and not each.custom)
        added = Recorded(f"{parent}${kind}::{name}", kind, name, parent, custom=True, inputs=changed({}, inputs))
        return stack.with_resources([*stack.resources, added])

    return change_stack


def twice(kind: str, name: str, again: str) -> Change:
    """One resource is there once more, under another name."""

    def change_stack(stack: RecordedStack) -> RecordedStack:
        first = stack.one(kind, name)
        return stack.with_resources([*stack.resources, replace(first, name=again, urn=f"{first.urn}-{again}")])

    return change_stack


def renamed(kind: str, name: str, new: str) -> Change:
    """One resource has another name in the program."""
    return _replaced(kind, name, lambda found: replace(found, name=new))


def unwaited(kind: str, name: str) -> Change:
    """One resource waits for nothing."""
    return _replaced(kind, name, lambda found: replace(found, after=frozenset()))


def secret(kind: str, name: str, *inputs: str) -> Change:
    """Some inputs of one resource hold a secret."""
    return _replaced(kind, name, lambda found: replace(found, secret=frozenset(inputs)))


def asking(section: str, **settings: object) -> Change:
    """The stack was made with other settings, and is the same."""
    key = f"{PROJECT_NAME}:{section}"
    return lambda stack: replace(stack, config={**stack.config, key: {**stack.config[key], **settings}})


def told(function: str, **variables: str | None) -> Change:
    """One function has these variables."""

    def change(found: Recorded) -> Recorded:
        environment = {"variables": changed(found.inputs["environment"]["variables"], variables)}
        return replace(found, inputs={**found.inputs, "environment": environment})

    return _replaced(kinds.FUNCTION, function, change)


def rewritten(kind: str, name: str, change: Callable[[dict[str, Any]], object]) -> Change:
    """One resource's policy document is another."""

    def spoil(found: Recorded) -> Recorded:
        document = json.loads(found.inputs["policy"])
        change(document)
        return replace(found, inputs={**found.inputs, "policy": json.dumps(document)})

    return _replaced(kind, name, spoil)


def reworded(kind: str, name: str, sid: str, **parts: object) -> Change:
    """One statement of a resource's policy says something else."""

    def change(document: dict[str, Any]) -> None:
        document["Statement"] = [
            changed(statement, parts) if statement["Sid"] == sid else statement for statement in document["Statement"]
        ]

    return rewritten(kind, name, change)


def granted(policy: str, action: str, resource: str, **parts: object) -> Change:
    """A role has one right more."""
    statement = {"Sid": "More", "Effect": "Allow", "Action": [action], "Resource": [resource], **parts}
    return rewritten(kinds.ROLE_POLICY, policy, lambda document: document["Statement"].append(statement))


def ungranted(policy: str, sid: str) -> Change:
    """A role has one right less."""

    def change(document: dict[str, Any]) -> None:
        document["Statement"] = [statement for statement in document["Statement"] if statement["Sid"] != sid]

    return rewritten(kinds.ROLE_POLICY, policy, change)


def waiting(kind: str, name: str, other_kind: str, other: str) -> Change:
    """One resource waits for another."""

    def change_stack(stack: RecordedStack) -> RecordedStack:
        first = stack.one(other_kind, other).urn
        return _replaced(kind, name, lambda found: replace(found, after=found.after | {first}))(stack)

    return change_stack
