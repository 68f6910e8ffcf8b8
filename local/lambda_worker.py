"""One worker process that runs one Lambda function, and the Runtime API that it talks to.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import select
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from local.function_log import FrameReader, LineReader
from local.http_message import Response, json_response

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.deployed_function import DeployedFunction
    from local.function_log import FunctionLog
    from local.http_message import Request
    from local.http_server import HttpServer

LAUNCHER: Final = Path(__file__).with_name("worker_launcher.py")
INIT_LIMIT: Final = 60.0
"""Seconds for a worker to ask for its first job. (AWS: 10, but its machines are not shared with everything else.)"""

_RUNTIME: Final = "/2018-06-01/runtime/"


class OnIdle(Protocol):
    """Told that a worker asks for a job."""

    def __call__(self, worker: Worker, *, first: bool) -> None:
        """Take note; what it is given next is whatever `run` gets."""


@dataclass(frozen=True)
class Outcome:
    """How an invocation ended.

    Attributes:
        payload: The function's answer, or the error as JSON.
        function_error: Empty, or what AWS puts into X-Amz-Function-Error.
        status: As in platform.report: success, error, timeout.
    """

    payload: bytes
    function_error: str = ""
    status: str = "success"

    @property
    def ok(self) -> bool:
        """Whether the function returned."""
        return not self.function_error


def failed(error_type: str, message: str, status: str = "error") -> Outcome:
    """An outcome that the platform itself reports."""
    payload = json.dumps({"errorType": error_type, "errorMessage": message}).encode()
    return Outcome(payload, "Unhandled", status)


@dataclass
class Job:
    """One invocation on its way through a worker."""

    request_id: str
    trace_id: str
    payload: bytes
    fetched: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    fetched_at: float = 0.0
    done_at: float = 0.0
    outcome: Outcome | None = None

    def finish(self, outcome: Outcome) -> None:
        """Settle it; the first outcome counts."""
        if self.outcome is None:
            self.outcome = outcome
            self.done_at = time.monotonic()
            self.fetched.set()
            self.done.set()


class Worker:
    """A process that runs one function, one invocation at a time.

    `on_idle` is called each time that it asks for a job (and told whether it is the first), `on_gone` once when it has
    ended.
    """

    def __init__(  # noqa: PLR0913 - a worker joins all of these; each is used as it is
        self,
        function: DeployedFunction,
        server: HttpServer,
        log: FunctionLog,
        *,
        python: Path,
        code: Path,
        clock_file: Path,
        lifeline: int,
        environment: Mapping[str, str],
        on_idle: OnIdle,
        on_gone: Callable[[Worker], None],
    ) -> None:
        self.function = function
        self._log = log
        self._on_idle = on_idle
        self._on_gone = on_gone
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._job: Job | None = None
        self._lock = threading.Lock()
        self._gone = False
        self._discarded = False
        self._peak_memory: int | None = None
        self._init_error: Outcome | None = None
        self._started_at = time.monotonic()
        self._init_seconds: float | None = None
        self._init_reported = False
        self._cut_off: Outcome | None = None

        self._listener = server.listen(self._answer)
        self._frames_fd, frames_write = os.pipe()
        os.set_blocking(self._frames_fd, False)
        api = {
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._listener.port}",
            "_LAMBDA_TELEMETRY_LOG_FD": str(frames_write),
        }
        command = [str(python), "-P", str(LAUNCHER), str(clock_file), str(lifeline), function.handler]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own command, no shell
                command,
                cwd=code,
                env={**environment, **api},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(frames_write, lifeline),
                start_new_session=True,
            )
        except BaseException:
            self._listener.close()
            os.close(self._frames_fd)
            raise
        finally:
            os.close(frames_write)
        stdout = self._process.stdout
        assert stdout is not None  # noqa: S101 - it was asked for three lines above
        self._stdout = stdout
        os.set_blocking(stdout.fileno(), False)
        self._readers: dict[int, LineReader | FrameReader] = {
            stdout.fileno(): LineReader(log),
            self._frames_fd: FrameReader(log),
        }
        self._reading = threading.Lock()
        threading.Thread(target=self._follow, name=f"worker-{self.pid}", daemon=True).start()

    @property
    def pid(self) -> int:
        """The process's id; also its group's."""
        return self._process.pid

    @property
    def gone(self) -> bool:
        """Whether it has ended."""
        return self._gone

    @property
    def starts(self) -> bool:
        """Whether it has not come to ask for its first job yet."""
        return self._init_seconds is None and not self._gone

    @property
    def died(self) -> bool:
        """Whether it has ended and nobody had called it off: by a crash, or because it took too long."""
        return self._gone and not self._discarded

    @property
    def peak_memory(self) -> int | None:
        """The most bytes that it has been seen to hold; None where the system does not tell."""
        # Once it is gone, its id may be another process's.
        seen = _peak_memory(self.pid) if self._process.poll() is None else None
        if seen is not None:
            self._peak_memory = max(seen, self._peak_memory or 0)
        return self._peak_memory

    def run(self, job: Job) -> Outcome:
        """Have it do one job, and wait for the end: an answer, an error, its death or its timeout."""
        with self._lock:
            if self._gone:
                job.finish(self._end_of(job))
            else:
                self._job = job
                self._jobs.put(job)
        if not job.fetched.wait(INIT_LIMIT):
            self._cut(failed("Sandbox.Timedout", f"RequestId: {job.request_id} Error: Init timed out", "timeout"))
        if not job.done.wait(self.function.timeout):
            seconds = self.function.timeout
            self._log.timed_out(job.request_id, seconds)
            message = f"RequestId: {job.request_id} Error: Task timed out after {seconds:.2f} seconds"
            self._cut(failed("Sandbox.Timedout", message, "timeout"))
        job.done.wait()
        outcome = job.outcome
        assert outcome is not None  # noqa: S101 - `done` is set by `finish` alone
        self._drain()
        self._log.finished(job.request_id, outcome.status, self._metrics(job))
        return outcome

    def kill(self) -> None:
        """Call it off: end it and all that it has started."""
        if self._process.poll() is None:
            self._discarded = True
        self._kill_group()

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):  # it has ended by itself
            os.killpg(self.pid, signal.SIGKILL)

    def wait_gone(self, seconds: float) -> bool:
        """Wait until the process has ended and been reaped."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    # The Runtime API, as the worker calls it.

    def _answer(self, request: Request) -> Response:
        path = request.raw_path.removeprefix(_RUNTIME)
        match request.method, path.split("/"):
            case "GET", ["invocation", "next"]:
                return self._next()
            case "POST", ["invocation", request_id, "response"]:
                return self._settle(request_id, Outcome(request.body))
            case "POST", ["invocation", request_id, "error"]:
                return self._settle(request_id, Outcome(request.body, "Unhandled", "error"))
            case "POST", ["init", "error"]:
                self._init_error = Outcome(request.body, "Unhandled", "error")
                return json_response({"status": "OK"}, HTTPStatus.ACCEPTED)
            case _:
                return json_response({"errorType": "InvalidRequest"}, HTTPStatus.NOT_FOUND)

    def _next(self) -> Response:
        first = self._init_seconds is None
        if first:
            self._init_seconds = time.monotonic() - self._started_at
        self._on_idle(self, first=first)
        job = self._jobs.get()
        if job is None:
            return json_response({"errorType": "Gone"}, HTTPStatus.GONE)
        self._log.started(job.request_id)
        job.fetched_at = time.monotonic()
        job.fetched.set()
        deadline_ms = int((time.time() + self.function.timeout) * 1000)
        headers = [
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Aws-Request-Id", job.request_id),
            ("Lambda-Runtime-Deadline-Ms", str(deadline_ms)),
            ("Lambda-Runtime-Invoked-Function-Arn", self.function.arn),
            ("Lambda-Runtime-Trace-Id", job.trace_id),
        ]
        return Response(HTTPStatus.OK, job.payload, headers)

    def _settle(self, request_id: str, outcome: Outcome) -> Response:
        with self._lock:
            job, self._job = self._job, None
        if job is None or job.request_id != request_id:
            return json_response({"errorType": "InvalidRequestID"}, HTTPStatus.BAD_REQUEST)
        job.finish(outcome)
        return json_response({"status": "OK"}, HTTPStatus.ACCEPTED)

    # The process's end, and what it prints.

    def _cut(self, outcome: Outcome) -> None:
        """Kill it because it took too long; its job ends with this outcome and not as a crash."""
        self._cut_off = outcome
        self._kill_group()

    def _follow(self) -> None:
        while self._process.poll() is None:
            open_readers = list(self._readers)
            if open_readers:
                # A process that left children behind may be gone while they hold its pipes open: hence the limit.
                select.select(open_readers, (), (), 1.0)
                self._drain()
            else:
                self._process.wait()
        self._kill_group()  # what it may have left running in its group
        self._drain()
        with self._reading:
            for reader in self._readers.values():
                reader.flush()
            self._stdout.close()
            os.close(self._frames_fd)
            self._readers.clear()
        with self._lock:
            self._gone = True
            job, self._job = self._job, None
        self._listener.close()
        self._jobs.put(None)
        if job is not None:
            job.finish(self._end_of(job))
        if self._init_error is not None:
            self._log.init_failed(str(_loads(self._init_error.payload).get("errorType", "")))
        self._on_gone(self)

    def _end_of(self, job: Job) -> Outcome:
        """The outcome of a job whose worker is gone."""
        if self._cut_off is not None:
            return self._cut_off
        if self._init_error is not None:
            return self._init_error
        code = self._process.returncode
        how = f"signal: {signal.Signals(-code).name}" if code is not None and code < 0 else f"exit status {code}"
        return failed("Runtime.ExitError", f"RequestId: {job.request_id} Error: Runtime exited with error: {how}")

    def _drain(self) -> None:
        """Move what the process has printed so far into the log, and go on without what is closed."""
        with self._reading:
            for fd, reader in list(self._readers.items()):
                while True:
                    try:
                        data = os.read(fd, 65_536)
                    except BlockingIOError:
                        break
                    if not data:
                        reader.flush()
                        del self._readers[fd]
                        break
                    reader.feed(data)

    def _metrics(self, job: Job) -> dict[str, float]:
        milliseconds = (job.done_at - job.fetched_at) * 1000 if job.fetched_at else 0.0
        metrics: dict[str, float] = {
            "durationMs": round(milliseconds, 3),
            "billedDurationMs": int(milliseconds) + 1,
            "memorySizeMB": self.function.memory_mb,
        }
        peak = self.peak_memory
        if peak is not None:
            metrics["maxMemoryUsedMB"] = -(-peak // 1024**2)
        if self._init_seconds is not None and not self._init_reported:
            self._init_reported = True
            metrics["initDurationMs"] = round(self._init_seconds * 1000, 3)
        return metrics


def _peak_memory(pid: int) -> int | None:
    """The most bytes that a process has held, where the system tells (Linux) and while it runs."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    peak = next((line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")), None)
    return None if peak is None else int(peak) * 1024


def _loads(payload: bytes) -> dict[str, Any]:
    try:
        value = json.loads(payload)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
