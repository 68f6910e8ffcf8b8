"""What is promised when something is slow, broken or lost, on the whole local cloud."""

from __future__ import annotations

import itertools
import json
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from cli.main import main
from tests.pictures import page, to_bytes
from tests.service.visitor import PATIENCE, SETTLED, Visitor, left_over, words_of
from tests.twins import FIRST_WORDS, SECOND_WORDS, twins

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cli.service import Opened
    from local.cloud import Cloud

pytestmark = pytest.mark.cloud

LATE = "Error Trying to Get Your Results"
RESULT = "Your OCR Results are Available"
FAILURE = "We Could Not Read Your Picture"

_numbers = itertools.count(1)


@pytest.fixture
def ann(cloud: Cloud) -> Iterator[Visitor]:
    email = f"bad-day-{next(_numbers)}@example.com"
    cloud.verify(email)
    yield Visitor(cloud, email).prove()
    cloud.fail_textract(None)
    cloud.fail_mail(None)


@pytest.fixture
def picture() -> bytes:
    return to_bytes(page(f"A bad day number {next(_numbers)}"), "PNG")


def meanwhile(cloud: Cloud, over: Callable[[], object], seconds: float) -> None:
    """Let the cloud's time pass, so much at once, until something is so."""
    until = time.monotonic() + PATIENCE
    while not over():
        assert time.monotonic() < until
        cloud.advance(seconds)
        time.sleep(0.1)


def subjects(visitor: Visitor) -> list[str]:
    return [mail.subject for mail in visitor.mails()]


@contextmanager
def dying_after(cloud: Cloud, queue: str, receives: int) -> Iterator[None]:
    """Have a queue's messages die that soon: what is the same but quicker."""
    sqs: Any = cloud.local.client("sqs")
    url = cloud.outputs[f"{queue}_queue_url"]
    policy = json.loads(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["RedrivePolicy"])
    sooner = policy | {"maxReceiveCount": receives}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": json.dumps(sooner)})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": json.dumps(policy)})


@pytest.fixture
def redrive(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., list[dict[str, Any]]]:
    """The command, and the objects that it prints."""
    monkeypatch.setenv("OCR_WORDCOUNT_STATE", str(cloud.state))

    def command(*options: str) -> list[dict[str, Any]]:
        capfd.readouterr()
        assert main(["redrive", "--json", *options]) == 0
        return [json.loads(line) for line in capfd.readouterr().out.splitlines()]

    return command


def settled(visitor: Visitor, opened: Opened) -> Callable[[], bool]:
    return lambda: visitor.status(opened)["state"] in SETTLED


def test_who_waits_too_long_is_told_once_and_the_result_still_follows(
    cloud: Cloud, ann: Visitor, picture: bytes
) -> None:
    cloud.fail_textract("ThrottlingException")
    opened = ann.send(picture)
    meanwhile(cloud, lambda: subjects(ann) == [LATE], 100)
    assert ann.status(opened)["state"] == "WAITING"
    cloud.fail_textract(None)
    meanwhile(cloud, settled(ann, opened), 100)
    outcome = ann.outcome(opened)
    assert (outcome["state"], outcome["reason"]) == ("SENT", None)
    again = ann.outcome(ann.send(picture))
    assert (again["state"], again["cached"]) == ("SENT", True)
    cloud.advance(1000)
    cloud.wait_idle(PATIENCE)
    assert subjects(ann) == [LATE, RESULT, RESULT]
    assert left_over(cloud) == {}


def test_real_md5_twins_get_their_own_results(cloud: Cloud, ann: Visitor) -> None:
    opened = [ann.send(data, f"twin-{number}.tif") for number, data in enumerate(twins())]
    outcomes = [ann.outcome(each) for each in opened]
    assert [outcome["state"] for outcome in outcomes] == ["SENT", "SENT"]
    read = [{row["word"]: row["count"] for row in outcome["result"]["words"]} for outcome in outcomes]
    assert read == [{word: words.count(word) for word in words} for words in (FIRST_WORDS, SECOND_WORDS)]
    first, second = (outcome["digest"] for outcome in outcomes)
    assert first != second
    assert first[:32] == second[:32]
    assert sorted(words_of(letter) == read[0] for letter in ann.letters()) == [False, True]
    again = [ann.outcome(ann.send(data)) for data in twins()]
    assert [each["cached"] for each in again] == [True, True]
    assert [each["digest"] for each in again] == [first, second]
    assert left_over(cloud) == {}


def test_an_upload_that_always_fails_is_a_dead_letter_whose_person_is_told_and_whose_replay_does_nothing(
    cloud: Cloud, ann: Visitor, picture: bytes, redrive: Callable[..., list[dict[str, Any]]]
) -> None:
    cloud.fail_textract("AccessDeniedException")
    with dying_after(cloud, "ingest", 1):
        opened = ann.send(picture)
        meanwhile(cloud, settled(ann, opened), 200)
    outcome = ann.outcome(opened)
    assert (outcome["state"], outcome["reason"]) == ("FAILED", "internal")
    assert subjects(ann)[-1] == FAILURE
    (dead,) = redrive("--list")
    assert (dead["queue"], dead["reason"], dead["about"]) == ("ingest", "internal", [f"uploads/{opened.request_id}"])
    cloud.fail_textract(None)
    mails = subjects(ann)
    assert [each["message_id"] for each in redrive()] == [dead["message_id"]]
    cloud.wait_idle(PATIENCE)
    assert ann.status(opened) == outcome
    assert subjects(ann) == mails
    assert redrive("--list") == []
    assert ann.outcome(ann.send(picture))["state"] == "SENT"


def test_a_mail_that_cannot_be_sent_is_kept_and_sent_by_a_replay(
    cloud: Cloud, ann: Visitor, picture: bytes, redrive: Callable[..., list[dict[str, Any]]]
) -> None:
    cloud.fail_mail("ServiceUnavailable")
    with dying_after(cloud, "notify", 2):
        opened = ann.send(picture)
        meanwhile(cloud, settled(ann, opened), 30)
    status = ann.outcome(opened)
    assert (status["state"], status["result"]["total_words"]) == ("UNDELIVERABLE", 5)
    assert subjects(ann) == []
    cloud.fail_mail(None)
    (replayed,) = redrive()
    assert (replayed["queue"], replayed["about"]) == ("notify", [opened.request_id])
    meanwhile(cloud, lambda: ann.status(opened)["state"] == "SENT", 1)
    assert RESULT in subjects(ann)
    assert cloud.ocr_calls(opened.request_id) == 1


def test_a_message_that_was_lost_is_made_good_by_the_sweep(cloud: Cloud, ann: Visitor, picture: bytes) -> None:
    cloud.fail_mail("Throttling")
    opened = ann.send(picture)
    meanwhile(cloud, lambda: "published" in ann.status(opened)["times"], 0)
    sqs: Any = cloud.local.client("sqs")
    sqs.purge_queue(QueueUrl=cloud.outputs["notify_queue_url"])
    meanwhile(cloud, lambda: cloud.local.status()["in_flight"] == 0, 0)
    cloud.fail_mail(None)
    assert ann.status(opened)["state"] == "WAITING"
    meanwhile(cloud, settled(ann, opened), 301)
    assert ann.outcome(opened)["state"] == "SENT"
    log = cloud.state / "logs" / f"{cloud.outputs['functions']['sweep']}.log"
    assert '"event": "driven_on"' in log.read_text()
