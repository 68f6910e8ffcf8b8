"""The whole service on this machine: the Pulumi program, deployed onto a local cloud, with everything running.

The cloud has a process of its own. So it loads while this one reads the Pulumi program, moto's memory is nobody else's,
and there is nothing left of it when this process goes, however it goes: it ends when the pipe to it does.
"""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from local.client import CloudError, LocalCloud
from local.worker_environment import worker_python

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import FrameType, TracebackType

    from local.deploy import DeployedResource, Deployment
    from local.inbox import Mail

PROJECT: Final = Path(__file__).resolve().parent.parent
LOG: Final = "cloud.log"
_LISTEN_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 10.0


class Cloud:
    """A local cloud that this process has started. Leaving its context stops it; so does the end of this process.

    It starts with one stack, and more can be deployed beside it and torn down again: its account is one account of AWS.

    While its context is open, SIGTERM and SIGHUP end the main thread as Ctrl-C does, so that it is left properly.
    """

    def __init__(self, process: subprocess.Popen[str], state: Path, endpoint: str) -> None:
        self._process = process
        self._signals = contextlib.ExitStack()
        self._deployments: dict[str, Deployment] = {}
        self.state = state
        self.local = LocalCloud(endpoint)
        """The cloud, as whoever uses the stack that it started with sees it."""
        self.seconds: dict[str, float] = {}
        """How long each phase of the start took, by its name."""

    @classmethod
    def start(  # noqa: PLR0913 - each a decision of its own, all but the first by keyword or left out
        cls,
        state: Path = Path(".ocr-wordcount"),
        port: int = 0,
        stack: str = "local",
        *,
        project: Path = PROJECT,
        shared: bool = True,
        changes: Mapping[str, Mapping[str, object]] | None = None,
        progress: Callable[[str], None] = lambda _phase: None,
    ) -> Self:
        """Start a local cloud and deploy the Pulumi program onto it.

        Args:
            state: The folder for logs, mails and the cloud's address; what an earlier cloud left there is removed.
            port: Where it shall listen; 0 lets the system choose.
            stack: Which Pulumi.<stack>.yaml to deploy.
            project: The Pulumi program's folder.
            shared: Whether others may find it, through `cloud.json` in the state folder.
            changes: Settings that are others than in the stack's file: by the object's key, then by the setting's.
            progress: Told of each phase as it begins.

        Raises:
            CloudError: The port is taken, or another cloud uses the state folder.
            WorkerEnvironmentError: The workers' environment could not be made.
            DeployError, ConfigurationError: The program could not be deployed.
        """
        began = time.monotonic()
        state = state.resolve()
        worker_python()
        with contextlib.ExitStack() as undo:
            progress("starting")
            process = _spawn(state, port, shared=shared)
            undo.callback(_end, process)
            cloud = cls(process, state, _read_endpoint(process, state))
            seconds = cloud.seconds
            seconds["listening"] = time.monotonic() - began
            progress("deploying")
            from local import deploy  # noqa: F401, PLC0415 - slow (Pulumi), and the cloud loads meanwhile

            seconds["pulumi"] = time.monotonic() - began - sum(seconds.values())
            cloud.local = cloud.deploy(stack, project=project, changes=changes)
            seconds["deployment"] = time.monotonic() - began - sum(seconds.values())
            seconds["all"] = time.monotonic() - began
            progress("ready")
            undo.pop_all()
            return cloud

    def deploy(
        self, stack: str, *, project: Path = PROJECT, changes: Mapping[str, Mapping[str, object]] | None = None
    ) -> LocalCloud:
        """Deploy a stack of the Pulumi program, beside those that are there.

        Args:
            stack: Which Pulumi.<stack>.yaml to deploy.
            project: The Pulumi program's folder.
            changes: Settings that are others than in the stack's file.

        Returns:
            The cloud, as whoever uses that stack sees it.

        Raises:
            CloudError: It is there already: what a program would change is not found out here.
            DeployError, ConfigurationError: It could not be deployed; what was created still, `tear_down` deletes.
        """
        from local.deploy import DeployError, deploy  # noqa: PLC0415 - slow (Pulumi)

        if stack in self._deployments:
            raise CloudError(f"the stack {stack} is there already: tear it down first")
        with warnings.catch_warnings():
            # Pulumi's SDK warns of its own deprecated classes as it loads them, whether anybody uses those or not.
            warnings.filterwarnings("ignore", r"\S+ has been deprecated in favor of", DeprecationWarning)
            try:
                deployment = deploy(project, stack, self.endpoint, changes=changes or {})
            except DeployError as error:
                self._deployments[stack] = error.deployment
                raise
        self._deployments[stack] = deployment
        return self.local.announce_deployment(stack, deployment.outputs)

    def tear_down(self, stack: str) -> list[DeployedResource]:
        """Delete everything that a stack has deployed, and nothing else.

        Returns:
            What was deleted, in that order.

        Raises:
            CloudError: There is no such stack.
            TearDownError: Something could not be deleted; once that is seen to, it can be torn down again.
        """
        from local.deploy import TearDownError, tear_down  # noqa: PLC0415 - slow (Pulumi)

        if stack not in self._deployments:
            raise CloudError(f"there is no stack {stack}")
        try:
            deleted = tear_down(self._deployments[stack], self.endpoint)
        except TearDownError as error:
            self._deployments[stack] = error.remaining
            raise
        del self._deployments[stack]
        self.local.announce_teardown(stack)
        return deleted

    def stop(self) -> None:
        """End it: afterwards there is no process and no port of it left. More than once is fine."""
        self._signals.close()
        _end(self._process)

    def wait(self) -> None:
        """Wait until it ends by itself, which it does only when something goes wrong."""
        self._process.wait()

    @property
    def pid(self) -> int:
        """The cloud's process."""
        return self._process.pid

    @property
    def endpoint(self) -> str:
        """Where every AWS service answers, and under `/api/` the HTTP API of the first of the stacks that are there."""
        return self.local.endpoint

    @property
    def outputs(self) -> dict[str, Any]:
        """The exports of the stack that it started with."""
        return self.local.outputs

    def verify(self, email: str) -> None:
        """Have SES count an address as verified."""
        self.local.verify(email)

    def unverify(self, email: str) -> None:
        """Have SES count an address as not verified any more; a verified domain of it still counts."""
        self.local.unverify(email)

    def mailbox(self, email: str, matter: str | None) -> None:
        """Have a mailbox be `gone`, `full` or `away`, so that mails come back from it, until None."""
        self.local.mailbox(email, matter)

    def hold(self, service: str, *, held: bool) -> None:
        """Have `textract` or `mail` be slow: its calls wait until they are let go."""
        self.local.hold(service, held=held)

    def fail_mail(self, code: str | None) -> None:
        """Have SES answer this error to every send, until None."""
        self.local.fail_mail(code)

    def fail_textract(self, code: str | None) -> None:
        """Have Textract answer this error to every call, until None."""
        self.local.fail_textract(code)

    def answer_textract(self, answer: dict[str, Any] | None) -> None:
        """Have Textract answer this to every call about an object that exists, and read none, until None."""
        self.local.answer_textract(answer)

    def advance(self, seconds: float) -> None:
        """Move the cloud's clock forward."""
        self.local.advance(seconds)

    def mails(self, to: str | None = None) -> list[Mail]:
        """The mails sent so far, in order; those to one address, if one is given."""
        return self.local.mails(to)

    def ocr_calls(self, request_id: str) -> int:
        """How many pictures Textract has read for a request."""
        return self.local.ocr_calls(request_id)

    def wait_idle(self, timeout: float) -> None:
        """Wait until nothing more will happen by itself; TimeoutError if it still does after so many seconds."""
        self.local.wait_idle(timeout)

    def __enter__(self) -> Self:
        self._signals.enter_context(_interrupted_by_signals())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _spawn(state: Path, port: int, *, shared: bool) -> subprocess.Popen[str]:
    state.mkdir(parents=True, exist_ok=True)
    arguments = [str(state), str(port), "us-east-1", "1" if shared else "0"]
    with (state / LOG).open("w", encoding="utf-8") as log:
        # A session of its own: Ctrl-C is for this process, which then ends the cloud in order.
        return subprocess.Popen(  # noqa: S603 - our own command, no shell
            [sys.executable, "-m", "local.cloud_process", *arguments],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )


def _read_endpoint(process: subprocess.Popen[str], state: Path) -> str:
    assert process.stdout is not None  # noqa: S101 - it was asked for
    timer = threading.Timer(_LISTEN_SECONDS, process.kill)
    timer.start()
    try:
        line = process.stdout.readline()
    finally:
        timer.cancel()
    told: dict[str, Any] = json.loads(line) if line else {"error": f"its process ended; {state / LOG} says why"}
    if "error" in told:
        raise CloudError(f"the local cloud could not start: {told['error']}")
    return str(told["endpoint"])


def _end(process: subprocess.Popen[str]) -> None:
    """Close the pipe that the cloud lives by, and wait for it."""
    assert process.stdin is not None  # noqa: S101 - both were asked for
    assert process.stdout is not None  # noqa: S101 - the same
    with contextlib.suppress(OSError):  # it is gone already
        process.stdin.close()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


@contextlib.contextmanager
def _interrupted_by_signals() -> Iterator[None]:
    """Have SIGTERM and SIGHUP unwind the main thread, where they would end the process on the spot."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    taken = [number for number, handler in before.items() if handler is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, before[number])
