"""What is granted is what is used: all of it, and nothing else."""

from __future__ import annotations

import hashlib
import itertools
import json
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from cli import stack as cli_stack
from cli.main import main
from cli.service import RefusedError
from local.glue_environment import NEWEST_PYTHON
from runtime.core import keys
from tests.pictures import page, to_bytes
from tests.runtime.service import answer
from tests.service.stage import QUARTER, staged
from tests.service.visitor import LONG, SETTLED, Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cli.service import Opened
    from tests.service.stage import Stage

pytestmark = pytest.mark.cloud

NEVER_USED_HERE: dict[tuple[str, str], str] = {}
"""Rights that only a cloud needs, by statement and action, and AWS's reason. There is none."""

SPARK = sys.version_info[:2] <= NEWEST_PYTHON
"""Whether Spark runs here; if not, nobody can use the rights that are for its runs."""

LARGE = 20
"""Words: with more, a page is counted by Glue."""

BUSY = "ProvisionedThroughputExceededException"

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("stage"), {"count": {"glueAboveWords": LARGE}}) as stage:
        yield stage


def someone(stage: Stage) -> Visitor:
    email = f"somebody{next(_numbers)}@example.com"
    stage.local.verify(email)
    who = Visitor(stage, email)  # type: ignore[arg-type]  # as far as a visitor needs a cloud, the stage is one
    return who.prove()


def picture() -> tuple[bytes, str]:
    """A picture that nobody has sent before, and its key."""
    data = to_bytes(page(f"Permission number {next(_numbers)}"), "PNG")
    return data, hashlib.md5(data, usedforsecurity=False).hexdigest()


def settled(who: Visitor, opened: Opened) -> bool:
    return who.status(opened)["state"] in SETTLED


def the_straight_ways(stage: Stage) -> None:
    """New, seen before, twice at once, refused at the door, unreadable."""
    data, key = picture()
    ann, bob = someone(stage), someone(stage)
    ann.outcome(ann.send(data))
    assert bob.outcome(bob.send(data))["cached"]
    with pytest.raises(RefusedError, match="empty"):
        ann.open(b"")
    broken = data[:40]
    assert ann.outcome(ann.send(broken))["state"] == "FAILED"
    # An older attempt's transcript, which nobody needs.
    where = {"Bucket": stage.outputs["results_bucket"], "Key": f"transcripts/{key}/1.jsonl"}
    stage.client("s3").put_object(**where, Body=b"{}\n")
    stage.wait_idle()


def everybody_is_throttled_once(stage: Stage) -> None:
    """Each function gives its message back for later. (The one that starts runs: see below.)"""
    calls = {"ocr-ingest": "GetItem", "words-count": "GetItem", "words-publish": "UpdateItem", "mail-notify": "GetItem"}
    ann = someone(stage)
    for function, call in {**calls, "mail-deadline": "GetItem"}.items():
        with stage.refusing(function, call, code=BUSY):
            opened = ann.send(picture()[0])
            stage.until(lambda function=function: stage.has_used(function, "sqs:ChangeMessageVisibility"), 30)
        stage.until(lambda opened=opened: settled(ann, opened), 30)
    stage.until(stage.local.is_idle, 300)


def a_wake_comes_too_early(stage: Stage) -> None:
    """Who is woken before there is an outcome waits again, or finds that it came meanwhile."""
    ann, (data, key) = someone(stage), picture()
    stage.local.fail_textract("ThrottlingException")
    opened = ann.send(data)
    stage.until(lambda: stage.state_of(key) == "CLAIMED")
    stage.before("mail-notify", "PutItem", "WAITER#", lambda: stage.forget(key))
    stage.send("notify", json.dumps({"request_id": opened.request_id}))
    stage.until(lambda: settled(ann, opened))
    stage.local.fail_textract(None)
    stage.until(stage.local.is_idle, 300)


