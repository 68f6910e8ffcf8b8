"""Roles and what they may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.deploy.creation import Created

if TYPE_CHECKING:
    from local.deploy.creation import Creation, Creator

_LONGEST_NAME = 64  # a role's; a policy may have twice as much
_LONGEST_POLICY_NAME = 128


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
    inputs.flag("forceDetachPolicies")  # speaks of the role's end
    role = answer["Role"]
    return Created(role["RoleName"], {"arn": role["Arn"], "name": role["RoleName"], "uniqueId": role["RoleId"]})


def _role_policy(creation: Creation) -> Created:
    name, role, policy = (
        creation.named(longest=_LONGEST_POLICY_NAME),
        creation.inputs.text("role"),
        creation.inputs.document("policy"),
    )
    creation.call("iam", "put_role_policy", RoleName=role, PolicyName=name, PolicyDocument=policy)
    return Created(f"{role}:{name}", {"name": name, "policy": policy})


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


def _attachment(creation: Creation) -> Created:
    role, policy = creation.inputs.text("role"), creation.inputs.text("policyArn")
    creation.call("iam", "attach_role_policy", RoleName=role, PolicyArn=policy)
    return Created(f"{role}/{policy}")


CREATORS: dict[str, Creator] = {
    "aws:iam/policy:Policy": _policy,
    "aws:iam/role:Role": _role,
    "aws:iam/rolePolicy:RolePolicy": _role_policy,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _attachment,
}
