"""Pulumi's functions, which a program calls to ask about where it is deployed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from local.deploy.inputs import Inputs

if TYPE_CHECKING:
    from local.deploy.account import Account

Function: TypeAlias = Callable[[Inputs, "Account"], dict[str, Any]]


def _caller_identity(_: Inputs, account: Account) -> dict[str, Any]:
    caller = account.caller
    return {"accountId": caller["Account"], "arn": caller["Arn"], "id": caller["Account"], "userId": caller["UserId"]}


def _region(_: Inputs, account: Account) -> dict[str, Any]:
    region = account.region
    return {
        "description": region,
        "endpoint": f"ec2.{region}.amazonaws.com",
        "id": region,
        "name": region,
        "region": region,
    }


def _partition(_: Inputs, __: Account) -> dict[str, Any]:
    return {"dnsSuffix": "amazonaws.com", "id": "aws", "partition": "aws", "reverseDnsPrefix": "com.amazonaws"}


def _policy_document(inputs: Inputs, _: Account) -> dict[str, Any]:
    document = {
        "Version": inputs.optional_text("version") or "2012-10-17",
        "Statement": [_statement(statement) for statement in inputs.blocks("statements")],
    }
    text = json.dumps(document)
    return {"id": str(len(text)), "json": json.dumps(document, indent=2), "minifiedJson": text}


def _statement(inputs: Inputs) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": "Allow"} | inputs.translate(
        {
            "sid": "Sid",
            "effect": "Effect",
            "actions": "Action",
            "notActions": "NotAction",
            "resources": "Resource",
            "notResources": "NotResource",
        },
    )
    for principal in inputs.blocks("principals"):
        kind, identifiers = principal.text("type"), principal.plain("identifiers")
        if kind == "*":
            statement["Principal"] = "*"
        else:
            statement.setdefault("Principal", {})[kind] = identifiers
    for condition in inputs.blocks("conditions"):
        test = statement.setdefault("Condition", {}).setdefault(condition.text("test"), {})
        test[condition.text("variable")] = condition.plain("values")
    return statement


FUNCTIONS: dict[str, Function] = {
    "aws:iam/getPolicyDocument:getPolicyDocument": _policy_document,
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
}
