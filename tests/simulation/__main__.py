"""`python -m tests.simulation`: run many histories, or one again."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.simulation.coverage import ENOUGH, report, uncovered
from tests.simulation.draw import draw
from tests.simulation.many import simulate
from tests.simulation.story import tell, tell_again, tell_failed

if TYPE_CHECKING:
    from tests.simulation.story import Story


def main() -> int:
    """Do what the command line says; the exit code is 1 if a promise was broken or something was not covered."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument(
        "--histories", type=int, default=ENOUGH, metavar="N", help="run so many; tell the first that fails"
    )
    parser.add_argument("--first", type=int, default=0, metavar="SEED", help="begin with this seed")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, metavar="P", help="on so many processes")
    parser.add_argument("--seed", type=int, metavar="SEED", help="tell the history of this seed, step by step")
    parser.add_argument("--history", type=Path, metavar="FILE", help="tell a history that was kept")
    asked = parser.parse_args()
    if asked.history:
        return _told(tell_again(asked.history))
    if asked.seed is not None:
        return _told(tell(draw(asked.seed)))
    return _many(asked.first, asked.histories, asked.processes)


def _told(story: Story) -> int:
    _write(story.text)
    return 1 if story.broken else 0


def _many(first: int, histories: int, processes: int) -> int:
    started = time.perf_counter()
    done = simulate(first, histories, processes)
    seconds = time.perf_counter() - started
    _write(report(done.covered))
    _write(f"\n{done.histories:,} histories in {seconds:.1f} s: {done.histories / seconds:.0f} a second")
    if done.failed is not None:
        _write(f"\n{tell_failed(done.failed)}")
        return 1
    if missing := uncovered(done.covered):
        _write("not covered: " + "; ".join(missing))
        return 1 if histories >= ENOUGH else 0
    _write("no promise was broken, and everything was covered")
    return 0


def _write(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
