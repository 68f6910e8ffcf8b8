"""What a creator is given, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

    from local.deploy.inputs import Inputs
    from local.deploy.names import NamePattern
    from local.deploy.target import Target


@dataclass(frozen=True)
class Creation:
    """A resource to be created."""

    urn: str
    name: str
    inputs: Inputs
    target: Target
    naming: NamePattern
    root: Path
    """The program's folder, from which relative paths are counted."""

    def call(self, service: str, operation: str, /, **request: object) -> dict[str, Any]:
        """Call an operation of AWS's."""
        return self.target.call(service, operation, **request)

    def named(self, key: str = "name", *, longest: int) -> str:
        """The resource's name in AWS: the input `key` if given, an automatic one if not."""
        return self.inputs.optional_text(key) or self.naming.name(self.name, self.urn, longest=longest)

    def tags(self) -> dict[str, str]:
        """The resource's tags; empty if none are given."""
        return self.inputs.texts("tags")

    def tag_list(self) -> list[dict[str, str]] | None:
        """The resource's tags as most services take them; None if there are none."""
        return [{"Key": key, "Value": value} for key, value in self.tags().items()] or None


@dataclass(frozen=True)
class Created:
    """A resource that exists: its id, and the outputs that are not simply its inputs."""

    id: str
    outputs: dict[str, Any] = field(default_factory=dict)


Creator: TypeAlias = Callable[[Creation], Created]
