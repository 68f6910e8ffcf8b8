"""Lambda functions, who may call them, and the queues they are fed from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.deploy.creation import Created
from local.deploy.inputs import Free, InputError, Nested
from local.deploy.kind import Kind
from local.deploy.packed import Archive

if TYPE_CHECKING:
    from local.deploy.creation import Creation
    from local.deploy.deletion import Deletion
    from local.deploy.inputs import Shape

_LONGEST_NAME = 64
_LONGEST_STATEMENT = 100

_FUNCTION: Shape = {
    "architectures": "Architectures",
    "description": "Description",
    "environment": Nested("Environment", {"variables": Free("Variables")}),
    "ephemeralStorage": Nested("EphemeralStorage", {"size": "Size"}),
    "handler": "Handler",
    "loggingConfig": Nested(
        "LoggingConfig",
        {
            "applicationLogLevel": "ApplicationLogLevel",
            "logFormat": "LogFormat",
            "logGroup": "LogGroup",
            "systemLogLevel": "SystemLogLevel",
        },
    ),
    "memorySize": "MemorySize",
    "packageType": "PackageType",
    "role": "Role",
    "runtime": "Runtime",
    "timeout": "Timeout",
    "tracingConfig": Nested("TracingConfig", {"mode": "Mode"}),
}
_PERMISSION: Shape = {
    "action": "Action",
    "function": "FunctionName",
    "principal": "Principal",
    "qualifier": "Qualifier",
    "sourceAccount": "SourceAccount",
    "sourceArn": "SourceArn",
}
_MAPPING: Shape = {
    "batchSize": "BatchSize",
    "enabled": "Enabled",
    "eventSourceArn": "EventSourceArn",
    "functionName": "FunctionName",
    "functionResponseTypes": "FunctionResponseTypes",
    "maximumBatchingWindowInSeconds": "MaximumBatchingWindowInSeconds",
    "scalingConfig": Nested("ScalingConfig", {"maximumConcurrency": "MaximumConcurrency"}),
}


def _function(creation: Creation) -> Created:
    inputs = creation.inputs
    code = inputs.any("code")
    if not isinstance(code, Archive):
        raise InputError("code must be an archive")
    answer = creation.call(
        "lambda",
        "create_function",
        FunctionName=creation.named(longest=_LONGEST_NAME),
        Code={"ZipFile": code.zipped(creation.root)},
        Tags=creation.tags() or None,
        **inputs.translate(_FUNCTION),
    )
    inputs.optional_text("sourceCodeHash")  # tells Pulumi when to deploy the code anew
    name, arn = answer["FunctionName"], answer["FunctionArn"]
    reserved = inputs.plain("reservedConcurrentExecutions")
    if reserved is not None:
        creation.call(
            "lambda",
            "put_function_concurrency",
            FunctionName=name,
            ReservedConcurrentExecutions=reserved,
        )
    return Created(
        name,
        {
            "arn": arn,
            "codeSha256": answer["CodeSha256"],
            "invokeArn": (
                f"arn:aws:apigateway:{creation.target.region}:lambda:path/2015-03-31/functions/{arn}/invocations"
            ),
            "lastModified": answer["LastModified"],
            "name": name,
            "version": answer["Version"],
        },
    )


def _delete_function(deletion: Deletion) -> None:
    deletion.call("lambda", "delete_function", FunctionName=deletion.id)


def _permission(creation: Creation) -> Created:
    statement = creation.named("statementId", longest=_LONGEST_STATEMENT)
    creation.call("lambda", "add_permission", StatementId=statement, **creation.inputs.translate(_PERMISSION))
    return Created(statement, {"statementId": statement})


def _remove_permission(deletion: Deletion) -> None:
    deletion.call(
        "lambda",
        "remove_permission",
        FunctionName=deletion.inputs.text("function"),
        Qualifier=deletion.inputs.optional_text("qualifier"),
        StatementId=deletion.id,
    )


def _event_source_mapping(creation: Creation) -> Created:
    answer = creation.call(
        "lambda",
        "create_event_source_mapping",
        Tags=creation.tags() or None,
        **creation.inputs.translate(_MAPPING),
    )
    return Created(answer["UUID"], {"functionArn": answer["FunctionArn"], "uuid": answer["UUID"]})


def _delete_event_source_mapping(deletion: Deletion) -> None:
    deletion.call("lambda", "delete_event_source_mapping", UUID=deletion.id)


KINDS: dict[str, Kind] = {
    "aws:lambda/eventSourceMapping:EventSourceMapping": Kind(_event_source_mapping, _delete_event_source_mapping),
    "aws:lambda/function:Function": Kind(_function, _delete_function),
    "aws:lambda/permission:Permission": Kind(_permission, _remove_permission),
}
