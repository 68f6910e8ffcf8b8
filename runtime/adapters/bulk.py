"""Counting in bulk: what waits and the starter's row in the table, manifests in S3, the queue, and Glue itself."""

from __future__ import annotations

import json
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from runtime.adapters import rows
from runtime.adapters.queues import LONGEST_DELAY
from runtime.adapters.uploads import MISSING
from runtime.adapters.vendor_errors import vendor_errors
from runtime.core import keys, manifest
from runtime.core.bulk import LOST, QUIET_SECONDS
from runtime.core.errors import Absent, Throttled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_glue import GlueClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

    from runtime.adapters.table import Table
    from runtime.core.bulk import Document, Run, Starter
    from runtime.core.manifest import Outcome

_DAY: Final = 86_400.0
_KEEP: Final = 30 * _DAY
"""Seconds after which a row is forgotten that nobody has settled: its transcript is gone long since."""

_BUSY: Final = {"ConcurrentRunsExceededException": Throttled, "ResourceNumberLimitExceededException": Throttled}
_UNKNOWN: Final = {"EntityNotFoundException": Absent}
_HELD: Final = "#attempt = :attempt"


class TablePending:
    """`core`'s pending on the table, all in one partition."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, document: Document) -> None:
        """Have one wait; see the port."""
        self._table.put(self._row(document), "attribute_not_exists(pk)")

    def has(self, key: str, generation: int) -> bool:
        """Whether it waits."""
        return self._table.get(*rows.pending_key(key, generation)) is not None

    def all(self) -> list[Document]:
        """All that wait."""
        return [rows.to_document(row) for row in self._table.query(*rows.PENDING)]

    def change(self, document: Document) -> None:
        """Have one wait that is this by now; see the port."""
        self._table.put(self._row(document), "attribute_exists(pk)")

    def remove(self, key: str, generation: int) -> None:
        """Have it wait no longer; see the port."""
        self._table.delete(*rows.pending_key(key, generation))

    def _row(self, document: Document) -> dict[str, Any]:
        return rows.of_document(document, expires_at=document.since + _KEEP)


class TableStarters:
    """`core`'s starters on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self) -> Starter:
        """How it stands."""
        return rows.to_starter(self._table.get(*rows.STARTER) or {})

    def take(self, attempt: str, *, now: float, lease_until: float) -> Starter | None:
        """Take the right; see the port. A call that is made again because its answer was lost finds it its own."""
        taken = self._table.update(
            *rows.STARTER,
            "SET #attempt = :attempt, #lease_until = :until",
            {"attempt": attempt, "until": lease_until, "now": now},
            condition=f"attribute_not_exists(pk) OR #lease_until <= :now OR {_HELD}",
        )
        return self.get() if taken else None

    def begin(self, attempt: str, run: Run) -> bool:
        """Note a run; see the port."""
        return self._change(
            attempt,
            "SET #run = :run, #began_at = :began, #job_run = :job_run, #look_at = :none",
            {"run": run.name, "began": run.began_at, "job_run": run.job_run, "none": 0},
        )

    def end(self, attempt: str) -> bool:
        """Note that the run is settled; see the port."""
        return self._change(attempt, "REMOVE #run, #began_at, #job_run", {})

    def expect(self, attempt: str, look_at: float) -> bool:
        """Note until when a look is on its way; see the port."""
        return self._change(attempt, "SET #look_at = :look_at", {"look_at": look_at})

    def release(self, attempt: str) -> None:
        """Give the right back; see the port."""
        self._change(attempt, "SET #lease_until = :free", {"free": 0})

    def _change(self, attempt: str, change: str, values: dict[str, Any]) -> bool:
        return self._table.update(*rows.STARTER, change, {**values, "attempt": attempt}, condition=_HELD)


class S3Manifests:
    """`core`'s manifests on S3."""

    def __init__(self, s3: S3Client, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._root = f"s3://{bucket}/"

    def write(self, run: str, documents: Sequence[Document]) -> None:
        """Write what a run is to count."""
        asked = [
            manifest.Document(
                digest=document.key,
                generation=document.generation,
                root=self._root,
                transcript=keys.transcript(document.key, document.generation),
            )
            for document in documents
        ]
        with vendor_errors():
            self._s3.put_object(
                Bucket=self._bucket,
                Key=keys.manifest(run),
                Body=manifest.dump_documents(asked),
                ContentType="application/jsonl",
            )

    def read(self, run: str) -> list[tuple[str, int]]:
        """Read it; see the port."""
        documents, _ = manifest.parse(self._read(keys.manifest(run)))
        return [(document.digest, document.generation) for document in documents]

    def outcomes(self, run: str) -> list[Outcome]:
        """What the run says of each; see the port."""
        return manifest.load(self._read(keys.outcomes(run)))

    def _read(self, object_key: str) -> bytes:
        with vendor_errors(MISSING):
            return self._s3.get_object(Bucket=self._bucket, Key=object_key)["Body"].read()


class SqsBulkQueue:
    """`core`'s bulk queue on SQS."""

    def __init__(self, sqs: SQSClient, queue_url: str) -> None:
        self._sqs = sqs
        self._queue_url = queue_url

    def pending(self) -> None:
        """Something waits: in a moment, for more may come with it."""
        self._send("pending", QUIET_SECONDS)

    def look(self, seconds: float = 0.0) -> None:
        """Look, so many seconds from now."""
        self._send("look", seconds)

    def _send(self, what: str, seconds: float) -> None:
        with vendor_errors():
            self._sqs.send_message(
                QueueUrl=self._queue_url,
                MessageBody=json.dumps({"bulk": what}),
                DelaySeconds=min(ceil(seconds), LONGEST_DELAY),
            )


class AwsGlue:
    """`core`'s Glue on AWS.

    Args:
        glue: The client.
        job: The job's name.
        bucket: The one that manifests are written to.
    """

    def __init__(self, glue: GlueClient, job: str, bucket: str) -> None:
        self._glue = glue
        self._job = job
        self._root = f"s3://{bucket}/"

    def start(self, run: str) -> str:
        """Start a run; see the port."""
        with vendor_errors(_BUSY):
            return self._glue.start_job_run(JobName=self._job, Arguments=self._arguments(run))["JobRunId"]

    def find(self, run: str) -> str | None:
        """Glue's id of the run for that manifest, among the last ones: one that was lost is none of old."""
        wanted = self._arguments(run)["--manifest"]
        with vendor_errors():
            found = self._glue.get_job_runs(JobName=self._job, MaxResults=20)["JobRuns"]
        return next((each["Id"] for each in found if each.get("Arguments", {}).get("--manifest") == wanted), None)

    def state(self, job_run: str) -> str:
        """How a run stands; see the port."""
        try:
            with vendor_errors(_UNKNOWN):
                return self._glue.get_job_run(JobName=self._job, RunId=job_run)["JobRun"]["JobRunState"]
        except Absent:
            return LOST

    def _arguments(self, run: str) -> dict[str, str]:
        return {
            "--mode": "documents",
            "--manifest": self._root + keys.manifest(run),
            "--outcomes": self._root + keys.outcomes(run),
        }
