"""Install what a lock names into the Python that runs this, and show how far it is.

python locks/install.py LOCK
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import deque
from pathlib import Path
from typing import Final

_PIP: Final = (
    *(sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"),
    *("--only-binary", ":all:", "--no-binary", "pyspark"),  # Spark is published as source alone, and compiles nothing
    *("--require-hashes", "--requirement"),
)
_FOUND: Final = re.compile(r"(?:Collecting|Processing|Requirement already satisfied:) (\S+)")
_VERSION: Final = re.compile(r"==|-\d")
_EVERY: Final = 15
"""How many packages pass from one line to the next where lines cannot be overwritten."""


def main() -> int:
    """Run pip; its exit code. What it printed is shown only if it fails."""
    lock = Path(sys.argv[1])
    total = sum(not line[0].isspace() and line[0] not in "#\n" for line in lock.open(encoding="utf-8"))
    printed: deque[str] = deque(maxlen=200)
    with subprocess.Popen([*_PIP, str(lock)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:  # noqa: S603  pip, on a lock of ours
        count = 0
        for line in pip.stdout or ():
            printed.append(line)
            if found := _FOUND.match(line):
                count += 1
                _show(f"{count:4} of {total}  {_VERSION.split(Path(found[1]).name)[0]}", every=count % _EVERY == 0)
            elif line.startswith("Installing collected packages"):
                _show(f"     installing {count} packages ...", every=True)
    _show("", every=False)
    if pip.returncode:
        sys.stderr.write("".join(printed))
    return pip.returncode


def _show(text: str, *, every: bool) -> None:
    if sys.stdout.isatty():
        sys.stdout.write(f"\r\x1b[K{text}")
    elif every:
        sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
