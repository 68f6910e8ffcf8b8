"""Running a Pulumi program in this process, as often as needed."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import logging
import runpy
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from pulumi.runtime import mocks, set_all_config, settings
from pulumi.runtime.stack import run_in_stack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from local.deploy.configuration import Configuration

_LOGGER = logging.getLogger(__name__)


def run_program(configuration: Configuration, stack: str, monitor: mocks.MockMonitor, root: Path) -> None:
    """Run the program to its end, every output awaited; what it raises is raised here.

    Pulumi keeps its state in context variables, and takes one stack in a context: each run gets a thread and a context
    of its own.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="pulumi-program") as executor:
        executor.submit(contextvars.Context().run, _run, configuration, stack, monitor, root).result()


def _run(configuration: Configuration, stack: str, monitor: mocks.MockMonitor, root: Path) -> None:
    settings.configure(
        mocks.MockSettings(
            callbacks=None,
            dry_run=False,
            engine=mocks.MockEngine(_LOGGER),
            legacy_apply_enabled=False,
            lock=threading.Lock(),
            monitor=monitor,
            organization="organization",  # Pulumi's own word for a backend without any
            outputs=set(),
            project=configuration.project,
            root_directory=str(root),
            stack=stack,
        ),
    )
    set_all_config(configuration.values)
    settings.set_root_resource(None)  # pyrefly: ignore[bad-argument-type] - Pulumi's own default is None
    with _importable(configuration.main.parent):
        asyncio.run(run_in_stack(lambda: settle(lambda: _main(configuration.main))))


async def settle(program: Callable[[], object]) -> None:
    """Run a program, for `run_in_stack`, and wait for its outputs all at once.

    `run_in_stack` waits for whichever is first, out of all that are left, until none is: a quadratic third of what a
    deployment costs. It still raises what went wrong.
    """
    asyncio.get_running_loop().set_exception_handler(_said_already)
    with _without_garbage_collection():
        program()
        while pending := _pending():
            done, _ = await asyncio.wait(pending, return_when=asyncio.FIRST_EXCEPTION)
            if any(task.cancelled() or task.exception() for task in done):
                return


def _said_already(_loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    """What went wrong first is raised: what failed with it need not be told.

    It would be, with its traceback, when it is collected, at any moment: in `ast.parse` Python 3.11 fails of that.
    """
    _LOGGER.debug("%s", context.get("message"))


def _pending() -> set[asyncio.Future[object]]:
    """The outputs that are not there yet, and the calls to the engine that are not answered."""
    outputs = cast("set[asyncio.Future[object]]", settings.SETTINGS.outputs)
    calls = cast("list[asyncio.Future[object]]", settings._get_rpc_manager().rpcs)  # noqa: SLF001 - it has no public name
    return {*outputs, *(call for call in calls if not call.done())}


def _main(path: Path) -> None:
    runpy.run_path(str(path), run_name="__main__")


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    """Let the program import what lies beside it, as Pulumi's language host does."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Hold the collector back, which costs up to half of the time: a program makes many objects, and most stay."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
