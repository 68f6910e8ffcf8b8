"""What each call asks for, by the requests that boto3 makes."""

from __future__ import annotations

import dataclasses
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any, Final

import pytest

from local.credentials import ROOT, STRANGER
from local.http_message import Request, make_headers
from local.iam.calls import UnknownCallError, accounts_named, asks_of, function_arn, s3_asks
from local.iam.signatures import Scope
from tests.local.iam.acting import Caller
from tests.local.iam.requests import made

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local.conftest import Bench

REGION: Final = "us-east-1"
OURS: Final = f"{REGION}:{ROOT.account_id}"
TABLE: Final = f"arn:aws:dynamodb:{OURS}:table/rows"
SENDER: Final = "known@example.com"

Asked = tuple[str, str, dict[str, object]]


@pytest.fixture(scope="module", autouse=True)
def account(bench: Bench) -> None:
    """A table with an index, and a verified address and domain."""
    root = Caller(bench, ROOT)
    attributes = ("pk", "sk", "state")
    root.client("dynamodb").create_table(
        TableName="rows",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in attributes],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-state",
                "KeySchema": [
                    {"AttributeName": "sk", "KeyType": "RANGE"},
                    {"AttributeName": "state", "KeyType": "HASH"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    bench.cloud.verify(SENDER)


@pytest.fixture
def sandbox(bench: Bench) -> Iterator[None]:
    yield
    bench.region.account.sandbox = True


def asks(bench: Bench, request: Request, service: str, caller_account: str = ROOT.account_id) -> list[Asked]:
    account = bench.region.account
    with account.locked():
        asked = asks_of(request, Scope(service, REGION), account, caller_account)
    return [(ask.action, ask.resource, dict(ask.context)) for ask in asked]


def asked(bench: Bench, call: str, **arguments: Any) -> list[Asked]:  # noqa: ANN401 - whatever boto3 takes
    service, name = call.split(".")
    request = made(getattr(Caller(bench, ROOT).client(service), name), **arguments)
    return asks(bench, request, service.removesuffix("v2"))


KEY: Final = {"pk": {"S": "REQUEST#1"}, "sk": {"S": "REQUEST"}}


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("get_item", {"Key": KEY}),
        ("put_item", {"Item": {**KEY, "state": {"S": "OPEN"}}}),
        ("delete_item", {"Key": KEY}),
        ("update_item", {"Key": KEY, "UpdateExpression": "REMOVE x"}),
    ],
)
@pytest.mark.parametrize("table", ["rows", TABLE])
def test_a_row_is_asked_for_by_its_partition_key(
    bench: Bench, call: str, arguments: dict[str, object], table: str
) -> None:
    action = "dynamodb:" + "".join(part.title() for part in call.split("_"))

    told = asked(bench, f"dynamodb.{call}", TableName=table, **arguments)

    assert told == [(action, TABLE, {"dynamodb:leadingkeys": ("REQUEST#1",)})]


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("pk = :pk", {}),
        ("pk=:pk and begins_with(sk, :sk)", {}),
        ("(sk >= :sk) AND (#a = :pk)", {"#a": "pk"}),
        ("#b = :sk AND #a = :pk", {"#a": "pk", "#b": "sk"}),
    ],
)
def test_a_query_is_asked_for_by_the_key_that_it_names(bench: Bench, condition: str, names: dict[str, str]) -> None:
    query = {
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": {":pk": {"S": "DIGEST#1"}, ":sk": {"S": "WAITER#"}},
        **({"ExpressionAttributeNames": names} if names else {}),
    }

    told = asked(bench, "dynamodb.query", TableName="rows", **query)

    assert told == [("dynamodb:Query", TABLE, {"dynamodb:leadingkeys": ("DIGEST#1",)})]


def test_a_query_of_an_index_is_about_the_index_and_its_key(bench: Bench) -> None:
    query = {
        "IndexName": "by-state",
        "KeyConditionExpression": "sk = :pk AND #s = :state",
        "ExpressionAttributeNames": {"#s": "state"},
        "ExpressionAttributeValues": {":state": {"S": "OPEN"}, ":pk": {"S": "DIGEST#1"}},
    }

    told = asked(bench, "dynamodb.query", TableName="rows", **query)

    assert told == [("dynamodb:Query", f"{TABLE}/index/by-state", {"dynamodb:leadingkeys": ("OPEN",)})]


