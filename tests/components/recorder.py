"""Runs the real program of a stack, and records every resource that it would make."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import json
import runpy
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
import yaml
from google.protobuf import json_format, struct_pb2
from pulumi.runtime import mocks, rpc, settings
from pulumi.runtime import stack as pulumi_stack
from pulumi.runtime.proto import resource_pb2

PROJECT = Path(__file__).resolve().parents[2]
ACCOUNT = "123456789012"

# What providers compute. A reference to one that was not given is answered by a text that tells where it came from.
COMPUTED = ("arn", "url", "name", "bucket", "executionArn", "invokeArn", "apiEndpoint", "configurationSetName")


@dataclass(frozen=True)
class Recorded:
    """One resource as it was registered: its inputs as plain values, and the URNs of those that it waits for."""

    urn: str
    type: str
    name: str
    parent: str
    custom: bool
    inputs: Mapping[str, Any]
    after: frozenset[str] = frozenset()

    def out(self, attribute: str) -> str:
        """What another resource sees when it refers to this one's attribute."""
        return str(self.inputs.get(attribute, f"<{self.name}.{attribute}>"))


@dataclass(frozen=True)
class RecordedStack:
    """All that one run of the program registered."""

    resources: Sequence[Recorded]
    exports: Mapping[str, Any] = field(default_factory=dict)

    def of(self, token: str) -> list[Recorded]:
        """The resources of a type, such as `aws:sqs/queue:Queue`."""
        return [resource for resource in self.resources if resource.type == token]

    def one(self, token: str, name: str) -> Recorded:
        """The resource of a type and name."""
        (found,) = [resource for resource in self.of(token) if resource.name == name]
        return found


class DuplicateUrnError(Exception):
    """Two resources would be one: Pulumi's engine refuses that, its mocks do not."""


class _Recorder(mocks.MockMonitor, mocks.Mocks):
    def __init__(self, region: str) -> None:
        super().__init__(self)
        self.region = region
        self.recorded: dict[str, Recorded] = {}
        self.exports: dict[str, Any] = {}

    def RegisterResource(self, request: resource_pb2.RegisterResourceRequest) -> resource_pb2.RegisterResourceResponse:
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == "pulumi:pulumi:Stack":
            return resource_pb2.RegisterResourceResponse(urn=urn)
        if urn in self.recorded:
            raise DuplicateUrnError(urn)
        found = Recorded(
            urn,
            request.type,
            request.name,
            request.parent,
            request.custom,
            _plain(json_format.MessageToDict(request.object)),
            frozenset(request.dependencies),
        )
        self.recorded[urn] = found
        outputs = struct_pb2.Struct()
        outputs.CopyFrom(request.object)
        outputs.update({key: found.out(key) for key in COMPUTED if key not in found.inputs})
        return resource_pb2.RegisterResourceResponse(urn=urn, id=f"{request.name}-id", object=outputs)

    def RegisterResourceOutputs(self, request: resource_pb2.RegisterResourceOutputsRequest) -> Any:
        if "::pulumi:pulumi:Stack::" in request.urn:
            self.exports.update(_plain(json_format.MessageToDict(request.outputs)))
        return super().RegisterResourceOutputs(request)

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        answers = {
            "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ACCOUNT},
            "aws:index/getRegion:getRegion": {"region": self.region},
        }
        return answers[args.token], []

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        raise NotImplementedError(f"{args.typ} is read, not made: teach the recorder")


def _plain(value: Any) -> Any:
    """A value off the wire: secrets unwrapped, whole numbers whole."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, dict):
        return value
    if value.get(rpc._special_sig_key) == rpc._special_secret_sig:
        return _plain(value["value"])
    return {key: _plain(item) for key, item in value.items() if not key.startswith("__")}


def configuration(stack: str) -> dict[str, Any]:
    """The configuration in a stack's file."""
    return yaml.safe_load((PROJECT / f"Pulumi.{stack}.yaml").read_text())["config"]


def record_program(program: Callable[[], object], config: Mapping[str, Any], stack: str) -> RecordedStack:
    """Run a program as a stack with this configuration, and wait until all of it is registered."""
    recorder = _Recorder(str(config.get("aws:region")))
    raised: list[BaseException] = []

    def in_own_context() -> None:
        fresh = mocks.MockSettings(
            monitor=recorder,
            monitor_features=set(recorder.GetDeploymentInfo(None).supportedFeatures),
            engine=mocks.MockEngine(None),
            project="ocr-wordcount",
            stack=stack,
            dry_run=False,
            organization=None,
            callbacks=None,
        )
        settings.configure(fresh)
        settings.set_root_resource(None)
        pulumi.runtime.set_all_config(
            {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()},
        )
        try:
            asyncio.run(pulumi_stack.run_in_stack(lambda: program() and None))
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=contextvars.Context().run, args=(in_own_context,))
    thread.start()
    thread.join()
    if raised:
        raise raised[0]
    return RecordedStack(tuple(recorder.recorded.values()), recorder.exports)


def run_main() -> None:
    """The program itself."""
    runpy.run_path(str(PROJECT / "__main__.py"), run_name="__main__")


@functools.cache
def recorded(stack: str) -> RecordedStack:
    """The real program under the stack's own file, run once however many tests ask."""
    return record_program(run_main, configuration(stack), stack)
