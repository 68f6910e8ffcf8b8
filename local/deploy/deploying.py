"""Deploying the Pulumi program to a local endpoint, in this process."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from local.deploy.configuration import NOTHING, read_configuration
from local.deploy.deployment import DeployError, Deployment, Failure
from local.deploy.inputs import InputError
from local.deploy.monitor import Monitor
from local.deploy.program import run_program
from local.deploy.target import Target
from local.deploy.wire import unknown_paths

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def deploy(  # noqa: PLR0913 - each a decision of its own, all but the first three by keyword or left out
    project: Path,
    stack: str,
    endpoint_url: str,
    *,
    region: str = "us-east-1",
    account: str = "123456789012",
    changes: Mapping[str, Mapping[str, object]] = NOTHING,
) -> Deployment:
    """Create all that the Pulumi program in the folder `project` declares for `stack`, where `endpoint_url` plays AWS.

    It can be called again and again in one process, also for other stacks.

    Args:
        project: The folder of Pulumi.yaml.
        stack: Which Pulumi.<stack>.yaml.
        endpoint_url: Where every AWS service answers.
        region: Which AWS region; it stands above the stack's `aws:region`.
        account: Twelve digits; moto keeps accounts apart by them.
        changes: Settings that are others than in the stack's file: by the object's key, then by the setting's.

    Raises:
        ConfigurationError: The project's or the stack's file cannot be used.
        DeployError: Resources could not be created, or the program stopped after some were; it tells of each.
        Exception: Whatever the program itself raises before it has created anything.
    """
    root = project.resolve()
    configuration = read_configuration(root, stack, region=region, account=account, changes=changes)
    target = Target(account, region, endpoint_url)
    monitor = Monitor(target, configuration.naming, root)
    try:
        with closing(target):
            run_program(configuration, stack, monitor, root)
    except Exception as error:
        if monitor.failures or monitor.created:
            raise DeployError(monitor.failures, _deployment(monitor, target), error) from error
        raise
    deployment = _deployment(monitor, target)
    if monitor.failures:
        raise DeployError(monitor.failures, deployment) from monitor.failures[0].error
    if unknown := unknown_paths(monitor.outputs):
        reason = InputError(f"{', '.join(unknown)}: stands on an output that no creator gives")
        raise DeployError([Failure("the stack's exports", reason)], deployment)
    return deployment


def _deployment(monitor: Monitor, target: Target) -> Deployment:
    return Deployment(target.account_id, target.region, monitor.outputs, monitor.created)
