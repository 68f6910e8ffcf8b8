"""The running API is held to its own document by Schemathesis, which asks it what nobody else would think of."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any, Final

import pytest
import schemathesis
import urllib3
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from runtime.handlers.openapi import document
from runtime.handlers.operations import OPERATIONS, Bearer
from tests.pictures import page, to_bytes
from tests.service.visitor import PATIENCE, Visitor

if TYPE_CHECKING:
    from local.cloud import Cloud

pytestmark = pytest.mark.cloud

CHECKS: Final = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
EXAMPLES: Final = 30
"""Of each operation, sound and unsound."""

_numbers = itertools.count(1)


@pytest.fixture
def ann(cloud: Cloud) -> Visitor:
    email = f"schema{next(_numbers)}@example.com"
    cloud.verify(email)
    return Visitor(cloud, email).prove()


def test_the_running_api_serves_its_document(cloud: Cloud) -> None:
    answer = urllib3.request("GET", f"{cloud.endpoint}/api/openapi.json")
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    assert json.loads(answer.data) == document()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_no_answer_breaks_the_document_and_none_is_a_5xx(cloud: Cloud, ann: Visitor, operation: Any) -> None:  # noqa: ANN401  an Operation
    method, _, path = operation.route.partition(" ")
    described = schemathesis.openapi.from_dict(document())[path][method]
    opened = ann.send(to_bytes(page(f"Schema {next(_numbers)}"), "PNG"))
    ann.outcome(opened)
    proof = ann.ask("POST", "/api/addresses", body={"email": ann.email}).json
    tokens = {
        Bearer.ACCESS: opened.access_token,
        Bearer.ADDRESS: ann.address_token,
        Bearer.PROOF: proof["proof_token"],
        None: "",
    }
    ours = {"request_id": opened.request_id, "proof_id": proof["proof_id"]}

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases_of(described), st.booleans())
    def ask(case: Any, knows_the_way_in: bool) -> None:  # noqa: ANN401, FBT001  schemathesis's case, and drawn
        if knows_the_way_in:
            case.headers = {**(case.headers or {}), "authorization": f"Bearer {tokens[operation.bearer]}"}
            case.path_parameters = {name: ours[name] for name in case.path_parameters or {}}
        case.call_and_validate(base_url=cloud.endpoint, checks=list(CHECKS))

    ask()
    cloud.wait_idle(PATIENCE)


def cases_of(described: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401  schemathesis's operation
    """Sound ones, and where something can be wrong, unsound ones."""
    sound = described.as_strategy()
    can_be_wrong = described.path_parameters or described.body
    return sound | described.as_strategy(generation_mode=GenerationMode.NEGATIVE) if can_be_wrong else sound
