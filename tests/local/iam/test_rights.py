"""Roles with some rights, by real calls: what each right opens, and what it leaves closed."""

from __future__ import annotations

import json
from email.message import EmailMessage
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import pytest

import local.ocr
from local.credentials import ROOT, STRANGER
from local.ocr.document import document_bytes
from tests.local.iam.acting import Acting, Caller, refusal
from tests.local.policies import document, statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.ocr.document import ReadObject
    from tests.local.conftest import Bench

ALL_RIGHTS: Final = statement("*", on="*")
OURS: Final = f"us-east-1:{ROOT.account_id}"
TABLE: Final = f"arn:aws:dynamodb:{OURS}:table/rows"

# S3


@pytest.fixture(scope="module", autouse=True)
def bucket(bench: Bench) -> str:
    bench.s3.create_bucket(Bucket="bucket")
    for key in ("images/1", "results/1"):
        bench.s3.put_object(Bucket="bucket", Key=key, Body=key.encode())
    return "bucket"


@pytest.mark.parametrize(
    ("action", "call", "more"),
    [
        ("s3:GetObject", "get_object", {}),
        ("s3:GetObject", "head_object", {}),
        ("s3:PutObject", "put_object", {"Body": b"x"}),
        ("s3:DeleteObject", "delete_object", {}),
    ],
)
def test_a_right_to_objects_ends_with_its_prefix(bench: Bench, action: str, call: str, more: dict[str, object]) -> None:
    bench.s3.put_object(Bucket="bucket", Key="images/2", Body=b"")
    acting = Acting.with_rights(bench, statement(action, on="arn:aws:s3:::bucket/images/*"))
    act = getattr(acting.client("s3"), call)
    denied = "403" if call == "head_object" else "AccessDenied"

    assert refusal(act, Bucket="bucket", Key="images/2", **more) == ""
    assert refusal(act, Bucket="bucket", Key="results/1", **more) == denied
    assert refusal(act, Bucket="bucket", Key="images", **more) == denied
    others = {"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"} - {action}
    acting.may(statement(*sorted(others), on=["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]))
    assert refusal(act, Bucket="bucket", Key="images/2", **more) == denied


def test_a_bucket_is_listed_by_the_prefixes_that_the_condition_names(bench: Bench) -> None:
    condition = {"StringLike": {"s3:prefix": ["images/*", "transcripts/*"]}}
    acting = Acting.with_rights(bench, statement("s3:ListBucket", on="arn:aws:s3:::bucket", Condition=condition))
    listed = acting.client("s3").list_objects_v2

    assert [one["Key"] for one in listed(Bucket="bucket", Prefix="images/1")["Contents"]] == ["images/1"]
    assert refusal(listed, Bucket="bucket", Prefix="transcripts/") == ""
    assert refusal(listed, Bucket="bucket", Prefix="results/") == "AccessDenied"
    assert refusal(listed, Bucket="bucket", Prefix="images") == "AccessDenied"
    assert refusal(listed, Bucket="bucket", Prefix="") == "AccessDenied"
    assert refusal(listed, Bucket="bucket") == "AccessDenied"
    acting.may(statement("s3:ListBucket", on="arn:aws:s3:::bucket"))
    assert refusal(listed, Bucket="bucket") == ""


READING: Final = statement("s3:GetObject", "s3:DeleteObject", on="arn:aws:s3:::bucket/*")
MISSING: Final = {"Bucket": "bucket", "Key": "images/missing"}


@pytest.mark.parametrize(
    ("call", "more", "hidden", "told"),
    [
        ("get_object", {}, "AccessDenied", "NoSuchKey"),
        ("head_object", {}, "403", "404"),
        ("delete_object", {"IfMatch": '"etag"'}, "AccessDenied", "NoSuchKey"),
        ("delete_object", {}, "", ""),  # it tells nothing
    ],
)
def test_that_a_key_is_missing_is_told_to_whom_may_list_alone(
    bench: Bench, call: str, more: dict[str, object], hidden: str, told: str
) -> None:
    acting = Acting.with_rights(bench, READING)
    act = getattr(acting.client("s3"), call)
    assert refusal(act, **MISSING, **more) == hidden

    listing = statement("s3:ListBucket", on="arn:aws:s3:::bucket")
    acting.may(READING, listing | {"Condition": {"StringLike": {"s3:prefix": "images/*"}}})
    assert refusal(act, **MISSING, **more) == hidden  # S3 tells no prefix where none is asked for

    acting.may(READING, listing)
    assert refusal(act, **MISSING, **more) == told


def test_a_missing_key_is_told_to_the_account_and_hidden_from_whom_it_lets_read(bench: Bench) -> None:
    assert refusal(bench.s3.get_object, **MISSING) == "NoSuchKey"
    let = statement("s3:GetObject", on="arn:aws:s3:::bucket/*", Principal={"AWS": STRANGER.account_id})
    bench.s3.put_bucket_policy(Bucket="bucket", Policy=document(let))
    theirs = Caller(bench, STRANGER).client("s3")

    assert refusal(theirs.get_object, Bucket="bucket", Key="images/1") == ""
    assert refusal(theirs.get_object, **MISSING) == "AccessDenied"
    bench.s3.delete_bucket_policy(Bucket="bucket")


def test_a_bucket_that_is_not_there_is_told_to_whoever_may_read(bench: Bench) -> None:
    acting = Acting.with_rights(bench, statement("s3:GetObject", on="arn:aws:s3:::no-such-bucket/*"))

    assert refusal(acting.client("s3").get_object, Bucket="no-such-bucket", Key="key") == "NoSuchBucket"


@pytest.mark.parametrize("action", ["s3:DeleteObject", "s3:PutObject"])
def test_to_compare_what_is_there_takes_the_right_to_read_it(bench: Bench, action: str) -> None:
    where = {"Bucket": "bucket", "Key": "images/3"}
    etag = bench.s3.put_object(**where, Body=b"x")["ETag"]
    objects = "arn:aws:s3:::bucket/images/*"
    acting = Acting.with_rights(bench, statement(action, on=objects))
    s3 = acting.client("s3")
    act, more = (s3.delete_object, dict[str, bytes]()) if "Delete" in action else (s3.put_object, {"Body": b"x"})

    assert refusal(act, **where, **more, IfMatch=etag) == "AccessDenied"
    acting.may(statement(action, "s3:GetObject", on=objects))
    assert refusal(act, **where, **more, IfMatch='"another"') == "PreconditionFailed"
    assert refusal(act, **where, **more, IfMatch=etag) == ""


def test_a_put_where_nothing_is_takes_no_right_to_read(bench: Bench) -> None:
    acting = Acting.with_rights(bench, statement("s3:PutObject", on="arn:aws:s3:::bucket/*"))
    put = acting.client("s3").put_object

    assert refusal(put, Bucket="bucket", Key="images/new", Body=b"x", IfNoneMatch="*") == ""
    assert refusal(put, Bucket="bucket", Key="images/new", Body=b"x", IfNoneMatch="*") == "PreconditionFailed"


# DynamoDB


@pytest.fixture(scope="module", autouse=True)
def table(bench: Bench) -> None:
    rows = Caller(bench, ROOT).client("dynamodb")
    rows.create_table(
        TableName="rows",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "state")],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-state",
                "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )


def row(call: str, key: str) -> dict[str, Any]:
    """What a call about one row is asked with."""
    named = {"pk": {"S": key}}
    if call == "query":
        return {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": key}}}
    if call == "update_item":
        return {"Key": named, "UpdateExpression": "REMOVE nothing"}
    return {"Item": named} if call == "put_item" else {"Key": named}


@pytest.mark.parametrize("call", ["get_item", "put_item", "update_item", "delete_item", "query"])
def test_a_right_to_rows_ends_with_the_keys_that_it_names(bench: Bench, call: str) -> None:
    action = "dynamodb:" + "".join(part.title() for part in call.split("_"))
    requests = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": "REQUEST#*"}}
    acting = Acting.with_rights(bench, statement(action, on=TABLE, Condition=requests))
    act = getattr(acting.client("dynamodb"), call)

    assert refusal(act, TableName="rows", **row(call, "REQUEST#1")) == ""
    assert refusal(act, TableName="rows", **row(call, "DIGEST#1")) == "AccessDeniedException"
    assert refusal(act, TableName="rows", **row(call, "MY-REQUEST#1")) == "AccessDeniedException"
    acting.may(statement("dynamodb:Scan", on=TABLE))
    assert refusal(act, TableName="rows", **row(call, "REQUEST#1")) == "AccessDeniedException"
    acting.may(statement(action, on=f"{TABLE}-of-another-stack"))
    assert refusal(act, TableName="rows", **row(call, "REQUEST#1")) == "AccessDeniedException"


def test_an_index_is_another_resource_with_keys_of_its_own(bench: Bench) -> None:
    query = {
        "TableName": "rows",
        "IndexName": "by-state",
        "KeyConditionExpression": "#s = :s",
        "ExpressionAttributeNames": {"#s": "state"},
        "ExpressionAttributeValues": {":s": {"S": "OPEN"}},
    }
    acting = Acting.with_rights(bench, statement("dynamodb:Query", on=TABLE))
    act = acting.client("dynamodb").query

    assert refusal(act, **query) == "AccessDeniedException"
    acting.may(statement("dynamodb:Query", on=f"{TABLE}/index/by-state"))
    assert refusal(act, **query) == ""
    assert refusal(act, TableName="rows", **row("query", "REQUEST#1")) == "AccessDeniedException"
    for state, told in (("OPEN", ""), ("CLOSED", "AccessDeniedException")):
        keys = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": state}}
        acting.may(statement("dynamodb:Query", on=f"{TABLE}/index/*", Condition=keys))
        assert refusal(act, **query) == told


# SQS


def test_each_call_of_a_queue_needs_its_own_right_and_a_batch_no_other(bench: Bench) -> None:
    url, arn = bench.queue(VisibilityTimeout="0")
    other, _ = bench.queue()
    bench.sqs.send_message(QueueUrl=url, MessageBody="x")

    def handle(queue: str) -> str:
        messages = bench.sqs.receive_message(QueueUrl=queue).get("Messages", [{"ReceiptHandle": "any"}])
        return str(messages[0]["ReceiptHandle"])

    def entries(**entry: object) -> dict[str, object]:
        return {"Entries": [{"Id": "1", **entry}]}

    calls: dict[str, tuple[str, Callable[[str], dict[str, object]]]] = {
        "send_message": ("SendMessage", lambda _: {"MessageBody": "x"}),
        "send_message_batch": ("SendMessage", lambda _: entries(MessageBody="x")),
        "receive_message": ("ReceiveMessage", lambda _: {}),
        "change_message_visibility": (
            "ChangeMessageVisibility",
            lambda url: {"ReceiptHandle": handle(url), "VisibilityTimeout": 0},
        ),
        "change_message_visibility_batch": (
            "ChangeMessageVisibility",
            lambda url: entries(ReceiptHandle=handle(url), VisibilityTimeout=0),
        ),
        "get_queue_attributes": ("GetQueueAttributes", lambda _: {"AttributeNames": ["QueueArn"]}),
        "delete_message_batch": ("DeleteMessage", lambda url: entries(ReceiptHandle=handle(url))),
        "delete_message": ("DeleteMessage", lambda url: {"ReceiptHandle": handle(url)}),
    }
    actions = {f"sqs:{action}" for action, _ in calls.values()}
    right = Acting.with_rights(bench)
    wrong = Acting.with_rights(bench)
    for name, (action, asked) in calls.items():
        right.may(statement(f"sqs:{action}", on=arn))
        wrong.may(statement(*sorted(actions - {f"sqs:{action}"}), on=arn))
        told = [
            refusal(getattr(acting.client("sqs"), name), QueueUrl=queue, **asked(queue))
            for acting, queue in ((right, url), (right, other), (wrong, url))
        ]
        assert (name, told) == (name, ["", "AccessDenied", "AccessDenied"])


# SES

SENDER: Final = "sender@example.com"
READER: Final = "reader@example.com"


@pytest.fixture
def mails(bench: Bench) -> Iterator[None]:
    ses = Caller(bench, ROOT).client("ses")
    for address in (SENDER, READER, "boss@example.com"):
        bench.cloud.verify(address)
    if "counted" not in str(ses.list_configuration_sets()):
        ses.create_configuration_set(ConfigurationSet={"Name": "counted"})
    yield
    bench.region.account.sandbox = True


def mail(sender: str = SENDER, **more: object) -> dict[str, object]:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, READER, "x"
    message.set_content("x")
    return {"Source": sender, "Destinations": [READER], "RawMessage": {"Data": message.as_bytes()}, **more}


@pytest.mark.usefixtures("mails")
def test_mail_goes_from_the_address_that_the_condition_names(bench: Bench) -> None:
    ours = {"StringEquals": {"ses:FromAddress": SENDER}}
    acting = Acting.with_rights(
        bench, statement("ses:SendRawEmail", on=f"arn:aws:ses:{OURS}:identity/*", Condition=ours)
    )
    ses = acting.client("ses")
    before = len(bench.cloud.mails())

    assert refusal(ses.send_raw_email, **mail("boss@example.com")) == "AccessDenied"
    assert refusal(ses.send_raw_email, **mail("boss@example.com", Source=SENDER)) == "NotImplemented"
    simple = {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}}
    destination = {"ToAddresses": [READER]}
    assert refusal(ses.send_email, Source=SENDER, Destination=destination, Message=simple) == "AccessDenied"
    assert refusal(ses.get_identity_verification_attributes, Identities=[READER]) == "AccessDenied"
    assert len(bench.cloud.mails()) == before

    assert refusal(ses.send_raw_email, **mail()) == ""
    assert len(bench.cloud.mails()) == before + 1


@pytest.mark.usefixtures("mails")
def test_the_recipients_identities_are_asked_for_in_the_sandbox_and_not_outside(bench: Bench) -> None:
    acting = Acting.with_rights(bench, statement("ses:SendRawEmail", on=f"arn:aws:ses:{OURS}:identity/{SENDER}"))
    send = acting.client("ses").send_raw_email

    assert refusal(send, **mail()) == "AccessDenied"
    bench.region.account.sandbox = False
    assert refusal(send, **mail()) == ""
    bench.region.account.sandbox = True
    both = [f"arn:aws:ses:{OURS}:identity/{one}" for one in (SENDER, READER)]
    acting.may(statement("ses:SendRawEmail", on=both))
    assert refusal(send, **mail()) == ""


@pytest.mark.usefixtures("mails")
def test_a_configuration_set_is_a_resource_of_its_own(bench: Bench) -> None:
    identities = f"arn:aws:ses:{OURS}:identity/*"
    acting = Acting.with_rights(bench, statement("ses:SendRawEmail", on=identities))
    send, named = acting.client("ses").send_raw_email, {"ConfigurationSetName": "counted"}

    assert refusal(send, **mail()) == ""
    assert refusal(send, **mail(**named)) == "AccessDenied"
    acting.may(statement("ses:SendRawEmail", on=[identities, f"arn:aws:ses:{OURS}:configuration-set/counted"]))
    assert refusal(send, **mail(**named)) == ""


# Textract


def one_word(asked: dict[str, Any], read_object: ReadObject) -> dict[str, Any]:
    """What Textract answers to a file that is no picture, but the text itself."""
    return {"Blocks": [{"BlockType": "WORD", "Text": document_bytes(asked, read_object).decode()}]}


def test_textract_reads_an_image_with_its_callers_rights(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local.ocr, "detect_document_text", one_word)
    textract = statement("textract:DetectDocumentText", on="*")
    objects = "arn:aws:s3:::bucket/images/*"
    acting = Acting.with_rights(bench, textract)
    detect = acting.client("textract").detect_document_text
    image = {"S3Object": {"Bucket": "bucket", "Name": "images/1"}}

    assert refusal(detect, Document=image) == "InvalidS3ObjectException"
    acting.may(textract, statement("s3:GetObject", on=objects))
    assert detect(Document=image)["Blocks"][0]["Text"] == "images/1"
    for other in ({"Name": "results/1"}, {"Name": "images/missing"}):
        asked = {"S3Object": {**image["S3Object"], **other}}
        assert refusal(detect, Document=asked) == "InvalidS3ObjectException"
    acting.may(statement("s3:GetObject", on=objects))
    assert refusal(detect, Document=image) == "AccessDeniedException"


def test_textract_reads_a_version_with_the_right_to_versions(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local.ocr, "detect_document_text", one_word)
    bench.s3.create_bucket(Bucket="versions")
    bench.s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
    first, _ = (bench.s3.put_object(Bucket="versions", Key="key", Body=body)["VersionId"] for body in (b"1st", b"2nd"))
    image = {"S3Object": {"Bucket": "versions", "Name": "key", "Version": first}}
    textract = statement("textract:DetectDocumentText", on="*")
    acting = Acting.with_rights(bench, textract, statement("s3:GetObject", on="arn:aws:s3:::versions/*"))
    detect = acting.client("textract").detect_document_text

    assert refusal(detect, Document=image) == "InvalidS3ObjectException"
    acting.may(textract, statement("s3:GetObjectVersion", on="arn:aws:s3:::versions/*"))
    assert detect(Document=image)["Blocks"][0]["Text"] == "1st"


# Forms and links


def post(bench: Bench, bucket: str, fields: dict[str, str]) -> tuple[int, str]:
    """Send a form; its status, and what it is answered."""
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    ]
    body = f'{"".join(parts)}--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nx\r\n--b--\r\n'
    connection = HTTPConnection(urlsplit(bench.region.endpoint).netloc)
    connection.request("POST", f"/{bucket}", body, {"Content-Type": "multipart/form-data; boundary=b"})
    response = connection.getresponse()
    told = response.read().decode()
    connection.close()
    return response.status, told


def test_a_form_writes_with_its_signers_rights_of_the_moment(bench: Bench) -> None:
    writing = statement("s3:PutObject", on="arn:aws:s3:::bucket/uploads/*")
    acting = Acting.with_rights(bench)
    signer = acting.client("s3", signature_version="s3v4")
    form = signer.generate_presigned_post("bucket", "uploads/1")["fields"]
    elsewhere = signer.generate_presigned_post("bucket", "results/1")["fields"]

    status, told = post(bench, "bucket", form)
    assert (status, "<Code>AccessDenied</Code>" in told) == (403, True)
    acting.may(writing)
    assert post(bench, "bucket", form) == (204, "")
    assert post(bench, "bucket", elsewhere)[0] == 403
    acting.may(writing | {"Condition": {"Null": {"s3:prefix": "true"}}})
    status, told = post(bench, "bucket", form)
    assert (status, "<Code>NotImplemented</Code>" in told) == (501, True)
    acting.may()
    assert post(bench, "bucket", form)[0] == 403


def test_a_link_opens_with_its_signers_rights_of_the_moment(bench: Bench) -> None:
    acting = Acting.with_rights(bench)
    signer = acting.client("s3", signature_version="s3v4")

    def opened(key: str, operation: str = "get_object") -> int:
        url = urlsplit(signer.generate_presigned_url(operation, {"Bucket": "bucket", "Key": key}))
        connection = HTTPConnection(url.netloc)
        connection.request({"get_object": "GET", "put_object": "PUT"}[operation], f"{url.path}?{url.query}", body="")
        response = connection.getresponse()
        response.read()
        connection.close()
        return response.status

    assert opened("images/1") == 403
    acting.may(statement("s3:GetObject", on="arn:aws:s3:::bucket/images/*"))
    assert [opened(key) for key in ("images/1", "results/1", "images/missing")] == [200, 403, 403]
    assert opened("images/1", "put_object") == 403
    acting.may(statement("s3:PutObject", on="arn:aws:s3:::bucket/images/ä b+c//d"))
    assert opened("images/ä b+c//d", "put_object") == 200
    assert refusal(bench.s3.head_object, Bucket="bucket", Key="images/ä b+c//d") == ""


# Policies of resources


def test_a_buckets_deny_holds_against_all_rights(bench: Bench) -> None:
    s3 = Acting.with_rights(bench, ALL_RIGHTS).client("s3")
    deny = {**statement("s3:*", on="arn:aws:s3:::bucket/results/*"), "Effect": "Deny", "Principal": "*"}
    insecure = {**deny, "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    bench.s3.put_bucket_policy(Bucket="bucket", Policy=document(deny, insecure))

    told = [refusal(s3.get_object, Bucket="bucket", Key=key) for key in ("results/1", "images/1")]

    bench.s3.delete_bucket_policy(Bucket="bucket")
    assert told == ["AccessDenied", ""]
    assert refusal(s3.get_object, Bucket="bucket", Key="results/1") == ""


def test_a_queues_and_a_topics_deny_hold_against_all_rights(bench: Bench) -> None:
    sns = Caller(bench, ROOT).client("sns")
    url, queue = bench.queue()
    topic = sns.create_topic(Name=bench.name("topic"))["TopicArn"]
    acting, other = (Acting.with_rights(bench, ALL_RIGHTS) for _ in range(2))
    denied = {"Effect": "Deny", "Principal": {"AWS": acting.arn}, "Action": "*"}
    policy = document({**denied, "Resource": queue})
    bench.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    policy = document({**denied, "Resource": topic})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)

    def told(who: Acting) -> list[str]:
        sent = refusal(who.client("sqs").send_message, QueueUrl=url, MessageBody="x")
        return [sent, refusal(who.client("sns").publish, TopicArn=topic, Message="x")]

    assert told(acting) == ["AccessDenied", "AuthorizationError"]
    assert told(other) == ["", ""]


def test_a_queue_may_let_in_a_role_that_has_no_right_but_not_its_own_account(bench: Bench) -> None:
    url, queue = bench.queue()
    acting = Acting.with_rights(bench)
    for principal, told in ((acting.arn, ""), (ROOT.account_id, "AccessDenied"), (STRANGER.account_id, "AccessDenied")):
        let = statement("sqs:SendMessage", on=queue, Principal={"AWS": principal})
        bench.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document(let)})
        assert refusal(acting.client("sqs").send_message, QueueUrl=url, MessageBody="x") == told


