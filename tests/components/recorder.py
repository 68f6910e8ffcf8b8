"""Runs the real program of a stack, and records every resource that it would make."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import json
import runpy
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
import yaml
from google.protobuf import json_format, struct_pb2
from pulumi.runtime import mocks, rpc, settings
from pulumi.runtime import stack as pulumi_stack
from pulumi.runtime.proto import resource_pb2

from local.deploy.program import settle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from google.protobuf.empty_pb2 import Empty

PROJECT = Path(__file__).resolve().parents[2]
PROJECT_NAME = "ocr-wordcount"
ACCOUNT = "123456789012"
_STACK = "pulumi:pulumi:Stack"

LONGEST_NAME = "a-name-of-20-letters"
"""A stack may have no longer one, and names of resources are made of it."""

STACKS = ("dev", "prod", "local", LONGEST_NAME)

# What providers compute. A reference to one that was not given is answered by a text that tells where it came from.
COMPUTED = (
    "apiEndpoint",
    "arn",
    "bucket",
    "bucketRegionalDomainName",
    "certificateArn",
    "configurationSetName",
    "domainName",
    "executionArn",
    "invokeArn",
    "name",
    "url",
    "value",
)


@dataclass(frozen=True)
class Recorded:
    """One resource as it was registered.

    Attributes:
        urn: Its URN.
        type: Its type, such as `aws:sqs/queue:Queue`.
        name: Its name in the program.
        parent: The URN of the component that it belongs to.
        custom: Whether a provider makes it; else it is a component.
        inputs: As plain values.
        after: The URNs of those that it waits for.
        secret: Where its inputs hold a secret, such as `environment.variables.WORD`.
        aliases: Its own earlier URNs.
    """

    urn: str
    type: str
    name: str
    parent: str
    custom: bool
    inputs: Mapping[str, Any]
    after: frozenset[str] = frozenset()
    secret: frozenset[str] = frozenset()
    aliases: frozenset[str] = frozenset()

    def out(self, attribute: str) -> str:
        """What another resource sees when it refers to this one's attribute."""
        if attribute == "id":
            return f"{self.name}-id"
        return str(self.inputs.get(attribute, f"<{self.name}.{attribute}>"))


@dataclass(frozen=True)
class RecordedStack:
    """All that one run of the program registered.

    Attributes:
        resources: What it made.
        name: The stack's name.
        config: The settings that it read.
        exports: What it exported.
        finished: The URNs of components that named their outputs.
    """

    resources: Sequence[Recorded]
    name: str
    config: Mapping[str, Any] = field(default_factory=dict)
    exports: Mapping[str, Any] = field(default_factory=dict)
    finished: Sequence[str] = ()

    def of(self, token: str) -> list[Recorded]:
        """The resources of a type, such as `aws:sqs/queue:Queue`."""
        return list(self._by_type.get(token, ()))

    @functools.cached_property
    def _by_type(self) -> dict[str, list[Recorded]]:
        found: dict[str, list[Recorded]] = {}
        for resource in self.resources:
            found.setdefault(resource.type, []).append(resource)
        return found

    def one(self, token: str, name: str) -> Recorded:
        """The resource of a type and name."""
        (found,) = [resource for resource in self.of(token) if resource.name == name]
        return found

    def but(self, token: str, name: str, **inputs: object) -> RecordedStack:
        """This stack, except that one resource has these inputs: what a rule is shown to see whether it minds."""
        wrong = self.one(token, name)
        right = replace(wrong, inputs={**wrong.inputs, **inputs})
        return self.with_resources(right if resource is wrong else resource for resource in self.resources)

    def without(self, token: str, name: str) -> RecordedStack:
        """This stack, less one resource."""
        gone = self.one(token, name)
        return self.with_resources(resource for resource in self.resources if resource is not gone)

    def with_resources(self, resources: Iterable[Recorded]) -> RecordedStack:
        """This stack with other resources."""
        return replace(self, resources=tuple(resources))


class DuplicateUrnError(Exception):
    """Two resources would be one: Pulumi's engine refuses that, its mocks do not."""


