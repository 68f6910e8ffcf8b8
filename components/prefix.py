"""Prefixes, which scope rights, lifecycle rules and notifications. A missing slash would silently widen them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pulumi

if TYPE_CHECKING:
    from pulumi import Input, Output

_FOLDER: Final = re.compile(r"([a-z0-9-]+/)+")
_ROW_KIND: Final = re.compile(r"[A-Z]+#")


@dataclass(frozen=True)
class Folder:
    """A prefix of object keys, such as `uploads/`: lower-case words, each with its slash.

    Raises:
        ValueError: It is empty, lacks the last slash, or holds anything that a policy would read as a pattern.
    """

    prefix: str

    def __post_init__(self) -> None:
        if not _FOLDER.fullmatch(self.prefix):
            raise ValueError(f"{self.prefix!r} is no folder of object keys: lower-case words, each ending in a slash")

    def objects_in(self, bucket_arn: Input[str]) -> Output[str]:
        """The ARN pattern of all objects of the folder."""
        return pulumi.Output.concat(bucket_arn, "/", self.prefix, "*")


@dataclass(frozen=True)
class RowKind:
    """A prefix of partition keys, such as `REQUEST#`: capitals and the sign that ends them.

    Raises:
        ValueError: It is empty, lacks the `#`, or holds anything that a policy would read as a pattern.
    """

    prefix: str

    def __post_init__(self) -> None:
        if not _ROW_KIND.fullmatch(self.prefix):
            raise ValueError(f"{self.prefix!r} is no kind of row: capital letters ending in #")

    @property
    def pattern(self) -> str:
        """The pattern of all partition keys of the kind."""
        return f"{self.prefix}*"