def test_a_query_whose_key_is_not_understood_is_not_known(bench: Bench) -> None:
    """No key at all would fit a condition over all of them."""
    old = {"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "DIGEST#1"}]}}

    with pytest.raises(UnknownCallError, match="which key it is for is not understood"):
        asked(bench, "dynamodb.query", TableName="rows", KeyConditions=old)


def test_a_table_that_is_not_there_is_asked_for_all_the_same(bench: Bench) -> None:
    told = asked(bench, "dynamodb.get_item", TableName="no-such-table", Key=KEY)

    assert told == [("dynamodb:GetItem", f"arn:aws:dynamodb:{OURS}:table/no-such-table", {"dynamodb:leadingkeys": ()})]


OBJECT: Final = {"Bucket": "bucket", "Key": "uploads/ä b+c//d"}
OBJECT_ARN: Final = "arn:aws:s3:::bucket/uploads/ä b+c//d"


@pytest.mark.parametrize(
    ("call", "arguments", "actions"),
    [
        ("get_object", {}, ["s3:GetObject"]),
        ("get_object", {"IfMatch": '"etag"', "Range": "bytes=0-1"}, ["s3:GetObject"]),
        ("head_object", {}, ["s3:GetObject"]),
        ("put_object", {"Body": b"x", "Metadata": {"pages": "1"}, "ContentType": "image/png"}, ["s3:PutObject"]),
        ("put_object", {"Body": b"x", "IfNoneMatch": "*"}, ["s3:PutObject"]),
        ("put_object", {"Body": b"x", "IfMatch": '"etag"'}, ["s3:PutObject", "s3:GetObject"]),
        ("put_object", {"Body": b"x", "ServerSideEncryption": "AES256"}, ["s3:PutObject"]),
        ("delete_object", {}, ["s3:DeleteObject"]),
        ("delete_object", {"IfMatch": "*"}, ["s3:DeleteObject"]),
        ("delete_object", {"IfMatch": '"etag"'}, ["s3:DeleteObject", "s3:GetObject"]),
    ],
)
def test_an_object_is_asked_for_by_its_key(
    bench: Bench, call: str, arguments: dict[str, object], actions: list[str]
) -> None:
    assert asked(bench, f"s3.{call}", **OBJECT, **arguments) == [(action, OBJECT_ARN, {}) for action in actions]


@pytest.mark.parametrize(
    ("call", "arguments", "context"),
    [
        ("list_objects_v2", {"Prefix": "images/"}, {"s3:prefix": "images/"}),
        ("list_objects_v2", {"Prefix": ""}, {"s3:prefix": ""}),
        ("list_objects_v2", {}, {}),
        (
            "list_objects_v2",
            {"Prefix": "ä b", "MaxKeys": 1, "StartAfter": "x", "Delimiter": "/", "FetchOwner": True},
            {"s3:prefix": "ä b"},
        ),
        ("list_objects_v2", {"ContinuationToken": "x"}, {}),
        ("head_bucket", {}, {}),
    ],
)
def test_a_bucket_is_listed_by_a_prefix(
    bench: Bench, call: str, arguments: dict[str, object], context: dict[str, object]
) -> None:
    assert asked(bench, f"s3.{call}", Bucket="bucket", **arguments) == [
        ("s3:ListBucket", "arn:aws:s3:::bucket", context)
    ]


def test_a_link_asks_for_what_it_opens(bench: Bench) -> None:
    client = Caller(bench, ROOT).client("s3", signature_version="s3v4")
    link = client.generate_presigned_url("get_object", OBJECT)
    path, _, query = link.removeprefix(bench.region.endpoint).partition("?")

    (ask,) = s3_asks(Request("GET", path, query, make_headers([]), b""))

    assert (ask.action, ask.resource) == ("s3:GetObject", OBJECT_ARN)


@pytest.mark.parametrize("query", ["x-amz-acl=public-read", "X-Amz-Tagging=a", "versionId=1", "acl", "prefix=x"])
def test_what_else_stands_in_a_link_is_not_passed_over(query: str) -> None:
    with pytest.raises(UnknownCallError):
        list(s3_asks(Request("PUT", "/bucket/key", f"X-Amz-Expires=60&{query}", make_headers([]), b"")))


@pytest.mark.parametrize(
    "action", ["send_message", "receive_message", "delete_message", "change_message_visibility", "get_queue_attributes"]
)
def test_a_queue_is_asked_for_by_its_url(bench: Bench, action: str) -> None:
    more: dict[str, dict[str, object]] = {
        "send_message": {"MessageBody": "x"},
        "delete_message": {"ReceiptHandle": "x"},
        "change_message_visibility": {"ReceiptHandle": "x", "VisibilityTimeout": 1},
    }
    url = f"https://sqs.us-east-1.amazonaws.com/{ROOT.account_id}/mails"

    (told,) = asked(bench, f"sqs.{action}", QueueUrl=url, **more.get(action, {}))

    assert told == ("sqs:" + "".join(part.title() for part in action.split("_")), f"arn:aws:sqs:{OURS}:mails", {})


@pytest.mark.parametrize(
    ("action", "entry", "right"),
    [
        ("send_message_batch", {"MessageBody": "x"}, "sqs:SendMessage"),
        ("delete_message_batch", {"ReceiptHandle": "x"}, "sqs:DeleteMessage"),
        (
            "change_message_visibility_batch",
            {"ReceiptHandle": "x", "VisibilityTimeout": 1},
            "sqs:ChangeMessageVisibility",
        ),
    ],
)
def test_a_batch_needs_the_right_of_each_of_its_calls(
    bench: Bench, action: str, entry: dict[str, object], right: str
) -> None:
    url = f"{bench.region.endpoint}/{ROOT.account_id}/mails"

    told = asked(bench, f"sqs.{action}", QueueUrl=url, Entries=[{"Id": "1", **entry}])

    assert told == [(right, f"arn:aws:sqs:{OURS}:mails", {})]


@pytest.mark.parametrize("path", ["/mails", "/123456789012/mails/../dead", "/123456789012", "/1234/mails", ""])
def test_a_queues_url_that_is_not_sqss_is_not_known(bench: Bench, path: str) -> None:
    with pytest.raises(UnknownCallError, match="sqs: the queue"):
        asked(bench, "sqs.receive_message", QueueUrl=f"http://127.0.0.1{path}")


def mail(sender: str = SENDER, **more: object) -> dict[str, object]:
    return {
        "Source": sender,
        "Destination": {"ToAddresses": ["Ann <ann@example.com>"], "BccAddresses": ["bob@example.org"]},
        "Message": {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}},
        **more,
    }


