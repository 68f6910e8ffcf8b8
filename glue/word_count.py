"""The job's entry: `word_count.py --mode documents --manifest URI` or `--mode corpus --source URI --out URI`.

An address is `s3://bucket/key`, or a path. Glue adds arguments of its own, which are ignored. Exit code 0: the run came
to its end, and each document's outcome is in the report; 2: the arguments are wrong; else the run failed, and may be
repeated as it is.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections import Counter
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from glue import corpus
from glue.at_once import TASKS
from glue.documents import count_documents
from glue.stores import read, write
from runtime.core import manifest

if TYPE_CHECKING:
    from collections.abc import Sequence

_LOG = logging.getLogger("word_count")


def main(arguments: Sequence[str] | None = None) -> None:
    """Do what the arguments ask for."""
    options = _options(arguments)
    spark = SparkSession.builder.appName("word-count").getOrCreate()
    settle(spark)
    if options.mode == "documents":
        run_documents(spark, options.manifest, options.outcomes or outcomes_of(options.manifest))
    else:
        run_corpus(spark, options.source, options.out, options.digests)


def settle(spark: SparkSession) -> None:
    """Plan once: how much there is to shuffle is known, and little (`distinct.py`)."""
    spark.conf.set("spark.sql.shuffle.partitions", str(TASKS * spark.sparkContext.defaultParallelism))
    spark.conf.set("spark.sql.adaptive.enabled", "false")


def outcomes_of(manifest: str) -> str:
    """Where a run's report lies if nobody says: beside its manifest."""
    return f"{manifest.removesuffix('.jsonl')}.outcomes.jsonl"


def run_documents(spark: SparkSession, asked: str, outcomes: str) -> None:
    """Count what a manifest names, and write the report."""
    documents, refused = manifest.parse(read(asked))
    ended = [*refused, *count_documents(spark, documents)]
    write(outcomes, manifest.dump(ended), "application/jsonl")
    endings = Counter(outcome.outcome.value for outcome in ended)
    _LOG.info(json.dumps({"event": "documents_counted", "documents": len(ended), **endings}))


def run_corpus(spark: SparkSession, source: str, out: str, digests: str | None = None) -> None:
    """Count an archive as one, and write vocabulary, summary and report."""
    from glue import report  # noqa: PLC0415  documents need no pandas

    only = None if digests is None else read(digests).decode().split()
    counted = corpus.corpus(corpus.read(spark, source, only))
    report.save(counted, out)
    told = counted.summary() | {"unreadable": len(counted.unreadable)}
    _LOG.info(json.dumps({"event": "corpus_counted", **told}))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Count words in bulk.", allow_abbrev=False)
    parser.add_argument("--mode", choices=("documents", "corpus"), required=True)
    parser.add_argument("--manifest", help="JSON Lines: digest, transcript, result")
    parser.add_argument("--outcomes", help="where the report goes; beside the manifest unless said")
    parser.add_argument("--source", help="what results/ lies in")
    parser.add_argument("--digests", help="a list, one a line: only these results")
    parser.add_argument("--out", help="where vocabulary, summary and report go")
    options, _ = parser.parse_known_args(arguments)
    needed = ("manifest",) if options.mode == "documents" else ("source", "out")
    if missing := [name for name in needed if not getattr(options, name)]:
        parser.error(f"--mode {options.mode} needs {', '.join(f'--{name}' for name in missing)}")
    return options


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    main()
