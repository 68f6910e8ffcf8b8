"""Spark, once for all of these tests, where there is one."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.glue.pythons import KNOWN_TO_SPARK, NEWEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import SparkSession

_HERE: Final = Path(__file__).parent

collect_ignore_glob: list[str] = [] if KNOWN_TO_SPARK else ["test_*.py"]


def pytest_report_header() -> str | None:
    if KNOWN_TO_SPARK:
        return None
    here = ".".join(map(str, sys.version_info[:2]))
    return f"Spark tests are left out: Spark 3.5 knows Python up to {NEWEST[0]}.{NEWEST[1]}, and this is {here}"


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    from tests.glue.spark import session  # noqa: PLC0415  other tests need no Spark

    yield from session(tmp_path_factory.mktemp("spark"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """py4j leaves its sockets to the garbage collector; PySpark asks distutils for the version of pandas."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore::ResourceWarning"))
            item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"))
            item.add_marker(pytest.mark.filterwarnings("ignore:distutils Version classes:DeprecationWarning"))


@pytest.fixture(scope="module", autouse=True)
def _collected() -> Iterator[None]:
    yield
    gc.collect()  # so that they go while these tests run, and nobody else's is blamed
