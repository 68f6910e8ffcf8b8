"""An example of what a rule minds, or lets pass."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.components.recorder import recorded

if TYPE_CHECKING:
    from tests.components.examples.changes import Change
    from tests.components.recorder import RecordedStack
    from tests.components.rules import Rule


@dataclass(frozen=True, eq=False)
class Example:
    """The dev stack with a change, and all that the rule then says, in any order: nothing, if it has to let it pass."""

    rule: Rule
    change: Change
    says: tuple[str, ...]

    @functools.cached_property
    def stack(self) -> RecordedStack:
        """The changed stack."""
        return self.change(recorded("dev"))

    def said(self) -> list[str]:
        """What the rule says, in the order of `expected`."""
        return sorted(self.rule(self.stack))

    @property
    def expected(self) -> list[str]:
        """What it should say."""
        return sorted(self.says)


def minds(rule: Rule, change: Change, *says: str) -> Example:
    """The rule says this, and no more."""
    if not says:
        raise ValueError("what it minds, it says")
    return Example(rule, change, says)


def lets_pass(rule: Rule, change: Change) -> Example:
    """The rule says nothing."""
    return Example(rule, change, ())
