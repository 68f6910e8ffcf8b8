"""What AWS answers, and what it means to us: on boto3 with stubbed answers, where moto says too little."""

from __future__ import annotations

import base64
import gc
import json
import sys
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from botocore.stub import Stubber

from runtime.adapters.mailer import SesMailer
from runtime.adapters.queues import LONGEST_DELAY, SqsDeliveries, queue_url
from runtime.adapters.table import Table
from runtime.adapters.textract_reader import TextractReader
from runtime.adapters.uploads import MISSING, S3Uploads
from runtime.adapters.vendor_errors import vendor_errors
from runtime.bootstrap import _S3
from runtime.core.bounce import MailKind, MessageTags
from runtime.core.errors import Absent, AddressUnverified, Rejected, Retryable, ServiceError, Throttled
from runtime.core.reasons import MAX_BYTES, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Stubbed = tuple[Any, Stubber]


@pytest.fixture
def stubbed() -> Iterator[Callable[[str], Stubbed]]:
    """Clients whose every answer a test writes; all that was written must be asked for."""
    stubbers: list[Stubber] = []

    session: Any = boto3.Session("test", "test", region_name="us-east-1")

    def client(service: str) -> Stubbed:
        made = session.client(service)
        stubber = Stubber(made)
        stubber.activate()
        stubbers.append(stubber)
        return made, stubber

    yield client
    for stubber in stubbers:
        stubber.assert_no_pending_responses()


def client_error(code: str, status: int = 400) -> ClientError:
    answer: Any = {
        "Error": {"Code": code, "Message": "ann@example.com"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, "Operation")


def translated(error: Exception) -> BaseException:
    with pytest.raises(Exception) as raised, vendor_errors(MISSING):  # noqa: PT011  any error is looked at
        raise error
    return raised.value


@pytest.mark.parametrize(
    "code",
    ["ThrottlingException", "Throttling", "ProvisionedThroughputExceededException", "SlowDown", "RequestThrottled"],
)
def test_a_request_to_come_later_is_a_throttle(code: str) -> None:
    assert type(translated(client_error(code))) is Throttled


@pytest.mark.parametrize(
    "error",
    [
        client_error("InternalServerError", 500),
        client_error("ServiceUnavailable", 503),
        client_error("TransactionConflictException"),
        EndpointConnectionError(endpoint_url="https://sqs"),
        ReadTimeoutError(endpoint_url="https://sqs"),
    ],
    ids=str,
)
def test_a_service_that_is_down_is_worth_another_try_and_no_throttle(error: Exception) -> None:
    assert type(translated(error)) is Retryable


@pytest.mark.parametrize("code", ["NoSuchKey", "404", "403", "AccessDenied"])
def test_an_object_that_is_missing_for_who_may_not_list_is_absent(code: str) -> None:
    absent = translated(client_error(code, 403))
    assert isinstance(absent, Absent)
    assert str(absent) == code


def test_a_mistake_of_ours_goes_through_as_it_is() -> None:
    assert isinstance(translated(client_error("ValidationException")), ClientError)


def test_an_error_that_is_raised_often_holds_on_to_nothing() -> None:
    """An exception that is raised again and again would keep every frame that it came through, and what was in it."""
    big = bytearray(1000)
    before = sys.getrefcount(big)

    def failing(_held: bytearray) -> None:
        try:
            with vendor_errors(MISSING):
                raise client_error("NoSuchKey")
        except Absent:
            pass

    for _ in range(50):
        failing(big)
    gc.collect()
    assert sys.getrefcount(big) == before


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("BadDocumentException", Reason.UNREADABLE),
        ("DocumentTooLargeException", Reason.TOO_LARGE),
        ("UnsupportedDocumentException", Reason.UNSUPPORTED_TYPE),
    ],
)
def test_textracts_refusals_are_reasons(stubbed: Callable[[str], Stubbed], code: str, reason: Reason) -> None:
    textract, stubber = stubbed("textract")
    stubber.add_client_error("detect_document_text", code)
    with pytest.raises(Rejected) as rejected:
        TextractReader(textract, "bucket").read("0" * 32)
    assert rejected.value.reason is reason


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("InvalidS3ObjectException", Absent),
        ("ProvisionedThroughputExceededException", Throttled),
        ("InternalServerError", Retryable),
        ("InvalidParameterException", ClientError),
    ],
)
def test_textracts_other_errors_are_no_fault_of_the_pictures(
    stubbed: Callable[[str], Stubbed], code: str, meaning: type[Exception]
) -> None:
    textract, stubber = stubbed("textract")
    stubber.add_client_error("detect_document_text", code, http_status_code=500 if code.startswith("Int") else 400)
    with pytest.raises(meaning):
        TextractReader(textract, "bucket").read("0" * 32)


def test_textract_is_given_the_kept_image(stubbed: Callable[[str], Stubbed]) -> None:
    textract, stubber = stubbed("textract")
    expected = {"Document": {"S3Object": {"Bucket": "bucket", "Name": "images/" + "0" * 32}}}
    stubber.add_response("detect_document_text", {"Blocks": [], "DocumentMetadata": {"Pages": 1}}, expected)
    assert TextractReader(textract, "bucket").read("0" * 32)["DocumentMetadata"] == {"Pages": 1}


