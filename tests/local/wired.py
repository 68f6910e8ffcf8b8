from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.local.conftest import Bench, Json

KEEPER = """
    import json, os, boto3
    def handler(event, context):
        bodies = [json.loads(record["body"]) for record in event["Records"]]
        boto3.client("sqs").send_message(QueueUrl=os.environ["SEEN"], MessageBody=json.dumps(event))
        if "all" in bodies:
            raise RuntimeError("all of them")
        failures = [r["messageId"] for r, body in zip(event["Records"], bodies) if body == "fail"]
        return {"batchItemFailures": [{"itemIdentifier": name} for name in failures]}
"""


class Wired:
    """A queue whose messages go to a function, which tells another queue what it was given."""

    def __init__(self, bench: Bench, *, attributes: dict[str, str] | None = None, **mapping: Json) -> None:
        self.bench = bench
        self.seen, _ = bench.queue()
        self.url, self.arn = bench.queue(VisibilityTimeout="60", **(attributes or {}))
        self.function = bench.deploy(KEEPER, Environment={"Variables": {"SEEN": self.seen}})
        partial = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}
        created = bench.functions.create_event_source_mapping(
            EventSourceArn=self.arn, FunctionName=self.function, **{**partial, **mapping}
        )
        self.mapping = created["UUID"]

    def send(self, *bodies: object) -> None:
        entries = [{"Id": str(n), "MessageBody": json.dumps(body)} for n, body in enumerate(bodies)]
        self.bench.sqs.send_message_batch(QueueUrl=self.url, Entries=entries)

    def next_event(self) -> dict[str, Any]:
        answer = self.bench.sqs.receive_message(QueueUrl=self.seen, WaitTimeSeconds=10)
        assert "Messages" in answer, "the function was not run"
        self.bench.sqs.delete_message(QueueUrl=self.seen, ReceiptHandle=answer["Messages"][0]["ReceiptHandle"])
        event: dict[str, Any] = json.loads(answer["Messages"][0]["Body"])
        return event

    def next_bodies(self) -> list[object]:
        return [json.loads(record["body"]) for record in self.next_event()["Records"]]

    def comes_to(self, count: int) -> bool:
        """Whether the queue holds so many messages, seen or not, once no function runs any more."""
        until = time.monotonic() + 10
        while time.monotonic() < until:
            status = self.bench.cloud.status()
            counts = status["queues"][self.url.rpartition("/")[2]]
            if status["in_flight"] == 0 and counts["visible"] + counts["hidden"] == count:
                return True
            time.sleep(0.01)
        return False
