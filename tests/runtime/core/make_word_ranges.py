"""Write runtime/core/word_ranges.py from the Unicode database of the Python that runs this.

Run it with a Python whose database is Unicode 13 (Python 3.9 or 3.10), the newest that Java 17 knows:

    python3.10 tests/runtime/core/make_word_ranges.py > runtime/core/word_ranges.py
"""

from __future__ import annotations

import sys
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

UNICODE = "13.0.0"

HEADER = '''"""The letters, marks and numbers of Unicode {version}: what words are made of (see `words.py`).

Made by tests/runtime/core/make_word_ranges.py; not edited by hand. Pinned to one Unicode version, because the counts of
Python 3.11, Python 3.13 and Java 17 agree only on what all three of them know.
"""

UNICODE = "{version}"

# First and last code point of each run, in hexadecimal; a run of one is written once.
_RUNS = """
{runs}
"""


def _parse(run: str) -> tuple[int, int]:
    first, _, last = run.partition("-")
    return int(first, 16), int(last or first, 16)


RANGES: tuple[tuple[int, int], ...] = tuple(_parse(run) for run in _RUNS.split())
'''


def ranges() -> Iterator[tuple[int, int]]:
    """First and last code point of each maximal run of letters, marks and numbers."""
    first = None
    for code in range(sys.maxunicode + 2):
        inside = code <= sys.maxunicode and unicodedata.category(chr(code))[0] in "LMN"
        if inside and first is None:
            first = code
        elif not inside and first is not None:
            yield first, code - 1
            first = None


def main() -> None:
    """Print the module."""
    if unicodedata.unidata_version != UNICODE:
        sys.exit(f"needs a Python with Unicode {UNICODE}; this one has {unicodedata.unidata_version}")
    lines: list[str] = []
    line = ""
    for first, last in ranges():
        run = f"{first:x}" if first == last else f"{first:x}-{last:x}"
        if len(line) + 1 + len(run) > 118:
            lines.append(line)
            line = ""
        line = f"{line} {run}".strip()
    sys.stdout.write(HEADER.format(version=UNICODE, runs="\n".join([*lines, line])))


if __name__ == "__main__":
    main()
