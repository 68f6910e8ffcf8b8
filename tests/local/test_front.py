"""What comes to the cloud's one address goes where it was let in for, and nowhere else."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest

if TYPE_CHECKING:
    from tests.local.conftest import Bench

ORIGIN = "https://page.example.com"


def answer(bench: Bench, method: str, path: str, body: str = "", **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(urlsplit(bench.region.endpoint).netloc)
    connection.request(method, path, body or None, {name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


def test_a_browsers_question_is_answered_by_the_buckets_rules(bench: Bench) -> None:
    bucket = bench.name("asked")
    bench.s3.create_bucket(Bucket=bucket)
    rule = {"AllowedMethods": ["POST"], "AllowedOrigins": [ORIGIN]}
    bench.s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})

    response = answer(bench, "OPTIONS", f"/{bucket}", Origin=ORIGIN, Access_Control_Request_Method="POST")

    assert (response.status, response.headers["Access-Control-Allow-Origin"]) == (200, ORIGIN)


def test_a_browsers_question_does_nothing_else(bench: Bench) -> None:
    url, _ = bench.queue()
    scope = "x/20260101/us-east-1/sqs/aws4_request"

    answer(
        bench,
        "OPTIONS",
        "/",
        json.dumps({"QueueUrl": url, "MessageBody": "smuggled"}),
        Content_Type="application/x-amz-json-1.0",
        X_Amz_Target="AmazonSQS.SendMessage",
        Authorization=f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00",
    )

    assert "Messages" not in bench.sqs.receive_message(QueueUrl=url)


@pytest.mark.parametrize("path", ["/", "/no-such-bucket", "/?Action=ListQueues"])
def test_a_browser_is_told_nothing_of_what_is_no_bucket(bench: Bench, path: str) -> None:
    assert answer(bench, "OPTIONS", path, Origin=ORIGIN, Access_Control_Request_Method="GET").status == 403


@pytest.mark.parametrize("path", ["/moto-api/data.json", "/moto%2Dapi/reset", "/latest/meta-data/iam"])
def test_nobody_comes_to_what_is_motos_own(bench: Bench, path: str) -> None:
    assert answer(bench, "POST", path).status == 404


def test_the_service_answers_that_the_signature_is_for(bench: Bench) -> None:
    """On AWS it has a host of its own; here, who may write an object must not receive messages by it."""
    url, _ = bench.queue()
    bench.sqs.send_message(QueueUrl=url, MessageBody="not to be seen")
    bucket = bench.name("bucket")
    bench.s3.create_bucket(Bucket=bucket)
    headers = {"X-Amz-Target": "AmazonSQS.ReceiveMessage", "Content-Type": "application/x-amz-json-1.0"}
    body = json.dumps({"QueueUrl": url})
    request = AWSRequest("PUT", f"{bench.region.endpoint}/{bucket}/key", headers, body)
    client: Any = bench.s3
    S3SigV4Auth(client._request_signer._credentials, "s3", "us-east-1").add_auth(request)  # noqa: SLF001 - to sign by hand

    connection = http.client.HTTPConnection(urlsplit(bench.region.endpoint).netloc)
    connection.request("PUT", f"/{bucket}/key", body, dict(request.headers))
    response = connection.getresponse().read()
    connection.close()

    assert response == b""
    assert bench.s3.get_object(Bucket=bucket, Key="key")["Body"].read() == body.encode()
    assert "Messages" in bench.sqs.receive_message(QueueUrl=url)
