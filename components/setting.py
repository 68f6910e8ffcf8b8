"""How an untyped value of a stack's file becomes a typed setting, or an error that says what to write instead."""

from __future__ import annotations

import dataclasses
import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import pulumi

if TYPE_CHECKING:
    from collections.abc import Callable

_METADATA: Final = "setting"

SectionT = TypeVar("SectionT")


class SettingsError(pulumi.RunError):
    """A stack's settings cannot be used. The message says which, what is allowed, and what to write where."""


@dataclass(frozen=True)
class Allowed:
    """What a setting may be.

    Attributes:
        words: To complete "must be …".
        test: Whether a value is it.
    """

    words: str
    test: Callable[[object], bool]


def whole(least: int, most: int, unit: str = "") -> Allowed:
    """A whole number between two bounds, both allowed."""
    return Allowed(
        f"a whole number{f' of {unit}' if unit else ''} from {least} to {most}",
        lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most,
    )


def flag() -> Allowed:
    """Yes or no."""
    return Allowed("true or false", lambda value: isinstance(value, bool))


def one_of(*choices: str | int) -> Allowed:
    """One of a few."""
    return Allowed(
        f"one of {', '.join(map(str, choices))}",
        lambda value: not isinstance(value, bool) and value in choices,
    )


def text(words: str, pattern: str) -> Allowed:
    """Text of a pattern."""
    return Allowed(words, lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None)


@dataclass(frozen=True)
class Meaning:
    """What is known of a setting besides its type: for errors, and for the page of all settings."""

    means: str
    allowed: Allowed
    example: object


def setting(means: str, allowed: Allowed, *, example: object = None, default: object = dataclasses.MISSING) -> Any:  # noqa: ANN401 -- it stands where a value of the field's own type is declared
    """Declare a field of a section. It has a default only where one is right for everyone."""
    example = default if example is None else example
    if not allowed.test(example):
        raise ValueError(f"the example {example!r} is not {allowed.words}")
    metadata = {_METADATA: Meaning(means, allowed, example)}
    if default is dataclasses.MISSING:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def camel(name: str) -> str:
    """A field's key in a stack's file: `ttl_days` is `ttlDays` there."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def settings_of(section: type[object]) -> dict[str, tuple[dataclasses.Field[object], Meaning]]:
    """The settings of a section: key in the stack's file to field and meaning."""
    if not dataclasses.is_dataclass(section):
        raise TypeError(f"{section} declares no settings")
    return {camel(field.name): (field, field.metadata[_METADATA]) for field in dataclasses.fields(section)}


def to_write(section: str, **values: object) -> str:
    """The lines of YAML to write into this stack's file."""
    lines = [f"      {key}: {_yaml(value)}" for key, value in values.items()]
    header = f"In Pulumi.{pulumi.get_stack()}.yaml write:\n\n  config:\n    {pulumi.get_project()}:{section}:"
    return "\n".join([header, *lines])


def _yaml(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def read_section(name: str, section: type[SectionT]) -> SectionT:
    """Read one section of the stack's configuration into its dataclass.

    Raises:
        SettingsError: It is missing, or has a key that is missing, unknown or wrong.
    """
    known = settings_of(section)
    required = {key: meaning.example for key, (field, meaning) in known.items() if _has_no_default(field)}
    label = f"{pulumi.get_project()}:{name}"
    values = _object_of(label, name, required)
    for key in values:
        if key not in known:
            raise SettingsError(_unknown(label, key, list(known)))
    for key, (_, meaning) in known.items():
        if key in values and not meaning.allowed.test(values[key]):
            problem = f"{label}.{key} is {json.dumps(values[key])}, but must be {meaning.allowed.words}."
        elif key in required and key not in values:
            problem = f"{label}.{key} is missing. It must be {meaning.allowed.words}."
        else:
            continue
        raise SettingsError(f"{problem}\n{to_write(name, **{key: meaning.example})}")
    return section(**{known[key][0].name: value for key, value in values.items()})


def _object_of(label: str, name: str, required: Mapping[str, object]) -> Mapping[str, object]:
    """The section's keys and values; none when it is left out and may be."""
    raw = pulumi.Config().get(name)
    if raw is None and required:
        raise SettingsError(f"{label} is missing.\n{to_write(name, **required)}")
    try:
        given = json.loads(raw or "{}")
    except ValueError:
        given = raw
    if not isinstance(given, Mapping):
        raise SettingsError(f"{label} is {raw!r}, but must be an object of settings.\n{to_write(name, **required)}")
    return cast("Mapping[str, object]", given)


def refuse_unknown_sections(sections: list[str]) -> None:
    """Refuse a section that nobody reads: it would be a misspelt one.

    Raises:
        SettingsError: There is one.
    """
    project = pulumi.get_project()
    for full in pulumi.runtime.get_config_env() | pulumi.runtime.config.CONFIG.get():
        namespace, _, key = full.partition(":")
        if namespace == project and key not in sections:
            raise SettingsError(_unknown(project, key, sections, separator=":"))


def _has_no_default(field: dataclasses.Field[object]) -> bool:
    return field.default is dataclasses.MISSING


def _unknown(label: str, key: str, known: list[str], separator: str = ".") -> str:
    near = difflib.get_close_matches(key, known, n=1)
    guess = f" Did you mean {near[0]}?" if near else ""
    return f"{label}{separator}{key} is no setting.{guess} There are: {', '.join(known)}."
