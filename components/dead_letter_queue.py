"""Where messages go that failed too often: one queue for all, since an idle queue costs as much as a busy one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws

from components.event_queue import VISIBILITY_PER_TIMEOUT, feed, take
from components.resource_policy import document, nobody_without_tls

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi import Output

    from components.grant import Grant
    from components.lambda_function import LambdaFunction

RETENTION_DAYS: Final = 14
"""The longest that SQS keeps a message. A dead letter's age counts from its first day in the source queue."""

CONSUMER_TIMEOUT: Final = 60
"""Seconds that the function may take that empties the queue."""


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
        self._name = name
        self._tags = args.tags
        queue = aws.sqs.Queue(
            f"{name}-queue",
            visibility_timeout_seconds=VISIBILITY_PER_TIMEOUT * CONSUMER_TIMEOUT,
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

    def take(self) -> Grant:
        """The right to take what died."""
        return take(self.arn)

    def feed(self, function: LambdaFunction) -> None:
        """Hand what died to the function: few at once, for when letters come by the thousand, something is down."""
        feed(self, self._name, self.arn, function, batch_size=10, maximum_concurrency=2, tags=self._tags)
