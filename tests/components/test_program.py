from __future__ import annotations

from dataclasses import fields
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from runtime import settings as runtime_settings
from runtime.adapters.queues import LONGEST_DELAY
from tests.components import rules
from tests.components.recorder import DuplicateUrnError, configuration, record_program, recorded, run_main

STACKS = ("dev", "prod", "local")

EXPORTS = {
    "mail_verification",
    "site_url",
    "api_url",
    "region",
    "uploads_bucket",
    "results_bucket",
    "table_name",
    "ingest_queue_url",
    "count_queue_url",
    "bulk_queue_url",
    "glue_job",
    "publish_queue_url",
    "notify_queue_url",
    "deadline_queue_url",
    "dead_letter_queue_url",
    "functions",
    "mail_sender",
    "mail_configuration_set",
}

TOLD = {
    "api": runtime_settings.ApiSettings,
    "ingest": runtime_settings.IngestSettings,
    "count": runtime_settings.CountSettings,
    "bulk": runtime_settings.BulkSettings,
    "publish": runtime_settings.PublishSettings,
    "notify": runtime_settings.NotifySettings,
    "deadline": runtime_settings.DeadlineSettings,
    "failures": runtime_settings.FailuresSettings,
    "sweep": runtime_settings.SweepSettings,
}


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_exports_what_its_users_need(stack: str) -> None:
    exports = recorded(stack).exports
    assert set(exports) == EXPORTS
    assert set(exports["functions"]) == set(TOLD)
    assert all(exports.values())


def shape(stack: str) -> set[tuple[str, str]]:
    return {(resource.type, resource.name) for resource in recorded(stack).resources}


def test_stacks_differ_by_their_settings_only() -> None:
    assert shape("dev") == shape("prod") == shape("local")


def test_the_name_of_a_stack_decides_nothing() -> None:
    """One configuration under two names gives the same resources, but for the names made of it."""

    def without_name(value: Any, name: str) -> Any:  # noqa: ANN401 - a JSON value
        if isinstance(value, dict):
            return {key: without_name(item, name) for key, item in value.items()}
        if isinstance(value, list):
            return [without_name(item, name) for item in value]
        return value.replace(name, "STACK") if isinstance(value, str) else value

    one, other = (
        {
            resource.name: without_name(dict(resource.inputs), name)
            for resource in record_program(run_main, configuration("prod"), name).resources
            if resource.custom
        }
        for name in ("qqq", "prod")
    )
    assert one == other


def test_a_name_used_twice_is_noticed() -> None:
    def twice() -> None:
        aws.sns.Topic("topic")
        aws.sns.Topic("topic")

    with pytest.raises(DuplicateUrnError, match="aws:sns/topic:Topic::topic"):
        record_program(twice)


def test_an_error_late_in_a_program_is_not_lost() -> None:
    def fails_late() -> None:
        topic = aws.sns.Topic("topic")
        topic.arn.apply(int)
        pulumi.export("arn", topic.arn)

    with pytest.raises(ValueError, match="invalid literal"):
        record_program(fails_late)


@pytest.mark.parametrize("function", TOLD)
def test_a_function_is_told_what_it_reads_and_nothing_more(function: str) -> None:
    by_handler = {found.inputs["handler"]: found for found in recorded("dev").of(rules.FUNCTION)}
    told = by_handler[f"runtime.bootstrap.{function}"].inputs["environment"]["variables"]
    given_by_lambda = {"AWS_LAMBDA_FUNCTION_NAME"}
    reads = {field.name.upper() for field in fields(TOLD[function])} - given_by_lambda
    assert set(told) == reads


