"""The metrics that there are: AWS's, of the services that we use, and our own, made of what our code logs.

A name that nobody emits is no error to CloudWatch: the alarm only never rings. Of each service those are listed that we
may come to watch; add what its documentation lists.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from runtime.core import events
from tests.components.rules import kinds
from tests.components.rules.reading import by

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.components.recorder import RecordedStack


@dataclass(frozen=True)
class Family:
    """Metrics that come with the same dimensions."""

    namespace: str
    dimensions: frozenset[str]
    names: frozenset[str]


def _family(namespace: str, dimensions: str, names: str) -> Family:
    return Family(namespace, frozenset(dimensions.split()), frozenset(names.split()))


FAMILIES: Final = (
    # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    _family(
        "AWS/Lambda",
        "FunctionName",
        "Invocations Errors Throttles Duration ConcurrentExecutions DeadLetterErrors DestinationDeliveryFailures"
        " AsyncEventsReceived AsyncEventAge AsyncEventsDropped",
    ),
    _family(
        "AWS/Lambda", "", "Invocations Errors Throttles Duration ConcurrentExecutions UnreservedConcurrentExecutions"
    ),
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    _family(
        "AWS/SQS",
        "QueueName",
        "ApproximateAgeOfOldestMessage ApproximateNumberOfMessagesDelayed ApproximateNumberOfMessagesNotVisible"
        " ApproximateNumberOfMessagesVisible NumberOfEmptyReceives NumberOfMessagesDeleted NumberOfMessagesReceived"
        " NumberOfMessagesSent SentMessageSize",
    ),
    # https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
    _family(
        "AWS/SNS",
        "TopicName",
        "NumberOfMessagesPublished NumberOfNotificationsDelivered NumberOfNotificationsFailed PublishSize",
    ),
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    _family(
        "AWS/DynamoDB",
        "TableName",
        "ConditionalCheckFailedRequests ConsumedReadCapacityUnits ConsumedWriteCapacityUnits ReadThrottleEvents"
        " WriteThrottleEvents TimeToLiveDeletedItemCount TransactionConflict",
    ),
    _family(
        "AWS/DynamoDB",
        "TableName Operation",
        "ReturnedItemCount SuccessfulRequestLatency SystemErrors ThrottledRequests",
    ),
    _family(
        "AWS/DynamoDB",
        "TableName GlobalSecondaryIndexName",
        "ConsumedReadCapacityUnits ConsumedWriteCapacityUnits ReadThrottleEvents WriteThrottleEvents",
    ),
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
    _family("AWS/ApiGateway", "ApiId", "4xx 5xx Count IntegrationLatency Latency DataProcessed"),
    _family("AWS/ApiGateway", "ApiId Stage", "4xx 5xx Count IntegrationLatency Latency DataProcessed"),
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
    _family("AWS/Events", "RuleName", "FailedInvocations Invocations ThrottledRules TriggeredRules"),
    # https://docs.aws.amazon.com/textract/latest/dg/cloudwatch-metricsdim.html
    _family(
        "AWS/Textract",
        "Operation",
        "SuccessfulRequestCount ThrottledCount ResponseTime ServerErrorCount UserErrorCount",
    ),
    # https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-cloudwatch.html
    _family("AWS/SES", "", "Bounce Complaint Delivery Reject Send Reputation.BounceRate Reputation.ComplaintRate"),
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
    _family("AWS/Logs", "LogGroupName", "IncomingBytes IncomingLogEvents"),
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html
    _family("AWS/S3", "BucketName StorageType", "BucketSizeBytes NumberOfObjects"),
)

NAMES: Final = {
    "ApiId": (kinds.API, "id"),
    "BucketName": (kinds.BUCKET, "bucket"),
    "FunctionName": (kinds.FUNCTION, "name"),
    "LogGroupName": (kinds.LOG_GROUP, "name"),
    "QueueName": (kinds.QUEUE, "name"),
    "RuleName": (kinds.EVENT_RULE, "name"),
    "Stage": (kinds.STAGE, "name"),
    "TableName": (kinds.TABLE, "name"),
    "TopicName": (kinds.TOPIC, "name"),
}
"""What each dimension tells: a resource, by which of its names."""

VALUES: Final = {
    "GlobalSecondaryIndexName": {"unfinished"},
    "Operation": {"DetectDocumentText", "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query"},
    "StorageType": {"StandardStorage", "AllStorageTypes"},
}
"""What else a dimension may tell."""


def unheard_of(stack: RecordedStack, namespace: str, metric: str, dimensions: Mapping[str, str]) -> str | None:
    """What is wrong with a metric, if nothing of a stack emits it."""
    families = [family for family in FAMILIES if family.namespace == namespace] + _made(stack, namespace)
    if not any(metric in family.names for family in families):
        return f"{namespace} {metric}, which nothing emits"
    if not any(metric in family.names and family.dimensions == set(dimensions) for family in families):
        return f"{namespace} {metric} by {', '.join(sorted(dimensions)) or 'nothing'}, and it is not told so"
    for dimension, value in dimensions.items():
        if dimension in NAMES:
            kind, attribute = NAMES[dimension]
            known = {resource.out(attribute) for resource in stack.of(kind)}
        else:
            known = VALUES.get(dimension, {value})
        if value not in known:
            return f"{metric} of the {dimension} {value}, which is not ours"
    return None


def _made(stack: RecordedStack, namespace: str) -> list[Family]:
    """The metrics that a stack makes of log lines."""
    made = [found.inputs["metricTransformation"] for found in stack.of(kinds.METRIC_FILTER)]
    return [
        Family(namespace, frozenset(each.get("dimensions", {})), frozenset({each["name"]}))
        for each in made
        if each["namespace"] == namespace
    ]


def metrics_are_made_of_what_is_logged(stack: RecordedStack) -> Iterator[str]:
    logged = {
        kind.event_name(): {field.name for field in fields(kind)}
        for _, kind in inspect.getmembers(events, inspect.isclass)
        if issubclass(kind, events.Event)
    }
    groups = by(stack, kinds.LOG_GROUP, "name")
    for found in stack.of(kinds.METRIC_FILTER):
        if found.inputs["logGroupName"] not in groups:
            yield f"{found.name} reads a log that is not ours"
        event = "".join(re.findall(r'\$\.event = "(\w+)"', found.inputs["pattern"]))
        if event not in logged:
            yield f"{found.name} waits for the event {event!r}, which nothing logs"
            continue
        made = found.inputs["metricTransformation"]
        for told in (made["value"], *made.get("dimensions", {}).values()):
            if not re.fullmatch(r"[0-9]+", told) and told.removeprefix("$.") not in logged[event]:
                yield f"{found.name} takes {told}, which {event} has not"
