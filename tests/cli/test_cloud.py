"""The command on the whole local cloud, as people and programs start it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from cli.cloud import PROJECT
from local.client import find_running
from tests.processes import end

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.client import LocalCloud

pytestmark = pytest.mark.cloud

PAGE = PROJECT / "local" / "demo" / "page.jpg"
PATIENCE = 120.0


def command(*arguments: str, state: Path, module: str = "cli.main") -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  our own command
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, "OCR_WORDCOUNT_STATE": str(state), "PYTHONPATH": str(PROJECT)},
        cwd=state.parent,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def objects(ended: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ended.stdout.splitlines()]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("command") / "state"


@pytest.fixture(scope="module")
def running(state: Path) -> Iterator[tuple[subprocess.Popen[str], LocalCloud]]:
    """`ocr-wordcount up`, as long as the tests of this module need it."""
    environment = {**os.environ, "OCR_WORDCOUNT_STATE": str(state)}
    arguments = [sys.executable, "-m", "cli.main", "up"]
    with subprocess.Popen(  # noqa: S603  our own command
        arguments, env=environment, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as up:
        try:
            until = time.monotonic() + PATIENCE
            while not (cloud := find_running(state)):
                assert up.poll() is None, up.communicate()[0]
                assert time.monotonic() < until
                time.sleep(0.1)
            yield up, cloud
        finally:
            up.send_signal(signal.SIGTERM)


@pytest.fixture(scope="module")
def cloud(running: tuple[subprocess.Popen[str], LocalCloud]) -> LocalCloud:
    return running[1]


def test_one_image_costs_one_ocr_call_however_often_and_under_whatever_name_it_is_sent(
    cloud: LocalCloud, state: Path
) -> None:
    renamed = Path(os.fsdecode(os.fsencode(state.parent) + b"/<b>\xff&\xe2\x80\xae \n.not-a-picture"))
    renamed.write_bytes(PAGE.read_bytes())
    first = command("run", "--json", str(PAGE), state=state)
    again = command("run", "--json", str(PAGE), str(renamed), "--email", "other@example.com", state=state)
    assert (first.returncode, again.returncode, first.stderr, again.stderr) == (0, 0, "", "")
    told = [*objects(first), *objects(again)]
    assert [each["image"] for each in told] == [str(PAGE), str(PAGE), str(renamed)]
    assert [each["ocr_calls"] for each in told] == [1, 0, 0]
    assert [each["cached"] for each in told] == [False, True, True]
    assert [each["mail"]["to"] for each in told] == ["reader@example.com", *["other@example.com"] * 2]
    assert {each["state"] for each in told} == {"SENT"}
    assert len({each["request_id"] for each in told}) == 3
    assert told[0]["words"] == told[1]["words"] == told[2]["words"]
    assert told[0]["total_words"] == sum(row["count"] for row in told[0]["words"]) > 250
    for each in told:
        files = {Path(path).name: Path(path).read_bytes() for path in each["mail"]["attachments"]}
        assert json.loads(files["word-count.json"])["words"] == each["words"]
        assert files["word-count.csv"].startswith(b"word,count\r\nthe,")
        assert b"To be, or not to be" in files["text.txt"]
    cloud.wait_idle(10)


def test_two_at_the_same_moment_share_one_ocr_call_and_get_a_mail_each(cloud: LocalCloud, state: Path) -> None:
    new = state.parent / "new.jpg"
    new.write_bytes(PAGE.read_bytes() + b"another digest")
    ended = command("run", "--json", "--parallel", "2", str(new), str(new), state=state)
    told = objects(ended)
    assert (ended.returncode, sum(each["ocr_calls"] for each in told)) == (0, 1)
    assert sum(each["joined"] for each in told) == 1
    assert len({Path(each["mail"]["attachments"][0]).parent for each in told}) == 2
    cloud.wait_idle(10)


def test_what_is_no_picture_of_ours_is_told_with_its_reason_and_by_mail(cloud: LocalCloud, state: Path) -> None:
    contents = {
        "empty": b"",
        "not_an_image": b"Hello",
        "unsupported_type": b"GIF89a....",
        "unreadable": b"\xff\xd8\xff\xd9",
    }
    files = [state.parent / f"{name}.png" for name in contents]
    for file, data in zip(files, contents.values(), strict=True):
        file.write_bytes(data)
    ended = command("run", "--json", "--parallel", "4", *map(str, files), state=state)
    told = objects(ended)
    assert ended.returncode == 1
    assert [(each["state"], each["reason"], each["words"]) for each in told] == [
        ("FAILED", name, None) for name in contents
    ]
    assert {each["mail"]["subject"] for each in told} == {"We Could Not Read Your Picture"}
    cloud.wait_idle(10)


def test_a_second_up_says_where_the_first_one_runs(cloud: LocalCloud, state: Path) -> None:
    ended = command("up", state=state)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert cloud.endpoint in ended.stderr


def test_the_demo_tells_new_from_known_beside_a_cloud_that_is_running(cloud: LocalCloud, state: Path) -> None:
    mails = cloud.status()["mails"]
    ended = command(module="cli.demo", state=state)
    assert (ended.returncode, ended.stderr) == (0, "")
    said = ended.stdout
    for service in ("API Gateway", "S3", "SNS", "SQS", "Lambda", "Textract", "DynamoDB", "SES"):
        assert service in said
    new, known = said.split("The same bytes, under another name")
    assert "1 OCR call" in new
    assert "Textract →" in new
    assert "seen before, no OCR" in known
    assert "Textract →" not in known
    assert "emulated by moto" in said
    folder = re.search(r"  (ocr-wordcount-out/[0-9a-f]{32})/\n", known)
    assert folder
    assert "the" in (state.parent / folder[1] / "mail.html").read_text()
    assert cloud.status()["mails"] == mails  # it went through a cloud of its own, to which the page was new
    assert not list(state.glob("beside-*"))


def test_stopping_up_leaves_no_process_and_no_port(
    running: tuple[subprocess.Popen[str], LocalCloud], state: Path
) -> None:
    up, cloud = running
    status = cloud.status()
    pids = [status["pid"], *status["workers"]]
    assert len(pids) > 1
    up.send_signal(signal.SIGINT)
    said, _ = up.communicate(timeout=30)
    assert up.returncode == 0, said
    assert cloud.endpoint in said
    assert end(*pids)
    address = urlsplit(cloud.endpoint)
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind((str(address.hostname), address.port or 0))
    assert not (state / "cloud.json").exists()
