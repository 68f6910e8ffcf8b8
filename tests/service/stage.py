"""The deployed service with its cloud in this very process, so that a test can step between a function and AWS."""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.client import LocalCloud
from local.cloud import PROJECT
from local.deploy import deploy
from local.http_message import aws_json_error
from local.region import Region
from tests.service.visitor import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from local.credentials import Credentials
    from local.http_message import Request, Response
    from local.iam.signatures import Caller

QUARTER = 1000.0
"""Seconds after which a sweep has come by."""


@dataclass
class Interference:
    """What happens when a function makes a certain call.

    Attributes:
        function: Part of its name.
        call: How its `X-Amz-Target` ends, or method and beginning of the path.
        text: What its body holds.
        effect: Done first; what it answers, if it does, is the answer.
        times: How often; then it is over.
    """

    function: str
    call: str
    text: str
    effect: Callable[[], Response | None]
    times: int

    def concerns(self, request: Request, caller: Credentials) -> bool:
        """Whether this is such a call."""
        called = request.header("X-Amz-Target").rpartition(".")[2] or f"{request.method} {request.path}"
        its_own = self.function in (caller.function_name or "")
        return self.times > 0 and its_own and called.startswith(self.call) and self.text.encode() in request.body


@dataclass
class Stage:
    """A deployed service, and the strings behind it."""

    region: Region
    local: LocalCloud
    interferences: list[Interference] = field(default_factory=list)

    def __post_init__(self) -> None:
        front = self.region.front
        answer = front._answer  # noqa: SLF001 - there is no other way between a function and AWS

        def interfered(request: Request, caller: Caller) -> Response:
            for one in self.interferences:
                if one.concerns(request, caller.credentials):
                    one.times -= 1
                    if (changed := one.effect()) is not None:
                        return changed
            return answer(request, caller)

        front._answer = interfered  # type: ignore[method-assign]  # noqa: SLF001 - the same

    @property
    def endpoint(self) -> str:
        return self.local.endpoint

    @property
    def outputs(self) -> dict[str, Any]:
        return self.local.outputs

    def wait_idle(self, timeout: float = PATIENCE) -> None:
        self.local.wait_idle(timeout)

    def mails(self, to: str | None = None) -> list[Any]:
        return self.local.mails(to)

    def client(self, service: str) -> Any:  # noqa: ANN401 - any of boto3's clients
        return self.local.client(service)

    def before(self, function: str, call: str, text: str, effect: Callable[[], None]) -> None:
        """Have something happen just before a function's call, once."""
        self.interferences.append(Interference(function, call, text, effect, 1))

    @contextmanager
    def refusing(self, function: str, call: str, text: str = "", *, code: str) -> Iterator[None]:
        """AWS answers an error to such calls of a function."""
        one = Interference(function, call, text, lambda: aws_json_error(400, code, "by the test"), 10_000)
        self.interferences.append(one)
        try:
            yield
        finally:
            self.interferences.remove(one)

    def until(self, over: Callable[[], object], seconds: float = 0.0) -> None:
        """Wait until something is so, and let so many of the cloud's seconds pass at each look."""
        until = time.monotonic() + PATIENCE
        while not over():
            assert time.monotonic() < until
            if seconds:
                self.local.advance(seconds)
            time.sleep(0.05)

    @contextmanager
    def untaken(self, queue: str) -> Iterator[None]:
        """Nobody takes a queue's messages, and what is in it in the end is lost."""
        functions, sqs = self.client("lambda"), self.client("sqs")
        url = self.outputs[f"{queue}_queue_url"]
        mappings = functions.list_event_source_mappings()["EventSourceMappings"]
        (mapping,) = [one for one in mappings if one["EventSourceArn"].endswith(url.rpartition("/")[2])]
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        try:
            yield
        finally:
            sqs.purge_queue(QueueUrl=url)
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)

    @contextmanager
    def dying(self, queue: str) -> Iterator[None]:
        """A queue's messages die when they are received once more."""
        sqs, url = self.client("sqs"), self.outputs[f"{queue}_queue_url"]
        told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"]
        policy = json.loads(told["RedrivePolicy"])
        sqs.set_queue_attributes(
            QueueUrl=url, Attributes={"RedrivePolicy": json.dumps(policy | {"maxReceiveCount": 1})}
        )
        try:
            yield
        finally:
            sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": json.dumps(policy)})

    def kill_run(self) -> None:
        """End the processes of Glue's run that is under way, as a machine does that is lost."""
        for pid in self.region.glue.pids():
            os.killpg(pid, signal.SIGKILL)

    def runs(self) -> list[dict[str, Any]]:
        """Glue's runs, the first one first."""
        return self.region.glue.runs()

    def has_used(self, function: str, action: str, sid: str = "") -> bool:
        """Whether a function, by a part of its role's name, has used a right."""
        used = self.local.permissions()["used"]
        return any(
            function in right["role"] and action == right["action"] and sid in {"", right["sid"]} for right in used
        )

    def send(self, queue: str, body: str) -> None:
        """Put a message into one of the service's queues."""
        self.client("sqs").send_message(QueueUrl=self.outputs[f"{queue}_queue_url"], MessageBody=body)

    def record(self, key: str) -> dict[str, Any] | None:
        """The row of a picture's record, as DynamoDB has it."""
        where = {"pk": {"S": f"DIGEST#{key}"}, "sk": {"S": "RECORD"}}
        found: dict[str, Any] | None = (
            self.client("dynamodb").get_item(TableName=self.outputs["table_name"], Key=where).get("Item")
        )
        return found

    def state_of(self, key: str) -> str:
        """The state of a picture's record; empty when there is none."""
        record = self.record(key)
        return str(record["state"]["S"]) if record else ""

    def forget(self, key: str) -> None:
        """Delete a picture's record."""
        where = {"pk": {"S": f"DIGEST#{key}"}, "sk": {"S": "RECORD"}}
        self.client("dynamodb").delete_item(TableName=self.outputs["table_name"], Key=where)


@contextmanager
def staged(state: Path, changes: Mapping[str, Mapping[str, object]] | None = None) -> Iterator[Stage]:
    """The service, deployed; with other settings than the stack's file, if told."""
    with Region(state) as region:
        deployment = deploy(PROJECT, "local", region.endpoint, changes=changes or {})
        local = LocalCloud(region.endpoint).announce_deployment("local", deployment.outputs)
        yield Stage(region, local)
