"""A history as a text that can be read, and as a file that it can be had again from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.simulation.draw import draw
from tests.simulation.history import run
from tests.simulation.plan import Plan
from tests.simulation.shrink import shrink

FOLDER: Final = Path("build")


@dataclass(frozen=True)
class Story:
    """A history, told.

    Attributes:
        text: Step by step.
        broken: Whether it breaks a promise.
    """

    text: str
    broken: bool


def tell(plan: Plan, script: list[int] | None = None) -> Story:
    """Run one history and tell each step."""
    lines: list[str] = []
    outcome = run(plan, script, lines)
    verdict = f"broken: {outcome.broken}" if outcome.broken else "every promise was kept"
    return Story("\n".join([json.dumps(plan.to_json()), *lines, "", verdict]), outcome.broken is not None)


def tell_again(file: Path) -> Story:
    """Tell a history that was kept."""
    kept = json.loads(file.read_text())
    return tell(Plan.from_json(kept["plan"]), kept["schedule"])


def tell_failed(seed: int, folder: Path = FOLDER) -> str:
    """The history of a seed that breaks a promise: the seed, the promise, and, shrunk and kept, each step.

    Raises:
        ValueError: It breaks none.
    """
    plan = draw(seed)
    outcome = run(plan)
    if outcome.broken is None:
        raise ValueError(f"seed {seed} breaks no promise")
    plan, made = shrink(plan, outcome.made, outcome.broken.promise)
    file = folder / f"history-{seed}.json"
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"plan": plan.to_json(), "schedule": made}, indent=1) + "\n")
    return "\n".join(
        [
            f"seed {seed} breaks a promise: {outcome.broken}",
            f"as it was:        python -m tests.simulation --seed {seed}",
            f"as it is below:   python -m tests.simulation --history {file}",
            "",
            tell(plan, made).text,
        ]
    )
