"""A Lambda function as it was deployed: what a worker needs to know to run it."""

from __future__ import annotations

import base64
import io
import shutil
import subprocess
import threading
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.function_logging import logging_config

if TYPE_CHECKING:
    from pathlib import Path

    from moto.awslambda.models import LambdaFunction


@dataclass(frozen=True)
class DeployedFunction:
    """One state of a function's code and configuration; equal ones run in the same workers.

    Attributes:
        name: Its physical name.
        arn: With account and region.
        region: Where it was deployed.
        role_arn: What it acts as.
        handler: `package.module.name`.
        runtime: As `python3.13`.
        code_digest: SHA-256 of the zip.
        timeout: Seconds that an invocation may take.
        memory_mb: What it asked for; not enforced here.
        log_group: Where its log goes.
        log_as_json: Whether the platform's records are JSON.
        log_level: The application's; empty when its log is text, which has no levels on Lambda.
        reserved_concurrency: At most so many at once; None for no limit of its own.
        environment: Its variables, sorted.
        code: The zip.
    """

    name: str
    arn: str
    region: str
    role_arn: str
    handler: str
    runtime: str
    code_digest: str
    timeout: float
    memory_mb: int
    log_group: str
    log_as_json: bool
    log_level: str
    reserved_concurrency: int | None
    environment: tuple[tuple[str, str], ...]
    code: bytes = field(compare=False, repr=False)

    @classmethod
    def of(cls, function: LambdaFunction) -> DeployedFunction:
        """Read a function from moto; hold the account's lock meanwhile."""
        logging = logging_config(function)
        concurrency = function.reserved_concurrency
        return cls(
            name=function.function_name,
            arn=function.function_arn,
            region=function.region,
            role_arn=function.role,
            handler=str(function.handler),
            runtime=str(function.run_time),
            code_digest=base64.b64decode(function.code_sha_256).hex(),
            timeout=float(function.timeout),
            memory_mb=int(function.memory_size),
            log_group=logging["LogGroup"],
            log_as_json=logging["LogFormat"] == "JSON",
            log_level=logging.get("ApplicationLogLevel", "INFO" if logging["LogFormat"] == "JSON" else ""),
            reserved_concurrency=None if concurrency is None else int(concurrency),
            environment=tuple(sorted(function.environment_vars.items())),
            code=function.code_bytes,
        )


class CodeStore:
    """Unzipped code, one read-only folder for each zip, shared by all workers that run it."""

    def __init__(self, folder: Path, python: Path) -> None:
        self._folder = folder
        self._python = python
        self._lock = threading.Lock()
        self._being_made: dict[str, threading.Lock] = {}

    def unzipped(self, function: DeployedFunction) -> Path:
        """The folder with a function's code; unzipped and compiled once."""
        folder = self._folder / function.code_digest[:16]
        with self._lock:
            making = self._being_made.setdefault(function.code_digest, threading.Lock())
        with making:
            if not folder.exists():
                unfinished = folder.with_suffix(".part")
                with zipfile.ZipFile(io.BytesIO(function.code)) as archive:
                    archive.extractall(unfinished)
                self._compile(unfinished)
                unfinished.rename(folder)
        return folder

    def remove(self) -> None:
        """Delete everything; the folders' owner may write again."""
        if self._folder.exists():
            _make_writable(self._folder, writable=True)
            shutil.rmtree(self._folder)

    def _compile(self, folder: Path) -> None:
        # Once, here: else every worker that starts at the same moment compiles the same files for itself.
        command = [str(self._python), "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "."]
        # A file that does not compile is the function's own affair: it fails when it is imported, as on AWS.
        subprocess.run(command, cwd=folder, env={}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)  # noqa: S603 - our own command, no shell
        _make_writable(folder, writable=False)


def _make_writable(folder: Path, *, writable: bool) -> None:
    """On AWS a function cannot write beside its code; so here, unless it runs as root."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if path.is_dir():
            path.chmod(0o755 if writable else 0o555)
    folder.chmod(0o755 if writable else 0o555)
