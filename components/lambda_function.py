"""What every function repeats: a role with these rights and no others, a log group of its own, code and settings."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.grant import Grant, policy_of, variables_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulumi import Input, Output

    from components.lambda_code import LambdaCode


@dataclass(frozen=True, kw_only=True)
class LambdaPlatform:
    """What is the same for all functions of a stack.

    Attributes:
        code: The zip that all functions share.
        runtime: Lambda's name of the Python version.
        log_level: The least level that is logged.
        log_retention_days: How long log lines are kept.
    """

    code: LambdaCode
    runtime: str
    log_level: str
    log_retention_days: int


@dataclass(frozen=True, kw_only=True)
class LambdaFunctionArgs:
    """What differs between functions.

    Attributes:
        handler: The name of its handler in `runtime.bootstrap`, and of its log group.
        platform: What is the same for all.
        timeout_seconds: After so long it is stopped.
        memory_megabytes: Its memory; its share of a processor grows with it, a whole one at 1,769.
        grants: What it may do, with the environment variables that name what that opens.
        variables: Plain settings for its environment.
        tags: On all that bears tags.
    """

    handler: str
    platform: LambdaPlatform
    timeout_seconds: int
    memory_megabytes: int
    grants: Sequence[Grant]
    variables: Mapping[str, Input[str]] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


class LambdaFunction(pulumi.ComponentResource):
    """A Lambda function that can do what it was granted."""

    name: Output[str]
    arn: Output[str]
    invoke_arn: Output[str]

    def __init__(self, name: str, args: LambdaFunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ocr:index:LambdaFunction", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        logs = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=f"/{pulumi.get_project()}/{pulumi.get_stack()}/{args.handler}",
            retention_in_days=args.platform.log_retention_days,
            tags=args.tags,
            opts=child,
        )
        role = aws.iam.Role(
            f"{name}-role",
            assume_role_policy=json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "lambda.amazonaws.com"},
                            "Action": "sts:AssumeRole",
                        },
                    ],
                },
            ),
            tags=args.tags,
            opts=child,
        )
        write_logs = Grant(
            intent="WriteLogs",
            actions=("logs:CreateLogStream", "logs:PutLogEvents"),
            resources=(pulumi.Output.concat(logs.arn, ":*"),),
            why="To write its log: Lambda does it as the function, Glue as the job.",
        )
        policy = aws.iam.RolePolicy(
            f"{name}-rights",
            role=role.name,
            policy=policy_of((write_logs, *args.grants)),
            opts=child,
        )
        function = aws.lambda_.Function(
            f"{name}-lambda",
            role=role.arn,
            runtime=args.platform.runtime,
            architectures=["arm64"],
            handler=f"runtime.bootstrap.{args.handler}",
            code=pulumi.FileArchive(str(args.platform.code.path)),
            source_code_hash=args.platform.code.sources_hash,
            memory_size=args.memory_megabytes,
            timeout=args.timeout_seconds,
            environment={
                "variables": {
                    "LOG_LEVEL": args.platform.log_level,
                    **args.variables,
                    **variables_of(args.grants),
                },
            },
            # No level here: Lambda's own filter would drop metrics, which ride in INFO lines.
            logging_config={"log_format": "JSON", "log_group": logs.name},
            tags=args.tags,
            # An event source mapping is refused while the role cannot read the queue yet.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )
        self.name = function.name
        self.arn = function.arn
        self.invoke_arn = function.invoke_arn
        self.register_outputs({"name": self.name, "arn": self.arn})
