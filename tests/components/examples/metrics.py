from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.components.examples.alarms import alarm, queries
from tests.components.examples.changes import LEFT_OUT, all_of, changed, more
from tests.components.examples.example import lets_pass, minds
from tests.components.rules import alarms, metrics
from tests.components.rules.kinds import METRIC_FILTER

if TYPE_CHECKING:
    from tests.components.examples.changes import Change
    from tests.components.examples.example import Example

_MADE: Final[dict[str, Any]] = {
    "logGroupName": "/ocr-wordcount/dev/sweep",
    "pattern": '{ $.event = "images_measured" }',
    "metricTransformation": {"namespace": "ocr-wordcount", "name": "OldestImage", "value": "$.oldest_image_seconds"},
}


def made(transformation: dict[str, Any] | None = None, **parts: object) -> Change:
    """A metric is made of what the sweep measures, except for this."""
    made = changed(_MADE, parts)
    made["metricTransformation"] = changed(_MADE["metricTransformation"], transformation or {})
    return more(METRIC_FILTER, "site-measure", **made)


# Each namespace, some of its metrics, and the dimensions that they come with.
_WATCHED: Final[tuple[tuple[str, str, dict[str, str]], ...]] = (
    ("AWS/Lambda", "Errors AsyncEventsDropped", {"FunctionName": "<site-api-lambda.name>"}),
    ("AWS/Lambda", "Errors UnreservedConcurrentExecutions", {}),
    ("AWS/SQS", "NumberOfMessagesSent SentMessageSize", {"QueueName": "<mail-notify-queue.name>"}),
    ("AWS/SNS", "NumberOfNotificationsFailed PublishSize", {"TopicName": "<site-topic.name>"}),
    ("AWS/DynamoDB", "ReadThrottleEvents TransactionConflict", {"TableName": "<cache-table.name>"}),
    *(
        ("AWS/DynamoDB", "SystemErrors ThrottledRequests", {"TableName": "<cache-table.name>", "Operation": operation})
        for operation in ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query")
    ),
    (
        "AWS/DynamoDB",
        "ReadThrottleEvents WriteThrottleEvents",
        {"TableName": "<cache-table.name>", "GlobalSecondaryIndexName": "unfinished"},
    ),
    ("AWS/ApiGateway", "5xx DataProcessed", {"ApiId": "site-http-id"}),
    ("AWS/ApiGateway", "5xx DataProcessed", {"ApiId": "site-http-id", "Stage": "$default"}),
    ("AWS/Events", "FailedInvocations TriggeredRules", {"RuleName": "<mend-sweeps.name>"}),
    ("AWS/Textract", "ThrottledCount UserErrorCount", {"Operation": "DetectDocumentText"}),
    ("AWS/SES", "Send Reputation.ComplaintRate", {}),
    ("AWS/Logs", "IncomingBytes IncomingLogEvents", {"LogGroupName": "/ocr-wordcount/dev/api"}),
    *(
        (
            "AWS/S3",
            "BucketSizeBytes NumberOfObjects",
            {"BucketName": "<cache-results-bucket.bucket>", "StorageType": storage},
        )
        for storage in ("StandardStorage", "AllStorageTypes")
    ),
)

_DARK: Final[dict[str, tuple[str, str, dict[str, str], str]]] = {
    "a namespace that there is not": (
        "AWS/Sqs",
        "NumberOfMessagesSent",
        {"QueueName": "<mail-notify-queue.name>"},
        "AWS/Sqs NumberOfMessagesSent, which nothing emits",
    ),
    "a metric that there is not": (
        "AWS/SQS",
        "NumberOfMessages",
        {"QueueName": "<mail-notify-queue.name>"},
        "AWS/SQS NumberOfMessages, which nothing emits",
    ),
    "a metric of another service": (
        "AWS/SQS",
        "Errors",
        {"QueueName": "<mail-notify-queue.name>"},
        "AWS/SQS Errors, which nothing emits",
    ),
    "a metric without its dimension": (
        "AWS/SQS",
        "NumberOfMessagesSent",
        {},
        "AWS/SQS NumberOfMessagesSent by nothing, and it is not told so",
    ),
    "a metric by another's dimension": (
        "AWS/DynamoDB",
        "SystemErrors",
        {"TableName": "<cache-table.name>"},
        "AWS/DynamoDB SystemErrors by TableName, and it is not told so",
    ),
    "a metric of REST APIs": (
        "AWS/ApiGateway",
        "5xx",
        {"ApiName": "words"},
        "AWS/ApiGateway 5xx by ApiName, and it is not told so",
    ),
    "a queue by its URL": (
        "AWS/SQS",
        "NumberOfMessagesSent",
        {"QueueName": "<mail-notify-queue.url>"},
        "NumberOfMessagesSent of the QueueName <mail-notify-queue.url>, which is not ours",
    ),
    "an operation that we never call": (
        "AWS/Textract",
        "ThrottledCount",
        {"Operation": "AnalyzeDocument"},
        "ThrottledCount of the Operation AnalyzeDocument, which is not ours",
    ),
    "a metric that no log line makes": (
        "ocr-wordcount",
        "OldestImage",
        {},
        "ocr-wordcount OldestImage, which nothing emits",
    ),
}


