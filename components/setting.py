"""What a setting is: a typed field of a section, with what it means, what it may be, and an example."""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_METADATA: Final = "setting"

_FLAGS: Final = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


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

    def meant_by(self, value: object) -> object:
        """What to write for a value: itself if it is allowed, else what seems to be meant by it, else the example."""
        guesses = [value]
        if isinstance(value, str):
            bare = value.strip()
            guesses += [_unquoted(bare), _FLAGS.get(bare.lower()), bare, bare.lower(), bare.upper()]
        return next((guess for guess in guesses if self.allowed.test(guess)), self.example)


def _unquoted(value: str) -> object:
    try:
        return json.loads(value)
    except ValueError:
        return None


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


def required_of(section: type[object]) -> dict[str, Meaning]:
    """The settings of a section that every stack has to write, by key."""
    return {key: meaning for key, (field, meaning) in settings_of(section).items() if not has_default(field)}


def has_default(field: dataclasses.Field[object]) -> bool:
    """Whether a setting may be left out."""
    return field.default is not dataclasses.MISSING
