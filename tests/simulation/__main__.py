"""`python -m tests.simulation`: run many histories, or one again.

    --histories N [--first SEED] [--processes P]    many; prints what they covered, and shrinks the first failure
    --seed SEED                                     the history of this seed, told step by step
    --history FILE                                  a shrunk one again
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

from tests.simulation.coverage import report, uncovered
from tests.simulation.history import run
from tests.simulation.letters import plain_letters
from tests.simulation.pictures import made_up_contents
from tests.simulation.plan import Plan, draw
from tests.simulation.run import simulate
from tests.simulation.shrink import shrink


def main() -> int:
    """Do what the command line says; the exit code is 1 if a promise was broken or something was not covered."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--histories", type=int, default=5000)
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--history", type=Path, metavar="FILE")
    told = parser.parse_args()
    if told.history:
        saved = json.loads(told.history.read_text())
        return tell(Plan.from_json(saved["plan"]), saved["schedule"])
    if told.seed is not None:
        return tell(draw(told.seed), None)
    return many(told.first, told.histories, told.processes)


def many(first: int, histories: int, processes: int) -> int:
    """Run histories until one breaks a promise; say what they covered."""
    started = time.perf_counter()
    done = simulate(first, histories, processes)
    seconds = time.perf_counter() - started
    print(report(done.covered))
    print(f"\n{done.histories:,} histories in {seconds:.1f} s: {done.histories / seconds:.0f} a second")
    if done.failed is not None:
        explain(done.failed)
        return 1
    if missing := uncovered(done.covered):
        print("not covered: " + "; ".join(missing))
        return 1
    return 0


def explain(seed: int) -> None:
    """Print a failed history, shrunk, and where it is kept."""
    with made_up_contents(), plain_letters():
        outcome = run(draw(seed))
        assert outcome.broken
        print(f"\nseed {seed} breaks a promise: {outcome.broken}")
        plan, made = shrink(draw(seed), outcome.made, outcome.broken.promise)
    file = Path("build") / f"history-{seed}.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({"plan": plan.to_json(), "schedule": made}, indent=1) + "\n")
    print(f"shrunk; again with: python -m tests.simulation --history {file}\n")
    tell(plan, made)


def tell(plan: Plan, script: list[int] | None) -> int:
    """Run one history and print each step."""
    lines: list[str] = []
    with made_up_contents(), plain_letters():
        outcome = run(plan, script, lines)
    print(json.dumps(plan.to_json()))
    print("\n".join(lines))
    print(f"\nbroken: {outcome.broken}" if outcome.broken else "\nevery promise was kept")
    return 1 if outcome.broken else 0


if __name__ == "__main__":
    sys.exit(main())
