"""The types of resource that the rules know. A type that is not here must be looked at before it is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
API_KEY = "aws:apigateway/apiKey:ApiKey"
API = "aws:apigatewayv2/api:Api"
BUCKET = "aws:s3/bucket:Bucket"
BUCKET_CORS = "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration"
BUCKET_ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
BUCKET_LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
BUCKET_NOTIFICATION = "aws:s3/bucketNotification:BucketNotification"
BUCKET_OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"
BUCKET_OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
BUCKET_PRIVACY = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
CACHE_POLICY = "aws:cloudfront/cachePolicy:CachePolicy"
CERTIFICATE = "aws:acm/certificate:Certificate"
CERTIFICATE_PROOF = "aws:acm/certificateValidation:CertificateValidation"
CONFIGURATION_SET = "aws:sesv2/configurationSet:ConfigurationSet"
DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
EVENT_DESTINATION = "aws:sesv2/configurationSetEventDestination:ConfigurationSetEventDestination"
EVENT_RULE = "aws:cloudwatch/eventRule:EventRule"
EVENT_SOURCE_MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
EVENT_TARGET = "aws:cloudwatch/eventTarget:EventTarget"
FUNCTION = "aws:lambda/function:Function"
INTEGRATION = "aws:apigatewayv2/integration:Integration"
JOB = "aws:glue/job:Job"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
MAIL_IDENTITY = "aws:sesv2/emailIdentity:EmailIdentity"
METRIC_FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
ORIGIN_ACCESS = "aws:cloudfront/originAccessControl:OriginAccessControl"
PERMISSION = "aws:lambda/permission:Permission"
QUEUE = "aws:sqs/queue:Queue"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
RESPONSE_HEADERS = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ROUTE = "aws:apigatewayv2/route:Route"
STAGE = "aws:apigatewayv2/stage:Stage"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
TABLE = "aws:dynamodb/table:Table"
TOPIC = "aws:sns/topic:Topic"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"


@dataclass(frozen=True)
class Name:
    """How AWS lets a resource be named.

    Attributes:
        given: The input that gives the name, where it is not left to Pulumi.
        longest: Characters.
        shape: What the characters may be.
    """

    given: str
    longest: int
    shape: str


@dataclass(frozen=True)
class Kind:
    """What the rules know of a type.

    Attributes:
        word: What it is here for, and which rules look at it.
        name: How it may be named, if it has a name of its own in the account.
        service: What IAM's actions on it begin with, if a function may be granted any.
    """

    word: str
    name: Name | None = None
    service: str | None = None


_WORD: Final = r"[A-Za-z0-9_-]+"
_IAM: Final = r"[\w+=,.@-]+"
# No dots, which AWS allows: TLS's wildcard certificate does not cover them. Nor what S3 keeps for aliases and examples.
_BUCKET: Final = r"(?!xn--|sthree-|amzn-s3-demo-)[a-z0-9][a-z0-9-]+[a-z0-9](?<!-s3alias)(?<!--ol-s3)(?<!--x-s3)"

KINDS: Final[dict[str, Kind]] = {
    ALARM: Kind("watches a metric that something emits", Name("name", 255, r"[ -~]+")),
    API_KEY: Kind("a secret that AWS makes up, and only CloudFront shows", Name("name", 1024, r"[ -~]+")),
    API: Kind("where people come in; throttled at its stage", Name("name", 128, r"[ -~]+")),
    BUCKET: Kind("private, encrypted, over TLS, unversioned, with an end", Name("bucket", 63, _BUCKET), "s3"),
    BUCKET_CORS: Kind("forms of the page's origin, and of no other"),
    BUCKET_ENCRYPTION: Kind("S3's own key"),
    BUCKET_LIFECYCLE: Kind("the backstop of every folder"),
    BUCKET_NOTIFICATION: Kind("declared once, after the policies of those that it wakes"),
    BUCKET_OBJECT: Kind("a file of the page, or the code of a job"),
    BUCKET_OWNERSHIP: Kind("no access lists"),
    BUCKET_POLICY: Kind("nobody without TLS; one distribution of ours, if any"),
    BUCKET_PRIVACY: Kind("all four doors shut"),
    CACHE_POLICY: Kind("keeps what each file lets it keep", Name("name", 128, _WORD)),
    CERTIFICATE: Kind("the page's domain; where CloudFront looks for it"),
    CERTIFICATE_PROOF: Kind("waits until the domain is proven"),
    CONFIGURATION_SET: Kind("what SES does with our mail", Name("configurationSetName", 64, _WORD), "ses"),
    DASHBOARD: Kind("shows metrics that something emits", Name("dashboardName", 255, _WORD)),
    DISTRIBUTION: Kind("over HTTPS only, strict, and nothing of the API's kept"),
    EVENT_DESTINATION: Kind("tells a topic that lets SES in; its name stands in its configuration set's"),
    EVENT_RULE: Kind(
        "a schedule that EventBridge takes, or a pattern of events for a queue", Name("name", 64, r"[\w.-]+")
    ),
    EVENT_SOURCE_MAPPING: Kind("joins one queue to one function"),
    EVENT_TARGET: Kind("joins a schedule to a function that lets it in"),
    FUNCTION: Kind("its own role, its own log, no secrets", Name("name", 64, _WORD), "lambda"),
    INTEGRATION: Kind("joins a route to a function that lets the API in"),
    JOB: Kind("its own role, one run at a time, repeated by us alone", Name("name", 255, _WORD), "glue"),
    LOG_GROUP: Kind("named, with an end, and written by one function", Name("name", 512, r"[\w./#-]+"), "logs"),
    MAIL_IDENTITY: Kind("the address or domain of the settings; SES knows it by that"),
    METRIC_FILTER: Kind("makes a metric of an event that our code logs", Name("name", 512, r"[^:*]+")),
    ORIGIN_ACCESS: Kind("signs what CloudFront asks a bucket", Name("name", 64, _WORD)),
    PERMISSION: Kind("lets one source of ours call one function", Name("statementId", 100, _WORD)),
    QUEUE: Kind("encrypted, over TLS, taken by one function, its letters kept", Name("name", 80, _WORD), "sqs"),
    QUEUE_POLICY: Kind("nobody without TLS; one source of this account"),
    RESPONSE_HEADERS: Kind("what a browser must not do", Name("name", 128, _WORD)),
    ROLE: Kind("assumed by one function's service", Name("name", 64, _IAM)),
    ROLE_POLICY: Kind("narrow rights that go with the names", Name("name", 128, _IAM)),
    ROUTE: Kind("leads to a function"),
    STAGE: Kind("throttled, its log discreet; its name stands in its API's"),
    SUBSCRIPTION: Kind("hands a topic's messages to a queue that lets it in"),
    TABLE: Kind(
        "protected where the settings ask for it, its rows with an end", Name("name", 255, r"[\w.-]+"), "dynamodb"
    ),
    TOPIC: Kind("over TLS; unencrypted, or S3 could not publish", Name("name", 256, _WORD), "sns"),
    TOPIC_POLICY: Kind("nobody without TLS; one source of this account"),
}
