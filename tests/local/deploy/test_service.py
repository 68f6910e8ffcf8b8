"""The service itself, with its settings for a laptop."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from local.deploy import deploy

if TYPE_CHECKING:
    from local.deploy import Deployment
    from local.deploy.target import Target

PROJECT = Path(__file__).parents[3]
FUNCTIONS = {"api", "ingest", "count", "bulk", "publish", "notify", "deadline", "failures", "sweep"}


@pytest.fixture(scope="module")
def service(endpoint: str) -> Deployment:
    return deploy(PROJECT, "local", endpoint)


def test_it_exports_what_the_command_and_the_tests_use(service: Deployment) -> None:
    assert set(service.outputs) >= {
        "api_url",
        "count_queue_url",
        "dead_letter_queue_url",
        "deadline_queue_url",
        "functions",
        "ingest_queue_url",
        "mail_configuration_set",
        "mail_sender",
        "notify_queue_url",
        "publish_queue_url",
        "region",
        "results_bucket",
        "table_name",
        "uploads_bucket",
    }
    assert all(service.outputs.values())


def test_its_functions_run_the_handlers_of_their_names(service: Deployment, target: Target) -> None:
    functions = service.outputs["functions"]

    assert set(functions) == FUNCTIONS
    handlers = {
        name: target.call("lambda", "get_function_configuration", FunctionName=physical)["Handler"]
        for name, physical in functions.items()
    }
    assert handlers == {name: f"runtime.bootstrap.{name}" for name in FUNCTIONS}


def test_each_queue_feeds_one_function(service: Deployment, target: Target) -> None:
    urls = {url for key, url in service.outputs.items() if key.endswith("_queue_url")}
    arns = {
        target.call("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        for url in urls
    }

    sources = [
        mapping["EventSourceArn"]
        for function in service.outputs["functions"].values()
        for mapping in target.call("lambda", "list_event_source_mappings")["EventSourceMappings"]
        if mapping["FunctionArn"].endswith(f":{function}")
    ]

    assert sorted(sources) == sorted(arns)


def test_its_names_tell_the_project_and_the_stack(service: Deployment) -> None:
    names = [service.outputs["uploads_bucket"], service.outputs["table_name"], *service.outputs["functions"].values()]

    assert [name for name in names if not name.startswith("ocr-wordcount-local-")] == []
