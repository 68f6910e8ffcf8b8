"""A stack's file as it was written, what is wrong in it, and the lines to write instead."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pulumi

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Text that YAML reads as itself. All other is quoted: YAML would read `no` or `1.5` as something else.
_PLAIN: Final = re.compile(r"(?!(?:true|false|yes|no|on|off|null|y|n)$)[A-Za-z][A-Za-z0-9@._%+/-]*", re.IGNORECASE)


class SettingsError(pulumi.RunError):
    """A stack's settings cannot be used. The message says which, what is allowed, and what to write where."""


@dataclass(frozen=True)
class StackFile:
    """What is written in `Pulumi.<stack>.yaml`.

    Attributes:
        project: The project's name; its sections are `<project>:<section>`.
        stack: The stack's name.
        values: Full key, such as `ocr-wordcount:cache`, to its value as YAML reads it.
    """

    project: str
    stack: str
    values: Mapping[str, object]

    @classmethod
    def of_running_program(cls) -> StackFile:
        """The file of the stack that the running program deploys: Pulumi hands each value over as JSON or bare text."""
        given = pulumi.runtime.get_config_env() | pulumi.runtime.config.CONFIG.get()
        return cls(pulumi.get_project(), pulumi.get_stack(), {key: _decoded(value) for key, value in given.items()})

    def key(self, section: str) -> str:
        """A section's full key."""
        return f"{self.project}:{section}"

    def section(self, name: str) -> Mapping[str, object]:
        """The keys and values of a section; none if it is not there, is empty, or is no object."""
        values = self.values.get(self.key(name))
        return values if isinstance(values, Mapping) else {}


def _decoded(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


@dataclass(frozen=True)
class Problem:
    """Something wrong in a stack's file.

    Attributes:
        told: Which key, what is wrong with it, and what is allowed.
        write: What to write instead: full key to value, or to the keys and values of its object. Empty where a line
            has to go.
    """

    told: str
    write: Mapping[str, object] = field(default_factory=dict)


def refusal(file: StackFile, problems: Sequence[Problem]) -> SettingsError:
    """The error that tells all problems, and all lines to write in one piece."""
    told = "\n".join(problem.told for problem in problems)
    lines = to_write(problems)
    return SettingsError(f"{told}\nIn Pulumi.{file.stack}.yaml write:\n\n{yaml_of(lines)}" if lines else told)


def to_write(problems: Sequence[Problem]) -> dict[str, object]:
    """What all problems ask to be written. Where two ask for one key, the first has it."""
    lines: dict[str, object] = {}
    for problem in problems:
        for key, value in problem.write.items():
            before = lines.get(key)
            if isinstance(before, Mapping) and isinstance(value, Mapping):
                lines[key] = {**before, **{name: value[name] for name in value if name not in before}}
            else:
                lines.setdefault(key, value)
    return lines


def yaml_of(values: Mapping[str, object]) -> str:
    """These values as a stack's file has them, indented by two, without a newline at the end."""
    return "\n".join(["  config:", *(line for key, value in values.items() for line in _lines(key, value))])


def _lines(key: str, value: object) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"    {key}: {_scalar(value)}"
        return
    yield f"    {key}:"
    yield from (f"      {name}: {_scalar(inner)}" for name, inner in value.items())


def _scalar(value: object) -> str:
    return value if isinstance(value, str) and _PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)
