"""A stack's configuration, as Pulumi reads it from the project's files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from pathlib import Path


class ConfigurationError(ValueError):
    """The project's or the stack's file is missing, or says something that is not done here."""


@dataclass(frozen=True)
class Configuration:
    """The project's name, its program, and the stack's values under namespaced keys."""

    project: str
    main: Path
    values: dict[str, str]


def read_configuration(project: Path, stack: str, region: str) -> Configuration:
    """Read Pulumi.yaml and Pulumi.<stack>.yaml in the folder `project`.

    `aws:region` is `region`, whatever the file says: here the caller decides where the program goes.

    Raises:
        ConfigurationError: A file is missing, or holds an encrypted value (there is no key here to open it).
    """
    about = _load(project / "Pulumi.yaml")
    name = about["name"]
    main = project / about.get("main", "")
    values = {}
    for key, value in (_load(project / f"Pulumi.{stack}.yaml").get("config") or {}).items():
        if isinstance(value, dict) and set(value) == {"secure"}:
            raise ConfigurationError(f"Pulumi.{stack}.yaml: {key} is encrypted, and cannot be read here")
        values[key if ":" in key else f"{name}:{key}"] = value if isinstance(value, str) else json.dumps(value)
    values["aws:region"] = region
    return Configuration(name, main / "__main__.py" if main.is_dir() else main, values)


def _load(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise ConfigurationError(f"there is no {path}")
    return yaml.safe_load(path.read_text(encoding="utf-8")) or {}
