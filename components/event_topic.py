"""A topic to which one service publishes, for one resource of ours, and nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi_aws as aws

from components.resource_policy import document, nobody_without_tls

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi

    from components.resource_policy import OurService


@dataclass(frozen=True)
class EventTopic:
    """A topic, and the policy that lets its publisher in: who is to publish waits for that."""

    topic: aws.sns.Topic
    policy: aws.sns.TopicPolicy


def event_topic(name: str, publisher: OurService, tags: Mapping[str, str], opts: pulumi.ResourceOptions) -> EventTopic:
    """Make one.

    Not encrypted: S3 and SES cannot publish through AWS's own key, and one of ours costs more than it is worth where
    nothing is kept; the queues that hear it are encrypted.
    """
    topic = aws.sns.Topic(name, tags=tags, opts=opts)
    policy = aws.sns.TopicPolicy(
        f"{name}-policy",
        arn=topic.arn,
        policy=document(nobody_without_tls("sns:Publish", (topic.arn,)), publisher.may("sns:Publish", topic.arn)),
        opts=opts,
    )
    return EventTopic(topic, policy)
