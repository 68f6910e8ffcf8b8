from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.local.wired import Wired

if TYPE_CHECKING:
    from tests.local.conftest import Bench


def test_a_dead_letter_keeps_the_cloud_from_rest_only_as_long_as_a_function_takes_it(bench: Bench) -> None:
    letters = Wired(bench)
    redrive = json.dumps({"deadLetterTargetArn": letters.arn, "maxReceiveCount": 1})
    url, _ = bench.queue(RedrivePolicy=redrive)
    letters.send("fail")
    letters.next_event()
    assert letters.comes_to(1)
    assert not bench.cloud.is_idle()

    bench.functions.update_event_source_mapping(UUID=letters.mapping, Enabled=False)
    bench.sqs.send_message(QueueUrl=url, MessageBody="one")
    bench.sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)
    bench.sqs.receive_message(QueueUrl=url)

    assert letters.comes_to(2)
    assert bench.cloud.is_idle()
