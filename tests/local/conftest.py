from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, field
from textwrap import dedent
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from botocore.config import Config

from local.client import LocalCloud
from local.region import Region
from tests.local.policies import EVERYTHING, LAMBDA_TRUST

if TYPE_CHECKING:
    from collections.abc import Iterator

Json: TypeAlias = Any
"""Whatever JSON can hold."""


@dataclass
class Bench:
    """A region with nothing deployed, and what tests need to put small things onto it."""

    region: Region
    cloud: LocalCloud
    names: Iterator[int] = field(default_factory=lambda: iter(range(10_000)))

    def __post_init__(self) -> None:
        self.functions: Any = self.cloud.client("lambda", Config(retries={"total_max_attempts": 1}))
        self.sqs: Any = self.cloud.client("sqs")
        self.s3: Any = self.cloud.client("s3")
        iam: Any = self.cloud.client("iam")
        role = iam.create_role(RoleName="function", AssumeRolePolicyDocument=LAMBDA_TRUST)
        iam.put_role_policy(RoleName="function", PolicyName="rights", PolicyDocument=EVERYTHING)
        self.role_arn: str = role["Role"]["Arn"]

    def name(self, kind: str) -> str:
        """A name that no other test has."""
        return f"{kind}-{next(self.names)}"

    def deploy(self, source: str, **configuration: Json) -> str:
        """Deploy a function whose module `main` is this source; its handler is `main.handler`."""
        name: str = configuration.pop("FunctionName", "") or self.name("function")
        self.functions.create_function(
            FunctionName=name,
            Role=self.role_arn,
            Runtime="python3.13",
            Handler="main.handler",
            Code={"ZipFile": zipped(source)},
            **configuration,
        )
        return name

    def invoke(self, name: str, event: Json = None) -> Json:
        """What a function returns; an error of it is an AssertionError."""
        answer = self.functions.invoke(FunctionName=name, Payload=json.dumps(event))
        payload = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, payload
        return payload

    def invoke_failing(self, name: str, event: Json = None) -> Json:
        """The error that a function ends with."""
        answer = self.functions.invoke(FunctionName=name, Payload=json.dumps(event))
        assert answer.get("FunctionError") == "Unhandled"
        return json.loads(answer["Payload"].read())

    def queue(self, **attributes: str) -> tuple[str, str]:
        """A new queue's URL and ARN."""
        url = self.sqs.create_queue(QueueName=self.name("queue"), Attributes=attributes)["QueueUrl"]
        return url, self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def log_of(self, name: str) -> str:
        """A function's log."""
        log = self.region.state / "logs" / f"{name}.log"
        return log.read_text(encoding="utf-8")


def zipped(source: str) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr("main.py", dedent(source))
    return memory.getvalue()


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with Region(tmp_path_factory.mktemp("state")) as region:
        yield Bench(region, LocalCloud(region.endpoint))
