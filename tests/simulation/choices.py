"""Where all chance of a history comes from: a seed, or the decisions of a run before."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Choices:
    """Decisions between numbered options, each kept so that the run can be had again.

    Option 0 is always the plainest: go on with what runs, deliver what came first, no delay, no copy. So a run whose
    script ends is a plain one from there on, and a history shrinks by having its decisions cut off and set to 0.
    """

    def __init__(self, seed: int, script: Sequence[int] | None = None) -> None:
        self.made: list[int] = []
        self._script = script
        self._random = Random(f"schedule {seed}").random  # noqa: S311  a simulation has to be repeatable

    def pick(self, options: int) -> int:
        """One of so many options."""
        if options <= 1:
            return 0
        if self._script is None:
            chosen = int(self._random() * options)
        else:
            at = len(self.made)
            chosen = min(self._script[at], options - 1) if at < len(self._script) else 0
        self.made.append(chosen)
        return chosen
