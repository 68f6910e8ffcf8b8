"""Lambda: runs the functions that are deployed in moto, each invocation in a worker process of its own.

Workers that are done wait for the next invocation. A function whose code or configuration has changed gets new ones.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
import threading
import time
import uuid
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from local.deployed_function import CodeStore, DeployedFunction
from local.function_log import FunctionLog
from local.iam.statements import Ask
from local.lambda_worker import Job, Worker
from local.worker_environment import worker_python

if TYPE_CHECKING:
    from local.account import Account
    from local.clock import Clock
    from local.cloudfront.addresses import SiteAddresses
    from local.credentials import KeyRing
    from local.http_server import HttpServer
    from local.lambda_worker import Outcome
    from local.ocr_ledger import OcrLedger

MOST_WORKERS: Final = 16
"""Worker processes for one function at once: a laptop's limit. What comes beyond waits in line, unlike on AWS."""

_LONGEST_START: Final = 10.0
"""Seconds for which the clock is held for a worker that starts: as long as AWS gives it."""


class NoSuchFunctionError(Exception):
    """Nothing of that name is deployed."""


class ThrottledError(Exception):
    """The function runs as often at once as is reserved for it."""


class LambdaService:
    """Runs functions."""

    def __init__(  # noqa: PLR0913 - it joins all of these; each is used as it is
        self,
        account: Account,
        server: HttpServer,
        clock: Clock,
        keys: KeyRing,
        ledger: OcrLedger,
        *,
        addresses: SiteAddresses,
        logs: Path,
        endpoint: str,
    ) -> None:
        self._account = account
        self._server = server
        self._clock = clock
        self._keys = keys
        self._ledger = ledger
        self._addresses = addresses
        self._logs = logs
        self._endpoint = endpoint
        self._python = worker_python()
        self._folder = Path(tempfile.mkdtemp(prefix="ocr-wordcount-lambda-"))
        self._code = CodeStore(self._folder / "task", self._python)
        self._lifeline_read, self._lifeline_write = os.pipe()
        self._changed = threading.Condition()  # taken before the account's lock, never while that is held
        self._pools: dict[str, _Pool] = {}
        self._workers: dict[Worker, _Pool] = {}
        self._stopped = False
        self._warmers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="lambda-warm")
        self.in_flight = 0

    def invoke(self, name: str, payload: bytes) -> Outcome:
        """Run a function once and wait for its end.

        Args:
            name: Its name or ARN.
            payload: The event, as JSON.

        Raises:
            NoSuchFunctionError: Nothing of that name is deployed.
            ThrottledError: It runs as often at once as is reserved for it.
        """
        function = self._deployed(name)
        # https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-traceids
        root = f"1-{int(self._clock.time()):08x}-{secrets.token_hex(12)}"
        job = Job(str(uuid.uuid4()), f"Root={root};Parent={secrets.token_hex(8)};Sampled=0", payload)
        self._ledger.began(root, payload)
        pool, worker = self._take(function)
        try:
            return worker.run(job)
        finally:
            with self._changed:
                self.in_flight -= 1
                pool.running -= 1
                self._changed.notify_all()

    def warm(self, name: str) -> None:
        """Start a worker for a function ahead of its first invocation, in the background."""
        self._warmers.submit(self._warm, name)

    def wait_started(self) -> None:
        """Wait until no worker is starting: who moves the clock meanwhile would have the start take minutes."""
        with self._changed:
            self._changed.wait_for(lambda: not any(worker.starts for worker in self._workers), _LONGEST_START)

    def forget_removed(self) -> None:
        """End the workers of functions that are no longer deployed; a later one of the same name has its own."""
        with self._changed:
            with self._account.locked():
                deployed = {function.function_name for function in self._account.functions()}
            for name in self._pools.keys() - deployed:
                self._pools.pop(name).removed = True
            removed = [worker for worker, pool in self._workers.items() if pool.removed]
            self._changed.notify_all()
        for worker in removed:
            worker.kill()

    def stop(self) -> None:
        """End every worker; return when all are gone."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._warmers.shutdown(wait=True, cancel_futures=True)
        with self._changed:
            workers = list(self._workers)
        for worker in workers:
            worker.kill()
        for worker in workers:
            worker.wait_gone(5.0)
        os.close(self._lifeline_write)
        os.close(self._lifeline_read)
        self._code.remove()
        self._folder.rmdir()

    def worker_pids(self) -> list[int]:
        """The worker processes that run now."""
        with self._changed:
            return [worker.pid for worker in self._workers]

    def workers_of(self, name: str) -> dict[str, Any]:
        """A function's workers: those that run now, the most memory that any has held, and how many have died.

        Args:
            name: The function's name.
        """
        with self._changed:
            pool = self._pools.get(name)
            workers = [worker for worker, its_pool in self._workers.items() if its_pool is pool]
            ended, died = (pool.peak_memory, pool.died) if pool else (None, 0)
        running = sorted((worker.pid, worker.peak_memory) for worker in workers)
        peaks = [peak for peak in (ended, *(peak for _, peak in running)) if peak is not None]
        return {
            "workers": [{"pid": pid, "peak_memory_bytes": peak} for pid, peak in running],
            "peak_memory_bytes": max(peaks, default=None),
            "died": died,
        }

    def _deployed(self, name: str) -> DeployedFunction:
        with self._account.locked():
            function = self._account.function(name)
            if function is None:
                raise NoSuchFunctionError(name)
            return DeployedFunction.of(function)

    def _warm(self, name: str) -> None:
        with contextlib.suppress(NoSuchFunctionError):  # removed again meanwhile
            function = self._deployed(name)
            self._code.unzipped(function)
            with self._changed:
                pool = self._pool(function)
                if not self._stopped and pool.count == 0:
                    self._start(pool)

    def _take(self, function: DeployedFunction) -> tuple[_Pool, Worker]:
        """A worker for one invocation, with its pool: one that waits, one that is being started, or a new one."""
        self._code.unzipped(function)
        with self._changed:
            pool = self._pool(function)
            limit = function.reserved_concurrency
            if limit is not None and pool.running >= limit:
                raise ThrottledError(function.name)
            pool.running += 1
            self.in_flight += 1
            try:
                return pool, self._take_from(pool)
            except BaseException:
                pool.running -= 1
                self.in_flight -= 1
                raise

    def _take_from(self, pool: _Pool) -> Worker:
        patience = time.monotonic() + 1.0
        while True:
            if self._stopped:
                raise ThrottledError(pool.function.name)
            if pool.removed:
                raise NoSuchFunctionError(pool.function.name)
            for free in (pool.idle, pool.starting):
                while free:
                    worker = free.pop()
                    if not worker.gone:
                        return worker
            # More workers than invocations: one has answered just now, and is about to ask for its next job.
            returning = pool.count >= pool.running and time.monotonic() < patience
            if not returning and pool.count < MOST_WORKERS:
                worker = self._start(pool)
                pool.starting.remove(worker)
                return worker
            self._changed.wait(0.5)

    def _pool(self, function: DeployedFunction) -> _Pool:
        """The function's workers.

        Raises:
            NoSuchFunctionError: It was removed since it was looked up.
        """
        pool = self._pools.get(function.name)
        if pool is None:
            self._deployed(function.name)
            pool = self._pools[function.name] = _Pool(function)
        elif pool.function != function:
            outdated = [*pool.idle, *pool.starting]
            pool.replace(function)
            for worker in outdated:
                worker.kill()
        return pool

    def _start(self, pool: _Pool) -> Worker:
        function = pool.function
        environment = self._environment(function)
        log = self._log(function, environment["AWS_LAMBDA_LOG_STREAM_NAME"])
        worker = Worker(
            function,
            self._server,
            log,
            python=self._python,
            code=self._code.unzipped(function),
            clock_file=self._clock.file,
            lifeline=self._lifeline_read,
            environment=environment,
            on_idle=self._on_idle,
            on_gone=self._on_gone,
        )
        self._workers[worker] = pool
        pool.count += 1
        pool.starting.append(worker)
        return worker

    def _log(self, function: DeployedFunction, stream: str) -> FunctionLog:
        """Where a worker's messages go: Lambda makes a stream and writes to it, both as the function.

        https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
        """
        account_id = function.arn.split(":")[4]
        prefix = f"arn:aws:logs:{function.region}:{account_id}:log-group:{function.log_group}"
        access, resource = self._account.access, f"{prefix}:log-stream:{stream}"
        made = access.role_may(function.role_arn, Ask("logs:CreateLogStream", resource))
        return FunctionLog(
            self._logs / f"{function.name}.log",
            self._clock,
            as_json=function.log_as_json,
            may_write=lambda: made and access.role_may(function.role_arn, Ask("logs:PutLogEvents", resource)),
        )

    def _on_idle(self, worker: Worker, *, first: bool) -> None:
        """A worker asks for its next job; on its first time, it may have been taken already."""
        with self._changed:
            pool = self._workers.get(worker)
            if pool is None:
                return  # it has ended while it asked
            done = not first
            outdated = worker.function != pool.function
            if worker in pool.starting:
                pool.starting.remove(worker)
                pool.idle.append(worker)
            elif done and not outdated:
                pool.idle.append(worker)
            self._changed.notify_all()
        if done and outdated:
            worker.kill()

    def _on_gone(self, worker: Worker) -> None:
        with self._changed:
            self._workers.pop(worker).remove(worker)
            self._changed.notify_all()

    def _environment(self, function: DeployedFunction) -> dict[str, str]:
        """A worker's whole environment: the function's variables and what Lambda sets, nothing of this machine's.

        https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
        """
        keys = self._keys.for_function(function.name, function.role_arn)
        task_root = str(self._code.unzipped(function))
        lambdas_own = {
            "AWS_ACCESS_KEY_ID": keys.access_key_id,
            "AWS_DEFAULT_REGION": function.region,
            "AWS_ENDPOINT_URL": self._endpoint,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": f"{self._clock.now():%Y/%m/%d}/[$LATEST]{secrets.token_hex(16)}",
            "AWS_REGION": function.region,
            "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
            "AWS_SESSION_TOKEN": str(keys.session_token),
            "LAMBDA_TASK_ROOT": task_root,
            "LANG": "en_US.UTF-8",
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "PYTHONPATH": "",
            "TZ": ":UTC",
            "_HANDLER": function.handler,
        }
        if function.log_as_json:
            lambdas_own["AWS_LAMBDA_LOG_FORMAT"] = "JSON"
        if function.log_level:
            lambdas_own["AWS_LAMBDA_LOG_LEVEL"] = function.log_level
        told = {name: self._addresses.here(value) for name, value in function.environment}
        return {**told, **lambdas_own}


class _Pool:
    """The workers of one function, in its present state. Used under the service's condition only."""

    def __init__(self, function: DeployedFunction) -> None:
        self.function = function
        self.idle: deque[Worker] = deque()
        self.starting: deque[Worker] = deque()
        self.count = 0
        self.running = 0
        self.died = 0
        self.removed = False
        self.peak_memory: int | None = None

    def replace(self, function: DeployedFunction) -> None:
        """Go on with a new state of the function; busy workers end when they are done."""
        self.function = function
        self.idle.clear()
        self.starting.clear()

    def remove(self, worker: Worker) -> None:
        """Take out a worker that has ended."""
        self.count -= 1
        self.died += worker.died
        self.peak_memory = max((self.peak_memory, worker.peak_memory), key=lambda peak: peak or 0)
        for some in (self.idle, self.starting):
            if worker in some:
                some.remove(worker)
