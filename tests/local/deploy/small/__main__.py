"""One resource of every type that there is a creator for, joined as in a service that takes pictures."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
account_id = aws.get_caller_identity().account_id
tags = {"project": pulumi.get_project()}


def policy(principal: str, action: str, resource: pulumi.Output[str]) -> pulumi.Output[str]:
    """A policy document that lets one service do one thing."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": principal},
        "Action": action,
        "Resource": resource,
        "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
    }
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [statement]})


bucket = aws.s3.Bucket("pictures", force_destroy=True, tags=tags)
aws.s3.BucketOwnershipControls("owner", bucket=bucket.bucket, rule={"object_ownership": "BucketOwnerEnforced"})
aws.s3.BucketPublicAccessBlock(
    "private",
    bucket=bucket.bucket,
    block_public_acls=True,
    block_public_policy=True,
    ignore_public_acls=True,
    restrict_public_buckets=True,
)
aws.s3.BucketServerSideEncryptionConfiguration(
    "encrypted",
    bucket=bucket.bucket,
    rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
)
aws.s3.BucketPolicy(
    "reader",
    bucket=bucket.bucket,
    policy=policy("textract.amazonaws.com", "s3:GetObject", pulumi.Output.concat(bucket.arn, "/*")),
)
aws.s3.BucketLifecycleConfiguration(
    "short-lived",
    bucket=bucket.bucket,
    rules=[
        {"id": "broken", "status": "Enabled", "abort_incomplete_multipart_upload": {"days_after_initiation": 1}},
        {"id": "old", "status": "Enabled", "filter": {"prefix": "in/"}, "expiration": {"days": 3}},
    ],
)
aws.s3.BucketCorsConfiguration(
    "page",
    bucket=bucket.bucket,
    cors_rules=[{"allowed_methods": ["POST"], "allowed_origins": ["https://example.com"], "max_age_seconds": 60}],
)

topic = aws.sns.Topic("new", tags=tags)
told = aws.sns.TopicPolicy("new", arn=topic.arn, policy=policy("s3.amazonaws.com", "sns:Publish", topic.arn))
dead = aws.sqs.Queue("dead", message_retention_seconds=14 * 86_400, sqs_managed_sse_enabled=True)
queue = aws.sqs.Queue(
    "work",
    delay_seconds=config.require_object("queue")["delaySeconds"],
    visibility_timeout_seconds=60,
    sqs_managed_sse_enabled=True,
    tags=tags,
)
aws.sqs.RedrivePolicy(
    "work",
    queue_url=queue.url,
    redrive_policy=pulumi.Output.json_dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 5}),
)
aws.sqs.RedriveAllowPolicy(
    "dead",
    queue_url=dead.url,
    redrive_allow_policy=pulumi.Output.json_dumps({"redrivePermission": "byQueue", "sourceQueueArns": [queue.arn]}),
)
let_in = aws.sqs.QueuePolicy(
    "work",
    queue_url=queue.url,
    policy=policy("sns.amazonaws.com", "sqs:SendMessage", queue.arn),
)
aws.sns.TopicSubscription(
    "work",
    topic=topic.arn,
    protocol="sqs",
    endpoint=queue.arn,
    raw_message_delivery=True,
    opts=pulumi.ResourceOptions(depends_on=[let_in]),
)
aws.s3.BucketNotification(
    "new",
    bucket=bucket.bucket,
    topics=[{"id": "in", "topic_arn": topic.arn, "events": ["s3:ObjectCreated:*"], "filter_prefix": "in/"}],
    opts=pulumi.ResourceOptions(depends_on=[told]),
)

table = aws.dynamodb.Table(
    "rows",
    billing_mode="PAY_PER_REQUEST",
    hash_key="pk",
    range_key="sk",
    attributes=[{"name": name, "type": kind} for name, kind in (("pk", "S"), ("sk", "S"), ("due", "S"), ("at", "N"))],
    global_secondary_indexes=[
        {
            "name": "by-due",
            "key_schemas": [
                {"attribute_name": "due", "key_type": "HASH"},
                {"attribute_name": "at", "key_type": "RANGE"},
            ],
            "projection_type": "INCLUDE",
            "non_key_attributes": ["state"],
        },
    ],
    ttl={"attribute_name": "expires_at", "enabled": True},
    point_in_time_recovery={"enabled": True},
    tags=tags,
)

