"""Glue's jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.deploy.creation import Created
from local.deploy.inputs import Free, Nested
from local.deploy.kind import Kind

if TYPE_CHECKING:
    from local.deploy.creation import Creation
    from local.deploy.deletion import Deletion
    from local.deploy.inputs import Shape

_LONGEST_NAME = 255

_JOB: Shape = {
    "command": Nested(
        "Command", {"name": "Name", "pythonVersion": "PythonVersion", "scriptLocation": "ScriptLocation"}
    ),
    "defaultArguments": Free("DefaultArguments"),
    "description": "Description",
    "executionClass": "ExecutionClass",
    "executionProperty": Nested("ExecutionProperty", {"maxConcurrentRuns": "MaxConcurrentRuns"}),
    "glueVersion": "GlueVersion",
    "maxRetries": "MaxRetries",
    "numberOfWorkers": "NumberOfWorkers",
    "roleArn": "Role",
    "timeout": "Timeout",
    "workerType": "WorkerType",
}


def _job(creation: Creation) -> Created:
    name = creation.named(longest=_LONGEST_NAME)
    creation.call("glue", "create_job", Name=name, Tags=creation.tags() or None, **creation.inputs.translate(_JOB))
    target = creation.target
    return Created(name, {"arn": f"arn:aws:glue:{target.region}:{target.account_id}:job/{name}", "name": name})


def _delete_job(deletion: Deletion) -> None:
    deletion.call("glue", "delete_job", JobName=deletion.id)


KINDS: dict[str, Kind] = {
    "aws:glue/job:Job": Kind(_job, _delete_job),
}
