"""What is known of one type of resource."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.deploy.creation import Creator
    from local.deploy.deletion import Deleter


@dataclass(frozen=True)
class Kind:
    """How resources of one type are made, and how they are deleted. Nothing is made that could not be deleted again."""

    create: Creator
    delete: Deleter
