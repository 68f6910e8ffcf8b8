"""Another account, with all rights over what is its own, reaches nothing of ours, by itself or by a service.

Where it might be that nothing would ever get through, a policy of ours that is too wide shows that it would.
"""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from local.credentials import ROOT, STRANGER
from tests.local.iam.acting import Acting, Caller, refusal
from tests.local.policies import EVERYTHING, LAMBDA_TRUST, document, let_in, statement

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.local.conftest import Bench

ALL_RIGHTS = statement("*", on="*")
DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError"}


@dataclass
class Ours:
    """A bucket with an object, a topic, a queue with a message, a table with a row, a function."""

    bench: Bench
    bucket: str
    topic: str
    url: str
    queue: str
    table: str
    function: str

    @property
    def function_arn(self) -> str:
        return f"arn:aws:lambda:us-east-1:{ROOT.account_id}:function:{self.function}"

    def let(self, *statements: dict[str, object]) -> None:
        """Whom the topic and the queue let in."""
        for arn in (self.topic, self.queue):
            policy = document(*[one | {"Resource": arn} for one in statements])
            if arn == self.topic:
                self.sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
            else:
                self.bench.sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": policy})

    def arrived(self) -> list[str]:
        """What is in the queue, but the message that was there from the beginning; it is taken out."""
        told: list[str] = []
        while messages := self.bench.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self.bench.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
            told += [message["Body"] for message in messages]
        return [body for body in told if body != "ours"]

    @property
    def sns(self) -> Any:  # noqa: ANN401 - boto3's client
        return Caller(self.bench, ROOT).client("sns")