role = aws.iam.Role(
    "worker",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
            ],
        },
    ),
    tags=tags,
)
reads = pulumi.Output.json_dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "Read", "Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": [table.arn]}],
    },
)
aws.iam.RolePolicy("worker", role=role.name, policy=reads)
shared = aws.iam.Policy("shared", policy=reads, tags=tags)
aws.iam.RolePolicyAttachment("shared", role=role.name, policy_arn=shared.arn)
logs = aws.cloudwatch.LogGroup("worker", retention_in_days=30, tags=tags)
worker = aws.lambda_.Function(
    "worker",
    role=role.arn,
    runtime="python3.13",
    architectures=["arm64"],
    handler="main.handler",
    timeout=10,
    memory_size=256,
    reserved_concurrent_executions=3,
    code=pulumi.AssetArchive({"main.py": pulumi.StringAsset("def handler(event, context):\n    return event\n")}),
    environment={"variables": {"TABLE_NAME": table.name, "WORD": pulumi.Output.secret("open sesame")}},
    logging_config={"log_format": "JSON", "log_group": logs.name},
    tags=tags,
)
aws.lambda_.EventSourceMapping(
    "work",
    event_source_arn=queue.arn,
    function_name=worker.arn,
    batch_size=10,
    function_response_types=["ReportBatchItemFailures"],
    scaling_config={"maximum_concurrency": 2},
    tags=tags,
)

sweep = aws.cloudwatch.EventRule("sweep", schedule_expression="rate(15 minutes)", description="Sweep", tags=tags)
aws.cloudwatch.EventTarget("sweep", rule=sweep.name, arn=worker.arn)
aws.lambda_.Permission(
    "sweep",
    action="lambda:InvokeFunction",
    function=worker.name,
    principal="events.amazonaws.com",
    source_arn=sweep.arn,
)
off = aws.cloudwatch.EventRule(
    "off", name=f"off-{pulumi.get_stack()}", schedule_expression="rate(1 day)", state="DISABLED"
)
aws.cloudwatch.EventTarget("off", rule=off.name, arn=worker.arn, target_id="own", input=json.dumps({"own": "input"}))

api = aws.apigatewayv2.Api("http", protocol_type="HTTP", tags=tags)
integration = aws.apigatewayv2.Integration(
    "http",
    api_id=api.id,
    integration_type="AWS_PROXY",
    integration_uri=worker.invoke_arn,
    payload_format_version="2.0",
)
aws.apigatewayv2.Route(
    "http",
    api_id=api.id,
    route_key="POST /api/uploads",
    target=pulumi.Output.concat("integrations/", integration.id),
)
stage = aws.apigatewayv2.Stage(
    "http",
    api_id=api.id,
    name="$default",
    auto_deploy=True,
    access_log_settings={"destination_arn": logs.arn, "format": "{}"},
    default_route_settings={"throttling_burst_limit": 5, "throttling_rate_limit": 2},
    tags=tags,
)
aws.lambda_.Permission(
    "http",
    action="lambda:InvokeFunction",
    function=worker.name,
    principal="apigateway.amazonaws.com",
    source_arn=pulumi.Output.concat(api.execution_arn, "/*/*"),
)

