from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from local.client import CloudError, find_running
from local.cloud import Cloud
from tests.local.conftest import zipped
from tests.processes import end, runs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local.client import LocalCloud

pytestmark = pytest.mark.cloud

HOLDER = """
import sys, time
from pathlib import Path
from local.cloud import Cloud
with Cloud.start(Path(sys.argv[1]), project=Path(sys.argv[2])) as cloud:
    print("ready", flush=True)
    time.sleep(600)
"""


PROGRAM = """
import json, pathlib, pulumi, pulumi_aws as aws
lets_in = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
trust = {"Version": "2012-10-17", "Statement": [lets_in]}
role = aws.iam.Role("role", assume_role_policy=json.dumps(trust))
code = pulumi.FileArchive(str(pathlib.Path(__file__).parent / "code.zip"))
function = aws.lambda_.Function("function", role=role.arn, runtime="python3.13", handler="main.handler", code=code)
let_in = {"action": "lambda:InvokeFunction", "principal": "apigateway.amazonaws.com"}
aws.lambda_.Permission("visitors", function=function.name, **let_in)
pulumi.export("function", function.name)
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Pulumi project with one function, which starts ahead: for what has nothing to do with what is deployed."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "Pulumi.yaml").write_text("name: small\nruntime: python\n")
    (folder / "Pulumi.local.yaml").write_text("config:\n  aws:region: us-east-1\n")
    (folder / "__main__.py").write_text(PROGRAM)
    (folder / "code.zip").write_bytes(zipped("handler = lambda event, context: None"))
    return folder


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with Cloud.start(tmp_path_factory.mktemp("cloud")) as started:
        yield started


def test_the_pulumi_program_is_deployed_and_everything_comes_to_rest(cloud: Cloud) -> None:
    cloud.wait_idle(30)

    status = cloud.local.status()

    assert {"api", "count", "deadline", "failures", "ingest", "notify", "publish", "sweep"} <= set(
        cloud.outputs["functions"]
    )
    assert sorted(status["functions"]) == sorted(cloud.outputs["functions"].values())
    assert status["stacks"] == {"local": cloud.outputs}


def test_what_a_visitor_waits_for_is_started_ahead_and_what_time_or_trouble_calls_is_not(cloud: Cloud) -> None:
    called_late = {cloud.outputs["functions"][name] for name in ("deadline", "failures", "sweep")}
    functions = set(cloud.local.status()["functions"])

    workers_of(cloud.local, len(functions - called_late))

    told = cloud.local.status()["function_workers"]
    assert {name for name, of in told.items() if of["workers"]} == functions - called_late


def test_no_worker_has_died_or_taken_more_than_a_function_has(cloud: Cloud) -> None:
    functions: Any = cloud.local.client("lambda")
    for name in ("deadline", "failures", "sweep"):
        functions.invoke(FunctionName=cloud.outputs["functions"][name], Payload=b'{"Records": []}')
    workers_of(cloud.local, len(cloud.local.status()["functions"]))

    told = cloud.local.status()["function_workers"]

    assert {name: of["died"] for name, of in told.items() if of["died"]} == {}
    assert {name: of for name, of in told.items() if of["peak_memory_bytes"] > 512 * 1024**2} == {}


def test_a_running_cloud_is_found_through_its_state_folder(cloud: Cloud) -> None:
    found = find_running(cloud.state)

    assert found is not None
    assert (found.endpoint, found.outputs) == (cloud.endpoint, cloud.outputs)
    assert json.loads((cloud.state / "cloud.json").read_text())["pid"] == cloud.pid


def test_a_second_cloud_in_the_same_folder_is_refused_and_leaves_the_first_alone(cloud: Cloud) -> None:
    with pytest.raises(CloudError, match="another local cloud runs in"):
        Cloud.start(cloud.state)

    assert find_running(cloud.state) is not None


def test_a_cloud_whose_port_is_taken_does_not_start(cloud: Cloud, tmp_path: Path) -> None:
    with pytest.raises(CloudError, match=r"could not start: .*in use"):
        Cloud.start(tmp_path, port=urlsplit(cloud.endpoint).port or 0)


def test_a_program_that_cannot_be_deployed_leaves_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[str]] = []
    spawn = subprocess.Popen

    def remember(*arguments: object, **options: object) -> subprocess.Popen[str]:
        started.append(spawn(*arguments, **options))  # type: ignore[call-overload]  # whatever it is called with
        return started[-1]

    monkeypatch.setattr("local.cloud.subprocess.Popen", remember)

    with pytest.raises(Exception, match="nowhere"):
        Cloud.start(tmp_path, stack="nowhere")

    assert [process.poll() for process in started] == [0]
    assert find_running(tmp_path) is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_however_the_process_that_started_a_cloud_ends(
    tmp_path: Path, small: Path, number: signal.Signals
) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path), str(small)]
    holder = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own command, no shell
    assert holder.stdout is not None
    assert holder.stdout.readline() == "ready\n"
    found = find_running(tmp_path)
    assert found is not None
    pids = [found.status()["pid"], *workers_of(found)]
    assert all(map(runs, pids))

    holder.send_signal(number)
    holder.communicate()

    if number is signal.SIGKILL:
        assert end(*pids)  # it had no time to wait for them itself
    assert [pid for pid in pids if runs(pid)] == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", urlsplit(found.endpoint).port or 0))
    assert not (tmp_path / "cloud.json").exists()


def test_workers_end_with_their_cloud_even_if_it_is_killed(
    tmp_path: Path, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # what it can no longer remove itself
    with Cloud.start(tmp_path, project=small) as cloud:
        workers = workers_of(cloud.local)

        os.kill(cloud.pid, signal.SIGKILL)

        assert end(*workers)
        assert find_running(tmp_path) is None  # its address is still there, and nobody answers


def test_a_stale_address_is_ignored_and_replaced(tmp_path: Path, small: Path) -> None:
    stale = {"endpoint": "http://127.0.0.1:9", "pid": 1, "outputs": dict[str, str]()}
    (tmp_path / "cloud.json").write_text(json.dumps(stale))
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "old.log").write_text("old")
    assert find_running(tmp_path) is None

    with Cloud.start(tmp_path, project=small) as cloud:
        assert json.loads((tmp_path / "cloud.json").read_text())["endpoint"] == cloud.endpoint
        assert not (tmp_path / "logs" / "old.log").exists()

    assert not (tmp_path / "cloud.json").exists()


def test_a_cloud_of_ones_own_is_not_found_by_others_and_says_what_its_start_took(tmp_path: Path, small: Path) -> None:
    phases: list[str] = []
    began = time.monotonic()

    with Cloud.start(tmp_path, project=small, shared=False, progress=phases.append) as cloud:
        assert cloud.seconds["all"] <= time.monotonic() - began
        assert find_running(tmp_path) is None

    assert phases == ["starting", "deploying", "ready"]
    assert cloud.seconds["all"] == pytest.approx(sum(cloud.seconds.values()) / 2, abs=0.1)


def workers_of(cloud: LocalCloud, count: int = 1) -> list[int]:
    """The cloud's worker processes, once there are so many."""
    until = time.monotonic() + 20
    while len(workers := cloud.status()["workers"]) < count:
        assert time.monotonic() < until, "too few workers were started ahead"
        time.sleep(0.02)
    return list(workers)
