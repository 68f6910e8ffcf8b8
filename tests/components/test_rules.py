from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.components import rules
from tests.components.recorder import recorded

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.components.recorder import Recorded, RecordedStack

STACKS = ("dev", "prod", "local")


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_every_stack_keeps_every_rule(rule: rules.Rule, stack: str) -> None:
    assert list(rule(recorded(stack))) == []


def rewritten(
    stack: RecordedStack, kind: str, name: str, change: Callable[[list[dict[str, Any]]], object]
) -> RecordedStack:
    """The stack with other statements in one resource's policy."""
    found = rules.statements(stack.one(kind, name))
    change(found)
    return stack.but(kind, name, policy=json.dumps({"Version": "2012-10-17", "Statement": found}))


def told(stack: RecordedStack, function: str, **variables: str) -> RecordedStack:
    """The stack with other variables in one function's environment."""
    environment = stack.one(rules.FUNCTION, function).inputs["environment"]["variables"]
    return stack.but(rules.FUNCTION, function, environment={"variables": {**environment, **variables}})


def without_grant(stack: RecordedStack, policy: str, intent: str) -> RecordedStack:
    """The stack with one right less."""

    def strike_out(statements: list[dict[str, Any]]) -> None:
        statements[:] = [statement for statement in statements if statement["Sid"] != intent]

    return rewritten(stack, rules.ROLE_POLICY, policy, strike_out)


def with_more(stack: RecordedStack, resource: Recorded) -> RecordedStack:
    """The stack with one resource more."""
    return stack.with_resources([*stack.resources, resource])


def granted(stack: RecordedStack, policy: str, **statement: object) -> RecordedStack:
    """The stack with one right more."""
    more = {"Sid": "More", "Effect": "Allow", **statement}
    return rewritten(stack, rules.ROLE_POLICY, policy, lambda statements: statements.append(more))


def lifecycle(stack: RecordedStack, name: str, keep: Callable[[dict[str, Any]], bool]) -> RecordedStack:
    """The stack with only some rules of a bucket's lifecycle."""
    found = stack.one(rules.BUCKET_LIFECYCLE, name).inputs["rules"]
    return stack.but(rules.BUCKET_LIFECYCLE, name, rules=[rule for rule in found if keep(rule)])


def second_notification(stack: RecordedStack) -> RecordedStack:
    first = stack.one(rules.BUCKET_NOTIFICATION, "cache-results-wakes")
    return with_more(stack, replace(first, name="cache-results-again", urn=f"{first.urn}-again"))


def unwaited(stack: RecordedStack, kind: str, name: str) -> RecordedStack:
    """The stack in which one resource waits for nothing."""
    hasty = stack.one(kind, name)
    return stack.with_resources(
        replace(hasty, after=frozenset()) if resource is hasty else resource for resource in stack.resources
    )


def renamed(stack: RecordedStack, kind: str, name: str, new: str) -> RecordedStack:
    """The stack in which one resource has another name."""
    found = stack.one(kind, name)
    return stack.with_resources(
        replace(found, name=new) if resource is found else resource for resource in stack.resources
    )