def raw(author: str = SENDER, source: str | None = None) -> dict[str, object]:
    message = EmailMessage()
    message["From"], message["To"] = f"Word count <{author}>", "ann@example.com"
    message.set_content("x")
    given = {"Source": source} if source else {}
    return {"RawMessage": {"Data": message.as_bytes()}, "Destinations": ["ann@example.com"], **given}


def identity(name: str) -> str:
    return f"arn:aws:ses:{OURS}:identity/{name}"


@pytest.mark.usefixtures("sandbox")
def test_a_mail_asks_for_its_sender_and_in_the_sandbox_for_its_recipients(bench: Bench) -> None:
    written = mail(ConfigurationSetName="counted")
    in_the_sandbox = asked(bench, "ses.send_email", **written)
    bench.region.account.sandbox = False
    outside = asked(bench, "ses.send_email", **written)

    context = {"ses:fromaddress": SENDER}
    configuration = f"arn:aws:ses:{OURS}:configuration-set/counted"
    wanted = [identity(SENDER), identity("ann@example.com"), identity("bob@example.org"), configuration]
    assert in_the_sandbox == [("ses:SendEmail", resource, context) for resource in wanted]
    assert outside == [("ses:SendEmail", resource, context) for resource in (identity(SENDER), configuration)]


@pytest.mark.usefixtures("sandbox")
def test_an_address_that_is_verified_by_its_domain_is_sent_from_as_that(bench: Bench) -> None:
    bench.region.account.sandbox = False

    (told,) = asked(bench, "ses.send_email", **mail("Any One <any@domain.example.com>"))

    assert told == (
        "ses:SendEmail",
        identity("domain.example.com"),
        {"ses:fromaddress": "any@domain.example.com"},
    )


@pytest.mark.parametrize("source", [None, SENDER, f"Our name <{SENDER}>"])
def test_a_raw_mail_is_from_whom_it_says(bench: Bench, source: str | None) -> None:
    first, *_ = asked(bench, "ses.send_raw_email", **raw(source=source))

    assert first == ("ses:SendRawEmail", identity(SENDER), {"ses:fromaddress": SENDER})


