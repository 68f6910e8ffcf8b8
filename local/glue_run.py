"""One run of a Glue job: the deployed script under spark-submit, with the job's arguments and its role's keys."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from local.account import NoSuchObjectError
from local.glue_environment import NoGlueError, glue_environment, spark_variables
from local.iam.statements import Ask

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.account import Account
    from local.clock import Clock
    from local.credentials import Credentials
    from local.glue_environment import GlueEnvironment

UNDER_WAY: Final = frozenset({"STARTING", "RUNNING", "STOPPING"})
_LAUNCHER: Final = Path(__file__).with_name("glue_launcher.py")
_PARALLEL: Final = 2
_MEMORY: Final = "1g"
_CONF: Final = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "4",
}
_MINUTE: Final = 60.0


class _FailedError(Exception):
    """A run could not begin; the message is what Glue would say."""


@dataclass(frozen=True)
class GlueJob:
    """A deployed job, as far as a run needs it."""

    name: str
    role_arn: str
    region: str
    account_id: str
    script: str
    default_arguments: Mapping[str, str]
    most_runs: int
    timeout_minutes: int
    worker_type: str
    workers: int
    version: str
    execution_class: str

    @property
    def arn(self) -> str:
        """Its ARN."""
        return f"arn:aws:glue:{self.region}:{self.account_id}:job/{self.name}"


@dataclass(eq=False)
class GlueRun:
    """A run, from StartJobRun to its end.

    Attributes:
        state: As Glue calls it.
        error: Why it failed; empty if it did not.
    """

    id: str
    job: GlueJob
    arguments: Mapping[str, str]
    started_at: float
    timeout_minutes: int
    changed_at: float = 0.0
    ended_at: float | None = None
    state: str = "STARTING"
    error: str = ""
    process: subprocess.Popen[bytes] | None = None
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def under_way(self) -> bool:
        """Whether it has not ended."""
        return self.state in UNDER_WAY

    def as_json(self) -> dict[str, Any]:
        """A JobRun. https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-runs.html."""
        told: dict[str, Any] = {
            "Id": self.id,
            "Attempt": 0,
            "JobName": self.job.name,
            "StartedOn": self.started_at,
            "LastModifiedOn": self.changed_at or self.started_at,
            "JobRunState": self.state,
            "Arguments": dict(self.arguments),
            "PredecessorRuns": [],
            "ExecutionTime": round((self.ended_at or self.started_at) - self.started_at),
            "Timeout": self.timeout_minutes,
            "WorkerType": self.job.worker_type,
            "NumberOfWorkers": self.job.workers,
            "LogGroupName": _log_prefix(self),
            "GlueVersion": self.job.version,
            "ExecutionClass": self.job.execution_class,
        }
        if self.ended_at is not None:
            told["CompletedOn"] = self.ended_at
        if self.error:
            told["ErrorMessage"] = self.error
        return told


def _log_prefix(run: GlueRun) -> str:
    return _merged(run).get("--custom-logGroup-prefix", "/aws-glue/jobs")


def _merged(run: GlueRun) -> dict[str, str]:
    return {**run.job.default_arguments, **run.arguments}


class GlueRunner:
    """Does what a run is to do. One for all runs."""

    def __init__(self, account: Account, clock: Clock, *, logs: Path, endpoint: str) -> None:
        self._account = account
        self._clock = clock
        self._logs = logs
        self._endpoint = endpoint
        self._lifeline_read, self._lifeline_write = os.pipe()

    def close(self) -> None:
        """No run begins any more; those that still go on end."""
        os.close(self._lifeline_write)
        os.close(self._lifeline_read)

    def do(self, run: GlueRun, keys: Credentials, running: Callable[[], bool]) -> None:
        """Carry a run through: its state and error afterwards are how it ended, unless it was stopped meanwhile.

        Args:
            run: The run.
            keys: What it calls AWS with.
            running: Told when its process is there; whether it may go on.
        """
        with tempfile.TemporaryDirectory(prefix="ocr-wordcount-glue-", ignore_cleanup_errors=True) as scratch:
            try:
                status = self._submitted(run, keys, Path(scratch), running)
            except _FailedError as failed:
                _end(run, "FAILED", str(failed))
                return
        if run.state == "RUNNING":
            _end(run, *(("FAILED", self._said_last(run, status)) if status else ("SUCCEEDED", "")))

    def _submitted(self, run: GlueRun, keys: Credentials, scratch: Path, running: Callable[[], bool]) -> int:
        script, modules = self._fetched(run, scratch)
        try:
            environment = glue_environment()
        except NoGlueError as error:
            raise _FailedError(str(error)) from error
        command = self._command(run, environment, script, modules, scratch)
        output, error = self._log(run, "output"), self._log(run, "error")
        with output.open("ab") as stdout, error.open("ab") as stderr:
            process = subprocess.Popen(  # noqa: S603 - our own command, no shell
                command,
                cwd=scratch,
                env={**spark_variables(environment), **self._variables(run, keys, scratch)},
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                pass_fds=(self._lifeline_read,),
                start_new_session=True,
            )
        run.process = process
        if not running():
            kill(run)
        try:
            return process.wait()
        finally:
            self._wrote_metrics(run)

    def _fetched(self, run: GlueRun, scratch: Path) -> tuple[Path, list[Path]]:
        wanted = [run.job.script, *filter(None, _merged(run).get("--extra-py-files", "").split(","))]
        files = [self._fetch(run, uri, scratch) for uri in wanted]
        return files[0], files[1:]

    def _fetch(self, run: GlueRun, uri: str, scratch: Path) -> Path:
        """Glue fetches a job's code as the job."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        ask = Ask("s3:GetObject", f"arn:aws:s3:::{bucket}/{key}")
        if not self._account.access.role_may(run.job.role_arn, ask):
            raise _FailedError(
                f"LAUNCH ERROR | Error downloading from S3 for bucket: {bucket}, key: {key}. Access Denied"
            )
        try:
            data = self._account.read_object(bucket, key)
        except NoSuchObjectError as error:
            raise _FailedError(f"LAUNCH ERROR | File Not Found: {uri}. The specified key does not exist.") from error
        file = scratch / key.rpartition("/")[2]
        file.write_bytes(data)
        return file

    def _command(
        self, run: GlueRun, environment: GlueEnvironment, script: Path, modules: list[Path], scratch: Path
    ) -> list[str]:
        conf = {**_CONF, "spark.sql.warehouse.dir": str(scratch / "warehouse"), "spark.local.dir": str(scratch)}
        options = ["--master", f"local[{_PARALLEL}]", "--driver-memory", _MEMORY]
        options += ["--driver-java-options", " ".join((*environment.java_options, f"-Djava.io.tmpdir={scratch}"))]
        options += [part for name, value in conf.items() for part in ("--conf", f"{name}={value}")]
        if modules:
            options += ["--py-files", ",".join(map(str, modules))]
        glues_own = {"--JOB_NAME": run.job.name, "--JOB_RUN_ID": run.id, "--JOB_ID": f"j_{run.job.name}"}
        told = {**_merged(run), **glues_own}
        arguments = [part for name, value in told.items() for part in (name, value)]
        submit = [str(environment.spark_home / "bin" / "spark-submit"), *options, str(script), *arguments]
        return [sys.executable, "-I", str(_LAUNCHER), str(self._lifeline_read), *submit]

    def _variables(self, run: GlueRun, keys: Credentials, scratch: Path) -> dict[str, str]:
        return {
            "AWS_ACCESS_KEY_ID": keys.access_key_id,
            "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
            "AWS_SESSION_TOKEN": str(keys.session_token),
            "AWS_REGION": run.job.region,
            "AWS_DEFAULT_REGION": run.job.region,
            "AWS_ENDPOINT_URL": self._endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
            "HOME": str(scratch),
            "TMPDIR": str(scratch),
            "MPLCONFIGDIR": str(scratch),
        }

    def _log(self, run: GlueRun, stream: str) -> Path:
        """Where what a run prints goes: Glue writes it as the job, and what that may not write is lost."""
        group = f"{_log_prefix(run)}/{stream}"
        prefix = f"arn:aws:logs:{run.job.region}:{run.job.account_id}:log-group:{group}:log-stream:{run.id}"
        may = self._account.access.role_may(
            run.job.role_arn, Ask("logs:CreateLogStream", prefix), Ask("logs:PutLogEvents", prefix)
        )
        return self.log_file(run, stream) if may else Path(os.devnull)

    def log_file(self, run: GlueRun, stream: str) -> Path:
        """The file that holds one of a run's log streams: `output`, or `error`."""
        folder = self._logs / "glue" / run.job.name
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{run.id}.{stream}.log"

    def _wrote_metrics(self, run: GlueRun) -> None:
        """Glue writes a run's metrics as the job. They are kept nowhere here."""
        if _merged(run).get("--enable-metrics") == "true":
            ask = Ask("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": "Glue"})
            self._account.access.role_may(run.job.role_arn, ask)

    def _said_last(self, run: GlueRun, status: int) -> str:
        """Glue says the last line of the script's traceback. What Python prints, Spark hands to stdout, all of it."""
        files = [self.log_file(run, stream) for stream in ("error", "output")]
        lines = [line for file in files if file.exists() for line in file.read_text("utf-8", "replace").splitlines()]
        errors = [line for line in lines if line and not line[0].isspace() and "Error" in line.split(":")[0]]
        return (
            f"Error Category: UNCLASSIFIED_ERROR; {errors[-1]}" if errors else f"Command failed with exit code {status}"
        )


def _end(run: GlueRun, state: str, error: str) -> None:
    run.state, run.error = state, error


def kill(run: GlueRun) -> None:
    """End a run's processes: its launcher and Java; Spark's Python workers end when Java does."""
    if run.process is not None and run.process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(run.process.pid, signal.SIGKILL)


def deadline_of(run: GlueRun) -> float:
    """When a run has taken too long, by the cloud's clock."""
    return run.started_at + run.timeout_minutes * _MINUTE
