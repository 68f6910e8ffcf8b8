"""What the tests need that is no Python package, fetched before several workers ask for it at once.

    python -m tests.prepare

Glue's environment, where Spark knows this Python; a Chromium; npm's packages for the page's tests.
"""

from __future__ import annotations

import sys

from local.glue_environment import NEWEST_PYTHON, NoGlueError, glue_environment
from tests.web import axe, chromium


def main() -> int:
    """Fetch what is missing; the exit code, and on the error stream what to do if something cannot be had."""
    try:
        if sys.version_info[:2] <= NEWEST_PYTHON:
            glue_environment()
        chromium.find()
        axe.npm("axe-core/axe.min.js")
    except (NoGlueError, chromium.NoChromiumError, axe.NoNpmError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
