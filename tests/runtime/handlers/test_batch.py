"""Batches: each message for itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from runtime.core.errors import Retryable, Throttled
from runtime.handlers.batch import Batch
from tests.runtime.fakes import MemoryLog
from tests.runtime.handlers.shapes import event

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FIRST, SECOND = (record["messageId"] for record in event("sqs_batch")["Records"])


@dataclass
class Postponed:
    calls: list[tuple[str, str, int]] = field(default_factory=list)

    def postpone(self, queue_arn: str, receipt_handle: str, receives: int) -> int:
        self.calls.append((queue_arn, receipt_handle, receives))
        return 7


def handle(work: Callable[[Mapping[str, Any]], None]) -> tuple[list[str], Postponed, MemoryLog]:
    deliveries, log = Postponed(), MemoryLog()
    answer = Batch(work, deliveries, log)(event("sqs_batch"))
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]], deliveries, log


def second_raises(error: Exception) -> Callable[[Mapping[str, Any]], None]:
    def work(body: Mapping[str, Any]) -> None:
        if body["request_id"] == "2":
            raise error

    return work


def test_a_batch_without_failures_is_acknowledged_whole() -> None:
    seen: list[Any] = []
    failed, deliveries, _ = handle(seen.append)
    assert seen == [{"request_id": "1"}, {"request_id": "2"}]
    assert (failed, deliveries.calls) == ([], [])


def test_only_what_failed_is_delivered_again() -> None:
    failed, deliveries, log = handle(second_raises(ValueError("a mistake of ours")))
    assert failed == [SECOND]
    assert not deliveries.calls
    assert log.names() == ["message_failed"]


@pytest.mark.parametrize("error", [Throttled("come later"), Retryable("down")])
def test_what_may_succeed_later_is_postponed_and_delivered_again(error: Exception) -> None:
    failed, deliveries, log = handle(second_raises(error))
    assert failed == [SECOND]
    assert deliveries.calls == [
        ("arn:aws:sqs:us-east-1:123456789012:notify-queue", "AQEBzWwaftRI0KuVm4tP+/7q1rGgNqicHq", 4)
    ]
    assert log.names() == ["message_postponed"]


def test_an_error_is_logged_with_its_place_and_without_its_message() -> None:
    _, _, log = handle(second_raises(ValueError("ann@example.com")))
    (failure,) = log.events
    assert failure.fields()["error"] == "ValueError"
    assert "work:" in failure.fields()["where"]
    assert "ann@" not in str(failure.fields())


def test_a_message_that_is_not_json_fails_alone() -> None:
    spoilt = event("sqs_batch")
    spoilt["Records"][0]["body"] = "not JSON"
    answer = Batch(lambda _: None, Postponed(), MemoryLog())(spoilt)
    assert answer == {"batchItemFailures": [{"itemIdentifier": FIRST}]}
