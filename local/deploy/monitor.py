"""The engine's side of a Pulumi program: it takes registrations and creates what they ask for."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from google.protobuf import struct_pb2
from pulumi.runtime import mocks
from pulumi.runtime.proto import provider_pb2, resource_pb2

from local.deploy.creation import Creation
from local.deploy.deployment import DeployedResource, Failure
from local.deploy.functions import FUNCTIONS
from local.deploy.inputs import InputError, Inputs
from local.deploy.resources import KINDS
from local.deploy.wire import plain, unknown_paths

if TYPE_CHECKING:
    from pathlib import Path

    from google.protobuf import empty_pb2
    from pulumi.runtime.proto import callback_pb2

    from local.deploy.names import NamePattern
    from local.deploy.target import Target

_STACK = "pulumi:pulumi:Stack"


class Unsupported(mocks.Mocks):
    """The mocks that MockMonitor wants and that Monitor, answering by itself, never asks."""

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], None]:
        """Refuse."""
        raise NotImplementedError(args.token)

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """Refuse."""
        raise NotImplementedError(args.name)


class Monitor(mocks.MockMonitor):
    """Creates each resource in `target`, one at a time, and keeps what became of it.

    A resource that fails is answered as Pulumi's engine does with `--continue-on-error`: its outputs are unknown, what
    depends on them is left out, and all else is still created, so that one run shows every failure.
    """

    def __init__(self, target: Target, naming: NamePattern, root: Path) -> None:
        super().__init__(Unsupported())
        self.created: list[DeployedResource] = []
        self.failures: list[Failure] = []
        self.outputs: dict[str, Any] = {}
        self._target = target
        self._naming = naming
        self._root = root
        self._urns: set[str] = set()
        self._missing: set[str] = set()  # URNs of resources that failed, or were left out for one that did
        self._lock = threading.Lock()  # Pulumi registers from several threads

    def RegisterResource(  # noqa: N802 - the protocol's name
        self,
        request: resource_pb2.RegisterResourceRequest,
    ) -> resource_pb2.RegisterResourceResponse:
        """Create a resource, or note that a component exists."""
        urn = self.make_urn(request.parent, request.type, request.name)
        with self._lock:
            if urn in self._urns:
                return self._failed(urn, InputError("another resource has this URN already: give one another name"))
            self._urns.add(urn)
            try:
                _refuse_options(request)
                if not request.custom:
                    return resource_pb2.RegisterResourceResponse(urn=urn, object=request.object)
                if self._missing.intersection(request.dependencies) or request.parent in self._missing:
                    return self._left_out(urn)
                return self._created(urn, request)
            except Exception as error:  # noqa: BLE001 - whatever went wrong is reported with its resource, beside the others
                return self._failed(urn, error)

    def RegisterResourceOutputs(  # noqa: N802 - the protocol's name
        self,
        request: resource_pb2.RegisterResourceOutputsRequest,
    ) -> empty_pb2.Empty:
        """Keep the stack's exports."""
        if f"::{_STACK}::" in request.urn:
            self.outputs = dict(sorted(plain(request.outputs).items()))
        return super().RegisterResourceOutputs(request)

    def ReadResource(  # noqa: N802 - the protocol's name
        self,
        request: resource_pb2.ReadResourceRequest,
    ) -> resource_pb2.ReadResourceResponse:
        """Refuse to take over a resource that is there already (`get`)."""
        urn = self.make_urn(request.parent, request.type, request.name)
        with self._lock:
            self._failed(urn, InputError("only what the program creates can be deployed here, and this is only read"))
        return resource_pb2.ReadResourceResponse(urn=urn, result=resource_pb2.FAIL)

    def RegisterStackTransform(  # noqa: N802 - the protocol's name
        self,
        request: callback_pb2.Callback,
    ) -> empty_pb2.Empty:
        """Refuse a change to all resources, which would not be made."""
        with self._lock:
            self.failures.append(Failure("the stack", InputError("transforms of a whole stack do not work here")))
        return super().RegisterStackTransform(request)

    def Invoke(  # noqa: N802 - the protocol's name
        self,
        request: resource_pb2.ResourceInvokeRequest,
    ) -> resource_pb2.ResourceInvokeResponse:
        """Answer a function of the provider's."""
        try:
            answer = self._answered(request)
        except Exception as error:  # noqa: BLE001 - the program is told, as by Pulumi's engine
            reason = f"{type(error).__name__}: {error}"
            return resource_pb2.ResourceInvokeResponse(failures=[provider_pb2.CheckFailure(reason=reason)])
        response = resource_pb2.ResourceInvokeResponse()
        getattr(response, "return").update(answer)  # the protocol's name is a keyword of Python's
        return response

    def _answered(self, request: resource_pb2.ResourceInvokeRequest) -> dict[str, Any]:
        function = FUNCTIONS.get(request.tok)
        if function is None:
            raise InputError(f"local/deploy/functions.py has no {request.tok}")
        inputs = Inputs(plain(request.args))
        answer = function(inputs, self._target)
        _refuse_unread(inputs)
        return answer

    def _created(
        self,
        urn: str,
        request: resource_pb2.RegisterResourceRequest,
    ) -> resource_pb2.RegisterResourceResponse:
        kind = KINDS.get(request.type)
        if kind is None:
            raise InputError(f"nothing in local/deploy/resources makes {request.type}")
        values = plain(request.object)
        if unknown := unknown_paths(values):
            sources = sorted(
                {source for dependency in request.propertyDependencies.values() for source in dependency.urns}
            )
            raise InputError(
                f"{', '.join(unknown)} stands on an output that the creator of one of these does not give: "
                + ", ".join(sources),
            )
        inputs = Inputs(values)
        made = kind.create(Creation(urn, request.name, inputs, self._target, self._naming, self._root))
        _refuse_unread(inputs)
        self.created.append(
            DeployedResource(
                urn=urn,
                type=request.type,
                name=request.name,
                id=made.id,
                inputs=values,
                outputs=made.outputs,
                dependencies=frozenset({*request.dependencies, request.parent}),
                protected=request.protect,
                retained=request.retainOnDelete,
            ),
        )
        state = struct_pb2.Struct()
        state.CopyFrom(request.object)
        state.update(made.outputs)
        # `unknown`: an output that nobody gave is found above when it is used, and not silently None.
        return resource_pb2.RegisterResourceResponse(urn=urn, id=made.id, object=state, unknown=True)

    def _failed(self, urn: str, error: Exception) -> resource_pb2.RegisterResourceResponse:
        self.failures.append(Failure(urn, error))
        return self._left_out(urn)

    def _left_out(self, urn: str) -> resource_pb2.RegisterResourceResponse:
        self._missing.add(urn)
        return resource_pb2.RegisterResourceResponse(urn=urn, result=resource_pb2.FAIL)


def _refuse_unread(inputs: Inputs) -> None:
    if unread := inputs.unread():
        raise InputError(f"nothing here uses {', '.join(unread)}: misspelt, or new to local/deploy")


def _refuse_options(request: resource_pb2.RegisterResourceRequest) -> None:
    """Refuse options that would change what is created, and are not done here."""
    options = {
        "import_": request.importId,
        "transforms": request.transforms,
        "hooks": request.hooks.ListFields() if request.HasField("hooks") else (),
        "remote component": request.remote,
        "provider": request.provider,
    }
    if used := [name for name, value in options.items() if value]:
        raise InputError(f"options that do not work here: {', '.join(used)}")
