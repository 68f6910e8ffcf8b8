"""What is given to who deletes a resource."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from local.deploy.inputs import Inputs
    from local.deploy.target import Target


@dataclass(frozen=True)
class Deletion:
    """A resource to be deleted: as the program asked for it, and as AWS answered."""

    id: str
    inputs: Inputs
    outputs: dict[str, Any]
    target: Target

    def call(self, service: str, operation: str, /, **request: object) -> dict[str, Any]:
        """Call an operation of AWS's."""
        return self.target.call(service, operation, **request)


Deleter: TypeAlias = Callable[[Deletion], None]
"""Raises AWS's error when AWS refuses. That there is no such thing any more is no error: whoever calls sees to that."""