def test_the_table_is_read_consistently(stubbed: Callable[[str], Stubbed]) -> None:
    dynamodb, stubber = stubbed("dynamodb")
    key = {"pk": {"S": "p"}, "sk": {"S": "s"}}
    stubber.add_response("get_item", {}, {"TableName": "t", "Key": key, "ConsistentRead": True})
    query = {
        "TableName": "t",
        "ConsistentRead": True,
        "KeyConditionExpression": "pk = :pk AND begins_with(sk, :sk)",
        "ExpressionAttributeValues": {":pk": {"S": "p"}, ":sk": {"S": "s"}},
    }
    stubber.add_response("query", {"Items": [{**key, "n": {"N": "1.5"}}]}, query)
    table = Table(dynamodb, "t")
    assert table.get("p", "s") is None
    assert table.query("p", "s") == [{"pk": "p", "sk": "s", "n": 1.5}]


@pytest.mark.parametrize(
    ("told", "meaning"),
    [
        (
            "Email address is not verified. The following identities failed the check: Ann@example.com",
            AddressUnverified,
        ),
        ("Email address is not verified. The following identities failed the check: from@example.com", ServiceError),
        ("Message length is more than 10485760 bytes long", ServiceError),
    ],
)
def test_a_rejected_message_is_told_from_an_unproven_recipient(
    stubbed: Callable[[str], Stubbed], told: str, meaning: type[Exception]
) -> None:
    ses, stubber = stubbed("ses")
    stubber.add_client_error("send_raw_email", "MessageRejected", told)
    message = EmailMessage()
    message["From"], message["To"] = "from@example.com", "ann@example.com"
    with pytest.raises(ServiceError) as refused:
        SesMailer(ses, "set").send(message, "ann@example.com", MessageTags())
    assert isinstance(refused.value, AddressUnverified) == (meaning is AddressUnverified)


def test_a_mail_is_sent_with_what_tells_which_it_was(stubbed: Callable[[str], Stubbed]) -> None:
    ses, stubber = stubbed("ses")
    message = EmailMessage()
    message["From"], message["To"] = "from@example.com", "ann@example.com"
    for tags, told in (
        (MessageTags(MailKind.RESULT, "1" * 32, "2" * 32), {"kind": "result", "about": "1" * 32, "attempt": "2" * 32}),
        (MessageTags(MailKind.PROOF, "3" * 32), {"kind": "proof", "about": "3" * 32}),  # SES takes no empty value
    ):
        asked = {
            "Source": "from@example.com",
            "Destinations": ["ann@example.com"],
            "RawMessage": {"Data": message.as_bytes()},
            "ConfigurationSetName": "set",
            "Tags": [{"Name": name, "Value": value} for name, value in told.items()],
        }
        stubber.add_response("send_raw_email", {"MessageId": "id"}, asked)
        assert SesMailer(ses, "set").send(message, "ann@example.com", tags) == "id"


@pytest.mark.parametrize(
    ("statuses", "verified"),
    [
        ({"ann@example.com": "Success"}, True),
        ({"example.com": "Success"}, True),
        ({"ann@example.com": "Pending", "example.com": "Failed"}, False),
        ({}, False),
    ],
)
def test_an_address_is_proven_by_itself_or_by_its_domain(
    stubbed: Callable[[str], Stubbed], statuses: dict[str, str], *, verified: bool
) -> None:
    ses, stubber = stubbed("ses")
    told = {name: {"VerificationStatus": status} for name, status in statuses.items()}
    asked = {"Identities": ["ann@example.com", "example.com"]}
    stubber.add_response("get_identity_verification_attributes", {"VerificationAttributes": told}, asked)
    assert SesMailer(ses).verified(["ann@example.com"]) == ({"ann@example.com"} if verified else set())


def test_a_form_is_regional_and_limits_key_type_and_length() -> None:
    s3: Any = boto3.client(
        "s3", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test", config=_S3
    )
    form = S3Uploads(s3, "uploads-bucket").form("uploads/1", "image/png", 600)
    assert form.url == "https://uploads-bucket.s3.us-east-1.amazonaws.com/"
    policy = _decoded(form.fields["policy"])
    assert ["content-length-range", 0, MAX_BYTES] in policy["conditions"]
    assert {"key": "uploads/1"} in policy["conditions"]
    assert {"Content-Type": "image/png"} in policy["conditions"]


@pytest.mark.parametrize(("receives", "longest"), [(1, 2), (4, 16), (200, LONGEST_DELAY)])
def test_a_postponed_message_waits_longer_each_time(
    stubbed: Callable[[str], Stubbed], receives: int, longest: int
) -> None:
    sqs, stubber = stubbed("sqs")
    waits: set[int] = set()
    for _ in range(20):
        stubber.add_response("change_message_visibility", {})
        waits.add(SqsDeliveries(sqs).postpone("arn:aws:sqs:us-east-1:123456789012:queue", "handle", receives))
    assert min(waits) >= 1
    assert max(waits) <= longest
    assert len(waits) > 1


def test_a_queue_is_known_by_its_arn() -> None:
    assert queue_url("arn:aws:sqs:eu-west-1:123456789012:q") == "https://sqs.eu-west-1.amazonaws.com/123456789012/q"


def _decoded(policy: str) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(base64.b64decode(policy))
    return decoded
