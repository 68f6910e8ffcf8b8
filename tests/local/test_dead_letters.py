from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.local.wired import Wired

if TYPE_CHECKING:
    from tests.local.conftest import Bench


def test_a_message_received_too_often_goes_to_the_dead_letters(bench: Bench) -> None:
    dead, dead_arn = bench.queue()
    redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 2})
    wired = Wired(bench, attributes={"RedrivePolicy": redrive})
    wired.send("fail")
    wired.next_event()
    assert wired.comes_to(1)
    bench.cloud.advance(61)
    wired.next_event()
    assert wired.comes_to(1)

    bench.cloud.advance(61)

    letters = bench.sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=10)["Messages"]
    assert [letter["Body"] for letter in letters] == ['"fail"']
    assert wired.comes_to(0)


@pytest.mark.parametrize(("asked", "told"), [("All", True), ("DeadLetterQueueSourceArn", True), ("SenderId", False)])
def test_a_dead_letter_is_the_message_that_it_was_and_names_its_queue_to_who_asks(
    bench: Bench, asked: str, *, told: bool
) -> None:
    dead, dead_arn = bench.queue()
    redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 1})
    url, arn = bench.queue(RedrivePolicy=redrive)
    sent = bench.sqs.send_message(QueueUrl=url, MessageBody="one")["MessageId"]
    (before,) = bench.sqs.receive_message(QueueUrl=url, AttributeNames=["All"], VisibilityTimeout=0)["Messages"]
    bench.cloud.advance(5)
    assert "Messages" not in bench.sqs.receive_message(QueueUrl=url)

    receive = {"QueueUrl": dead, "VisibilityTimeout": 0}
    (letter,) = bench.sqs.receive_message(**receive, MessageSystemAttributeNames=[asked])["Messages"]

    assert letter["MessageId"] == sent
    assert letter["Attributes"].get("DeadLetterQueueSourceArn") == (arn if told else None)
    (whole,) = bench.sqs.receive_message(**receive, AttributeNames=["All"])["Messages"]
    assert whole["Attributes"]["SentTimestamp"] == before["Attributes"]["SentTimestamp"]
    assert whole["Attributes"]["ApproximateReceiveCount"] == "3"
    assert "DeadLetterQueueSourceArn" not in before["Attributes"]


def test_a_queue_of_dead_letters_counts_its_own_receives_before_it_gives_them_on(bench: Bench) -> None:
    last, last_arn = bench.queue()
    middle, middle_arn = bench.queue(RedrivePolicy=json.dumps({"deadLetterTargetArn": last_arn, "maxReceiveCount": 1}))
    url, _ = bench.queue(RedrivePolicy=json.dumps({"deadLetterTargetArn": middle_arn, "maxReceiveCount": 1}))
    bench.sqs.send_message(QueueUrl=url, MessageBody="one")
    bench.sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)
    bench.sqs.receive_message(QueueUrl=url)

    assert "Messages" in bench.sqs.receive_message(QueueUrl=middle, VisibilityTimeout=0)
    assert "Messages" not in bench.sqs.receive_message(QueueUrl=middle)

    (letter,) = bench.sqs.receive_message(QueueUrl=last, AttributeNames=["All"])["Messages"]
    assert letter["Attributes"]["DeadLetterQueueSourceArn"] == middle_arn


def test_a_function_is_fed_from_the_dead_letters_as_soon_as_they_are_such(bench: Bench) -> None:
    letters = Wired(bench)
    redrive = json.dumps({"deadLetterTargetArn": letters.arn, "maxReceiveCount": 1})
    wired = Wired(bench, attributes={"RedrivePolicy": redrive})
    wired.send("fail")
    (first,) = wired.next_event()["Records"]
    assert wired.comes_to(1)
    bench.cloud.advance(59)  # the rest of the minute passes by itself

    (record,) = letters.next_event()["Records"]

    assert (record["messageId"], record["body"]) == (first["messageId"], '"fail"')
    assert record["eventSourceARN"] == letters.arn
    assert record["attributes"]["DeadLetterQueueSourceArn"] == wired.arn
    assert record["attributes"]["SentTimestamp"] == first["attributes"]["SentTimestamp"]
    assert record["attributes"]["ApproximateReceiveCount"] == "2"
    assert "DeadLetterQueueSourceArn" not in first["attributes"]


def test_a_long_poll_of_the_dead_letters_ends_when_one_falls_due_in_its_queue(bench: Bench) -> None:
    dead, dead_arn = bench.queue()
    wired = Wired(
        bench, attributes={"RedrivePolicy": json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 1})}
    )
    wired.send("fail")
    wired.next_event()
    assert wired.comes_to(1)
    threading.Timer(0.3, bench.cloud.advance, [61]).start()
    began = time.monotonic()

    messages = bench.sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=20)["Messages"]

    assert [message["Body"] for message in messages] == ['"fail"']
    assert time.monotonic() - began < 3
