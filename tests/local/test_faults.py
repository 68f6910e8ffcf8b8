from __future__ import annotations

import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaitingError
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

import local.ocr
from local.client import CloudError
from local.faults import MAIL_ERRORS, TEXTRACT_ERRORS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local.conftest import Bench

ONCE = Config(retries={"total_max_attempts": 1})
SENDER = "wordcount@example.com"
READ: dict[str, Any] = {"Blocks": [{"BlockType": "WORD", "Text": "read"}], "DocumentMetadata": {"Pages": 1}}
READER = """
    import boto3
    from botocore.config import Config
    def handler(event, context):
        textract = boto3.client("textract", config=Config(retries={"total_max_attempts": 1}))
        return textract.detect_document_text(Document={"S3Object": event["object"]})
"""


@pytest.fixture(autouse=True)
def nothing_is_out_of_order_afterwards(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def read(_asked: object, _read_object: object) -> dict[str, Any]:
        return READ

    monkeypatch.setattr(local.ocr, "detect_document_text", read)
    yield
    for service in ("textract", "mail"):
        bench.cloud.hold(service, held=False)
    bench.cloud.fail_textract(None)
    bench.cloud.answer_textract(None)
    bench.cloud.fail_mail(None)


@pytest.fixture
def stored(bench: Bench) -> dict[str, str]:
    bucket = bench.name("images")
    bench.s3.create_bucket(Bucket=bucket)
    bench.s3.put_object(Bucket=bucket, Key="one", Body=b"picture")
    return {"Bucket": bucket, "Name": "one"}


def detect(bench: Bench, stored: dict[str, str]) -> Any:  # noqa: ANN401 - the answer as boto3 gives it
    textract: Any = bench.cloud.client("textract", ONCE)
    return textract.detect_document_text(Document={"S3Object": stored})


@pytest.mark.parametrize("code", sorted(TEXTRACT_ERRORS))
def test_textract_fails_as_told_until_told_otherwise(bench: Bench, stored: dict[str, str], code: str) -> None:
    bench.cloud.fail_textract(code)

    with pytest.raises(ClientError) as failed:
        detect(bench, stored)

    answer = failed.value.response
    assert type(failed.value).__name__ == answer["Error"]["Code"] == code
    server_faults = {"InternalServerError", "ThrottlingException"}
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == (500 if code in server_faults else 400)
    bench.cloud.fail_textract(None)
    assert detect(bench, stored)["Blocks"] == READ["Blocks"]


def test_the_errors_of_textract_and_of_ses_are_those_of_their_apis(bench: Bench) -> None:
    textract: Any = bench.cloud.client("textract")
    ses: Any = bench.cloud.client("ses")
    of_ses = ses.meta.service_model.operation_model("SendRawEmail").error_shapes

    named = textract.meta.service_model.operation_model("DetectDocumentText").error_shapes
    assert set(TEXTRACT_ERRORS) == {shape.name for shape in named}
    common = {"InternalFailure", "ServiceUnavailable", "Throttling"}  # which the API has beside each operation's own
    assert set(MAIL_ERRORS) - common <= {shape.name for shape in of_ses}


def test_a_call_that_was_made_to_fail_is_in_the_ledger_but_does_not_count(bench: Bench, stored: dict[str, str]) -> None:
    name = bench.deploy(READER)
    event = {"object": stored, "about": "uploads/request-1"}
    bench.cloud.fail_textract("ThrottlingException")

    error = bench.invoke_failing(name, event)

    assert error["errorType"] == "ThrottlingException"
    assert bench.cloud.ocr_calls("request-1") == 0
    assert [call.error for call in bench.region.ledger.calls_for("request-1")] == ["ThrottlingException"]
    bench.cloud.fail_textract(None)
    bench.invoke(name, event)
    assert bench.cloud.ocr_calls("request-1") == 1


def test_textract_answers_what_it_was_given_about_objects_that_exist(bench: Bench, stored: dict[str, str]) -> None:
    odd: dict[str, Any] = {"Blocks": [{"BlockType": "WORD", "Text": None}], "DocumentMetadata": {"Pages": 1}}
    name = bench.deploy(READER)
    bench.cloud.answer_textract(odd)

    assert detect(bench, stored)["Blocks"] == [{"BlockType": "WORD"}]
    bench.invoke(name, {"object": stored, "about": "uploads/request-2"})
    assert bench.cloud.ocr_calls("request-2") == 1
    with pytest.raises(ClientError, match="Unable to get object metadata from S3"):
        detect(bench, stored | {"Name": "two"})

    bench.cloud.answer_textract({})
    assert "Blocks" not in detect(bench, stored)
    bench.cloud.answer_textract(None)
    assert detect(bench, stored)["Blocks"] == READ["Blocks"]


@pytest.mark.parametrize(
    ("code", "in_v1", "in_v2"),
    [
        ("Throttling", ("Throttling", 400), ("TooManyRequestsException", 429)),
        ("ServiceUnavailable", ("ServiceUnavailable", 503), ("ServiceUnavailable", 503)),
        ("AccountSendingPausedException", ("AccountSendingPausedException", 400), ("SendingPausedException", 400)),
        ("MessageRejected", ("MessageRejected", 400), ("MessageRejected", 400)),
        ("InternalFailure", ("InternalFailure", 500), ("InternalFailure", 500)),
    ],
)
def test_mail_fails_as_told_in_each_interfaces_own_form_until_told_otherwise(
    bench: Bench, code: str, in_v1: tuple[str, int], in_v2: tuple[str, int]
) -> None:
    ses: Any = bench.cloud.client("ses", ONCE)
    sesv2: Any = bench.cloud.client("sesv2", ONCE)
    bench.cloud.verify(SENDER)
    to = {"ToAddresses": [SENDER]}
    message = {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}
    before = len(bench.cloud.mails())
    bench.cloud.fail_mail(code)

    with pytest.raises(ClientError) as v1:
        ses.send_email(Source=SENDER, Destination=to, Message=message)
    with pytest.raises(ClientError) as v2:
        sesv2.send_email(FromEmailAddress=SENDER, Destination=to, Content={"Simple": message})

    for failed, (expected, status) in ((v1, in_v1), (v2, in_v2)):
        answer = failed.value.response
        assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (expected, status)
        assert answer["Error"]["Message"] == MAIL_ERRORS[code].v1.message
    assert len(bench.cloud.mails()) == before
    bench.cloud.fail_mail(None)
    ses.send_email(Source=SENDER, Destination=to, Message=message)
    assert len(bench.cloud.mails()) == before + 1


def test_a_slow_service_answers_once_it_is_let_go(bench: Bench, stored: dict[str, str]) -> None:
    ses: Any = bench.cloud.client("ses", ONCE)
    bench.cloud.verify(SENDER)
    message = {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}
    calls = {
        "textract": lambda: detect(bench, stored)["Blocks"],
        "mail": lambda: ses.send_email(Source=SENDER, Destination={"ToAddresses": [SENDER]}, Message=message),
    }
    with ThreadPoolExecutor(1) as caller:
        for service, call in calls.items():
            bench.cloud.hold(service, held=True)
            called = caller.submit(call)
            with pytest.raises(StillWaitingError):
                called.result(0.3)
            bench.cloud.hold(service, held=False)
            assert called.result(10)
    with pytest.raises(CloudError, match="has no service lambda, but mail, textract"):
        bench.cloud.hold("lambda", held=True)


def test_an_error_that_the_service_does_not_have_is_refused_and_the_others_are_named(bench: Bench) -> None:
    with pytest.raises(CloudError, match=r"DetectDocumentText has no error Throttling, but AccessDeniedException, "):
        bench.cloud.fail_textract("Throttling")
    with pytest.raises(CloudError, match=r"a send has no error ThrottlingException, but .*, Throttling"):
        bench.cloud.fail_mail("ThrottlingException")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("fail-textract", {}),
        ("fail-textract", {"code": 1}),
        ("fail-mail", {"code": ""}),
        ("answer-textract", {}),
        ("answer-textract", {"answer": []}),
        ("unverify", {"email": None}),
        ("hold", {"held": True}),
    ],
)
def test_a_fault_that_is_not_said_rightly_is_the_callers(bench: Bench, path: str, body: dict[str, object]) -> None:
    connection = http.client.HTTPConnection(urlsplit(bench.region.endpoint).netloc)
    connection.request("POST", f"/_local/{path}", json.dumps(body))

    assert connection.getresponse().status == 400
    connection.close()


def test_an_address_that_is_verified_no_longer_is_refused_unless_its_domain_is_verified(bench: Bench) -> None:
    ses: Any = bench.cloud.client("ses", ONCE)
    bench.cloud.verify(SENDER)
    reader = "reader@example.org"
    bench.cloud.verify(reader)
    message = {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}
    send = {"Source": SENDER, "Destination": {"ToAddresses": [reader]}, "Message": message}

    bench.cloud.unverify(reader)

    assert ses.get_identity_verification_attributes(Identities=[reader])["VerificationAttributes"] == {}
    with pytest.raises(ClientError, match=f"not verified.*: {reader}"):
        ses.send_email(**send)
    ses.verify_domain_identity(Domain="example.org")
    bench.cloud.unverify(reader)
    ses.send_email(**send)
