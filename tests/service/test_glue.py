"""What is counted in bulk, on the whole local cloud: the deployed job, under Spark, in runs that may die."""

from __future__ import annotations

import itertools
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from cli.main import main
from local.glue_environment import NEWEST_PYTHON
from local.http_message import aws_json_error
from runtime.core.mail.compose import REQUEST_HEADER
from tests.pictures import page, to_bytes
from tests.runtime.service import answer
from tests.service.stage import Interference, staged
from tests.service.visitor import LONG, SETTLED, Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cli.service import Opened
    from local.http_message import Response
    from tests.service.stage import Stage

pytestmark = [
    pytest.mark.cloud,
    pytest.mark.skipif(sys.version_info[:2] > NEWEST_PYTHON, reason="Spark 3.5 does not know this Python"),
]

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("stage"), {"count": {"engine": "glue"}}) as stage:
        yield stage


def somebody(stage: Stage) -> Visitor:
    email = f"bulk{next(_numbers)}@example.com"
    stage.local.verify(email)
    # As far as a visitor needs a cloud, the stage is one. An address gets only a few mails by which to prove it.
    return Visitor(stage, email).prove()  # type: ignore[arg-type]


def pictures(how_many: int) -> list[bytes]:
    """Small ones, each another."""
    colours = (divmod(next(_numbers), 256) for _ in range(how_many))
    return [to_bytes(Image.new("RGB", (24, 12), (255, high, low)), "PNG") for high, low in colours]


def sent(stage: Stage, who: Visitor, how_many: int) -> list[Opened]:
    """So many one-word pictures at once."""
    stage.local.answer_textract(answer("word"))
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(who.send, pictures(how_many)))


def outcomes(stage: Stage, who: Visitor, opened: list[Opened]) -> list[dict[str, Any]]:
    """What became of each, once nothing moves any more."""
    until = time.monotonic() + LONG
    for each in opened:
        while who.status(each)["state"] not in SETTLED:
            assert time.monotonic() < until
            time.sleep(0.2)
    stage.wait_idle(LONG)
    return [who.status(each) for each in opened]


def mails_of(who: Visitor, opened: list[Opened]) -> list[int]:
    """How many mails each request had."""
    told = [mail.headers.get(REQUEST_HEADER) for mail in who.mails()]
    return [told.count(each.request_id) for each in opened]


@pytest.mark.parametrize("how_many", [12, pytest.param(100, marks=pytest.mark.slow)])
def test_many_at_once_of_which_one_is_broken(stage: Stage, how_many: int) -> None:
    """Few runs count them; the broken one fails alone, and all are told once."""
    ann, runs = somebody(stage), len(stage.runs())
    broken: list[str] = []

    def break_one() -> None:
        s3, bucket = stage.client("s3"), stage.outputs["results_bucket"]
        found = s3.list_objects_v2(Bucket=bucket, Prefix="transcripts/")["Contents"]
        broken.append(found[0]["Key"])
        s3.put_object(Bucket=bucket, Key=found[0]["Key"], Body=b"no JSON\n")

    stage.before("words-bulk", "StartJobRun", "", break_one)
    opened = sent(stage, ann, how_many)
    told = outcomes(stage, ann, opened)
    assert sorted(each["state"] for each in told) == ["FAILED", *["SENT"] * (how_many - 1)]
    (failed,) = [each for each in told if each["state"] == "FAILED"]
    assert (failed["reason"], failed["digest"]) == ("internal", broken[0].split("/")[1])
    assert {each["result"]["total_words"] for each in told if each["result"]} == {1}
    assert mails_of(ann, opened) == [1] * how_many
    assert len(stage.runs()) - runs <= 5
    assert {run["JobRunState"] for run in stage.runs()} == {"SUCCEEDED"}


def test_a_run_that_is_killed_in_the_middle_is_repeated_and_nobody_is_answered_twice(stage: Stage) -> None:
    ann, runs = somebody(stage), len(stage.runs())
    puts = itertools.count(1)

    def kill() -> Response | None:
        """The fifth result, and those that are under way, are not written any more."""
        if next(puts) < 5 or len(stage.runs()) > runs + 1:
            return None
        stage.kill_run()
        return aws_json_error(503, "ServiceUnavailable", "by the test")

    results = f"PUT /{stage.outputs['results_bucket']}/results/"
    stage.interferences.append(Interference("words-glue", results, "", kill, 1_000))
    opened = sent(stage, ann, 12)
    told = outcomes(stage, ann, opened)
    stage.interferences.clear()
    assert {each["state"] for each in told} == {"SENT"}
    assert mails_of(ann, opened) == [1] * 12
    states = [run["JobRunState"] for run in stage.runs()[runs:]]
    assert states.count("FAILED") == 1
    assert states[-1] == "SUCCEEDED"


def test_what_every_run_fails_to_finish_fails_with_a_reason(stage: Stage) -> None:
    ann, runs = somebody(stage), len(stage.runs())
    transcripts = f"HEAD /{stage.outputs['results_bucket']}/transcripts/"
    stage.interferences.append(Interference("words-glue", transcripts, "", stage.kill_run, 1_000))
    opened = sent(stage, ann, 2)
    told = outcomes(stage, ann, opened)
    stage.interferences.clear()
    assert [(each["state"], each["reason"]) for each in told] == [("FAILED", "internal")] * 2
    assert mails_of(ann, opened) == [1, 1]
    assert [run["JobRunState"] for run in stage.runs()[runs:]] == ["FAILED", "FAILED"]
    assert all(run["ErrorMessage"] for run in stage.runs()[runs:])


@pytest.mark.slow
def test_five_hundred_at_once_are_counted_by_at_most_five_runs(stage: Stage) -> None:
    ann, runs = somebody(stage), len(stage.runs())
    opened = sent(stage, ann, 500)
    told = outcomes(stage, ann, opened)
    assert {each["state"] for each in told} == {"SENT"}
    assert mails_of(ann, opened) == [1] * 500
    assert len(stage.runs()) - runs <= 5


def test_the_command_counts_a_page_with_either_engine_to_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OCR_WORDCOUNT_STATE", str(tmp_path / "state"))
    (tmp_path / "page.png").write_bytes(to_bytes(page("It’s a state-of-the-art 1,000.50 page, it’s said"), "PNG"))
    counted = {}
    for engine in ("glue", "lambda"):
        out = tmp_path / engine
        told = ["run", "--json", "--engine", engine, "--out", str(out), "--timeout", str(LONG)]
        assert main([*told, str(tmp_path / "page.png")]) == 0
        capfd.readouterr()
        (counted[engine],) = [file.read_bytes() for file in out.rglob("word-count.json")]
    assert counted["glue"] == counted["lambda"]
    assert b"state-of-the-art" in counted["glue"]
