from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from local.event_sources import failed_message_ids
from tests.local.wired import KEEPER, Wired

if TYPE_CHECKING:
    from tests.local.conftest import Bench


def test_messages_reach_the_function_as_lambda_hands_them_over_and_are_deleted(bench: Bench) -> None:
    wired = Wired(bench)

    wired.send("one")

    (record,) = wired.next_event()["Records"]
    assert record["body"] == '"one"'
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["attributes"]["SentTimestamp"].isdigit()
    assert (record["eventSource"], record["eventSourceARN"], record["awsRegion"]) == ("aws:sqs", wired.arn, "us-east-1")
    assert wired.comes_to(0)


def test_a_function_is_started_ahead_of_what_comes_at_once_and_not_of_delays_and_dead_letters(bench: Bench) -> None:
    (_, delayed), (_, dead), (_, at_once) = bench.queue(DelaySeconds="300"), bench.queue(), bench.queue()
    bench.queue(RedrivePolicy=json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 1}))
    names = [bench.deploy(KEEPER) for _ in range(3)]
    for arn, name in zip((delayed, dead, at_once), names, strict=True):
        bench.functions.create_event_source_mapping(EventSourceArn=arn, FunctionName=name)

    until = time.monotonic() + 10
    while not (workers := [len(workers_of(bench, name)) for name in names])[-1]:
        assert time.monotonic() < until
        time.sleep(0.02)

    assert workers == [0, 0, 1]


def workers_of(bench: Bench, name: str) -> list[dict[str, int]]:
    told: list[dict[str, int]] = bench.cloud.status()["function_workers"][name]["workers"]
    return told


def test_a_batch_holds_no_more_than_its_size(bench: Bench) -> None:
    wired = Wired(bench, BatchSize=2, MaximumBatchingWindowInSeconds=1)

    wired.send("one", "two", "three")

    assert [wired.next_bodies(), wired.next_bodies()] == [["one", "two"], ["three"]]


def test_only_the_failed_messages_of_a_batch_come_back_when_their_visibility_ends(bench: Bench) -> None:
    wired = Wired(bench, BatchSize=3, MaximumBatchingWindowInSeconds=1)
    wired.send("fine", "fail", "fine")
    assert wired.next_bodies() == ["fine", "fail", "fine"]
    assert wired.comes_to(1)

    bench.cloud.advance(61)

    (record,) = wired.next_event()["Records"]
    assert (record["body"], record["attributes"]["ApproximateReceiveCount"]) == ('"fail"', "2")


def test_a_batch_whose_function_fails_comes_back_whole(bench: Bench) -> None:
    wired = Wired(bench, BatchSize=2, MaximumBatchingWindowInSeconds=1)
    wired.send("all", "fine")
    wired.next_event()
    assert wired.comes_to(2)

    bench.cloud.advance(61)

    assert sorted(wired.next_bodies(), key=str) == ["all", "fine"]


def test_a_delayed_message_waits_for_the_clock(bench: Bench) -> None:
    wired = Wired(bench, attributes={"DelaySeconds": "300"})
    wired.send("late")
    counts = bench.cloud.status()["queues"][wired.url.rpartition("/")[2]]
    assert counts == {"visible": 0, "hidden": 0, "delayed": 1}
    bench.cloud.advance(299)
    assert "Messages" not in bench.sqs.receive_message(QueueUrl=wired.seen)

    bench.cloud.advance(1)

    assert wired.next_bodies() == ["late"]


def test_no_more_batches_run_at_once_than_the_mapping_allows(bench: Bench) -> None:
    source = """
        import os, time, boto3
        def handler(event, context):
            time.sleep(0.3)
            boto3.client("sqs").send_message(QueueUrl=os.environ["SEEN"], MessageBody=str(os.getpid()))
    """
    seen, _ = bench.queue()
    url, arn = bench.queue()
    name = bench.deploy(source, Environment={"Variables": {"SEEN": seen}})
    bench.functions.create_event_source_mapping(
        EventSourceArn=arn, FunctionName=name, BatchSize=1, ScalingConfig={"MaximumConcurrency": 2}
    )
    for _ in range(6):
        bench.sqs.send_message(QueueUrl=url, MessageBody="{}")

    pids: list[str] = []
    while len(pids) < 6:
        answer = bench.sqs.receive_message(QueueUrl=seen, WaitTimeSeconds=10, MaxNumberOfMessages=10)
        pids += [message["Body"] for message in answer["Messages"]]

    assert len(set(pids)) == 2


def test_a_removed_mapping_leaves_its_queue_alone(bench: Bench) -> None:
    wired = Wired(bench)
    bench.functions.delete_event_source_mapping(UUID=wired.mapping)

    wired.send("unread")

    messages = bench.sqs.receive_message(QueueUrl=wired.url, WaitTimeSeconds=1)["Messages"]
    assert [message["Body"] for message in messages] == ['"unread"']


def test_a_mapping_with_filters_is_refused_and_not_half_done(bench: Bench) -> None:
    _, arn = bench.queue()
    name = bench.deploy("handler = lambda event, context: None")
    filters = {"Filters": [{"Pattern": "{}"}]}

    with pytest.raises(ClientError, match="filter criteria are not evaluated"):
        bench.functions.create_event_source_mapping(EventSourceArn=arn, FunctionName=name, FilterCriteria=filters)

    mappings = bench.functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    assert mappings == []


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        ("", set()),
        ("null", set()),
        ("{}", set()),
        ('{"batchItemFailures": null}', set()),
        ('{"batchItemFailures": []}', set()),
        ('{"batchItemFailures": [{"itemIdentifier": "a"}]}', {"a"}),
        ('{"batchItemFailures": [{"itemIdentifier": ""}]}', None),
        ('{"batchItemFailures": [{"itemIdentifier": null}]}', None),
        ('{"batchItemFailures": [{"wrong": "a"}]}', None),
        ('{"batchItemFailures": [{"itemIdentifier": "unknown"}]}', None),
        ('{"batchItemFailures": "a"}', None),
        ('"done"', None),
        ("not JSON", None),
    ],
)
def test_an_answer_that_is_not_understood_gives_the_whole_batch_back(answer: str, failed: set[str] | None) -> None:
    assert failed_message_ids(answer.encode(), {"a", "b"}) == failed
