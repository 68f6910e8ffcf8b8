"""What a deployment leaves: the stack's exports and its resources, or all that went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class DeployedResource:
    """One resource that now exists."""

    urn: str
    type: str
    name: str
    """Its logical name, in the program."""
    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    """What AWS answered; what only repeats an input is in `inputs`."""


@dataclass(frozen=True)
class Deployment:
    """A stack that is deployed."""

    outputs: dict[str, Any]
    """The stack's exports, secrets in the clear."""
    resources: list[DeployedResource]
    """In the order of their creation; components, which exist in the program alone, are not among them."""


@dataclass(frozen=True)
class Failure:
    """A resource that could not be created, and why."""

    urn: str
    error: Exception

    def __str__(self) -> str:
        return f"{self.urn}\n    {type(self.error).__name__}: {self.error}"


class DeployError(Exception):
    """The program could not be deployed; the message says why, resource by resource."""

    def __init__(self, failures: list[Failure], other: BaseException | None = None) -> None:
        self.failures = failures
        lines = [f"{len(failures)} resource(s) could not be created:", *map(str, failures)]
        if other is not None:
            lines.append(f"and the program stopped: {type(other).__name__}: {other}")
        super().__init__("\n".join(lines))