@pytest.fixture(scope="module")
def ours(bench: Bench) -> Ours:
    root = Caller(bench, ROOT)
    bench.s3.create_bucket(Bucket="ours")
    bench.s3.put_object(Bucket="ours", Key="key", Body=b"ours")
    url, arn = bench.queue()
    bench.sqs.send_message(QueueUrl=url, MessageBody="ours")
    topic = root.client("sns").create_topic(Name="ours")["TopicArn"]
    table = root.client("dynamodb").create_table(
        TableName="ours",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    function = bench.deploy("def handler(event, context): return {'statusCode': 200, 'body': 'ours'}")
    return Ours(bench, "ours", topic, url, arn, table["TableDescription"]["TableArn"], function)


@pytest.fixture(scope="module")
def stranger(bench: Bench) -> Caller:
    return Caller(bench, STRANGER)


@pytest.fixture
def their_bucket(bench: Bench, stranger: Caller) -> str:
    name = bench.name("theirs")
    stranger.client("s3").create_bucket(Bucket=name)
    return name


def calls_by_arn(caller: Caller, ours: Ours) -> dict[str, tuple[Callable[..., object], Mapping[str, object]]]:
    """All that the service does with such resources, naming ours as exactly as it can be done."""
    s3, sqs, sns, rows = (caller.client(name) for name in ("s3", "sqs", "sns", "dynamodb"))
    thing, key = {"Bucket": ours.bucket, "Key": "key"}, {"TableName": ours.table, "Key": {"pk": {"S": "1"}}}
    queue = {"QueueUrl": ours.url}
    return {
        "get": (s3.get_object, thing),
        "head": (s3.head_object, thing),
        "put": (s3.put_object, {**thing, "Body": b"theirs"}),
        "delete": (s3.delete_object, thing),
        "list": (s3.list_objects_v2, {"Bucket": ours.bucket}),
        "send": (sqs.send_message, {**queue, "MessageBody": "theirs"}),
        "receive": (sqs.receive_message, queue),
        "delete message": (sqs.delete_message, {**queue, "ReceiptHandle": "any"}),
        "publish": (sns.publish, {"TopicArn": ours.topic, "Message": "theirs"}),
        "subscribe": (
            sns.subscribe,
            {"TopicArn": ours.topic, "Protocol": "sqs", "Endpoint": f"arn:aws:sqs:us-east-1:{STRANGER.account_id}:q"},
        ),
        "get item": (rows.get_item, key),
        "put item": (rows.put_item, {"TableName": ours.table, "Item": {"pk": {"S": "1"}}}),
        "delete item": (rows.delete_item, key),
        "query": (
            rows.query,
            {
                "TableName": ours.table,
                "KeyConditionExpression": "pk = :pk",
                "ExpressionAttributeValues": {":pk": {"S": "1"}},
            },
        ),
        "invoke": (caller.client("lambda").invoke, {"FunctionName": ours.function_arn}),
    }


def test_the_account_itself_may_do_all_of_it(bench: Bench, ours: Ours) -> None:
    some = calls_by_arn(Caller(bench, ROOT), ours)
    asked = [some[name] for name in ("get", "list", "send", "publish", "get item", "query", "invoke")]

    assert [refusal(call, **arguments) for call, arguments in asked] == [""] * len(asked)
    ours.arrived()


@pytest.mark.parametrize("who", ["the account itself", "a role of it that may do everything"])
def test_another_account_is_denied_whatever_it_does_with_ours(bench: Bench, ours: Ours, who: str) -> None:
    caller = Caller(bench, STRANGER)
    if who != "the account itself":
        caller = Acting.with_rights(bench, ALL_RIGHTS, owner=STRANGER)

    told = {name: refusal(call, **asked) for name, (call, asked) in calls_by_arn(caller, ours).items()}

    assert {name: code for name, code in told.items() if code not in DENIED} == {"head": "403"}
    assert bench.s3.get_object(Bucket=ours.bucket, Key="key")["Body"].read() == b"ours"
    assert ours.arrived() == []


def test_what_is_named_without_its_account_is_the_callers_own(ours: Ours, stranger: Caller) -> None:
    """A name that both accounts use never leads from the one to the other."""
    rows, functions, sqs = (stranger.client(name) for name in ("dynamodb", "lambda", "sqs"))
    theirs = ours.url.replace(ROOT.account_id, STRANGER.account_id)

    assert refusal(rows.get_item, TableName="ours", Key={"pk": {"S": "1"}}) == "ResourceNotFoundException"
    assert refusal(functions.invoke, FunctionName=ours.function) == "ResourceNotFoundException"
    assert refusal(sqs.send_message, QueueUrl=theirs, MessageBody="x") == "AWS.SimpleQueueService.NonExistentQueue"
    assert refusal(sqs.receive_message, QueueUrl=theirs) == "AWS.SimpleQueueService.NonExistentQueue"
    assert functions.list_functions()["Functions"] == []
    assert sqs.list_queues().get("QueueUrls", []) == []
    name = ours.url.rpartition("/")[2]
    sqs.create_queue(QueueName=name)
    sqs.send_message(QueueUrl=theirs, MessageBody="theirs")
    received = sqs.receive_message(QueueUrl=theirs, WaitTimeSeconds=1)["Messages"]
    assert [message["Body"] for message in received] == ["theirs"]
    assert ours.arrived() == []


def test_our_account_needs_the_others_leave_too(bench: Bench, stranger: Caller, their_bucket: str) -> None:
    stranger.client("s3").put_object(Bucket=their_bucket, Key="key", Body=b"theirs")
    topic = stranger.client("sns").create_topic(Name="theirs")["TopicArn"]
    root = Caller(bench, ROOT)

    assert refusal(bench.s3.get_object, Bucket=their_bucket, Key="key") == "AccessDenied"
    assert refusal(root.client("sns").publish, TopicArn=topic, Message="x") == "AuthorizationError"
    assert refusal(root.client("sns").subscribe, TopicArn=topic, Protocol="sqs", Endpoint="x") == "AuthorizationError"


def test_who_is_let_in_by_our_policy_also_needs_rights_of_their_own(bench: Bench, ours: Ours, stranger: Caller) -> None:
    theirs = Acting.with_rights(bench, owner=STRANGER)
    ours.let(statement("sns:Publish", "sqs:SendMessage", on="", Principal={"AWS": STRANGER.account_id}))
    asked = {"QueueUrl": ours.url, "MessageBody": "theirs"}

    assert refusal(stranger.client("sqs").send_message, **asked) == ""
    assert refusal(stranger.client("sqs").receive_message, QueueUrl=ours.url) == "AccessDenied"
    assert refusal(stranger.client("sns").publish, TopicArn=ours.topic, Message="theirs") == ""
    assert refusal(theirs.client("sqs").send_message, **asked) == "AccessDenied"
    theirs.may(ALL_RIGHTS)
    assert refusal(theirs.client("sqs").send_message, **asked) == ""
    assert ours.arrived() == ["theirs", "theirs"]
    ours.let()


@pytest.mark.parametrize(
    ("call", "asked"),
    [
        ("sns.set_topic_attributes", {"TopicArn": "{topic}", "AttributeName": "DisplayName", "AttributeValue": "x"}),
        ("sns.delete_topic", {"TopicArn": "{topic}"}),
        ("sqs.set_queue_attributes", {"QueueUrl": "{url}", "Attributes": {"Policy": EVERYTHING}}),
        ("sqs.purge_queue", {"QueueUrl": "{url}"}),
        ("dynamodb.scan", {"TableName": "{table}"}),
        ("dynamodb.delete_table", {"TableName": "{table}"}),
        ("lambda.delete_function", {"FunctionName": "{function_arn}"}),
        ("s3.put_bucket_policy", {"Bucket": "{bucket}", "Policy": "any"}),
        ("s3.copy_object", {"Bucket": "{theirs}", "Key": "k", "CopySource": "{bucket}/key"}),
        ("sts.assume_role", {"RoleArn": "{role}", "RoleSessionName": "theirs"}),
    ],
)
def test_what_is_not_known_of_a_call_is_not_done_to_ours(
    ours: Ours, stranger: Caller, their_bucket: str, call: str, asked: dict[str, object]
) -> None:
    service, name = call.split(".")
    named = {one: getattr(ours, one) for one in ("bucket", "topic", "url", "table", "function_arn")}
    named |= {"theirs": their_bucket, "role": ours.bench.role_arn}
    written = {key: value.format(**named) if isinstance(value, str) else value for key, value in asked.items()}

    assert refusal(getattr(stranger.client(service), name), **written) == "NotImplemented"


def configure(bucket: str, caller: Caller, **destination: str) -> str:
    (kind, arn), *_ = destination.items()
    wanted = {f"{kind}Arn": arn, "Events": ["s3:ObjectCreated:*"]}
    asked = {"Bucket": bucket, "NotificationConfiguration": {f"{kind}Configurations": [wanted]}}
    return refusal(caller.client("s3").put_bucket_notification_configuration, **asked)


S3 = "s3.amazonaws.com"
FOR_OURS = {"StringEquals": {"aws:SourceAccount": ROOT.account_id}}


@pytest.mark.parametrize(
    "condition",
    [
        {"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::ours"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}, **FOR_OURS},
        FOR_OURS,
    ],
)
def test_their_bucket_tells_nothing_to_our_topic_and_queue(
    ours: Ours, stranger: Caller, their_bucket: str, condition: dict[str, object]
) -> None:
    ours.let(
        statement("sns:Publish", "sqs:SendMessage", on="", Principal={"Service": S3}, Condition=condition),
    )

    assert configure(their_bucket, stranger, Topic=ours.topic) == "InvalidArgument"
    assert configure(their_bucket, stranger, Queue=ours.queue) == "InvalidArgument"
    assert configure(ours.bucket, Caller(ours.bench, ROOT), Topic=ours.topic) == ""
    ours.let()