def test_a_raw_mail_from_another_than_its_source_is_not_known(bench: Bench) -> None:
    with pytest.raises(UnknownCallError, match=r"from boss@example.com by way of known@example.com is not known"):
        asked(bench, "ses.send_raw_email", **raw("boss@example.com", SENDER))


def test_a_look_at_identities_knows_no_resource(bench: Bench) -> None:
    told = asked(bench, "ses.get_identity_verification_attributes", Identities=["ann@example.com"])

    assert told == [("ses:GetIdentityVerificationAttributes", "*", {})]


@pytest.mark.parametrize(
    ("call", "arguments", "action"),
    [
        ("publish", {"Message": "x"}, "sns:Publish"),
        ("subscribe", {"Protocol": "sqs", "Endpoint": "q"}, "sns:Subscribe"),
    ],
)
def test_a_topic_is_asked_for_by_its_arn(bench: Bench, call: str, arguments: dict[str, object], action: str) -> None:
    topic = f"arn:aws:sns:{OURS}:uploads"

    assert asked(bench, f"sns.{call}", TopicArn=topic, **arguments) == [(action, topic, {})]


@pytest.mark.parametrize("service", ["ses", "sns"])
@pytest.mark.parametrize("where", ["twice", "in the address"])
def test_a_parameter_that_could_be_read_in_two_ways_is_not_known(bench: Bench, service: str, where: str) -> None:
    """moto, or the front, might take the other one."""
    call = {"ses": "GetIdentityVerificationAttributes", "sns": "Publish"}[service]
    form = f"Action={call}&TopicArn=arn:aws:sns:{OURS}:allowed"
    twice = "&Action=SendRawEmail" if service == "ses" else "&TopicArn=arn:aws:sns:{OURS}:other"
    body = form + (twice if where == "twice" else "")
    request = Request("POST", "/", "" if where == "twice" else twice[1:], make_headers([]), body.encode())

    with pytest.raises(UnknownCallError, match="given twice, or in the address"):
        asks(bench, request, service)


FUNCTION: Final = f"arn:aws:lambda:{OURS}:function:counts"


@pytest.mark.parametrize("named", ["counts", FUNCTION, f"{ROOT.account_id}:function:counts"])
def test_a_function_is_asked_for_by_its_name_or_arn(bench: Bench, named: str) -> None:
    assert asked(bench, "lambda.invoke", FunctionName=named) == [("lambda:InvokeFunction", FUNCTION, {})]


def test_a_name_alone_is_the_callers_own() -> None:
    assert function_arn("counts", REGION, "999999999999") == FUNCTION.replace(ROOT.account_id, "999999999999")
    assert function_arn("counts:live", REGION, ROOT.account_id) == f"{FUNCTION}:live"


def test_textract_knows_no_resource(bench: Bench) -> None:
    told = asked(bench, "textract.detect_document_text", Document={"Bytes": b"x"})

    assert told == [("textract:DetectDocumentText", "*", {})]


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("dynamodb.scan", {"TableName": "rows"}),
        ("dynamodb.batch_get_item", {"RequestItems": {"rows": {"Keys": [KEY]}}}),
        ("dynamodb.transact_write_items", {"TransactItems": [{"Delete": {"TableName": "rows", "Key": KEY}}]}),
        ("dynamodb.describe_table", {"TableName": "rows"}),
        ("iam.list_roles", {}),
        ("events.list_rules", {}),
        ("lambda.list_functions", {}),
        ("lambda.invoke", {"FunctionName": "counts", "Qualifier": "live"}),
        ("s3.list_buckets", {}),
        ("s3.list_objects", {"Bucket": "bucket"}),
        ("s3.create_bucket", {"Bucket": "bucket"}),
        ("s3.get_bucket_policy", {"Bucket": "bucket"}),
        ("s3.put_bucket_policy", {"Bucket": "bucket", "Policy": "{}"}),
        ("s3.delete_bucket", {"Bucket": "bucket"}),
        ("s3.delete_objects", {"Bucket": "bucket", "Delete": {"Objects": [{"Key": "key"}]}}),
        ("s3.get_object_acl", OBJECT),
        ("s3.get_object_tagging", OBJECT),
        ("s3.get_object", {**OBJECT, "VersionId": "1"}),
        ("s3.delete_object", {**OBJECT, "VersionId": "1"}),
        ("s3.delete_object", {**OBJECT, "BypassGovernanceRetention": True}),
        ("s3.put_object", {**OBJECT, "ACL": "public-read"}),
        ("s3.put_object", {**OBJECT, "GrantRead": "uri=x"}),
        ("s3.put_object", {**OBJECT, "Tagging": "a=b"}),
        ("s3.put_object", {**OBJECT, "ObjectLockLegalHoldStatus": "ON"}),
        ("s3.put_object", {**OBJECT, "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "key"}),
        ("s3.copy_object", {**OBJECT, "CopySource": "other/key"}),
        ("s3.create_multipart_upload", OBJECT),
        ("s3.upload_part", {**OBJECT, "PartNumber": 1, "UploadId": "x"}),
        ("ses.list_identities", {}),
        ("ses.verify_domain_identity", {"Domain": "example.com"}),
        ("sesv2.get_account", {}),
        ("sesv2.send_email", {"FromEmailAddress": SENDER, "Content": {"Raw": {"Data": b"x"}}}),
        ("sns.list_topics", {}),
        ("sns.publish", {"TargetArn": f"arn:aws:sns:{OURS}:uploads", "Message": "x"}),
        ("sns.publish", {"PhoneNumber": "+123", "Message": "x"}),
        ("sqs.purge_queue", {"QueueUrl": f"https://x/{ROOT.account_id}/mails"}),
        ("sqs.list_queues", {}),
        ("sts.get_caller_identity", {}),
    ],
)
def test_what_the_functions_do_not_call_is_not_known(bench: Bench, call: str, arguments: dict[str, object]) -> None:
    with pytest.raises(UnknownCallError):
        asked(bench, call, **arguments)


