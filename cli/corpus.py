"""`ocr-wordcount corpus`: every result that there is, counted as one by the job on Glue."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from cli.errors import FAILED, CommandError
from cli.stack import opened
from runtime.core.bulk import SUCCEEDED, UNDER_WAY

if TYPE_CHECKING:
    from pathlib import Path

    from cli.stack import Stack

POLL_SECONDS: Final = 0.5
_FILES: Final = ("summary.json", "vocabulary.parquet", "vocabulary.jsonl", "top-words.csv", "report.html")
_MOST_FREQUENT: Final = 20


def corpus(stack: str | None, out: Path, timeout: float, *, as_json: bool) -> int:
    """Count the archive, fetch what comes of it, and show the most frequent words.

    Args:
        stack: One on AWS, or None for the cloud that runs here.
        out: Where the files go.
        timeout: Seconds for the run.
        as_json: Whether to print the summary as it is.

    Returns:
        0, or 1 when there is nothing to count yet.

    Raises:
        CommandError: The run failed, or took too long.
    """
    with opened(stack) as found:
        bucket = found.outputs["results_bucket"]
        prefix = f"corpus/{datetime.now(UTC):%Y-%m-%dT%H-%M-%SZ}/"
        _run(found, f"s3://{bucket}/", f"s3://{bucket}/{prefix}", time.monotonic() + timeout)
        out.mkdir(parents=True, exist_ok=True)
        s3 = found.client("s3")
        for name in _FILES:
            (out / name).write_bytes(s3.get_object(Bucket=bucket, Key=prefix + name)["Body"].read())
    summary: dict[str, Any] = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    if as_json:
        sys.stdout.write(json.dumps(summary) + "\n")
    else:
        _show(summary, out)
    return 0 if summary["documents"] else FAILED


def _run(stack: Stack, source: str, out: str, until: float) -> None:
    """Start the run once no other is under way, and wait for its end."""
    glue, job = stack.client("glue"), stack.outputs["glue_job"]
    arguments = {"--mode": "corpus", "--source": source, "--out": out}
    run_id = ""
    while not run_id:
        try:
            run_id = glue.start_job_run(JobName=job, Arguments=arguments)["JobRunId"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConcurrentRunsExceededException":
                raise
            _wait(until, "another run of the job is under way")
    while (run := glue.get_job_run(JobName=job, RunId=run_id)["JobRun"])["JobRunState"] in UNDER_WAY:
        _wait(until, f"the run {run_id} goes on; its files will lie in {out}")
    if run["JobRunState"] != SUCCEEDED:
        raise CommandError(f"The run ended as {run['JobRunState']}: {run.get('ErrorMessage', 'Glue gave no reason')}")


def _wait(until: float, why: str) -> None:
    if time.monotonic() > until:
        raise CommandError(f"Not done in time: {why}. --timeout waits longer.")
    time.sleep(POLL_SECONDS)


def _show(summary: dict[str, Any], out: Path) -> None:
    from cli import show  # noqa: PLC0415  rich is not needed for --json

    console = show.console()
    told = (
        f"{summary['documents']:,} documents, {summary['total_words']:,} words, {summary['unique_words']:,} different"
    )
    console.print(f"\n  {told}\n")
    for row in summary["top_words"][:_MOST_FREQUENT]:
        console.print(f"  {row['count']:>8,}  {row['word']}", highlight=False, markup=False)
    console.print(f"\n  {out / 'report.html'}: the table and the plot\n", highlight=False)
