"""Pulumi's functions, which a program calls to ask about where it is deployed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from local.deploy.inputs import Inputs

if TYPE_CHECKING:
    from local.deploy.target import Target

Function: TypeAlias = Callable[[Inputs, "Target"], dict[str, Any]]


def _caller_identity(_: Inputs, target: Target) -> dict[str, Any]:
    caller = target.caller
    return {"accountId": caller["Account"], "arn": caller["Arn"], "id": caller["Account"], "userId": caller["UserId"]}


def _region(_: Inputs, target: Target) -> dict[str, Any]:
    region = target.region
    return {
        "description": region,
        "endpoint": f"ec2.{region}.amazonaws.com",
        "id": region,
        "name": region,
        "region": region,
    }


def _partition(_: Inputs, __: Target) -> dict[str, Any]:
    return {"dnsSuffix": "amazonaws.com", "id": "aws", "partition": "aws", "reverseDnsPrefix": "com.amazonaws"}


FUNCTIONS: dict[str, Function] = {
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
}
