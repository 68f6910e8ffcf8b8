"""The policies of buckets, topics and queues: who may reach them from outside our roles, and never without TLS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi import Input, Output


@dataclass(frozen=True)
class OurService:
    """A bucket, topic, rule, distribution or configuration set of ours, and the service that acts for it."""

    arn: Input[str]
    service: str
    account_always_told: bool

    @classmethod
    def bucket(cls, arn: Input[str]) -> OurService:
        """An S3 bucket. Its ARN names no account, so the account is what keeps a bucket of the same name out."""
        return cls(arn, "s3.amazonaws.com", account_always_told=True)

    @classmethod
    def topic(cls, arn: Input[str]) -> OurService:
        """An SNS topic. Its ARN names the account already; that SNS tells the account as well is written nowhere."""
        return cls(arn, "sns.amazonaws.com", account_always_told=False)

    @classmethod
    def distribution(cls, arn: Input[str]) -> OurService:
        """A distribution of CloudFront's, which reads by origin access control. Its ARN names the account already."""
        return cls(arn, "cloudfront.amazonaws.com", account_always_told=False)

    @classmethod
    def configuration_set(cls, arn: Input[str]) -> OurService:
        """A configuration set of SES, which tells its account as well."""
        return cls(arn, "ses.amazonaws.com", account_always_told=True)

    @classmethod
    def rule(cls, arn: Input[str]) -> OurService:
        """A rule of EventBridge. Its ARN names the account already, and is all that EventBridge is said to tell."""
        return cls(arn, "events.amazonaws.com", account_always_told=False)

    def may(self, action: str, resource_arn: Input[str], statement_id: str = "EventsFromOurSource") -> dict[str, Any]:
        """The statement that lets this one, and nobody else through the same service, do one thing."""
        same_account = "StringEquals" if self.account_always_told else "StringEqualsIfExists"
        return {
            "Sid": statement_id,
            "Effect": "Allow",
            "Principal": {"Service": self.service},
            "Action": action,
            "Resource": resource_arn,
            "Condition": {
                "ArnEquals": {"aws:SourceArn": self.arn},
                same_account: {"aws:SourceAccount": aws.get_caller_identity_output().account_id},
            },
        }


def nobody_without_tls(action: str, resource_arns: Sequence[Input[str]]) -> dict[str, Any]:
    """The statement that refuses whoever comes over plain HTTP."""
    return {
        "Sid": "NobodyWithoutTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": list(resource_arns),
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def document(*statements: dict[str, Any]) -> Output[str]:
    """The policy document of these statements."""
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": list(statements)})
