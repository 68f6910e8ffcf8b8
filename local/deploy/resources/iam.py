"""Roles and what they may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.deploy.creation import Created
from local.deploy.kind import Kind

if TYPE_CHECKING:
    from local.deploy.creation import Creation
    from local.deploy.deletion import Deletion

_LONGEST_NAME = 64  # a role's; a policy may have twice as much
_LONGEST_POLICY_NAME = 128
_FORCE = "forceDetachPolicies"
"""Speaks of a role's end: policies that the program did not give it go with it. Else IAM refuses."""


def _role(creation: Creation) -> Created:
    inputs = creation.inputs
    answer = creation.call(
        "iam",
        "create_role",
        RoleName=creation.named(longest=_LONGEST_NAME),
        AssumeRolePolicyDocument=inputs.document("assumeRolePolicy"),
        Tags=creation.tag_list(),
        **inputs.translate(
            {
                "description": "Description",
                "maxSessionDuration": "MaxSessionDuration",
                "path": "Path",
                "permissionsBoundary": "PermissionsBoundary",
            },
        ),
    )
    inputs.flag(_FORCE)
    role = answer["Role"]
    return Created(role["RoleName"], {"arn": role["Arn"], "name": role["RoleName"], "uniqueId": role["RoleId"]})


def _delete_role(deletion: Deletion) -> None:
    role = deletion.id
    if deletion.inputs.flag(_FORCE):
        for attached in deletion.call("iam", "list_attached_role_policies", RoleName=role)["AttachedPolicies"]:
            deletion.call("iam", "detach_role_policy", RoleName=role, PolicyArn=attached["PolicyArn"])
        for name in deletion.call("iam", "list_role_policies", RoleName=role)["PolicyNames"]:
            deletion.call("iam", "delete_role_policy", RoleName=role, PolicyName=name)
    deletion.call("iam", "delete_role", RoleName=role)


def _role_policy(creation: Creation) -> Created:
    name, role, policy = (
        creation.named(longest=_LONGEST_POLICY_NAME),
        creation.inputs.text("role"),
        creation.inputs.document("policy"),
    )
    creation.call("iam", "put_role_policy", RoleName=role, PolicyName=name, PolicyDocument=policy)
    return Created(f"{role}:{name}", {"name": name, "policy": policy})


def _delete_role_policy(deletion: Deletion) -> None:
    role, name = deletion.inputs.text("role"), deletion.outputs["name"]
    deletion.call("iam", "delete_role_policy", RoleName=role, PolicyName=name)


def _policy(creation: Creation) -> Created:
    answer = creation.call(
        "iam",
        "create_policy",
        PolicyName=creation.named(longest=_LONGEST_POLICY_NAME),
        PolicyDocument=creation.inputs.document("policy"),
        Tags=creation.tag_list(),
        **creation.inputs.translate({"description": "Description", "path": "Path"}),
    )
    policy = answer["Policy"]
    return Created(policy["Arn"], {"arn": policy["Arn"], "name": policy["PolicyName"], "policyId": policy["PolicyId"]})


def _delete_policy(deletion: Deletion) -> None:
    for version in deletion.call("iam", "list_policy_versions", PolicyArn=deletion.id)["Versions"]:
        if not version["IsDefaultVersion"]:  # that one goes with the policy, and the others must be gone before
            deletion.call("iam", "delete_policy_version", PolicyArn=deletion.id, VersionId=version["VersionId"])
    deletion.call("iam", "delete_policy", PolicyArn=deletion.id)


def _attachment(creation: Creation) -> Created:
    role, policy = creation.inputs.text("role"), creation.inputs.text("policyArn")
    creation.call("iam", "attach_role_policy", RoleName=role, PolicyArn=policy)
    return Created(f"{role}/{policy}")


def _detach(deletion: Deletion) -> None:
    role, policy = deletion.inputs.text("role"), deletion.inputs.text("policyArn")
    deletion.call("iam", "detach_role_policy", RoleName=role, PolicyArn=policy)


KINDS: dict[str, Kind] = {
    "aws:iam/policy:Policy": Kind(_policy, _delete_policy),
    "aws:iam/role:Role": Kind(_role, _delete_role),
    "aws:iam/rolePolicy:RolePolicy": Kind(_role_policy, _delete_role_policy),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Kind(_attachment, _detach),
}