class _Recorder(mocks.MockMonitor, mocks.Mocks):
    """Pulumi's engine, as far as a program sees it."""

    def __init__(self, region: str) -> None:
        super().__init__(self)
        self.recorded: dict[str, Recorded] = {}
        self.exports: dict[str, Any] = {}
        self.finished: list[str] = []
        self._region = region
        self._lock = threading.Lock()  # Pulumi registers from several threads

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """As the engine does: with the types of all parents but the stack. Pulumi's mocks have the nearest's only."""
        above = parent.split("::")[2] if parent else _STACK
        types = type_ if above == _STACK else f"{above}${type_}"
        return f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{types}::{name}"

    def RegisterResource(  # noqa: N802 - the protocol's name
        self,
        request: resource_pb2.RegisterResourceRequest,
    ) -> resource_pb2.RegisterResourceResponse:
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == _STACK:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        given = json_format.MessageToDict(request.object)
        found = Recorded(
            urn,
            request.type,
            request.name,
            request.parent,
            request.custom,
            plain(given),
            frozenset(request.dependencies),
            frozenset(secrets_in(given)),
            frozenset(alias.urn for alias in request.aliases if alias.urn),
        )
        with self._lock:
            if urn in self.recorded:
                raise DuplicateUrnError(urn)
            self.recorded[urn] = found
        outputs = struct_pb2.Struct()
        outputs.CopyFrom(request.object)
        outputs.update({key: found.out(key) for key in COMPUTED if key not in found.inputs})
        return resource_pb2.RegisterResourceResponse(urn=urn, id=found.out("id"), object=outputs)

    def RegisterResourceOutputs(  # noqa: N802 - the protocol's name
        self,
        request: resource_pb2.RegisterResourceOutputsRequest,
    ) -> Empty:
        if f"::{_STACK}::" in request.urn:
            self.exports.update(plain(json_format.MessageToDict(request.outputs)))
        else:
            self.finished.append(request.urn)
        return super().RegisterResourceOutputs(request)

    def Invoke(  # noqa: N802 - the protocol's name
        self,
        request: resource_pb2.ResourceInvokeRequest,
    ) -> resource_pb2.ResourceInvokeResponse:
        answers = {
            "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ACCOUNT},
            "aws:index/getRegion:getRegion": {"region": self._region},
        }
        response = resource_pb2.ResourceInvokeResponse()
        getattr(response, "return").update(answers[request.tok])  # the protocol's name is a keyword of Python's
        return response

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        raise NotImplementedError(args.token)

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        raise NotImplementedError(f"{args.typ} is read, not made: teach the recorder")


def secrets_in(value: Any, path: str = "") -> Iterator[str]:  # noqa: ANN401 - a JSON value
    """Where a value off the wire holds secrets: keys and numbers, with dots between them."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from secrets_in(item, f"{path}.{number}")
    elif isinstance(value, dict) and _is_secret(value):
        yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from secrets_in(item, f"{path}.{key}" if path else key)


def _is_secret(value: Mapping[str, Any]) -> bool:
    return value.get(rpc._special_sig_key) == rpc._special_secret_sig  # noqa: SLF001 - how a secret looks has no public name


def plain(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    """A value off the wire: secrets unwrapped, whole numbers whole."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, dict):
        return value
    if _is_secret(value):
        return plain(value["value"])
    return {key: plain(item) for key, item in value.items() if not key.startswith("__")}


def configuration(stack: str) -> dict[str, Any]:
    """The configuration in a stack's file."""
    return yaml.safe_load((PROJECT / f"Pulumi.{stack}.yaml").read_text())["config"]


def record_program(
    program: Callable[[], object],
    config: Mapping[str, Any] | None = None,
    stack: str = "dev",
) -> RecordedStack:
    """Run a program as a stack with this configuration, and wait until all of it is registered.

    Pulumi keeps its state in context variables and takes one stack in a context, so each run has its own.
    """
    recorder = _Recorder("us-east-1")
    with ThreadPoolExecutor(1) as executor:
        executor.submit(contextvars.Context().run, _run, program, config or {}, stack, recorder).result()
    return RecordedStack(
        tuple(recorder.recorded.values()), stack, config or {}, recorder.exports, tuple(recorder.finished)
    )


def _run(program: Callable[[], object], config: Mapping[str, Any], stack: str, recorder: _Recorder) -> None:
    settings.configure(
        mocks.MockSettings(
            callbacks=None,
            dry_run=False,
            engine=mocks.MockEngine(None),
            legacy_apply_enabled=False,
            lock=threading.Lock(),
            monitor=recorder,
            organization="organization",
            outputs=set(),
            project=PROJECT_NAME,
            stack=stack,
        ),
    )
    pulumi.runtime.set_all_config(
        {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()},
    )
    settings.set_root_resource(None)  # pyrefly: ignore[bad-argument-type] - Pulumi's own default is None

    asyncio.run(pulumi_stack.run_in_stack(lambda: settle(program)))


def run_main() -> None:
    """The program itself."""
    runpy.run_path(str(PROJECT / "__main__.py"), run_name="__main__")


@functools.cache
def recorded(stack: str) -> RecordedStack:
    """The real program under the stack's own file, run once however many tests ask. The longest name is of a prod."""
    return record_program(run_main, configuration("prod" if stack == LONGEST_NAME else stack), stack)