@pytest.mark.parametrize(
    ("call", "arguments", "named"),
    [
        ("s3.get_object", {"Bucket": "of-ours", "Key": "key"}, {ROOT.account_id}),
        ("s3.get_object", {"Bucket": "no-such-bucket", "Key": "key"}, set()),
        ("s3.copy_object", {"Bucket": "of-theirs", "Key": "key", "CopySource": "of-ours/a b"}, "both"),
        ("sqs.list_queues", {}, set()),
        ("sqs.receive_message", {"QueueUrl": f"http://x/{ROOT.account_id}/q"}, {ROOT.account_id}),
        (
            "sqs.start_message_move_task",
            {"SourceArn": f"arn:aws:sqs:{OURS}:q"},
            {ROOT.account_id},
        ),
        ("sns.publish", {"TargetArn": f"arn:aws:sns:{OURS}:t", "Message": "x"}, {ROOT.account_id}),
        # What a topic is subscribed with, and what a policy speaks of, is another service's.
        (
            "sns.subscribe",
            {
                "TopicArn": "arn:aws:sns:us-east-1:999999999999:t",
                "Protocol": "sqs",
                "Endpoint": f"arn:aws:sqs:{OURS}:q",
            },
            {STRANGER.account_id},
        ),
        ("dynamodb.scan", {"TableName": TABLE}, {ROOT.account_id}),
        ("dynamodb.scan", {"TableName": "rows"}, set()),
        ("lambda.get_function", {"FunctionName": FUNCTION}, {ROOT.account_id}),
        (
            "sts.assume_role",
            {"RoleArn": f"arn:aws:iam::{ROOT.account_id}:role/x", "RoleSessionName": "xx"},
            {ROOT.account_id},
        ),
        ("iam.get_role", {"RoleName": "x"}, set()),
        (
            "iam.update_assume_role_policy",
            {"RoleName": "x", "PolicyDocument": f"arn:aws:iam::{ROOT.account_id}:root"},
            set(),
        ),
    ],
)
def test_the_accounts_that_a_call_names_are_told(
    bench: Bench, call: str, arguments: dict[str, object], named: set[str] | str
) -> None:
    service, name = call.split(".")
    for owner, bucket in ((ROOT, "of-ours"), (STRANGER, "of-theirs")):
        Caller(bench, owner).client("s3").create_bucket(Bucket=bucket)
    request = made(getattr(Caller(bench, STRANGER).client(service), name), **arguments)

    account = bench.region.account
    with account.locked():
        told = accounts_named(request, service, account)

    assert told == ({ROOT.account_id, STRANGER.account_id} if named == "both" else named)


def test_a_body_that_is_no_json_names_no_queue(bench: Bench) -> None:
    request = made(Caller(bench, ROOT).client("sqs").list_queues)

    assert accounts_named(dataclasses.replace(request, body=b"["), "sqs", bench.region.account) == set()
