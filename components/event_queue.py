"""A queue whose messages one function takes: who may send, how often a message is tried, and how it gets there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws

from components.grant import Grant, reasoned
from components.resource_policy import OurService, document, nobody_without_tls

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi import Input, Output

    from components.dead_letter_queue import DeadLetterQueue
    from components.lambda_function import LambdaFunction

RETENTION_DAYS: Final = 4
"""How long a message waits to be taken. What a message points at must live longer."""

TRIES: Final = 200
"""How often a message is received before it is a dead letter.

Many, because a function that is throttled by a service gives its message back for later, and that is a receive too.
"""

VISIBILITY_PER_TIMEOUT: Final = 6
"""Lambda asks for a visibility of six function timeouts, so that its own retries of a throttled batch still fit in.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
"""


@dataclass(frozen=True, kw_only=True)
class EventQueueArgs:
    """What differs between queues.

    Attributes:
        consumer_timeout_seconds: The timeout of the function that takes the messages.
        dead_letters: Where a message goes that was received too often.
        topic_arn: The topic that is subscribed to, message for message as it was published there.
        bucket_arn: The bucket that may send; what it sends, its owner declares.
        rule_arn: The rule of EventBridge that may send; whose target the queue is, the rule's owner declares.
        delay_seconds: How long every message is held back.
        tags: On the queue.
    """

    consumer_timeout_seconds: int
    dead_letters: DeadLetterQueue
    topic_arn: Input[str] | None = None
    bucket_arn: Input[str] | None = None
    rule_arn: Input[str] | None = None
    delay_seconds: int = 0
    tags: Mapping[str, str] = field(default_factory=dict)


def _sources(args: EventQueueArgs) -> list[OurService]:
    topics = [] if args.topic_arn is None else [OurService.topic(args.topic_arn)]
    buckets = [] if args.bucket_arn is None else [OurService.bucket(args.bucket_arn)]
    rules = [] if args.rule_arn is None else [OurService.rule(args.rule_arn)]
    return topics + buckets + rules


class EventQueue(pulumi.ComponentResource):
    """A queue of events for one function."""

    arn: Output[str]
    url: Output[str]
    policy: aws.sqs.QueuePolicy

    def __init__(self, name: str, args: EventQueueArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ocr:index:EventQueue", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self._name = name
        self._tags = args.tags
        queue = aws.sqs.Queue(
            f"{name}-queue",
            delay_seconds=args.delay_seconds,
            message_retention_seconds=RETENTION_DAYS * 24 * 3600,
            visibility_timeout_seconds=VISIBILITY_PER_TIMEOUT * args.consumer_timeout_seconds,
            redrive_policy=pulumi.Output.json_dumps(
                {"deadLetterTargetArn": args.dead_letters.arn, "maxReceiveCount": TRIES},
            ),
            sqs_managed_sse_enabled=True,
            tags=args.tags,
            opts=child,
        )
        self.arn = queue.arn
        self.url = queue.url
        self.policy = aws.sqs.QueuePolicy(
            f"{name}-policy",
            queue_url=queue.url,
            policy=document(
                nobody_without_tls("sqs:*", (queue.arn,)),
                *(source.may("sqs:SendMessage", queue.arn) for source in _sources(args)),
            ),
            opts=child,
        )
        if args.topic_arn is not None:
            aws.sns.TopicSubscription(
                f"{name}-subscription",
                topic=args.topic_arn,
                protocol="sqs",
                endpoint=queue.arn,
                raw_message_delivery=True,
                # What is published before the queue lets the topic in would be lost.
                opts=pulumi.ResourceOptions(parent=self, depends_on=[self.policy]),
            )
        self.register_outputs({"arn": self.arn, "url": self.url})

    def take(self) -> Grant:
        """The right to take messages."""
        return take(self.arn)

    def send(self, intent: str, variable: str, why: str = "") -> Grant:
        """The right to send messages, with the variable that names the queue by its URL."""
        return Grant(
            intent=intent,
            actions=("sqs:SendMessage",),
            resources=(self.arn,),
            variables={variable: self.url},
            why=why,
        )

    def feed(self, function: LambdaFunction, *, batch_size: int, maximum_concurrency: int) -> None:
        """Hand the messages to the function, so many in a batch and so many batches at once."""
        feed(
            self,
            self._name,
            self.arn,
            function,
            batch_size=batch_size,
            maximum_concurrency=maximum_concurrency,
            tags=self._tags,
        )


@reasoned
def take(queue_arn: Input[str]) -> Grant:
    """To take messages: Lambda polls as the function, which gives throttled messages back for later."""
    return Grant(
        intent="TakeMessages",
        actions=(
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ChangeMessageVisibility",
        ),
        resources=(queue_arn,),
    )


def feed(  # noqa: PLR0913  a mapping is all of these at once
    parent: pulumi.Resource,
    name: str,
    queue_arn: Input[str],
    function: LambdaFunction,
    *,
    batch_size: int,
    maximum_concurrency: int,
    tags: Mapping[str, str],
) -> None:
    """Hand a queue's messages to a function, so many in a batch and so many batches at once."""
    aws.lambda_.EventSourceMapping(
        f"{name}-feeds",
        event_source_arn=queue_arn,
        function_name=function.arn,
        batch_size=batch_size,
        function_response_types=["ReportBatchItemFailures"],
        scaling_config={"maximum_concurrency": maximum_concurrency},
        tags=tags,
        opts=pulumi.ResourceOptions(parent=parent),
    )
