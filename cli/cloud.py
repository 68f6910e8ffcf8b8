"""The cloud that a command works with: one that `up` keeps running, or one of its own."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cli.errors import CommandError
from cli.tokens import KeptTokens
from local.client import find_running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.client import LocalCloud
    from local.cloud import Cloud

PROJECT: Final = Path(__file__).resolve().parent.parent


def state_folder() -> Path:
    """Where logs, mails and the running cloud's address lie."""
    return Path(os.environ.get("OCR_WORDCOUNT_STATE") or PROJECT / ".ocr-wordcount").absolute()


@contextlib.contextmanager
def joined_or_own(state: Path, engine: str | None = None) -> Iterator[LocalCloud]:
    """Join the cloud that `up` keeps running, else start one and stop it afterwards; one of its own for an engine."""
    if engine is None and (running := find_running(state)):
        yield running
        return
    with own(state, engine) as cloud:
        yield cloud.local


@contextlib.contextmanager
def own(state: Path, engine: str | None = None) -> Iterator[Cloud]:
    """A cloud that nobody else joins, stopped afterwards. Its logs stay, unless another one uses the state folder."""
    if not _in_use(state):
        with started(state, port=0, shared=False, engine=engine) as cloud:
            yield cloud
        return
    beside = state / f"beside-{os.getpid()}"
    try:
        with started(beside, port=0, shared=False, engine=engine) as cloud:
            yield cloud
    finally:
        shutil.rmtree(beside, ignore_errors=True)


@contextlib.contextmanager
def started(state: Path, *, port: int, shared: bool, engine: str | None = None) -> Iterator[Cloud]:
    """Start a cloud, stop it afterwards.

    Args:
        state: Its folder.
        port: Where it listens; 0 lets the system choose.
        shared: Whether others may join it.
        engine: What counts (`count.engine`); as the stack's file says if None.

    Raises:
        CommandError: It cannot start.
    """
    from local.client import CloudError  # noqa: PLC0415  what follows is slow to import and not always needed
    from local.cloud import Cloud  # noqa: PLC0415
    from local.worker_environment import WorkerEnvironmentError  # noqa: PLC0415

    try:
        cloud = Cloud.start(
            state=state, port=port, shared=shared, changes={"count": {"engine": engine}} if engine else None
        )
    except (CloudError, WorkerEnvironmentError) as error:
        raise CommandError(f"The cloud on this machine could not start. {error}") from error
    KeptTokens(state).forget()  # those of an earlier cloud are worth nothing here
    with cloud:
        yield cloud


def _in_use(state: Path) -> bool:
    """Whether another cloud runs in the folder: each holds the lock there for as long as it lives."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / "lock").open("a", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
