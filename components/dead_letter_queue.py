"""Where messages go that failed too often: one queue for all, since an idle queue costs as much as a busy one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws

from components.resource_policy import document, nobody_without_tls

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi import Output

RETENTION_DAYS: Final = 14
"""The longest that SQS keeps a message. A dead letter's age counts from its first day in the source queue."""


@dataclass(frozen=True, kw_only=True)
class DeadLetterQueueArgs:
    """What the dead-letter queue needs to know."""

    tags: Mapping[str, str] = field(default_factory=dict)


class DeadLetterQueue(pulumi.ComponentResource):
    """The shared dead-letter queue.

    It has no redrive-allow policy: only queues of this very account could leave anything here, and a policy that names
    ours would have to be set after all of them, by a resource of its own.
    """

    arn: Output[str]
    url: Output[str]

    def __init__(self, name: str, args: DeadLetterQueueArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ocr:index:DeadLetterQueue", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        queue = aws.sqs.Queue(
            f"{name}-queue",
            message_retention_seconds=RETENTION_DAYS * 24 * 3600,
            sqs_managed_sse_enabled=True,
            tags=args.tags,
            opts=child,
        )
        self.arn = queue.arn
        self.url = queue.url
        aws.sqs.QueuePolicy(
            f"{name}-policy",
            queue_url=queue.url,
            policy=document(nobody_without_tls("sqs:*", (queue.arn,))),
            opts=child,
        )
        self.register_outputs({"arn": self.arn, "url": self.url})
