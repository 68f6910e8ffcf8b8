"""Which Pythons Spark 3.5 runs on."""

from __future__ import annotations

import sys
from typing import Final

NEWEST: Final = (3, 11)
KNOWN_TO_SPARK: Final = sys.version_info[:2] <= NEWEST