EXAMPLES: dict[str, tuple[rules.Rule, Callable[[RecordedStack], RecordedStack], str]] = {
    "visibility of less than six timeouts": (
        rules.visibility_covers_six_timeouts,
        lambda stack: stack.but(rules.QUEUE, "ocr-ingest-queue", visibilityTimeoutSeconds=359),
        "ocr-ingest-queue shows a message again before ocr-ingest-lambda had six timeouts for it",
    ),
    "a lease that ends before the function must": (
        rules.lease_lies_between_timeout_and_visibility,
        lambda stack: told(stack, "mail-notify-lambda", LEASE_SECONDS="30"),
        "mail-notify-lambda holds a lease of 30 s, not between 30 and 180",
    ),
    "a large batch without a window": (
        rules.batches_are_ones_that_sqs_gives,
        lambda stack: stack.but(rules.EVENT_SOURCE_MAPPING, "words-count-feeds", batchSize=11),
        "words-count-feeds asks for more than 10 messages without a window to gather them in",
    ),
    "a maximum concurrency of one": (
        rules.batches_are_ones_that_sqs_gives,
        lambda stack: stack.but(
            rules.EVENT_SOURCE_MAPPING,
            "words-count-feeds",
            scalingConfig={"maximumConcurrency": 1},
        ),
        "words-count-feeds has no maximum concurrency from 2 to 1000",
    ),
    "batches that fail as a whole": (
        rules.batches_are_ones_that_sqs_gives,
        lambda stack: stack.but(rules.EVENT_SOURCE_MAPPING, "words-count-feeds", functionResponseTypes=[]),
        "words-count-feeds tries a whole batch again for one message",
    ),
    "a redrive policy without a count": (
        rules.dead_letters_are_kept,
        lambda stack: stack.but(
            rules.QUEUE,
            "mail-notify-queue",
            redrivePolicy=json.dumps({"deadLetterTargetArn": "<dead-letters-queue.arn>"}),
        ),
        "mail-notify-queue has nowhere to put what fails, or does not say after how many tries",
    ),
    "dead letters kept no longer than messages": (
        rules.dead_letters_are_kept,
        lambda stack: stack.but(rules.QUEUE, "dead-letters-queue", messageRetentionSeconds=4 * rules.DAY),
        "dead-letters-queue keeps messages no longer than mail-notify-queue",
    ),
    "dead letters that nobody takes": (
        rules.dead_letters_are_kept,
        lambda stack: stack.but(
            rules.EVENT_SOURCE_MAPPING, "dead-letters-feeds", eventSourceArn="<mail-notify-queue.arn>"
        ),
        "dead-letters-queue has nobody who takes what died",
    ),
    "an unencrypted queue": (
        rules.everything_at_rest_is_encrypted,
        lambda stack: stack.but(rules.QUEUE, "ocr-ingest-queue", sqsManagedSseEnabled=False),
        "ocr-ingest-queue is not encrypted with SQS's own key; through another, S3 and SNS cannot send",
    ),
    "a bucket encrypted with a key of KMS": (
        rules.everything_at_rest_is_encrypted,
        lambda stack: stack.but(
            rules.BUCKET_ENCRYPTION,
            "site-uploads-encryption",
            rules=[{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}],
        ),
        "site-uploads-bucket is not encrypted with S3's own key: ETags would be no MD5",
    ),
    "a bucket that takes public policies": (
        rules.buckets_are_private,
        lambda stack: stack.but(rules.BUCKET_PRIVACY, "cache-results-private", blockPublicPolicy=False),
        "cache-results-bucket could be made public",
    ),
    "a bucket whose writers own what they write": (
        rules.buckets_are_private,
        lambda stack: stack.without(rules.BUCKET_OWNERSHIP, "site-uploads-ownership"),
        "site-uploads-bucket takes access lists",
    ),
    "a versioned bucket": (
        rules.buckets_are_private,
        lambda stack: stack.but(rules.BUCKET, "site-uploads-bucket", versioning={"enabled": True}),
        "site-uploads-bucket is versioned: what is deleted would stay",
    ),
    "a bucket policy about the bucket but not its objects": (
        rules.nothing_travels_in_the_clear,
        lambda stack: rewritten(
            stack,
            rules.BUCKET_POLICY,
            "site-uploads-policy",
            lambda statements: statements[0].update(Resource="<site-uploads-bucket.arn>"),
        ),
        "site-uploads-bucket can be reached without TLS",
    ),
    "a topic without a policy": (
        rules.nothing_travels_in_the_clear,
        lambda stack: stack.without(rules.TOPIC_POLICY, "site-topic-policy"),
        "site-topic can be reached without TLS",
    ),
    "a queue that takes the events of any bucket": (
        rules.no_service_is_a_confused_deputy,
        lambda stack: rewritten(
            stack,
            rules.QUEUE_POLICY,
            "words-count-policy",
            lambda statements: statements[1]["Condition"].pop("ArnEquals"),
        ),
        "words-count-policy lets in others than one source of this account",
    ),
    "a topic that takes the events of another account's bucket of that name": (
        rules.no_service_is_a_confused_deputy,
        lambda stack: rewritten(
            stack,
            rules.TOPIC_POLICY,
            "site-topic-policy",
            lambda statements: statements[1]["Condition"].pop("StringEquals"),
        ),
        "site-topic-policy lets in others than one source of this account",
    ),
    "a notification to a queue that lets in another bucket": (
        rules.events_are_let_in,
        lambda stack: rewritten(
            stack,
            rules.QUEUE_POLICY,
            "words-count-policy",
            lambda statements: statements[1]["Condition"].update(
                ArnEquals={"aws:SourceArn": "<site-uploads-bucket.arn>"}
            ),
        ),
        (
            "cache-results-wakes declares events before a policy lets it: "
            "s3.amazonaws.com <cache-results-bucket.arn> sqs:SendMessage <words-count-queue.arn>"
        ),
    ),
    "a notification that does not wait for the policy": (
        rules.events_are_let_in,
        lambda stack: unwaited(stack, rules.BUCKET_NOTIFICATION, "site-uploads-wakes"),
        (
            "site-uploads-wakes declares events before a policy lets it: "
            "s3.amazonaws.com <site-uploads-bucket.arn> sns:Publish <site-topic.arn>"
        ),
    ),
    "a subscription that does not wait for the policy": (
        rules.events_are_let_in,
        lambda stack: unwaited(stack, rules.SUBSCRIPTION, "ocr-ingest-subscription"),
        (
            "ocr-ingest-subscription declares events before a policy lets it: "
            "sns.amazonaws.com <site-topic.arn> sqs:SendMessage <ocr-ingest-queue.arn>"
        ),
    ),
    "two notification configurations of one bucket": (
        rules.a_bucket_declares_its_events_once,
        second_notification,
        "<cache-results-bucket.bucket> has 2 notification configurations, of which the last one stays",
    ),
    "a notification about the whole bucket": (
        rules.a_bucket_declares_its_events_once,
        lambda stack: stack.but(
            rules.BUCKET_NOTIFICATION,
            "site-uploads-wakes",
            topics=[{"topicArn": "<site-topic.arn>", "events": ["s3:ObjectCreated:*"]}],
        ),
        "site-uploads-wakes tells of other than new objects of one folder",
    ),
    "parts of unfinished uploads kept": (
        rules.nothing_is_kept_for_ever,
        lambda stack: lifecycle(stack, "site-uploads-lifecycle", lambda rule: "expiration" in rule),
        "site-uploads-bucket keeps the parts of uploads that were never finished",
    ),
    "a folder without a backstop": (
        rules.nothing_is_kept_for_ever,
        lambda stack: lifecycle(stack, "cache-results-lifecycle", lambda rule: rule["id"] != "images"),
        "cache-results-bucket keeps images/ for ever",
    ),
    "uploads that are gone before their message": (
        rules.backstops_come_after_all_use,
        lambda stack: stack.but(rules.QUEUE, "ocr-ingest-queue", messageRetentionSeconds=14 * rules.DAY),
        "uploads/ expires after 5 days, not 15",
    ),
    "results that are gone before their record": (
        rules.backstops_come_after_all_use,
        lambda stack: told(stack, "words-publish-lambda", CACHE_TTL_DAYS="60"),
        "results/ expires after 37 days, not 67",
    ),
    "a log without an end": (
        rules.nothing_is_kept_for_ever,
        lambda stack: stack.but(rules.LOG_GROUP, "ocr-ingest-logs", retentionInDays=0),
        "ocr-ingest-logs keeps its lines for ever",
    ),
    "a table without an end": (
        rules.nothing_is_kept_for_ever,
        lambda stack: stack.but(rules.TABLE, "cache-table", ttl={"attributeName": "expiresAt", "enabled": True}),
        "cache-table keeps its rows for ever",
    ),
    "a function that writes to Lambda's default log group": (
        rules.functions_write_their_own_log_only,
        lambda stack: stack.but(rules.FUNCTION, "ocr-ingest-lambda", loggingConfig={"logFormat": "JSON"}),
        "ocr-ingest-lambda does not write JSON to a log group of ours",
    ),
    "a function whose log Lambda filters": (
        rules.functions_write_their_own_log_only,
        lambda stack: stack.but(
            rules.FUNCTION,
            "ocr-ingest-lambda",
            loggingConfig={
                "logFormat": "JSON",
                "logGroup": "/ocr-wordcount/dev/ingest",
                "applicationLogLevel": "WARN",
            },
        ),
        "ocr-ingest-lambda has Lambda filter its log, which drops metrics",
    ),
    "a function that may write any log": (
        rules.functions_write_their_own_log_only,
        lambda stack: rewritten(
            stack,
            rules.ROLE_POLICY,
            "ocr-ingest-rights",
            lambda statements: statements[0].update(Resource="arn:aws:logs:us-east-1:123456789012:*"),
        ),
        "ocr-ingest-lambda may do other than write its own log",
    ),
    "a queue without an owner": (
        rules.everything_taggable_is_tagged,
        lambda stack: stack.but(rules.QUEUE, "ocr-ingest-queue", tags={"project": "ocr-wordcount"}),
        "ocr-ingest-queue has the tags {'project': 'ocr-wordcount'}",
    ),
    "a role that another service may assume": (
        rules.roles_are_for_one_function_each,
        lambda stack: stack.but(
            rules.ROLE,
            "ocr-ingest-role",
            assumeRolePolicy=json.dumps(
                {
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "ec2.amazonaws.com"},
                            "Action": "sts:AssumeRole",
                        },
                    ],
                },
            ),
        ),
        "ocr-ingest-role can be assumed by others than Lambda, or not by Lambda",
    ),
    "two functions of one role": (
        rules.roles_are_for_one_function_each,
        lambda stack: stack.but(rules.FUNCTION, "words-count-lambda", role="<words-publish-role.arn>"),
        "words-publish-role serves 2 functions",
    ),
    "all actions of a service": (
        rules.rights_are_narrow,
        lambda stack: granted(stack, "site-api-rights", Action=["s3:Get*"], Resource=["<site-uploads-bucket.arn>/a/*"]),
        "site-api-rights grants s3:Get*",
    ),
    "a right on everything": (
        rules.rights_are_narrow,
        lambda stack: granted(stack, "site-api-rights", Action=["sqs:SendMessage"], Resource=["*"]),
        "site-api-rights grants sqs:SendMessage on everything",
    ),
    "a folder without its slash": (
        rules.rights_are_narrow,
        lambda stack: granted(
            stack,
            "site-api-rights",
            Action=["s3:GetObject"],
            Resource=["<cache-results-bucket.arn>/results*"],
        ),
        "site-api-rights grants s3:GetObject outside a folder: <cache-results-bucket.arn>/results*",
    ),
    "a list of a whole bucket": (
        rules.rights_are_narrow,
        lambda stack: granted(
            stack, "site-api-rights", Action=["s3:ListBucket"], Resource=["<cache-results-bucket.arn>"]
        ),
        "site-api-rights grants s3:ListBucket outside a folder: <cache-results-bucket.arn>",
    ),
    "rows of every kind": (
        rules.rights_are_narrow,
        lambda stack: granted(stack, "site-api-rights", Action=["dynamodb:GetItem"], Resource=["<cache-table.arn>"]),
        "site-api-rights grants dynamodb:GetItem on rows of every kind",
    ),
    "mail from anybody": (
        rules.rights_are_narrow,
        lambda stack: rewritten(
            stack,
            rules.ROLE_POLICY,
            "mail-notify-rights",
            lambda statements: [
                statement.pop("Condition", None) for statement in statements if "SendMail" in statement["Sid"]
            ],
        ),
        "mail-notify-rights grants ses:SendRawEmail as any sender",
    ),
    "a name without a right": (
        rules.names_and_rights_go_together,
        lambda stack: told(stack, "words-count-lambda", NOTIFY_QUEUE_URL="<mail-notify-queue.url>"),
        "words-count-lambda is told NOTIFY_QUEUE_URL, and may not use it",
    ),
    "a right without a name": (
        rules.names_and_rights_go_together,
        lambda stack: told(stack, "words-publish-lambda", NOTIFY_QUEUE_URL="elsewhere"),
        "words-publish-lambda may use <mail-notify-queue.arn>, and is not told its name",
    ),
    "a sender that may not send": (
        rules.names_and_rights_go_together,
        lambda stack: told(stack, "mail-notify-lambda", MAIL_SENDER="other@example.com"),
        "mail-notify-lambda may send as {'wordcount-dev@example.com'}, which is not what it is told",
    ),
    "a function that may not take its messages": (
        rules.functions_can_take_their_messages,
        lambda stack: without_grant(stack, "words-count-rights", "TakeMessages"),
        (
            "words-count-lambda may not sqs:ChangeMessageVisibility, sqs:DeleteMessage, sqs:GetQueueAttributes, "
            "sqs:ReceiveMessage on words-count-queue"
        ),
    ),
    "a function that starts before it has its rights": (
        rules.functions_can_take_their_messages,
        lambda stack: unwaited(stack, rules.FUNCTION, "words-count-lambda"),
        "words-count-lambda may start before it has its rights",
    ),
    "a route to an integration that is not there": (
        rules.routes_lead_to_a_function,
        lambda stack: stack.but(rules.ROUTE, "site-http-open", target="integrations/elsewhere"),
        "site-http-open leads nowhere",
    ),
    "an API that may not call its function": (
        rules.routes_lead_to_a_function,
        lambda stack: stack.but(rules.PERMISSION, "site-http-calls-api", principal="s3.amazonaws.com"),
        "site-http-open leads to a function that the API may not call",
    ),
    "any API of any account": (
        rules.routes_lead_to_a_function,
        lambda stack: stack.but(rules.PERMISSION, "site-http-calls-api", sourceArn="arn:aws:execute-api:*"),
        "site-http-calls-api lets in an API that is not ours",
    ),
    "a schedule that AWS does not take": (
        rules.schedules_call_a_function,
        lambda stack: stack.but(rules.EVENT_RULE, "mend-sweeps", scheduleExpression="rate(1 minutes)"),
        "mend-sweeps has a schedule that AWS does not take",
    ),
    "a schedule without a target": (
        rules.schedules_call_a_function,
        lambda stack: stack.but(rules.EVENT_TARGET, "mend-sweeps-target", rule="<elsewhere.name>"),
        "mend-sweeps calls nobody",
    ),
    "a schedule that may not call its function": (
        rules.schedules_call_a_function,
        lambda stack: stack.but(rules.PERMISSION, "mend-schedule-calls-sweep", action="lambda:GetFunction"),
        "mend-sweeps-target calls a function that its schedule may not call",
    ),
    "any schedule of any account": (
        rules.schedules_call_a_function,
        lambda stack: stack.but(rules.PERMISSION, "mend-schedule-calls-sweep", sourceArn="arn:aws:events:*"),
        "mend-schedule-calls-sweep lets in a schedule that is not ours",
    ),
    "an API without limits": (
        rules.the_api_is_throttled_and_discreet,
        lambda stack: stack.but(rules.STAGE, "site-http-stage", defaultRouteSettings={}),
        "site-http-stage takes as many requests as come",
    ),
    "an access log with addresses": (
        rules.the_api_is_throttled_and_discreet,
        lambda stack: stack.but(
            rules.STAGE,
            "site-http-stage",
            accessLogSettings={"format": "$context.identity.sourceIp"},
        ),
        "site-http-stage logs nothing, or who asked for what",
    ),
    "a name that is too long": (
        rules.names_fit,
        lambda stack: renamed(stack, rules.FUNCTION, "mail-deadline-lambda", "mail-deadline-function"),
        (
            "mail-deadline-function would be named "
            "ocr-wordcount-ssssssssssssssssssss-mail-deadline-function-0123456, which AWS does not take"
        ),
    ),
    "a bucket in capitals": (
        rules.names_fit,
        lambda stack: renamed(stack, rules.BUCKET, "site-uploads-bucket", "Uploads"),
        "Uploads would be named ocr-wordcount-ssssssssssssssssssss-Uploads-0123456, which AWS does not take",
    ),
    "a child of another name": (
        rules.children_are_named_after_their_parent,
        lambda stack: renamed(stack, rules.BUCKET, "site-uploads-bucket", "uploads"),
        "uploads is not named after site-uploads",
    ),
    "a component that is not finished": (
        rules.components_name_their_outputs_once,
        lambda stack: replace(stack, finished=stack.finished[1:]),
        "named its outputs 0 times",
    ),
}


@pytest.mark.parametrize(("rule", "spoil", "says"), EXAMPLES.values(), ids=EXAMPLES)
def test_the_rule_minds(rule: rules.Rule, spoil: Callable[[RecordedStack], RecordedStack], says: str) -> None:
    said = list(rule(spoil(recorded("dev"))))
    assert [sentence for sentence in said if says in sentence], said


def test_every_rule_is_shown_to_mind_something() -> None:
    assert {rule for rule, _, _ in EXAMPLES.values()} == set(rules.RULES)
