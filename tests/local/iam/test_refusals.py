"""How boto3 raises a no, for each service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from botocore.exceptions import ClientError

from local.credentials import ROOT
from tests.local.iam.acting import Acting, Caller, refusal
from tests.local.policies import EVERYTHING, document, statement

if TYPE_CHECKING:
    from tests.local.conftest import Bench

ALL_RIGHTS: Final = statement("*", on="*")


@pytest.fixture(scope="module", autouse=True)
def account(bench: Bench) -> None:
    root = Caller(bench, ROOT)
    bench.s3.create_bucket(Bucket="bucket")
    bench.s3.put_object(Bucket="bucket", Key="key", Body=b"x")
    bench.sqs.create_queue(QueueName="queue")
    root.client("sns").create_topic(Name="topic")
    bench.cloud.verify("a@example.com")
    root.client("dynamodb").create_table(
        TableName="table",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    bench.deploy("handler = lambda event, context: 'ran'", FunctionName="runs")


MAIL: Final = {
    "Source": "a@example.com",
    "Destination": {"ToAddresses": ["a@example.com"]},
    "Message": {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}},
}
OURS: Final = f"us-east-1:{ROOT.account_id}"
CALLS: Final[dict[str, tuple[str, dict[str, Any], str]]] = {
    "dynamodb": (
        "get_item",
        {"TableName": "table", "Key": {"pk": {"S": "1"}}},
        f"dynamodb:GetItem on resource: arn:aws:dynamodb:{OURS}:table/table",
    ),
    "lambda": (
        "invoke",
        {"FunctionName": "runs"},
        f"lambda:InvokeFunction on resource: arn:aws:lambda:{OURS}:function:runs",
    ),
    "s3": ("get_object", {"Bucket": "bucket", "Key": "key"}, "s3:GetObject on resource: arn:aws:s3:::bucket/key"),
    "ses": ("send_email", MAIL, f"ses:SendEmail on resource: arn:aws:ses:{OURS}:identity/a@example.com"),
    "sns": (
        "publish",
        {"TopicArn": f"arn:aws:sns:{OURS}:topic", "Message": "x"},
        f"sns:Publish on resource: arn:aws:sns:{OURS}:topic",
    ),
    "sqs": (
        "send_message",
        {"QueueUrl": f"https://sqs.us-east-1.amazonaws.com/{ROOT.account_id}/queue", "MessageBody": "x"},
        f"sqs:SendMessage on resource: arn:aws:sqs:{OURS}:queue",
    ),
    "textract": (
        "detect_document_text",
        {"Document": {"Bytes": b"x"}},
        "textract:DetectDocumentText on resource: *",
    ),
}


def refused(caller: Caller, service: str) -> ClientError:
    name, asked, _ = CALLS[service]
    with pytest.raises(ClientError) as raised:
        getattr(caller.client(service), name)(**asked)
    return raised.value


@pytest.mark.parametrize(
    ("service", "code", "status", "exception"),
    [
        ("dynamodb", "AccessDeniedException", 400, "ClientError"),
        ("lambda", "AccessDeniedException", 403, "ClientError"),
        ("s3", "AccessDenied", 403, "AccessDenied"),
        ("ses", "AccessDenied", 403, "ClientError"),
        ("sns", "AuthorizationError", 403, "AuthorizationErrorException"),
        ("sqs", "AccessDenied", 400, "ClientError"),
        ("textract", "AccessDeniedException", 400, "AccessDeniedException"),
    ],
)
def test_each_service_says_no_in_its_own_words(
    bench: Bench, service: str, code: str, status: int, exception: str
) -> None:
    acting = Acting.with_rights(bench)

    error = refused(acting, service)

    assert error.response["Error"]["Code"] == code
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert type(error).__name__ == exception  # the typed one, where boto3 knows one for it
    role = acting.arn.rpartition("/")[2]
    who = f"User: arn:aws:sts::{ROOT.account_id}:assumed-role/{role}/{role} is not authorized to perform: "
    action = CALLS[service][2].partition(" ")[0]
    why = f"because no identity-based policy allows the {action} action"
    assert error.response["Error"]["Message"] == f"{who}{CALLS[service][2]} {why}"


@pytest.mark.parametrize("service", CALLS)
def test_who_has_the_right_is_not_refused(bench: Bench, service: str) -> None:
    action = CALLS[service][2].partition(" ")[0]
    acting = Acting.with_rights(bench, statement(action, on="*"))
    name, asked, _ = CALLS[service]

    told = refusal(getattr(acting.client(service), name), **asked)

    assert told == ("UnsupportedDocumentException" if service == "textract" else "")  # it was looked at


@pytest.mark.parametrize(
    ("statements", "why"),
    [
        ((), "because no identity-based policy allows the s3:GetObject action"),
        ((ALL_RIGHTS, {**ALL_RIGHTS, "Effect": "Deny"}), "with an explicit deny in an identity-based policy"),
    ],
)
def test_a_refusal_says_why(bench: Bench, statements: tuple[dict[str, object], ...], why: str) -> None:
    error = refused(Acting.with_rights(bench, *statements), "s3")

    assert error.response["Error"]["Message"].endswith(f"s3:GetObject on resource: arn:aws:s3:::bucket/key {why}")


def test_a_refusal_by_the_resources_policy_says_so(bench: Bench) -> None:
    deny = {**ALL_RIGHTS, "Effect": "Deny", "Principal": "*", "Resource": "arn:aws:s3:::bucket/*"}
    bench.s3.put_bucket_policy(Bucket="bucket", Policy=document(deny))

    error = refused(Acting.with_rights(bench, ALL_RIGHTS), "s3")

    bench.s3.delete_bucket_policy(Bucket="bucket")
    assert error.response["Error"]["Message"].endswith("with an explicit deny in a resource-based policy")


def test_a_head_is_refused_by_its_status_alone(bench: Bench) -> None:
    s3 = Acting.with_rights(bench).client("s3")

    for call, asked in ((s3.head_object, {"Bucket": "bucket", "Key": "key"}), (s3.head_bucket, {"Bucket": "bucket"})):
        with pytest.raises(ClientError) as raised:
            call(**asked)
        assert raised.value.response["Error"]["Code"] == "403"
        assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


@pytest.mark.parametrize(
    ("service", "of_key", "of_secret"),
    [
        ("dynamodb", "UnrecognizedClientException", "InvalidSignatureException"),
        ("lambda", "UnrecognizedClientException", "InvalidSignatureException"),
        ("s3", "InvalidAccessKeyId", "SignatureDoesNotMatch"),
        ("ses", "InvalidClientTokenId", "SignatureDoesNotMatch"),
        ("sns", "InvalidClientTokenId", "SignatureDoesNotMatch"),
        ("sqs", "UnrecognizedClientException", "InvalidSignatureException"),
        ("textract", "UnrecognizedClientException", "InvalidSignatureException"),
    ],
)
def test_a_signature_that_is_nobodys_is_told_in_the_services_words(
    bench: Bench, service: str, of_key: str, of_secret: str
) -> None:
    keys = bench.region.keys.for_function("none", bench.role_arn)
    of_nobody = type(keys)("AKIANOBODY", "secret")
    guessed = type(keys)(ROOT.access_key_id, "guessed")

    assert refused(Caller(bench, of_nobody), service).response["Error"]["Code"] == of_key
    assert refused(Caller(bench, guessed), service).response["Error"]["Code"] == of_secret


@pytest.mark.parametrize(
    "call",
    [
        "dynamodb.list_tables",
        "iam.list_roles",
        "lambda.list_functions",
        "s3.list_buckets",
        "ses.list_identities",
        "sns.list_topics",
        "sqs.list_queues",
        "sts.get_caller_identity",
    ],
)
def test_what_is_not_known_of_a_roles_call_is_told_to_it_and_to_the_log(
    bench: Bench, capfd: pytest.CaptureFixture[str], call: str
) -> None:
    """It may do everything; and yet not what we cannot tell."""
    service, name = call.split(".")
    acting = Acting.with_rights(bench, ALL_RIGHTS)

    with pytest.raises(ClientError) as raised:
        getattr(acting.client(service), name)()

    assert raised.value.response["Error"]["Code"] == "NotImplemented"
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    said = f"The local cloud cannot tell whether this is allowed: {service}"
    assert raised.value.response["Error"]["Message"].startswith(said)
    assert said in capfd.readouterr().err


@pytest.mark.parametrize("service", [name for name in CALLS if name != "textract"])
def test_a_policy_that_is_not_understood_is_told_to_whom_it_concerns(bench: Bench, service: str) -> None:
    condition = {"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}}
    acting = Acting.with_rights(bench, {**ALL_RIGHTS, "Condition": condition})

    error = refused(acting, service)

    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert "the condition operator DateLessThan is not known here" in error.response["Error"]["Message"]


def test_a_managed_policy_and_a_boundary_are_not_followed_and_say_so(bench: Bench) -> None:
    acting = Acting.with_rights(bench, ALL_RIGHTS)
    assert refusal(acting.client("s3").get_object, Bucket="bucket", Key="key") == ""
    iam = Caller(bench, ROOT).client("iam")
    arn = iam.create_policy(PolicyName="managed", PolicyDocument=EVERYTHING)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=acting.arn.rpartition("/")[2], PolicyArn=arn)

    error = refused(acting, "s3")

    assert "managed policies and permissions boundaries are not followed here" in error.response["Error"]["Message"]
    bounded = iam.create_role(RoleName="bounded", AssumeRolePolicyDocument=EVERYTHING, PermissionsBoundary=arn)
    keys = bench.region.keys.for_function("bounded", bounded["Role"]["Arn"])
    assert refused(Caller(bench, keys), "s3").response["Error"]["Code"] == "NotImplemented"
