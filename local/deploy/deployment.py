"""What a deployment leaves: the stack's exports and its resources, or all that went wrong; the same of its end."""

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
    dependencies: frozenset[str] = frozenset()
    """The URNs of those that it stands on, its parent among them."""
    protected: bool = False
    """Whether its program refuses to let it go (`protect`)."""
    retained: bool = False
    """Whether it stays in AWS when its stack goes (`retain_on_delete`)."""


@dataclass(frozen=True)
class Deployment:
    """A stack that is deployed."""

    account: str
    region: str
    outputs: dict[str, Any]
    """The stack's exports, secrets in the clear."""
    resources: list[DeployedResource]
    """In the order of their creation; components, which exist in the program alone, are not among them."""


@dataclass(frozen=True)
class Failure:
    """A resource that could not be created or deleted, and why."""

    urn: str
    error: Exception

    def __str__(self) -> str:
        return f"{self.urn}\n    {type(self.error).__name__}: {self.error}"


class DeployError(Exception):
    """The program could not be deployed; the message says why, resource by resource.

    Attributes:
        failures: What could not be created.
        deployment: What was created all the same, and is there to be torn down.
    """

    def __init__(
        self, failures: list[Failure], deployment: Deployment, program_error: BaseException | None = None
    ) -> None:
        self.failures = failures
        self.deployment = deployment
        lines = [f"{len(failures)} resource(s) could not be created:", *map(str, failures)] if failures else []
        if program_error is not None:
            also = "and " if lines else ""
            lines.append(f"{also}the program stopped: {type(program_error).__name__}: {program_error}")
        if deployment.resources:
            lines.append(f"{len(deployment.resources)} resource(s) were created, and are there")
        super().__init__("\n".join(lines))


class TearDownError(Exception):
    """A stack could not be torn down whole; the message says why, resource by resource.

    Attributes:
        failures: What could not be deleted.
        deleted: What was deleted all the same, in that order.
        remaining: What is still there: the failures, and all that they stand on.
    """

    def __init__(self, failures: list[Failure], deleted: list[DeployedResource], remaining: Deployment) -> None:
        self.failures = failures
        self.deleted = deleted
        self.remaining = remaining
        failed = {failure.urn for failure in failures}
        kept = [resource.urn for resource in remaining.resources if resource.urn not in failed]
        lines = [f"{len(failures)} resource(s) could not be deleted:", *map(str, failures)]
        if kept:
            lines += [f"{len(kept)} resource(s) were kept, because those stand on them:", *kept]
        lines.append(f"{len(deleted)} resource(s) were deleted")
        super().__init__("\n".join(lines))
