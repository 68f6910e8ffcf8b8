"""Glue: runs of the jobs that are deployed in moto, each in processes of its own, and EventBridge told of each end.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-runs.html
"""

from __future__ import annotations

import secrets
import threading
import traceback
from typing import TYPE_CHECKING, Any, Final

from local.glue_run import GlueJob, GlueRun, GlueRunner, deadline_of, kill
from local.http_message import aws_json_error, json_response

if TYPE_CHECKING:
    from pathlib import Path

    from local.account import Account
    from local.clock import Clock
    from local.credentials import KeyRing
    from local.event_bus import EventBus
    from local.http_message import Request, Response

_SERVICE: Final = "glue.amazonaws.com"
_OURS: Final = frozenset({"StartJobRun", "GetJobRun", "GetJobRuns", "BatchStopJobRun"})
_MOST_TIMEOUT: Final = 2880
_LONGEST_WAIT: Final = 3600.0
_STOP_SECONDS: Final = 10.0
_SEVERITY: Final = {"SUCCEEDED": "INFO", "STOPPED": "INFO", "TIMEOUT": "WARN", "FAILED": "ERROR"}


class GlueService:
    """Runs jobs."""

    def __init__(  # noqa: PLR0913 - it joins all of these; each is used as it is
        self, account: Account, clock: Clock, keys: KeyRing, bus: EventBus, *, logs: Path, endpoint: str
    ) -> None:
        self._account = account
        self._clock = clock
        self._keys = keys
        self._bus = bus
        self._runner = GlueRunner(account, clock, logs=logs, endpoint=endpoint)
        self._changed = threading.Condition()  # taken before the account's lock, never while that is held
        self._runs: list[GlueRun] = []
        self._untold = 0
        self._stopped = False
        clock.tell(self._wake)
        self._threads: list[threading.Thread] = []
        self._watch = threading.Thread(target=self._stop_what_takes_too_long, name="glue-timeouts", daemon=True)
        self._watch.start()

    @staticmethod
    def takes(operation: str) -> bool:
        """Whether an operation of Glue's is answered here."""
        return operation in _OURS or operation == "CreateJob"

    def handle(self, request: Request, operation: str, account_id: str) -> Response:
        """Answer one operation to somebody of an account, who knows the jobs of that one only."""
        asked: dict[str, Any] = request.json()
        if operation == "CreateJob":
            return self._create(request, str(asked.get("Role", "")), account_id)
        with self._account.locked():
            job = self._account.glue_job(str(asked.get("JobName")), account_id)
        if job is None:
            return aws_json_error(400, "EntityNotFoundException", f"Job {asked.get('JobName')} not found.")
        match operation:
            case "StartJobRun":
                return self._start(job, asked)
            case "GetJobRun":
                run = self._find(str(asked.get("JobName")), str(asked.get("RunId")))
                return json_response({"JobRun": run.as_json()}) if run else _unknown()
            case "GetJobRuns":
                return self._list(asked)
            case "BatchStopJobRun":
                return self._stop_runs(asked)
        raise LookupError(operation)

    def _create(self, request: Request, role: str, account_id: str) -> Response:
        if not self._account.access.may_assume(_SERVICE, role, source_account=account_id):
            message = f"Service is unable to assume provided role. Please verify role's TrustPolicy ({role})"
            return aws_json_error(400, "InvalidInputException", message)
        return self._account.handle(request, account_id)

    def is_busy(self) -> bool:
        """Whether a run is under way, or its end is not told yet."""
        with self._changed:
            return self._untold > 0

    def runs(self) -> list[dict[str, Any]]:
        """All runs, the first one first."""
        with self._changed:
            return [run.as_json() for run in self._runs]

    def pids(self) -> list[int]:
        """The processes that run jobs now; each leads a group."""
        with self._changed:
            return [run.process.pid for run in self._runs if run.process is not None and run.process.poll() is None]

    def stop(self) -> None:
        """End every run; return when all are gone. Nobody is told."""
        with self._changed:
            self._stopped = True
            for run in self._runs:
                kill(run)
            self._changed.notify_all()
        for thread in [self._watch, *self._threads]:
            thread.join(_STOP_SECONDS)
        self._runner.close()

    def _start(self, job: GlueJob, asked: dict[str, Any]) -> Response:
        with self._changed:
            if sum(run.under_way for run in self._runs if run.job.name == job.name) >= job.most_runs:
                message = f"Concurrent runs exceeded for {job.name}"
                return aws_json_error(400, "ConcurrentRunsExceededException", message)
            minutes = int(asked.get("Timeout") or job.timeout_minutes)
            if not 0 < minutes <= _MOST_TIMEOUT:
                return aws_json_error(400, "InvalidInputException", f"Timeout {minutes} is not within limits")
            run = GlueRun(
                f"jr_{secrets.token_hex(32)}", job, dict(asked.get("Arguments") or {}), self._clock.time(), minutes
            )
            self._runs.append(run)
            self._untold += 1
            thread = threading.Thread(target=self._do, args=(run,), name=f"glue-{run.id[:11]}", daemon=True)
            self._threads.append(thread)
        thread.start()
        return json_response({"JobRunId": run.id})

    def _do(self, run: GlueRun) -> None:
        keys = self._keys.for_function(run.job.name, run.job.role_arn)
        try:
            self._runner.do(run, keys, lambda: self._set(run, "RUNNING"))
        except Exception as error:  # noqa: BLE001 - the thread's end: Glue has internal errors too
            traceback.print_exc()
            run.state, run.error = "FAILED", f"Internal service error: {error!r}"
        with self._changed:
            if run.under_way:  # RUNNING cannot be; it was called off
                run.state = "STOPPED"
            run.ended_at = run.changed_at = self._clock.time()
            stopped = self._stopped
        run.ended.set()
        try:
            if not stopped:
                self._tell(run)
        finally:
            with self._changed:
                self._untold -= 1
                self._changed.notify_all()

    def _set(self, run: GlueRun, state: str) -> bool:
        """Bring a run into another state. False: it was called off meanwhile."""
        with self._changed:
            if self._stopped or run.state not in {"STARTING", "RUNNING"}:
                return False
            run.state, run.changed_at = state, self._clock.time()
            self._changed.notify_all()
            return True

    def _tell(self, run: GlueRun) -> None:
        """https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html."""
        detail = {
            "jobName": run.job.name,
            "severity": _SEVERITY[run.state],
            "state": run.state,
            "jobRunId": run.id,
            "message": run.error or f"Job run {run.state.lower()}",
        }
        self._bus.emit("aws.glue", "Glue Job State Change", detail, run.job.region)

    def _find(self, job: str, run_id: str) -> GlueRun | None:
        with self._changed:
            return next((run for run in self._runs if (run.job.name, run.id) == (job, run_id)), None)

    def _list(self, asked: dict[str, Any]) -> Response:
        most, first = int(asked.get("MaxResults") or 200), int(asked.get("NextToken") or 0)
        with self._changed:
            found = [run.as_json() for run in reversed(self._runs) if run.job.name == asked.get("JobName")]
        told: dict[str, Any] = {"JobRuns": found[first : first + most]}
        if first + most < len(found):
            told["NextToken"] = str(first + most)
        return json_response(told)

    def _stop_runs(self, asked: dict[str, Any]) -> Response:
        job = str(asked.get("JobName"))
        successes: list[dict[str, Any]] = []
        errors: list[dict[str, Any]] = []
        for run_id in asked.get("JobRunIds", ()):
            run = self._find(job, str(run_id))
            named = {"JobName": job, "JobRunId": run_id}
            if run is None or not self._set(run, "STOPPING"):
                detail = {"ErrorCode": "InvalidInputException", "ErrorMessage": "The run is not under way."}
                errors.append({**named, "ErrorDetail": detail})
                continue
            kill(run)
            successes.append(named)
        return json_response({"SuccessfulSubmissions": successes, "Errors": errors})

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _stop_what_takes_too_long(self) -> None:
        with self._changed:
            while not self._stopped:
                now = self._clock.time()
                for run in self._runs:
                    if run.state in {"STARTING", "RUNNING"} and deadline_of(run) <= now:
                        run.state, run.error = "TIMEOUT", "Job run timed out"
                        kill(run)
                due = [deadline_of(run) for run in self._runs if run.state in {"STARTING", "RUNNING"}]
                self._changed.wait(max(0.0, min((moment - now for moment in due), default=_LONGEST_WAIT)))


def _unknown() -> Response:
    return aws_json_error(400, "EntityNotFoundException", "Job Run not found.")


def job_of(found: Any, region: str, account_id: str) -> GlueJob:  # noqa: ANN401 - moto's own, untyped
    """A job, from what moto keeps of it."""
    return GlueJob(
        name=found.name,
        role_arn=found.role,
        region=region,
        account_id=account_id,
        script=found.command["ScriptLocation"],
        default_arguments=dict(found.default_arguments or {}),
        most_runs=int((found.execution_property or {}).get("MaxConcurrentRuns", 1)),
        timeout_minutes=int(found.timeout or _MOST_TIMEOUT),
        worker_type=str(found.worker_type or "G.1X"),
        workers=int(found.number_of_workers or 2),
        version=str(found.glue_version),
        execution_class=str(found.execution_class or "STANDARD"),
    )
