"""Which tests stay together when several workers run them (pytest-xdist)."""

from __future__ import annotations

from typing import Final

from xdist.scheduler import LoadScopeScheduling

SHARED: Final = ("tests/web/", "tests/glue/", "tests/local/deploy/", "tests/runtime/contract/")
"""Folders whose tests share Spark or a server."""

LONGEST_FIRST: Final = (
    "tests/web/",
    "tests/service/",
    "tests/simulation/",
    "tests/glue/",
    "tests/fuzz/",
    "tests/runtime/adapters/test_old_rows.py",
)


class TogetherByFile(LoadScopeScheduling):
    """A file's tests are one worker's, and a folder's that share something."""

    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in SHARED if nodeid.startswith(folder)), nodeid.partition("::")[0])


def rank(nodeid: str) -> int:
    """How early a test begins: lowest first."""
    begins = (nodeid.startswith(folder) for folder in LONGEST_FIRST)
    return next((place for place, is_there in enumerate(begins) if is_there), len(LONGEST_FIRST))