def test_their_bucket_reaches_a_topic_of_ours_that_asks_for_no_source_until_it_does(
    ours: Ours, stranger: Caller, their_bucket: str
) -> None:
    """The hole that `aws:SourceArn` closes; S3 asks at each event again, not only when it is told to notify."""
    everybody = statement("sns:Publish", "sqs:SendMessage", on="", Principal={"Service": [S3, "sns.amazonaws.com"]})
    ours.let(everybody)
    ours.sns.subscribe(TopicArn=ours.topic, Protocol="sqs", Endpoint=ours.queue)
    assert configure(their_bucket, stranger, Topic=ours.topic) == ""
    stranger.client("s3").put_object(Bucket=their_bucket, Key="reaches", Body=b"")
    assert [body for body in ours.arrived() if "reaches" in body]

    ours.let(everybody | {"Condition": FOR_OURS})
    stranger.client("s3").put_object(Bucket=their_bucket, Key="does not", Body=b"")

    assert ours.arrived() == []
    ours.let()


def test_their_topic_delivers_nothing_to_our_queue(ours: Ours, stranger: Caller) -> None:
    sns = stranger.client("sns")
    topic = sns.create_topic(Name=ours.bench.name("theirs"))["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=ours.queue)
    ours.let(let_in("sns.amazonaws.com", "sqs:SendMessage", on="", source=ours.topic))
    sns.publish(TopicArn=topic, Message="does not")
    assert ours.arrived() == []

    ours.let(statement("sqs:SendMessage", on="", Principal={"Service": "sns.amazonaws.com"}))
    sns.publish(TopicArn=topic, Message="reaches")

    (body,) = ours.arrived()
    assert json.loads(body)["Message"] == "reaches"
    ours.let()


def permit(bench: Bench, function: str, principal: str, **source: str) -> None:
    """Let a service invoke a function of ours."""
    bench.functions.add_permission(
        FunctionName=function,
        StatementId=bench.name("statement"),
        Action="lambda:InvokeFunction",
        Principal=principal,
        **source,
    )


@pytest.mark.parametrize(
    ("source", "reached"),
    [
        ({"SourceArn": f"arn:aws:events:us-east-1:{ROOT.account_id}:rule/sweeps"}, False),
        ({"SourceArn": "arn:aws:events:*:*:rule/*", "SourceAccount": ROOT.account_id}, False),
        ({}, True),
    ],
)
def test_their_rule_does_not_run_our_function(
    bench: Bench, stranger: Caller, source: dict[str, str], *, reached: bool
) -> None:
    events, name = stranger.client("events"), bench.name("rule")
    function = bench.deploy("def handler(event, context): print('ran for', event['account'])")
    arn = bench.functions.get_function(FunctionName=function)["Configuration"]["FunctionArn"]
    permit(bench, function, "events.amazonaws.com", **source)
    events.put_rule(Name=name, ScheduleExpression="rate(15 minutes)")
    events.put_targets(Rule=name, Targets=[{"Id": "ours", "Arn": arn}])

    bench.cloud.advance(900)

    bench.cloud.wait_idle(20)
    log = bench.region.state / "logs" / f"{function}.log"
    assert (log.exists() and f"ran for {STRANGER.account_id}" in log.read_text()) is reached
    events.remove_targets(Rule=name, Ids=["ours"])
    events.delete_rule(Name=name)


def test_their_api_does_not_run_our_function(bench: Bench, ours: Ours, stranger: Caller) -> None:
    apis = stranger.client("apigatewayv2")
    api = apis.create_api(Name="theirs", ProtocolType="HTTP")["ApiId"]
    integration = apis.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=ours.function_arn, PayloadFormatVersion="2.0"
    )
    target = f"integrations/{integration['IntegrationId']}"
    apis.create_route(ApiId=api, RouteKey="GET /api/of-ours", Target=target)
    apis.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)

    def asked() -> int:
        connection = http.client.HTTPConnection(urlsplit(bench.region.endpoint).netloc)
        connection.request("GET", "/api/of-ours", headers={"Host": f"{api}.execute-api.us-east-1.amazonaws.com"})
        status = connection.getresponse().status
        connection.close()
        return status

    # As exact as ours is, and as wide as may be within the account.
    apis_of = "arn:aws:execute-api:us-east-1"
    permit(bench, ours.function, "apigateway.amazonaws.com", SourceArn=f"{apis_of}:{ROOT.account_id}:*/*/*")
    assert asked() == 500

    permit(bench, ours.function, "apigateway.amazonaws.com", SourceArn=f"{apis_of}:*:{api}/*/*")
    assert asked() == 200


