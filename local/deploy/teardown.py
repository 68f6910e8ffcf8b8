"""Deleting what a deployment made: what `pulumi destroy --continue-on-error` does."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from local.deploy.deletion import Deletion
from local.deploy.deployment import Failure, TearDownError
from local.deploy.inputs import InputError, Inputs
from local.deploy.resources import KINDS
from local.deploy.target import Target

if TYPE_CHECKING:
    from local.deploy.deployment import DeployedResource, Deployment

_GONE = frozenset(
    {
        "AWS.SimpleQueueService.NonExistentQueue",
        "EntityNotFoundException",
        "ConfigurationSetDoesNotExist",  # moto's word, of SES's older interface
        "NoSuchBucket",
        "NoSuchBucketPolicy",
        "NoSuchCORSConfiguration",
        "NoSuchCachePolicy",
        "NoSuchDistribution",
        "NoSuchEntity",
        "NoSuchLifecycleConfiguration",
        "NoSuchOriginAccessControl",
        "NoSuchPublicAccessBlockConfiguration",
        "NoSuchResponseHeadersPolicy",
        "NotFound",
        "NotFoundException",
        "OwnershipControlsNotFoundError",
        "QueueDoesNotExist",
        "ResourceNotFoundException",
        "ServerSideEncryptionConfigurationNotFoundError",
    },
)
"""How AWS's services say that there is no such thing."""


def tear_down(deployment: Deployment, endpoint_url: str) -> list[DeployedResource]:
    """Delete a deployment's resources, each before those that it stands on, where `endpoint_url` plays AWS.

    Only those that were made with `retain_on_delete` stay, and are nobody's.

    One that cannot be deleted keeps those that it stands on; all else is deleted still, so that one run shows every
    failure. What is gone already is no failure: it can be run again, with the same deployment or with the error's
    `remaining`, until all is gone.

    Returns:
        What was deleted, in that order.

    Raises:
        TearDownError: Resources could not be deleted; it tells of each.
    """
    failures: list[Failure] = []
    deleted: list[DeployedResource] = []
    remaining: list[DeployedResource] = []
    needed: set[str] = set()
    with closing(Target(deployment.account, deployment.region, endpoint_url)) as target:
        # A program registers a resource after those that it stands on.
        for resource in reversed(deployment.resources):
            if resource.retained:
                continue
            if resource.urn not in needed:
                try:
                    _delete(resource, target)
                except Exception as error:  # noqa: BLE001 - whatever went wrong is reported with its resource, beside the others
                    failures.append(Failure(resource.urn, error))
                else:
                    deleted.append(resource)
                    continue
            remaining.insert(0, resource)
            needed |= resource.dependencies
    if failures:
        raise TearDownError(failures, deleted, replace(deployment, resources=remaining))
    return deleted


def _delete(resource: DeployedResource, target: Target) -> None:
    if resource.protected:
        raise InputError("its program protects it: deploy it without `protect` first")
    kind = KINDS.get(resource.type)
    if kind is None:
        raise InputError(f"nothing in local/deploy/resources deletes {resource.type}")
    try:
        kind.delete(Deletion(resource.id, Inputs(resource.inputs), resource.outputs, target))
    except ClientError as error:
        if error.response["Error"]["Code"] not in _GONE:
            raise