def letters_die(stage: Stage) -> None:
    """One that joined, one whose word count is broken, one that is a mail; and DynamoDB is busy when they are told."""
    ann, bob, (data, key) = someone(stage), someone(stage), picture()
    stage.local.fail_textract("ThrottlingException")
    first = ann.send(data)
    stage.until(lambda: stage.state_of(key) == "CLAIMED")
    second, shown = bob.open(data)
    joining = f"WAITER#{second.request_id}"
    with stage.dying("ingest"), stage.refusing("ocr-ingest", "PutItem", joining, code="AccessDeniedException"):
        bob._service.upload(second, shown)  # noqa: SLF001 - the second half of `send`
        with stage.refusing("mend-failures", "PutItem", code=BUSY):
            stage.until(lambda: stage.has_used("mend-failures", "sqs:ChangeMessageVisibility"), 400)
        stage.until(lambda: stage.has_used("mend-failures", "dynamodb:PutItem", "WaitForResults"), 400)
    stage.local.fail_textract(None)
    stage.until(lambda: settled(ann, first) and settled(bob, second), 400)
    with stage.dying("publish"):
        broken = {"Bucket": stage.outputs["results_bucket"], "Key": f"results/{key}/word-count.json"}
        stage.client("s3").put_object(**broken, Body=b"no JSON")
        stage.until(lambda: stage.has_used("mend-failures", "s3:GetObject"), 200)
    with stage.dying("notify"):
        stage.local.fail_mail("MessageRejected")
        third = ann.send(picture()[0])
        stage.until(lambda: settled(ann, third), 400)
    stage.local.fail_mail(None)
    stage.until(stage.local.is_idle, 300)


def what_is_lost_is_swept(stage: Stage) -> None:
    """A transcript's message, a word count's, a transcript itself, an upload's."""
    s3, bucket = stage.client("s3"), stage.outputs["results_bucket"]
    for lost in ("count", "publish", "transcript", "ingest"):
        ann, (data, key) = someone(stage), picture()
        with stage.untaken("publish" if lost == "publish" else "count"):
            stage.local.fail_textract("ThrottlingException" if lost == "ingest" else None)
            opened = ann.send(data)
            if lost == "ingest":
                stage.until(lambda key=key: stage.state_of(key) == "CLAIMED")
            else:
                stage.until(lambda key=key: stage.state_of(key) == "TRANSCRIBED")
                stage.until(lambda: stage.local.status()["in_flight"] == 0)
            if lost == "transcript":
                for found in s3.list_objects_v2(Bucket=bucket, Prefix=f"transcripts/{key}/")["Contents"]:
                    s3.delete_object(Bucket=bucket, Key=found["Key"])
        if lost == "ingest":
            with stage.untaken("ingest"):
                stage.local.fail_textract(None)
        stage.until(lambda ann=ann, opened=opened: settled(ann, opened), QUARTER)
    stage.wait_idle()


def who_was_not_mailed_asks_again(stage: Stage) -> None:
    """A newcomer whom SES asks; the mail is refused once SES has forgotten them; asked for again; all is deleted."""
    newcomer = Visitor(stage, f"newcomer{next(_numbers)}@example.com")  # type: ignore[arg-type]  # as above
    opened = newcomer.send(picture()[0])
    stage.local.unverify(newcomer.email)
    assert newcomer.outcome(opened)["state"] == "UNDELIVERABLE"
    stage.local.verify(newcomer.email)
    path = f"/api/requests/{opened.request_id}"
    # SES may have been asked about somebody else in this very second.
    stage.until(lambda: newcomer.ask("POST", f"{path}/resend", opened.access_token).status == 202)
    stage.until(lambda: settled(newcomer, opened))
    assert newcomer.ask("DELETE", path, opened.access_token).status == 200
    stage.wait_idle()


def who_does_not_answer_ses_is_forgotten(stage: Stage) -> None:
    """After a day."""
    someone(stage).ask("POST", "/api/addresses", body={"email": f"nobody{next(_numbers)}@example.com"})
    stage.wait_idle()
    stage.local.advance(90_000)
    stage.until(lambda: stage.has_used("mend-sweep", "ses:DeleteIdentity"), QUARTER)
    stage.wait_idle()


def left_to_glue(stage: Stage) -> tuple[Visitor, Opened, str]:
    """A large page on its way, and its key."""
    ann, (data, key) = someone(stage), picture()
    opened = ann.send(data)
    stage.until(lambda: _waits(stage, key))
    return ann, opened, key


def _waits(stage: Stage, key: str) -> bool:
    """Whether a picture's transcript waits for a run."""
    told = stage.client("dynamodb").query(
        TableName=stage.outputs["table_name"],
        KeyConditionExpression="pk = :pending AND begins_with(sk, :document)",
        ExpressionAttributeValues={":pending": {"S": "BULK#PENDING"}, ":document": {"S": f"DOCUMENT#{key}"}},
    )
    return bool(told["Items"])