def test_no_api_of_theirs_answers_on_the_clouds_own_address(bench: Bench, stranger: Caller) -> None:
    apis = stranger.client("apigatewayv2")
    api = apis.create_api(Name="theirs", ProtocolType="HTTP")["ApiId"]
    connection = http.client.HTTPConnection(urlsplit(bench.region.endpoint).netloc)
    url = f"https://{api}.execute-api.us-east-1.amazonaws.com"
    bench.cloud.announce_deployment("theirs", {"api_url": url})
    connection.request("GET", "/api/anything")

    assert connection.getresponse().status == 404
    connection.close()
    bench.cloud.announce_teardown("theirs")


def create_function(caller: Caller, role: str) -> str:
    return refusal(
        caller.client("lambda").create_function,
        FunctionName=caller.bench.name("theirs"),
        Role=role,
        Runtime="python3.13",
        Handler="main.handler",
        Code={"ZipFile": b"PK\5\6" + bytes(18)},
    )


def test_their_function_cannot_act_as_our_role(bench: Bench, stranger: Caller) -> None:
    theirs = stranger.client("iam").create_role(RoleName="theirs", AssumeRolePolicyDocument=LAMBDA_TRUST)

    assert create_function(stranger, bench.role_arn) == "AccessDeniedException"
    assert create_function(stranger, theirs["Role"]["Arn"]) == ""
    assert create_function(Caller(bench, ROOT), theirs["Role"]["Arn"]) == "AccessDeniedException"