door = aws.apigateway.ApiKey("door", description="Shown at the door", tags=tags)
site = aws.s3.Bucket("site", force_destroy=True)
aws.s3.BucketObjectv2(
    "front-page",
    bucket=site.bucket,
    key="index.html",
    source=pulumi.StringAsset("<title>Small</title>"),
    content_type="text/html",
    cache_control="no-cache",
    tags=tags,
)
certificate = aws.acm.Certificate(
    "site",
    region="us-east-1",
    domain_name=f"{pulumi.get_stack()}.example.com",
    validation_method="DNS",
    tags=tags,
)
proven = aws.acm.CertificateValidation("site", region="us-east-1", certificate_arn=certificate.arn)
access = aws.cloudfront.OriginAccessControl(
    "site", origin_access_control_origin_type="s3", signing_behavior="always", signing_protocol="sigv4"
)
kept = aws.cloudfront.CachePolicy(
    "site",
    comment="An hour",
    default_ttl=3600,
    parameters_in_cache_key_and_forwarded_to_origin={
        "cookies_config": {"cookie_behavior": "none"},
        "headers_config": {"header_behavior": "none"},
        "query_strings_config": {"query_string_behavior": "none"},
        "enable_accept_encoding_brotli": True,
        "enable_accept_encoding_gzip": True,
    },
)
strict = aws.cloudfront.ResponseHeadersPolicy(
    "site",
    security_headers_config={
        "content_type_options": {"override": True},
        "strict_transport_security": {"access_control_max_age_sec": 60, "preload": True, "override": False},
    },
    custom_headers_config={"items": [{"header": "x-own", "value": "1", "override": True}]},
    remove_headers_config={"items": [{"header": "server"}]},
)
distribution = aws.cloudfront.Distribution(
    "site",
    enabled=True,
    aliases=[certificate.domain_name],
    default_root_object="index.html",
    origins=[
        {
            "origin_id": "site",
            "domain_name": site.bucket_regional_domain_name,
            "origin_access_control_id": access.id,
        },
        {
            "origin_id": "api",
            "domain_name": api.api_endpoint.apply(lambda url: url.removeprefix("https://")),
            "custom_origin_config": {
                "http_port": 80,
                "https_port": 443,
                "origin_protocol_policy": "https-only",
                "origin_ssl_protocols": ["TLSv1.2"],
            },
            "custom_headers": [{"name": "x-door", "value": door.value}],
        },
    ],
    default_cache_behavior={
        "target_origin_id": "site",
        "viewer_protocol_policy": "redirect-to-https",
        "allowed_methods": ["GET", "HEAD"],
        "cached_methods": ["GET", "HEAD"],
        "cache_policy_id": kept.id,
        "response_headers_policy_id": strict.id,
    },
    ordered_cache_behaviors=[
        {
            "path_pattern": "/api/*",
            "target_origin_id": "api",
            "viewer_protocol_policy": "https-only",
            "allowed_methods": ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
            "cached_methods": ["GET", "HEAD"],
            "cache_policy_id": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
            "origin_request_policy_id": "b689b0a8-53d0-40ab-baf2-68738e2966ac",
        },
    ],
    custom_error_responses=[
        {"error_code": 404, "response_page_path": "/missing.html", "response_code": 404, "error_caching_min_ttl": 0},
        {"error_code": 500, "error_caching_min_ttl": 0},
    ],
    restrictions={"geo_restriction": {"restriction_type": "none"}},
    viewer_certificate={
        "acm_certificate_arn": proven.certificate_arn,
        "minimum_protocol_version": "TLSv1.2_2021",
        "ssl_support_method": "sni-only",
    },
    tags=tags,
)

sending = aws.sesv2.ConfigurationSet(
    "mail",
    configuration_set_name=f"small-{pulumi.get_stack()}",
    delivery_options={"tls_policy": "REQUIRE"},
    sending_options={"sending_enabled": True},
    tags=tags,
)
aws.sesv2.EmailIdentity(
    "sender",
    email_identity=f"{pulumi.get_stack()}@example.com",
    configuration_set_name=sending.configuration_set_name,
    tags=tags,
)

aws.sesv2.ConfigurationSetEventDestination(
    "bounces",
    configuration_set_name=sending.configuration_set_name,
    event_destination_name="bounces",
    event_destination={
        "enabled": True,
        "matching_event_types": ["BOUNCE"],
        "sns_destination": {"topic_arn": topic.arn},
    },
)

pulumi.export("account", account_id)
pulumi.export("region", aws.get_region().region)
pulumi.export("greeting", config.require("greeting"))
pulumi.export("word", pulumi.Output.secret("open sesame"))
pulumi.export("nested", {"bucket": bucket.bucket, "delay": queue.delay_seconds})
pulumi.export("bucket", bucket.bucket)
pulumi.export("topic", topic.arn)
pulumi.export("queue_url", queue.url)
pulumi.export("dead_queue_url", dead.url)
pulumi.export("table", table.name)
pulumi.export("index", table.global_secondary_indexes[0].name)
pulumi.export("role", role.name)
pulumi.export("function", worker.name)
pulumi.export("function_arn", worker.arn)
pulumi.export("rule", sweep.name)
pulumi.export("rule_off", off.name)
pulumi.export("log_group", logs.name)
pulumi.export("api", api.id)
pulumi.export("api_url", stage.invoke_url)
pulumi.export("distribution", distribution.id)
pulumi.export("site_url", pulumi.Output.concat("https://", distribution.domain_name))
pulumi.export("configuration_set", sending.configuration_set_name)
