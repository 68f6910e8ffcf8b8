"""The PySpark job on AWS Glue: its code, its role, its logs, and the rule that hears when a run has ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws

from components.grant import Grant, policy_of, reasoned

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi import Output

    from components.glue_code import GlueCode
    from components.lambda_function import LambdaPlatform
    from components.result_cache import ResultCache
    from components.settings import GlueSettings

_VERSION: Final = "5.1"
"""Spark 3.5.6, Python 3.11, Java 17."""

_ENDS: Final = ("SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED")
"""The states of a run that Glue tells EventBridge of.

https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
"""


@dataclass(frozen=True, kw_only=True)
class GlueJobArgs:
    """What the job needs to know."""

    settings: GlueSettings
    code: GlueCode
    platform: LambdaPlatform
    cache: ResultCache
    tags: Mapping[str, str] = field(default_factory=dict)


class GlueJob(pulumi.ComponentResource):
    """The job. One run at a time: what comes meanwhile is for the next."""

    name: Output[str]
    ends: aws.cloudwatch.EventRule

    def __init__(self, name: str, args: GlueJobArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ocr:index:GlueJob", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        code = args.code
        script = args.cache.keep_code(
            f"{name}-script", f"word-count-{code.digest}.py", pulumi.FileAsset(str(code.script)), args.tags, self
        )
        modules = args.cache.keep_code(
            f"{name}-modules", f"modules-{code.digest}.zip", pulumi.FileAsset(str(code.modules)), args.tags, self
        )
        prefix = f"/{pulumi.get_project()}/{pulumi.get_stack()}/glue"
        logs = [
            aws.cloudwatch.LogGroup(
                f"{name}-{stream}-logs",
                name=f"{prefix}/{stream}",
                retention_in_days=args.platform.log_retention_days,
                tags=args.tags,
                opts=child,
            )
            for stream in ("output", "error")
        ]
        role = aws.iam.Role(f"{name}-role", assume_role_policy=_trust(), tags=args.tags, opts=child)
        policy = aws.iam.RolePolicy(
            f"{name}-rights",
            role=role.name,
            policy=policy_of(
                (
                    _write_logs(logs),
                    _write_metrics(),
                    args.cache.run_code(),
                    args.cache.ask_and_hear_runs(),
                    args.cache.read_transcripts(),
                    args.cache.write_results(),
                    args.cache.read_results(),
                    args.cache.find_results(),
                    args.cache.write_corpus(),
                )
            ),
            opts=child,
        )
        job = aws.glue.Job(
            f"{name}-job",
            description="Counts words in bulk",
            role_arn=role.arn,
            glue_version=_VERSION,
            command={"name": "glueetl", "python_version": "3", "script_location": _uri(script)},
            default_arguments={
                "--extra-py-files": _uri(modules),
                "--enable-auto-scaling": "true",
                "--enable-metrics": "true",
                # Logs are written as they come from Glue 5.0 on; these name where.
                "--enable-continuous-cloudwatch-log": "true",
                "--custom-logGroup-prefix": prefix,
            },
            worker_type=args.settings.worker_type,
            number_of_workers=args.settings.maximum_workers,
            execution_class="FLEX" if args.settings.flex else "STANDARD",
            execution_property={"max_concurrent_runs": 1},
            max_retries=0,  # who starts runs repeats them, for what is left to count
            timeout=args.settings.timeout_minutes,
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )
        self._arn: Output[str] = job.arn
        self.name = job.name
        self.ends = aws.cloudwatch.EventRule(
            f"{name}-ends",
            description="A run of the job has ended",
            event_pattern=pulumi.Output.json_dumps(
                {
                    "source": ["aws.glue"],
                    "detail-type": ["Glue Job State Change"],
                    "detail": {"jobName": [job.name], "state": list(_ENDS)},
                }
            ),
            tags=args.tags,
            opts=child,
        )
        self.register_outputs({"name": self.name})

    @reasoned
    def start(self) -> Grant:
        """To start a run of the job, find it again, and see how it stands. Glue acts as the job's role by itself."""
        return Grant(
            intent="StartRuns",
            actions=("glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns"),
            resources=(self._arn,),
            variables={"GLUE_JOB": self.name},
        )


def _uri(code: aws.s3.BucketObjectv2) -> Output[str]:
    return pulumi.Output.concat("s3://", code.bucket, "/", code.key)


def _trust() -> Output[str]:
    """Glue alone, and for this account alone.

    https://docs.aws.amazon.com/glue/latest/dg/cross-service-confused-deputy-prevention.html
    """
    return pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "glue.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                    "Condition": {
                        "StringEquals": {"aws:SourceAccount": aws.get_caller_identity_output().account_id},
                    },
                },
            ],
        },
    )


def _write_logs(groups: list[aws.cloudwatch.LogGroup]) -> Grant:
    return Grant(
        intent="WriteLogs",
        actions=("logs:CreateLogStream", "logs:PutLogEvents"),
        resources=tuple(pulumi.Output.concat(group.arn, ":*") for group in groups),
        why="To write its log: Lambda does it as the function, Glue as the job.",
    )


@reasoned
def _write_metrics() -> Grant:
    """To write the metrics of its runs: Glue does it as the job. CloudWatch knows no resources for metrics."""
    return Grant(
        intent="WriteMetrics",
        actions=("cloudwatch:PutMetricData",),
        resources=("*",),
        conditions={"StringEquals": {"cloudwatch:namespace": "Glue"}},
    )
