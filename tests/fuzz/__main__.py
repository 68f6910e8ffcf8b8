"""`python -m tests.fuzz images --seed 1 --case 17`: run a case again, or many.

images, events, names, answers     the service's kinds
ocr, pixels                        the local OCR's: mutated pictures are read, or only opened
--cases FIRST:LAST                 many, the last one left out
"""

from __future__ import annotations

import argparse
import sys

from tests.fuzz.worker import run


def main() -> int:
    """Do what the command line says; the exit code is 1 if a case failed."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kind", choices=("images", "events", "names", "answers", "ocr", "pixels"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", type=int)
    parser.add_argument("--cases", default="0:1000", metavar="FIRST:LAST")
    told = parser.parse_args()
    first, _, last = told.cases.partition(":")
    numbers = range(int(first), int(last)) if told.case is None else range(told.case, told.case + 1)
    if told.kind in ("ocr", "pixels"):
        from tests.fuzz.ocr import KINDS  # noqa: PLC0415  Tesseract is loaded for nothing else
    else:
        from tests.fuzz.kinds import KINDS  # noqa: PLC0415  as above
    return run(told.kind, KINDS[told.kind], told.seed, numbers)


if __name__ == "__main__":
    sys.exit(main())
