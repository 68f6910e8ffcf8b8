"""One small, quick Spark for all tests: in this process, with the Java and the Spark of Glue's runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from pyspark.sql import SparkSession

from local.glue_environment import glue_environment, spark_variables

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = Path(__file__).parents[2]


def session(scratch: Path) -> Iterator[SparkSession]:
    """A session, as quick to start as a run of Glue's; its Python is this one, with this repository."""
    glue = glue_environment()
    environment = spark_variables(glue) | {
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]),
    }
    # The JVM keeps it; the processes that other tests start must not have it.
    with patch.dict(os.environ, environment):
        spark = _started(" ".join(glue.java_options), scratch)
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