# What is noted


def test_a_right_is_noted_as_used_when_it_was_and_not_when_it_did_not_suffice(bench: Bench) -> None:
    url, queue = bench.queue()
    sending = statement("sqs:SendMessage", on=queue, Sid="Sends")
    acting = Acting.with_rights(bench, sending, statement("s3:*", on="arn:aws:s3:::bucket/*", Sid="Deletes"))
    role = acting.arn.rpartition("/")[2]

    def noted(kind: str) -> list[tuple[str, str, str]]:
        rights = bench.cloud.permissions()[kind]
        return [(one["sid"], one["action"], one["resource"]) for one in rights if one["role"] == role]

    granted = [("Deletes", "s3:*", "arn:aws:s3:::bucket/*"), ("Sends", "sqs:SendMessage", queue)]
    assert (noted("granted"), noted("used")) == (granted, [])
    refusal(acting.client("sqs").receive_message, QueueUrl=url)
    assert noted("used") == []
    acting.client("sqs").send_message(QueueUrl=url, MessageBody="x")
    assert noted("used") == granted[1:]
    assert refusal(acting.client("s3").delete_object, Bucket="bucket", Key="results/x") == ""
    assert noted("used") == granted
    acting.may(sending | {"Effect": "Deny"}, sending | {"Sid": "Again"})
    assert noted("granted") == [("Again", "sqs:SendMessage", queue)]
    assert refusal(acting.client("sqs").send_message, QueueUrl=url, MessageBody="x") == "AccessDenied"
    assert noted("used") == granted


def test_what_is_granted_in_another_account_is_not_told_as_ours(bench: Bench) -> None:
    theirs = Acting.with_rights(bench, ALL_RIGHTS, owner=STRANGER)

    assert theirs.arn.rpartition("/")[2] not in json.dumps(bench.cloud.permissions()["granted"])


def test_a_role_that_is_gone_may_nothing(bench: Bench) -> None:
    acting = Acting.with_rights(bench, statement("s3:GetObject", on="arn:aws:s3:::bucket/*"))
    get = acting.client("s3").get_object
    assert refusal(get, Bucket="bucket", Key="images/1") == ""
    acting.may()
    Caller(bench, ROOT).client("iam").delete_role(RoleName=acting.arn.rpartition("/")[2])

    assert refusal(get, Bucket="bucket", Key="images/1") == "AccessDenied"
