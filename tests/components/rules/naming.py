"""Names, tags, and what is known at all."""

from __future__ import annotations

import functools
import importlib
import inspect
import keyword
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import yaml

from tests.components.recorder import LONGEST_NAME, PROJECT, PROJECT_NAME
from tests.components.rules import kinds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.components.recorder import Recorded, RecordedStack

TAG: Final = re.compile(r"(?!aws:)[\w .:/=+@-]{1,256}")
"""https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html"""


def every_type_is_known(stack: RecordedStack) -> Iterator[str]:
    """Or no rule looks at it: whoever brings a type says in `KINDS` what it is for, and writes the rules for it."""
    for resource in stack.resources:
        if resource.custom and resource.type not in kinds.KINDS:
            yield f"{resource.name} is a {resource.type}, which no rule looks at"


def everything_taggable_is_tagged(stack: RecordedStack) -> Iterator[str]:
    for resource in stack.resources:
        if _takes_tags(resource.type):
            due = {"project": PROJECT_NAME, "environment": stack.name, "component": _component(stack, resource)}
            if resource.inputs.get("tags", {}) != due:
                yield f"{resource.name} has the tags {resource.inputs.get('tags', {})}, not {due}"
            yield from (f"{resource.name} has a tag {text!r}" for text in due.values() if not TAG.fullmatch(text))


@functools.cache
def _takes_tags(token: str) -> bool:
    """Whether a type can bear tags, by the provider's own classes."""
    package, _, rest = token.partition(":")
    if package != "aws":
        return False
    folder, _, rest = rest.partition("/")
    name = rest.partition(":")[2]
    folder += "_" if keyword.iskeyword(folder) else ""
    made_by = getattr(importlib.import_module(f"pulumi_aws.{folder}"), f"{name}Args")
    return "tags" in inspect.signature(made_by).parameters


def _component(stack: RecordedStack, resource: Recorded) -> str:
    """The name of the component of the inventory that a resource is part of."""
    parents = {found.urn: found for found in stack.resources}
    while resource.parent in parents:
        resource = parents[resource.parent]
    return resource.name


def names_fit(stack: RecordedStack) -> Iterator[str]:
    """By the pattern that `Pulumi.yaml` sets, for a stack of the longest name."""
    project = _project()
    pattern = project["config"]["pulumi:autonaming"]["value"]["pattern"]
    for part, value in {"${project}": project["name"], "${stack}": LONGEST_NAME, "${hex(7)}": "0123456"}.items():
        pattern = pattern.replace(part, value)
    for resource, how in _named(stack):
        name = resource.inputs.get(how.given, pattern.replace("${name}", resource.name))
        if len(name) > how.longest:
            yield f"{resource.name} would be named {name}, of {len(name)} characters, not {how.longest}"
        if not re.fullmatch(how.shape, name, re.ASCII):
            yield f"{resource.name} would be named {name}, which AWS does not take"


@functools.cache
def _project() -> Mapping[str, Any]:
    """What stands in `Pulumi.yaml`."""
    return yaml.safe_load((PROJECT / "Pulumi.yaml").read_text())


def names_given_by_hand_tell_their_stack(stack: RecordedStack) -> Iterator[str]:
    """Or two stacks could not live in one account."""
    for resource, how in _named(stack):
        if how.given in resource.inputs:
            given = resource.inputs[how.given]
            if PROJECT_NAME not in given:
                yield f"{resource.name} is named {given} in every project"
            if stack.name not in given.replace(PROJECT_NAME, ""):
                yield f"{resource.name} is named {given} in every stack"


def logs_are_found_by_their_names(stack: RecordedStack) -> Iterator[str]:
    """Of a name that Pulumi draws, and of Lambda's own, nobody could say beforehand where to look."""
    for group in stack.of(kinds.LOG_GROUP):
        name = group.inputs.get("name", "")
        if not re.fullmatch(rf"/{PROJECT_NAME}/{stack.name}/[a-z-]+(/[a-z-]+)?", name):
            yield f"{group.name} is named {name!r}"


def no_two_have_one_name(stack: RecordedStack) -> Iterator[str]:
    """Pulumi tells its own names apart; what is named by hand must differ too."""
    names = Counter((resource.type, resource.inputs.get(how.given, resource.name)) for resource, how in _named(stack))
    for (kind, name), times in names.items():
        if times > 1:
            yield f"{times} of {kind.rpartition(':')[2]} are named {name}"


def _named(stack: RecordedStack) -> Iterator[tuple[Recorded, kinds.Name]]:
    """The resources that have a name of their own, each with how it may be named."""
    for resource in stack.resources:
        how = kinds.KINDS[resource.type].name if resource.type in kinds.KINDS else None
        if how is not None:
            yield resource, how


def children_are_named_after_their_parent(stack: RecordedStack) -> Iterator[str]:
    names = {resource.urn: resource.name for resource in stack.resources}
    for resource in stack.resources:
        parent = names.get(resource.parent)
        if parent is not None and not resource.name.startswith(f"{parent}-"):
            yield f"{resource.name} is not named after {parent}"
        if parent is None and resource.custom:
            yield f"{resource.name} belongs to no component"


def components_are_of_types_that_were_chosen(stack: RecordedStack) -> Iterator[str]:
    for resource in stack.resources:
        if not resource.custom and not re.fullmatch(r"ocr:index:[A-Z][A-Za-z]+", resource.type):
            yield f"{resource.name} has the type {resource.type}"


def components_name_their_outputs_once(stack: RecordedStack) -> Iterator[str]:
    for resource in stack.resources:
        if not resource.custom and stack.finished.count(resource.urn) != 1:
            yield f"{resource.name} named its outputs {stack.finished.count(resource.urn)} times"