def _on(namespace: str, metric: str, **dimensions: str) -> Change:
    """An alarm on another metric."""
    return alarm(namespace=namespace, metricName=metric, dimensions=dimensions or LEFT_OUT)


EXAMPLES: Final[dict[str, Example]] = {
    **{
        f"an alarm on {namespace} {metric} by {' '.join(dimensions.values())}": lets_pass(
            alarms.alarms_watch_what_is_emitted, _on(namespace, metric, **dimensions)
        )
        for namespace, metrics, dimensions in _WATCHED
        for metric in metrics.split()
    },
    **{
        f"an alarm on {namespace} {metric} by another {dimension}": minds(
            alarms.alarms_watch_what_is_emitted,
            _on(namespace, metric, **{**dimensions, dimension: "elsewhere"}),
            f"site-alarm watches {metric} of the {dimension} elsewhere, which is not ours",
        )
        for namespace, metrics, dimensions in _WATCHED
        for metric in metrics.split()
        for dimension in dimensions
    },
    **{
        f"an alarm on {what}": minds(
            alarms.alarms_watch_what_is_emitted,
            _on(namespace, metric, **dimensions),
            f"site-alarm watches {why}",
        )
        for what, (namespace, metric, dimensions, why) in _DARK.items()
    },
    "an alarm on what a log line makes": lets_pass(
        alarms.alarms_watch_what_is_emitted,
        all_of(made(), _on("ocr-wordcount", "OldestImage")),
    ),
    "an alarm on what a log line makes, by a dimension that it sets": lets_pass(
        alarms.alarms_watch_what_is_emitted,
        all_of(made({"dimensions": {"queue": "$.queue"}}), _on("ocr-wordcount", "OldestImage", queue="ingest")),
    ),
    "an alarm on what a log line makes in another namespace": minds(
        alarms.alarms_watch_what_is_emitted,
        all_of(made(), _on("word-count", "OldestImage")),
        "site-alarm watches word-count OldestImage, which nothing emits",
    ),
    "an alarm on a sum": lets_pass(alarms.alarms_watch_what_is_emitted, queries([False])),
    "an alarm on a sum with a metric that there is not": minds(
        alarms.alarms_watch_what_is_emitted,
        queries([False], metricName="NumberOfMessages"),
        "site-alarm watches AWS/SQS NumberOfMessages, which nothing emits",
    ),
    "a metric of what is measured": lets_pass(metrics.metrics_are_made_of_what_is_logged, made()),
    "a metric that counts": lets_pass(
        metrics.metrics_are_made_of_what_is_logged,
        made({"value": "1", "dimensions": {"age": "$.oldest_image_seconds"}}),
    ),
    "a metric of a log that is not ours": minds(
        metrics.metrics_are_made_of_what_is_logged,
        made(logGroupName="/aws/lambda/sweep"),
        "site-measure reads a log that is not ours",
    ),
    "a metric of an event that nothing logs": minds(
        metrics.metrics_are_made_of_what_is_logged,
        made(pattern='{ $.event = "image_measured" }'),
        "site-measure waits for the event 'image_measured', which nothing logs",
    ),
    "a metric of any line": minds(
        metrics.metrics_are_made_of_what_is_logged,
        made(pattern=""),
        "site-measure waits for the event '', which nothing logs",
    ),
    "a metric of a field that the event has not": minds(
        metrics.metrics_are_made_of_what_is_logged,
        made({"value": "$.oldest_seconds"}),
        "site-measure takes $.oldest_seconds, which images_measured has not",
    ),
    "a metric by a field that the event has not": minds(
        metrics.metrics_are_made_of_what_is_logged,
        made({"dimensions": {"queue": "$.queue"}}),
        "site-measure takes $.queue, which images_measured has not",
    ),
}
