"""A stack's configuration, as Pulumi reads it from the project's files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import yaml

from local.deploy.names import PULUMIS_PATTERN, NamePattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


class ConfigurationError(ValueError):
    """The project's or the stack's file is missing, or says something that is not done here."""


NOTHING: Mapping[str, Mapping[str, object]] = MappingProxyType({})
"""No changes."""

_AUTONAMING = "pulumi:autonaming"


@dataclass(frozen=True)
class Configuration:
    """The project's name, its program, how resources are named, and the stack's values under namespaced keys."""

    project: str
    main: Path
    naming: NamePattern
    values: dict[str, str]


def read_configuration(
    project: Path, stack: str, *, region: str, account: str, changes: Mapping[str, Mapping[str, object]] = NOTHING
) -> Configuration:
    """Read Pulumi.yaml and Pulumi.<stack>.yaml in the folder `project`.

    `aws:region` is `region`, whatever the files say: here the caller decides where the program goes. So do `changes`,
    by the key of an object and the keys in it.

    Raises:
        ConfigurationError: A file is missing, holds an encrypted value (there is no key here to open it), or sets
            something of Pulumi's own or of its AWS provider that is not followed here.
    """
    about = _load(project / "Pulumi.yaml")
    name = about["name"]
    main = project / about.get("main", "")
    values = {f"{name}:{key}" if ":" not in key else key: value for key, value in _of_project(about)}
    for key, value in (_load(project / f"Pulumi.{stack}.yaml").get("config") or {}).items():
        values[key if ":" in key else f"{name}:{key}"] = value
    for key, changed in changes.items():
        written = values.get(f"{name}:{key}")
        values[f"{name}:{key}"] = {**(written if isinstance(written, dict) else {}), **changed}
    naming = NamePattern(name, stack, f"{account} {region}", _pattern(values.pop(_AUTONAMING, None)))
    values["aws:region"] = region
    for key, value in values.items():
        if isinstance(value, dict) and set(value) == {"secure"}:
            raise ConfigurationError(f"{key} is encrypted, and cannot be read here")
        if key.startswith(("aws:", "pulumi:")) and key != "aws:region":
            raise ConfigurationError(f"{key} is not followed here")
    return Configuration(
        project=name,
        main=main / "__main__.py" if main.is_dir() else main,
        naming=naming,
        values={key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()},
    )


def _of_project(about: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """The project's own values: bare ones, or `value` and `default` of entries that describe themselves."""
    for key, entry in (about.get("config") or {}).items():
        if not isinstance(entry, dict):
            yield key, entry
        elif "value" in entry or "default" in entry:
            yield key, entry.get("value", entry.get("default"))


def _pattern(autonaming: object) -> str:
    if autonaming is None:
        return PULUMIS_PATTERN
    if isinstance(autonaming, dict) and set(autonaming) == {"pattern"}:
        return str(autonaming["pattern"])
    raise ConfigurationError(f"{_AUTONAMING} is followed here with a `pattern` alone, and is {json.dumps(autonaming)}")


def _load(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise ConfigurationError(f"there is no {path}")
    return yaml.safe_load(path.read_text(encoding="utf-8")) or {}