@pytest.mark.parametrize(("stack", "keeps"), [("prod", True), ("dev", False)])
def test_data_is_protected_where_the_settings_ask_for_it(stack: str, keeps: bool) -> None:  # noqa: FBT001 - a parameter of the test
    found = recorded(stack)
    table, bucket = found.one(rules.TABLE, "cache-table"), found.one(rules.BUCKET, "cache-results-bucket")
    assert configuration(stack)["ocr-wordcount:cache"]["keepOnTeardown"] is keeps
    assert table.inputs["deletionProtectionEnabled"] is keeps
    assert bucket.inputs["forceDestroy"] is not keeps
    assert table.inputs["pointInTimeRecovery"] == {"enabled": keeps}


def test_settings_reach_what_they_are_about() -> None:
    config = configuration("dev")
    config["ocr-wordcount:site"] |= {"formMinutes": 7, "requestTtlDays": 6, "requestsPerSecond": 11, "requestBurst": 12}
    config["ocr-wordcount:ocr"] |= {"maximumConcurrency": 13, "timeoutSeconds": 20, "leaseSeconds": 25}
    config["ocr-wordcount:count"] |= {"maximumConcurrency": 14, "engine": "glue", "glueAboveWords": 8}
    config["ocr-wordcount:count"] |= {"gatherSeconds": 9}
    config["ocr-wordcount:glue"] |= {"workerType": "G.2X", "maximumWorkers": 3, "flex": True, "timeoutMinutes": 4}
    config["ocr-wordcount:mail"] |= {"maximumConcurrency": 15, "lateAfterSeconds": 16}
    config["ocr-wordcount:logs"] |= {"level": "ERROR", "retentionDays": 5}
    config["ocr-wordcount:functions"] |= {"runtime": "python3.12"}
    stack = record_program(run_main, config, "dev")
    api = stack.one(rules.FUNCTION, "site-api-lambda").inputs
    ingest = stack.one(rules.FUNCTION, "ocr-ingest-lambda").inputs
    at_once = {
        mapping.name: mapping.inputs["scalingConfig"]["maximumConcurrency"]
        for mapping in stack.of(rules.EVENT_SOURCE_MAPPING)
    }
    assert api["environment"]["variables"].items() >= {"FORM_MINUTES": "7", "REQUEST_TTL_DAYS": "6"}.items()
    assert api["environment"]["variables"]["LOG_LEVEL"] == "ERROR"
    assert api["runtime"] == "python3.12"
    assert ingest["timeout"] == 20
    assert ingest["environment"]["variables"]["LEASE_SECONDS"] == "25"
    assert stack.one(rules.QUEUE, "ocr-ingest-queue").inputs["visibilityTimeoutSeconds"] == 120
    assert stack.one(rules.QUEUE, "mail-deadline-queue").inputs["delaySeconds"] == 16
    sweep = stack.one(rules.FUNCTION, "mend-sweep-lambda").inputs["environment"]["variables"]
    assert int(sweep["PATIENCE_SECONDS"]) > max(120, LONGEST_DELAY)
    count = stack.one(rules.FUNCTION, "words-count-lambda").inputs["environment"]["variables"]
    bulk = stack.one(rules.FUNCTION, "words-bulk-lambda").inputs["environment"]["variables"]
    assert (count["ENGINE"], count["GLUE_ABOVE_WORDS"], bulk["GATHER_SECONDS"]) == ("glue", "8", "9")
    job = stack.one(rules.JOB, "words-glue-job").inputs
    assert (job["workerType"], job["numberOfWorkers"], job["executionClass"], job["timeout"]) == ("G.2X", 3, "FLEX", 4)
    assert {group.inputs["retentionInDays"] for group in stack.of(rules.LOG_GROUP)} == {5}
    assert stack.one(rules.STAGE, "site-http-stage").inputs["defaultRouteSettings"] == {
        "throttlingRateLimit": 11,
        "throttlingBurstLimit": 12,
    }
    assert at_once == {
        "dead-letters-feeds": 2,
        "ocr-ingest-feeds": 13,
        "words-count-feeds": 14,
        "words-bulk-feeds": 2,
        "words-publish-feeds": 14,
        "mail-notify-feeds": 15,
        "mail-deadline-feeds": 15,
    }