def look(stage: Stage) -> None:
    """Have the starter look at once."""
    stage.send("bulk", json.dumps({"bulk": "look"}))


def runs_count_what_is_large(stage: Stage) -> None:
    """Nobody starts a run, then Glue is busy, then a run dies; it is repeated; a transcript is broken."""
    stage.local.answer_textract(answer(" ".join(["word"] * (LARGE + 1))))
    s3, bucket = stage.client("s3"), stage.outputs["results_bucket"]
    with stage.untaken("bulk"):
        ann, first, _ = left_to_glue(stage)
        stage.until(lambda: stage.has_used("mend-sweep", "dynamodb:GetItem", "SeeWhatIsLeftToGlue"), QUARTER)
    with stage.refusing("words-bulk", "StartJobRun", code="ConcurrentRunsExceededException"):
        look(stage)
        stage.until(lambda: stage.has_used("words-bulk", "glue:GetJobRuns"), 30)
    stage.before("words-glue", f"HEAD /{bucket}/transcripts/", "", stage.kill_run)
    stage.until(lambda: settled(ann, first), 1)
    stage.until(stage.local.is_idle)

    _, _, key = left_to_glue(stage)
    look(stage)  # too soon: more may come with it
    broken = f"transcripts/{key}/"

    def break_it() -> None:
        (found,) = s3.list_objects_v2(Bucket=bucket, Prefix=broken)["Contents"]
        s3.put_object(Bucket=bucket, Key=found["Key"], Body=b"no JSON")

    stage.before("words-bulk", "StartJobRun", "", break_it)
    with stage.untaken("count"):  # S3 tells of the broken one too
        stage.until(lambda: stage.state_of(key) == "FAILED")
    stage.until(stage.local.is_idle)
    stage.local.answer_textract(None)


def results(stage: Stage) -> list[dict[str, Any]]:
    """All word counts that there are and that can be read."""
    s3, bucket = stage.client("s3"), stage.outputs["results_bucket"]
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="results/")
    found = [each["Key"] for page in pages for each in page.get("Contents", [])]
    counts = filter(keys.key_of_word_count, found)
    told = [s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in counts]
    return [json.loads(data) for data in told if data.startswith(b"{")]


def an_archive_is_counted(stage: Stage, out: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """By the command."""
    running = cli_stack.Stack(stage.outputs, stage.client, stage.local)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cli_stack, "_running", lambda: running)
        assert main(["corpus", "--json", "--out", str(out), "--timeout", str(LONG)]) == 0
    stage.until(stage.local.is_idle)
    summary = json.loads(capfd.readouterr().out)
    counted = results(stage)
    assert summary["documents"] == len(counted) > 1
    assert summary["total_words"] == sum(count["total_words"] for count in counted)
    assert summary["unique_words"] == len({row["word"] for count in counted for row in count["words"]})
    assert sorted(file.name for file in out.iterdir()) == [
        "report.html",
        "summary.json",
        "top-words.csv",
        "vocabulary.jsonl",
        "vocabulary.parquet",
    ]


def test_each_right_is_used_and_none_is_granted_twice(
    stage: Stage, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    the_straight_ways(stage)
    everybody_is_throttled_once(stage)
    a_wake_comes_too_early(stage)
    letters_die(stage)
    what_is_lost_is_swept(stage)
    who_was_not_mailed_asks_again(stage)
    who_does_not_answer_ses_is_forgotten(stage)
    if SPARK:
        runs_count_what_is_large(stage)
        an_archive_is_counted(stage, tmp_path / "corpus", capfd)

    rights = stage.local.permissions()
    granted, used = ([tuple(right.values()) for right in rights[kind]] for kind in ("granted", "used"))
    unused = [right for right in granted if right not in used and right[1:3] not in NEVER_USED_HERE]
    assert [right for right in unused if SPARK or not _is_for_runs(right)] == []
    assert [right for right in used if right not in granted] == []
    assert [right for right, times in Counter(granted).items() if times > 1] == []


def _is_for_runs(right: tuple[str, ...]) -> bool:
    role, sid, *_ = right
    return "words-glue" in role or "words-bulk" in role or sid in {"LeaveToGlue", "SeeWhatIsLeftToGlue", "WakeBulk"}
