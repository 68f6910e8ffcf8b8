"""What holds for all tests: under `--strict-skips` a skipped test is a failure, but for what only absent data skips."""

from __future__ import annotations

import gc
import signal
from typing import TYPE_CHECKING

import pytest

from tests.workers import TogetherByFile, rank

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell's background jobs are born deaf to Ctrl-C, and so would be every process that a test starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from _pytest.terminal import TerminalReporter
    from xdist.remote import Producer

    from local.cloud import Cloud

ALLOWED = "../shared is absent"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--strict-skips", action="store_true", help=f"fail on any skipped test, unless because {ALLOWED}")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> TogetherByFile:
    return TogetherByFile(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported for tests stays: looking for garbage in it is a sixth of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: rank(item.nodeid))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config):  # noqa: ANN201  a generator hook
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if ALLOWED not in str(report.longrepr)]
    result = yield
    if config.getoption("--strict-skips") and skipped:
        terminalreporter.section("skipped tests that should have run")
        for report in skipped:
            terminalreporter.line(f"{report.nodeid}: {report.longrepr[2]}")
    return result


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not session.config.getoption("--strict-skips") or exitstatus != pytest.ExitCode.OK:
        return
    if any(ALLOWED not in str(report.longrepr) for report in reporter.stats.get("skipped", [])):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """The whole service on this machine, one for all tests that use it; commands under test find it in its folder."""
    from local.cloud import Cloud  # noqa: PLC0415  most tests need no cloud

    with Cloud.start(state=tmp_path_factory.mktemp("cloud")) as cloud:
        yield cloud
