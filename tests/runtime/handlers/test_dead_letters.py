"""What dies is read, whatever it is."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from runtime.core.dead_letter import Queue, Subject
from runtime.handlers.batch import Batch
from runtime.handlers.failures import read
from runtime.handlers.ses_events import bounce_of
from runtime.handlers.sweep import scheduled
from tests.runtime.fakes import MemoryLog
from tests.runtime.handlers.shapes import event
from tests.runtime.handlers.test_batch import Postponed
from tests.runtime.service import Service

if TYPE_CHECKING:
    from runtime.core.dead_letter import DeadLetter

SOURCES = {
    "arn:aws:sqs:us-east-1:123456789012:ocr-ingest": "ingest",
    "arn:aws:sqs:us-east-1:123456789012:mail-notify": "notify",
}


def letters() -> list[DeadLetter]:
    return [read(SOURCES)(message) for message in event("sqs_dead_letters")["Records"]]


def test_a_dead_letter_tells_where_it_died_how_often_it_was_received_and_what_it_was_about() -> None:
    upload, mail = letters()
    assert (upload.queue, upload.receives, upload.sent_at) == (Queue.INGEST, 201, 1795514400.0)
    assert upload.queue_arn.endswith(":ocr-ingest")
    assert upload.subjects == (Subject(f"uploads/{1:032x}", "d41d8cd98f00b204e9800998ecf8427e"),)
    assert (mail.queue, mail.sent_at, mail.subjects) == (Queue.NOTIFY, 1795514401.5, (Subject(f"{2:032x}"),))


def odd(**changes: Any) -> DeadLetter:  # noqa: ANN401  any part of a message
    message = copy.deepcopy(event("sqs_dead_letters")["Records"][0]) | changes
    return read(SOURCES)(message)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no JSON",
        "[" * 100_000,
        "[]",
        "null",
        "7",
        '"text"',
        '{"Records": 1}',
        '{"Records": [{}]}',
        '{"Records": [null]}',
    ],
)
def test_a_letter_whose_body_is_what_killed_it_is_a_letter_about_nothing(body: str) -> None:
    letter = odd(body=body)
    assert (letter.body, letter.subjects) == (body, ())


@pytest.mark.parametrize("told", [event("ses_bounce"), {**event("ses_bounce"), "eventType": "Reject", "bounce": {}}])
def test_a_bounce_that_died_is_kept_without_names_and_means_the_same(told: dict[str, Any]) -> None:
    mail = event("sqs_dead_letters")["Records"][1]
    letter = odd(attributes=mail["attributes"], body=json.dumps(told))
    assert letter.queue is Queue.NOTIFY
    assert "example.com" not in letter.body
    assert "page.png" not in letter.body
    assert bounce_of(json.loads(letter.body)) == bounce_of(told)


BOUNCE = event("ses_bounce")
WRAPPED = {"Type": "Notification", "Message": json.dumps(BOUNCE)}


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({**BOUNCE, "mail": {"destination": ["ann@example.com"]}}),
        json.dumps({**BOUNCE, "bounce": {"bouncedRecipients": None}}),
        json.dumps({**BOUNCE, "bounce": [], "eventType": None}),
        json.dumps(WRAPPED),
        json.dumps([BOUNCE]),
        json.dumps(BOUNCE)[:-9],
    ],
)
def test_a_bounce_that_died_because_nobody_can_read_it_names_nobody_either(body: str) -> None:
    letter = odd(attributes=event("sqs_dead_letters")["Records"][1]["attributes"], body=body)
    assert letter.body
    assert not any(name in letter.body for name in ("example.com", "page.png"))


def test_an_automatic_answer_that_died_is_one_still() -> None:
    mail, told = event("sqs_dead_letters")["Records"][1], event("ses_bounce")
    told["bounce"] |= {"bounceType": "Transient", "bouncedRecipients": [{"emailAddress": "ann@example.com"}]}
    letter = odd(attributes=mail["attributes"], body=json.dumps(told))
    assert bounce_of(json.loads(letter.body)) is None


def test_a_letter_of_a_queue_that_is_none_of_ours_is_kept_as_unknown() -> None:
    attributes = event("sqs_dead_letters")["Records"][0]["attributes"]
    del attributes["DeadLetterQueueSourceArn"]
    assert (odd(attributes=attributes).queue, odd(attributes=attributes).queue_arn) == (Queue.UNKNOWN, "")


def test_each_letter_of_a_batch_is_kept_by_itself() -> None:
    service, log = Service(), MemoryLog()
    batch = Batch(service.failures, Postponed(), log, read(SOURCES))
    assert batch(event("sqs_dead_letters")) == {"batchItemFailures": []}
    assert [letter.queue for letter in service.dead_letters.kept()] == [Queue.INGEST, Queue.NOTIFY]


def test_a_schedule_has_the_service_swept() -> None:
    service = Service()
    assert scheduled(service.sweep)({"source": "aws.events"}) == {}
    assert service.log.names() == ["images_measured", "swept"]
