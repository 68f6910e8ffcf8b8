from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from local.http_api import fit_route, function_response

if TYPE_CHECKING:
    from tests.local.conftest import Bench, Json

ECHO = """
    def handler(event, context):
        if event["rawPath"] == "/api/fails":
            raise RuntimeError("no")
        return {"statusCode": 201, "headers": {"x-own": "1", "content-type": "application/json"}, "body": dumps(event)}
    from json import dumps
"""


@pytest.fixture(scope="module")
def api(bench: Bench) -> str:
    """An HTTP API whose every route leads to a function that gives back its event."""
    return make_api(bench)


def make_api(bench: Bench, **stage: Json) -> str:
    client: Any = bench.cloud.client("apigatewayv2")
    made = client.create_api(Name="api", ProtocolType="HTTP")
    function = bench.functions.get_function(FunctionName=bench.deploy(ECHO))["Configuration"]["FunctionArn"]
    integration = client.create_integration(
        ApiId=made["ApiId"],
        IntegrationType="AWS_PROXY",
        IntegrationUri=function,
        PayloadFormatVersion="2.0",
    )
    target = f"integrations/{integration['IntegrationId']}"
    bench.functions.add_permission(
        FunctionName=function,
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{made['ApiId']}/*/*",
    )
    for key in ("POST /api/uploads", "GET /api/requests/{request_id}", "GET /api/fails"):
        client.create_route(ApiId=made["ApiId"], RouteKey=key, Target=target)
    log = {
        "DestinationArn": "arn:aws:logs:us-east-1:123456789012:log-group:/aws/api/access",
        "Format": "$context.routeKey $context.status $context.integrationErrorMessage $context.unknown",
    }
    client.create_stage(ApiId=made["ApiId"], StageName="$default", AutoDeploy=True, AccessLogSettings=log, **stage)
    return str(made["ApiId"])


def call(bench: Bench, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, Json, dict[str, str]]:
    connection = http.client.HTTPConnection(urlsplit(bench.region.endpoint).netloc)
    connection.request(method, path, body or None, {name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, json.loads(content), {name.lower(): value for name, value in response.getheaders()}


def test_a_request_reaches_its_function_in_payload_format_2(bench: Bench, api: str) -> None:
    status, event, headers = call(
        bench,
        "POST",
        "/api/uploads?a=1&a=2&b=%20",
        b'{"x": "\xc3\xa4"}',
        Content_Type="application/json",
        Cookie="c=1; d=2",
    )

    assert (status, headers["x-own"]) == (201, "1")
    assert "apigw-requestid" in headers
    assert (event["version"], event["routeKey"], event["rawPath"]) == ("2.0", "POST /api/uploads", "/api/uploads")
    assert event["rawQueryString"] == "a=1&a=2&b=%20"
    assert event["queryStringParameters"] == {"a": "1,2", "b": " "}
    assert event["cookies"] == ["c=1", "d=2"]
    assert (event["body"], event["isBase64Encoded"]) == ('{"x": "ä"}', False)
    assert event["headers"]["content-type"] == "application/json"
    context = event["requestContext"]
    assert (context["apiId"], context["stage"], context["http"]["method"]) == (api, "$default", "POST")
    assert context["http"]["sourceIp"] == "127.0.0.1"


@pytest.mark.usefixtures("api")
def test_a_body_that_is_no_text_comes_in_base64(bench: Bench) -> None:
    _, event, _ = call(bench, "POST", "/api/uploads", b"\xff\x00", Content_Type="image/png")

    assert (event["body"], event["isBase64Encoded"]) == ("/wA=", True)


@pytest.mark.usefixtures("api")
def test_path_parameters_are_decoded(bench: Bench) -> None:
    _, event, _ = call(bench, "GET", "/api/requests/a%20b", Authorization="Bearer token")

    assert event["pathParameters"] == {"request_id": "a b"}
    assert event["headers"]["authorization"] == "Bearer token"
    assert "body" not in event


@pytest.mark.usefixtures("api")
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/uploads"), ("GET", "/api/nothing"), ("GET", "/api/requests/")]
)
def test_a_route_that_is_not_there_is_not_found(bench: Bench, method: str, path: str) -> None:
    status, body, _ = call(bench, method, path)

    assert (status, body) == (404, {"message": "Not Found"})


@pytest.mark.usefixtures("api")
def test_a_function_that_fails_is_an_internal_server_error(bench: Bench) -> None:
    status, body, _ = call(bench, "GET", "/api/fails")

    assert (status, body) == (500, {"message": "Internal Server Error"})


def test_what_comes_too_often_is_turned_away(bench: Bench) -> None:
    rate = {"ThrottlingRateLimit": 0.001, "ThrottlingBurstLimit": 2}
    host = f"{make_api(bench, RouteSettings={'POST /api/uploads': rate})}.execute-api.us-east-1.amazonaws.com"

    answers = [call(bench, "POST", "/api/uploads", Host=host)[:2] for _ in range(3)]

    assert [status for status, _ in answers] == [201, 201, 429]
    assert answers[-1][1] == {"message": "Too Many Requests"}
    assert call(bench, "GET", "/api/requests/1", Host=host)[0] == 201


def test_a_crowd_has_everybody_turned_away_while_it_is_there(bench: Bench) -> None:
    rate = {"ThrottlingRateLimit": 1_000, "ThrottlingBurstLimit": 1_000}
    host = f"{make_api(bench, RouteSettings={'POST /api/uploads': rate})}.execute-api.us-east-1.amazonaws.com"

    statuses = []
    for there in (True, False):
        bench.cloud.crowd(there=there)
        statuses.append(call(bench, "POST", "/api/uploads", Host=host)[0])

    assert statuses == [429, 201]


def test_an_api_also_answers_by_its_host_name(bench: Bench, api: str) -> None:
    status, event, _ = call(bench, "GET", "/api/requests/1", Host=f"{api}.execute-api.us-east-1.amazonaws.com")
    unknown, _, _ = call(bench, "GET", "/api/requests/1", Host="unknown.execute-api.us-east-1.amazonaws.com")

    assert (status, event["requestContext"]["domainPrefix"], unknown) == (201, api, 404)


def test_of_several_apis_the_one_of_the_first_stack_answers_on_the_clouds_own_address(bench: Bench, api: str) -> None:
    client: Any = bench.cloud.client("apigatewayv2")
    second = make_api(bench)

    def answering() -> str | None:
        status, body, _ = call(bench, "GET", "/api/requests/1")
        return body["requestContext"]["apiId"] if status == 201 else None

    nobodys = answering()
    for stack, api_id in (("first", second), ("without an api", ""), ("last", api)):
        url = f"https://{api_id}.execute-api.us-east-1.amazonaws.com"
        bench.cloud.announce_deployment(stack, {"api_url": url} if api_id else {})
    the_firsts = answering()
    client.delete_api(ApiId=second)
    when_it_is_gone = answering()
    bench.cloud.announce_teardown("first")
    when_its_stack_is_gone = answering()

    assert (nobodys, the_firsts, when_it_is_gone, when_its_stack_is_gone) == (None, second, api, api)
    assert list(bench.cloud.status()["stacks"]) == ["without an api", "last"]


@pytest.mark.usefixtures("api")
def test_each_request_is_logged_as_its_stage_asks_for(bench: Bench) -> None:
    call(bench, "GET", "/api/nothing")
    call(bench, "GET", "/api/fails")

    lines = (bench.region.state / "logs" / "aws-api-access.log").read_text().splitlines()

    assert lines[-2:] == ["- 404 - -", "GET /api/fails 500 The function failed -"]


def test_the_most_specific_route_wins() -> None:
    keys = ["$default", "ANY /{proxy+}", "GET /api/{proxy+}", "ANY /api/{id}", "GET /api/{id}", "GET /api/me"]
    fits = {key: fit_route(key, "GET", "/api/me") for key in keys}

    assert sorted(keys, key=lambda key: fits[key] or ((), {})) == keys


@pytest.mark.parametrize(
    ("payload", "status", "body", "content_type"),
    [
        (b'"just text"', 200, b'"just text"', "application/json"),
        (b'{"statusCode": 204}', 204, b"", "text/plain;charset=utf-8"),
        (b'{"statusCode": 200, "body": "/wA=", "isBase64Encoded": true}', 200, b"\xff\x00", "text/plain;charset=utf-8"),
        (b'{"statusCode": 200, "body": {}, "headers": {}}', 200, b"", "text/plain;charset=utf-8"),
        (
            b'{"statusCode": 200, "body": {"not": "text"}}',
            500,
            b'{"message": "Internal Server Error"}',
            "application/json",
        ),
        (b'{"statusCode": "many"}', 500, b'{"message": "Internal Server Error"}', "application/json"),
    ],
)
def test_what_a_function_returns_becomes_the_response(
    payload: bytes, status: int, body: bytes, content_type: str
) -> None:
    response = function_response(payload, [])

    assert (response.status, response.body, response.header("content-type")) == (status, body, content_type)