def test_their_function_is_fed_from_no_queue_of_ours(bench: Bench, ours: Ours, stranger: Caller) -> None:
    role = Acting.with_rights(bench, ALL_RIGHTS, owner=STRANGER)
    functions = stranger.client("lambda")
    functions.create_function(
        FunctionName="feeder",
        Role=role.arn,
        Runtime="python3.13",
        Handler="main.handler",
        Code={"ZipFile": b"PK\5\6" + bytes(18)},
    )
    mapping = {"EventSourceArn": ours.queue, "FunctionName": "feeder"}

    assert refusal(functions.create_event_source_mapping, **mapping) == "InvalidParameterValueException"
    assert functions.list_event_source_mappings()["EventSourceMappings"] == []


def test_a_link_and_a_form_that_they_sign_open_nothing_of_ours(bench: Bench, ours: Ours, stranger: Caller) -> None:
    signer = stranger.client("s3", signature_version="s3v4")
    ahead = int(bench.region.clock.offset) + 600
    link = urlsplit(signer.generate_presigned_url("get_object", {"Bucket": ours.bucket, "Key": "key"}, ahead))
    form = signer.generate_presigned_post(ours.bucket, "theirs", ExpiresIn=ahead)
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in form["fields"].items()
    ]
    body = f'{"".join(parts)}--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nx\r\n--b--\r\n'
    connection = http.client.HTTPConnection(link.netloc)

    connection.request("GET", f"{link.path}?{link.query}")
    opened = connection.getresponse()
    opened.read()
    connection.request("POST", f"/{ours.bucket}", body, {"Content-Type": "multipart/form-data; boundary=b"})
    posted = connection.getresponse()
    told = posted.read()
    connection.close()

    assert (opened.status, posted.status) == (403, 403)
    assert b"AccessDenied" in told
    assert refusal(bench.s3.head_object, Bucket=ours.bucket, Key="theirs") == "404"


def test_textract_does_not_read_our_object_for_them(ours: Ours, stranger: Caller) -> None:
    where = {"S3Object": {"Bucket": ours.bucket, "Name": "key"}}

    told = refusal(stranger.client("textract").detect_document_text, Document=where)

    assert told == "InvalidS3ObjectException"


def test_they_send_no_mail_from_our_address(bench: Bench, stranger: Caller) -> None:
    bench.cloud.verify("ours@example.com")
    mail = {
        "Source": "ours@example.com",
        "Destination": {"ToAddresses": ["ours@example.com"]},
        "Message": {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}},
    }

    assert refusal(stranger.client("ses").send_email, **mail) == "MessageRejected"
    assert bench.cloud.mails() == []
    assert refusal(Caller(bench, ROOT).client("ses").send_email, **mail) == ""
