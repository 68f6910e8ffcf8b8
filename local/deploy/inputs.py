"""A resource's inputs, read so that no key can be overlooked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class InputError(ValueError):
    """An input is missing, has another form than it must, or is one that nothing here uses."""


@dataclass(frozen=True)
class Nested:
    """An object, or a list of objects, sent to AWS under `name` with its keys translated by `shape`."""

    name: str
    shape: Shape


@dataclass(frozen=True)
class Free:
    """A map whose keys are the program's own (tags, variables), sent to AWS under `name` as it is."""

    name: str


@dataclass(frozen=True)
class Through:
    """A value sent to AWS under `name` after `convert`."""

    name: str
    convert: Callable[[object], object]


Shape: TypeAlias = "Mapping[str, str | Nested | Free | Through]"
"""Pulumi's name of each input → AWS's name of it, and how the value gets there."""


class Inputs:
    """A resource's inputs as plain values, which notes at every depth what has been read.

    Pulumi and AWS treat an input of `None` as not given, and so does this.
    """

    def __init__(self, values: Mapping[str, Any], path: str = "") -> None:
        self._values = {key: value for key, value in values.items() if value is not None}
        self._path = path
        self._read: set[str] = set()
        self._children: list[Inputs] = []

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def path(self, key: str) -> str:
        """Where `key` stands, counted from the resource: `rules[0].id`."""
        return f"{self._path}{key}"

    def any(self, key: str) -> object:
        """The value whatever it is, everything below it taken as read; None if not given."""
        self._read.add(key)
        return self._values.get(key)

    def plain(self, key: str) -> object:
        """A string, number, boolean, or list of such; None if not given."""
        value = self.any(key)
        for item in value if isinstance(value, list) else [value]:
            if item is not None and not isinstance(item, (str, int, float)):
                raise InputError(f"{self.path(key)} must be a plain value, not {json.dumps(value, default=repr)}")
        return value

    def text(self, key: str) -> str:
        """A string that must be given."""
        value = self.optional_text(key)
        if value is None:
            raise InputError(f"{self.path(key)} must be given")
        return value

    def optional_text(self, key: str) -> str | None:
        """A string; None if not given."""
        value = self.any(key)
        if value is not None and not isinstance(value, str):
            raise InputError(f"{self.path(key)} must be a string, not {json.dumps(value, default=repr)}")
        return value

    def flag(self, key: str) -> bool:
        """A boolean; False if not given."""
        value = self.any(key)
        if value is not None and not isinstance(value, bool):
            raise InputError(f"{self.path(key)} must be true or false, not {json.dumps(value, default=repr)}")
        return bool(value)

    def texts(self, key: str) -> dict[str, str]:
        """A map of strings with keys of the program's own; empty if not given."""
        value = self.any(key)
        if value is None:
            return {}
        if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
            raise InputError(f"{self.path(key)} must be a map of strings, not {json.dumps(value, default=repr)}")
        return value

    def document(self, key: str) -> str:
        """A JSON document that must be given, as text: Pulumi takes it as text or as an object."""
        value = self.any(key)
        if isinstance(value, dict):
            return json.dumps(value)
        if not isinstance(value, str):
            raise InputError(f"{self.path(key)} must be given, a JSON document")
        try:
            json.loads(value)
        except ValueError as error:
            raise InputError(f"{self.path(key)} is not JSON: {error}") from error
        return value

    def block(self, key: str) -> Inputs:
        """The object under `key`, to be read in its turn; empty if not given."""
        value = self.any(key)
        if value is not None and not isinstance(value, dict):
            raise InputError(f"{self.path(key)} must be an object, not {json.dumps(value, default=repr)}")
        return self._child(value or {}, f"{self.path(key)}.")

    def blocks(self, key: str) -> list[Inputs]:
        """The list of objects under `key`, each to be read in its turn; empty if not given."""
        value = self.any(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise InputError(f"{self.path(key)} must be a list of objects, not {json.dumps(value, default=repr)}")
        return [self._child(item, f"{self.path(key)}[{index}].") for index, item in enumerate(value)]

    def translate(self, shape: Shape) -> dict[str, Any]:
        """Those inputs of `shape` that are given, under AWS's names."""
        return {
            how if isinstance(how, str) else how.name: self._translated(key, how)
            for key, how in shape.items()
            if key in self._values
        }

    def _translated(self, key: str, how: str | Nested | Free | Through) -> object:
        match how:
            case str():
                return self.plain(key)
            case Free():
                return self.any(key)
            case Through():
                return how.convert(self.any(key))
            case Nested() if isinstance(self._values[key], list):
                return [item.translate(how.shape) for item in self.blocks(key)]
            case Nested():
                return self.block(key).translate(how.shape)

    def _child(self, values: Mapping[str, Any], path: str) -> Inputs:
        child = Inputs(values, path)
        self._children.append(child)
        return child

    def unread(self) -> list[str]:
        """The paths of the inputs that nobody has read."""
        own = [self.path(key) for key in self._values if key not in self._read]
        return [*own, *(path for child in self._children for path in child.unread())]
