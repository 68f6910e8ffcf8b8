"""Services that act for us: Lambda as a role; S3, SNS, EventBridge and an API by the leave of what they use."""

from __future__ import annotations

import http.client
import json
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import pytest

from local.credentials import ROOT
from tests.local.conftest import zipped
from tests.local.iam.acting import Acting, Caller, refusal
from tests.local.policies import LAMBDA_TRUST, document, let_in, statement

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.conftest import Bench

S3: Final = "s3.amazonaws.com"
SNS: Final = "sns.amazonaws.com"
LOGGING: Final = statement("logs:CreateLogStream", "logs:PutLogEvents", on="arn:aws:logs:*:*:log-group:/aws/lambda/*:*")
POLLING: Final = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


def soon(holds: Callable[[], object]) -> bool:
    """Whether something comes to be so."""
    until = time.monotonic() + 20
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def deploy(acting: Acting, source: str, name: str = "") -> str:
    """A function that acts as a role."""
    bench = acting.bench
    name = name or bench.name("function")
    bench.functions.create_function(
        FunctionName=name,
        Role=acting.arn,
        Runtime="python3.13",
        Handler="main.handler",
        Code={"ZipFile": zipped(source)},
    )
    return name


def log_of(bench: Bench, function: str) -> str:
    log = bench.region.state / "logs" / f"{function}.log"
    return log.read_text(encoding="utf-8") if log.exists() else ""


# Lambda, as the function's role

SAYING: Final = """
    def handler(event, context):
        print("handled", [record["body"] for record in event.get("Records", [])])
        return "done"
"""


def test_messages_are_taken_and_deleted_with_the_rights_of_the_functions_role(bench: Bench) -> None:
    url, queue = bench.queue(VisibilityTimeout="30")
    acting = Acting.with_rights(bench, LOGGING, statement(*POLLING, on=queue))
    function = deploy(acting, SAYING)
    bench.functions.create_event_source_mapping(EventSourceArn=queue, FunctionName=function)

    def handled(body: str) -> bool:
        return f"handled ['{body}']" in log_of(bench, function)

    def left() -> dict[str, int]:
        counts: dict[str, int] = bench.cloud.status()["queues"][url.rpartition("/")[2]]
        return counts

    bench.sqs.send_message(QueueUrl=url, MessageBody="one")
    assert soon(lambda: handled("one") and not any(left().values()))

    for lacking in ("sqs:ReceiveMessage", "sqs:GetQueueAttributes"):
        acting.may(LOGGING, statement(*(set(POLLING) - {lacking}), on=queue))
        bench.sqs.send_message(QueueUrl=url, MessageBody=lacking)
        time.sleep(0.1)
        assert (handled(lacking), left()["visible"]) == (False, 1)
        acting.may(LOGGING, statement(*POLLING, on=queue))
        assert soon(lambda lacking=lacking: handled(lacking) and not any(left().values()))

    acting.may(LOGGING, statement("sqs:ReceiveMessage", "sqs:GetQueueAttributes", on=queue))
    bench.sqs.send_message(QueueUrl=url, MessageBody="stays")
    assert soon(lambda: handled("stays") and bench.cloud.status()["in_flight"] == 0)
    assert left()["hidden"] == 1


def test_a_poller_whose_policy_is_not_understood_says_so_once_and_goes_on_when_it_is(
    bench: Bench, capfd: pytest.CaptureFixture[str]
) -> None:
    url, queue = bench.queue()
    polling = statement(*POLLING, on=queue)
    acting = Acting.with_rights(bench, LOGGING, polling)
    function = deploy(acting, SAYING)
    bench.functions.create_event_source_mapping(EventSourceArn=queue, FunctionName=function)
    acting.may(LOGGING, polling | {"Condition": {"Null": {"aws:SourceArn": "true"}}})
    for _ in range(2):
        bench.sqs.send_message(QueueUrl=url, MessageBody="late")
        time.sleep(0.05)
    said = f"The local cloud cannot tell what is allowed: {acting.arn}: the condition operator Null"
    assert capfd.readouterr().err.count(said) == 1

    acting.may(LOGGING, polling)

    assert soon(lambda: not any(bench.cloud.status()["queues"][url.rpartition("/")[2]].values()))


@pytest.mark.parametrize("lacking", ["", "logs:CreateLogStream", "logs:PutLogEvents", "both"])
def test_a_function_writes_its_log_with_the_rights_of_its_role(bench: Bench, lacking: str) -> None:
    actions = {"logs:CreateLogStream", "logs:PutLogEvents"} - ({lacking} if lacking != "both" else set())
    rights = [{**LOGGING, "Action": sorted(actions)}] if lacking != "both" else []
    function = deploy(Acting.with_rights(bench, *rights), SAYING)

    assert bench.invoke(function, {}) == "done"

    assert ("handled []" in log_of(bench, function)) is (lacking == "")
    assert (log_of(bench, function) == "") is (lacking != "")


@pytest.mark.parametrize(
    ("resource", "written"),
    [
        ("arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/{name}:*", True),
        ("arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/{name}-other:*", False),
        ("arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/{name}", False),
        ("arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/{name}:*", False),
    ],
)
def test_a_functions_log_is_written_to_its_own_group(bench: Bench, resource: str, *, written: bool) -> None:
    name = bench.name("function")
    function = deploy(Acting.with_rights(bench, {**LOGGING, "Resource": resource.format(name=name)}), SAYING, name)

    bench.invoke(function, {})

    assert bool(log_of(bench, function)) is written


def role(bench: Bench, trust: str) -> str:
    iam = Caller(bench, ROOT).client("iam")
    return str(iam.create_role(RoleName=bench.name("role"), AssumeRolePolicyDocument=trust)["Role"]["Arn"])


def trusting(**changed: object) -> str:
    told = json.loads(LAMBDA_TRUST)["Statement"]
    return json.dumps({"Version": "2012-10-17", "Statement": {**told, **changed}})


@pytest.mark.parametrize(
    "trust",
    [
        trusting(Principal={"Service": "edgelambda.amazonaws.com"}),
        trusting(Principal={"AWS": ROOT.account_id}),
        trusting(Action="sts:TagSession"),
        trusting(Effect="Deny"),
        "",
    ],
)
def test_a_function_is_not_made_with_a_role_that_lambda_may_not_act_as(bench: Bench, trust: str) -> None:
    arn = role(bench, trust) if trust else f"arn:aws:iam::{ROOT.account_id}:role/no-such-role"
    asked = {"Runtime": "python3.13", "Handler": "main.handler", "Code": {"ZipFile": zipped(SAYING)}}
    before = bench.cloud.status()["functions"]

    told = refusal(bench.functions.create_function, FunctionName=bench.name("function"), Role=arn, **asked)

    assert told == "InvalidParameterValueException"
    assert bench.cloud.status()["functions"] == before
    function = bench.deploy(SAYING)
    change = bench.functions.update_function_configuration
    assert refusal(change, FunctionName=function, Role=arn) == "InvalidParameterValueException"
    assert refusal(change, FunctionName=function, Role=role(bench, LAMBDA_TRUST)) == ""
    assert refusal(change, FunctionName=function, Description="which says nothing of a role") == ""


@pytest.mark.parametrize("lacking", ["", *POLLING, "the queue"])
def test_a_mapping_is_not_made_for_a_function_that_may_not_take_messages(bench: Bench, lacking: str) -> None:
    _, queue = bench.queue()
    on = f"{queue}-another" if lacking == "the queue" else queue
    function = deploy(Acting.with_rights(bench, statement(*(set(POLLING) - {lacking}), on=on)), SAYING)

    told = refusal(bench.functions.create_event_source_mapping, EventSourceArn=queue, FunctionName=function)

    assert told == ("InvalidParameterValueException" if lacking else "")
    mappings = bench.functions.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
    assert len(mappings) == (0 if lacking else 1)


def test_a_mapping_for_a_function_that_is_not_there_is_refused_as_such(bench: Bench) -> None:
    _, queue = bench.queue()

    told = refusal(bench.functions.create_event_source_mapping, EventSourceArn=queue, FunctionName="nobody")

    assert told == "ResourceNotFoundException"


# Who is let in


class Destination:
    """A topic or a queue, and what it lets in."""

    def __init__(self, bench: Bench, kind: str) -> None:
        self.bench, self.kind = bench, kind
        self.sns: Any = Caller(bench, ROOT).client("sns")
        self.url, self.arn = bench.queue()
        self.queue = self.arn
        self.action = "sqs:SendMessage"
        if kind == "Topic":
            self.action = "sns:Publish"
            self.arn = self.sns.create_topic(Name=bench.name("topic"))["TopicArn"]
            self.sns.subscribe(TopicArn=self.arn, Protocol="sqs", Endpoint=self.queue)
            policy = document(let_in(SNS, "sqs:SendMessage", on=self.queue, source=self.arn))
            bench.sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": policy})

    def let(self, *statements: dict[str, object]) -> None:
        policy = document(*statements)
        if self.kind == "Topic":
            self.sns.set_topic_attributes(TopicArn=self.arn, AttributeName="Policy", AttributeValue=policy)
        else:
            self.bench.sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": policy})

    def arrived(self) -> int:
        """How many objects it was told of; S3's own test message is none."""
        count = 0
        while messages := self.bench.sqs.receive_message(QueueUrl=self.url).get("Messages"):
            self.bench.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=messages[0]["ReceiptHandle"])
            count += "ObjectCreated" in messages[0]["Body"]
        return count


def notify(bench: Bench, bucket: str, kind: str, arn: str) -> str:
    wanted = {f"{kind}Configurations": [{_ARN_OF[kind]: arn, "Events": ["s3:ObjectCreated:*"]}]}
    configure = bench.s3.put_bucket_notification_configuration
    return refusal(configure, Bucket=bucket, NotificationConfiguration=wanted)


_ARN_OF: Final = {"Topic": "TopicArn", "Queue": "QueueArn", "LambdaFunction": "LambdaFunctionArn"}


@pytest.mark.parametrize("kind", ["Topic", "Queue"])
@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, ""),
        ({"Principal": {"Service": "sns.amazonaws.com"}}, "InvalidArgument"),
        ({"Action": "sqs:ReceiveMessage"}, "InvalidArgument"),
        ({"Resource": "arn:aws:sqs:us-east-1:123456789012:another"}, "InvalidArgument"),
        ({"Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::another"}}}, "InvalidArgument"),
        ({"Condition": {"StringEquals": {"aws:SourceAccount": "999999999999"}}}, "InvalidArgument"),
        ({"Condition": {"StringEquals": {"aws:SourceAccount": ROOT.account_id}}}, ""),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, ""),
        ({"Effect": "Deny"}, "InvalidArgument"),
    ],
)
def test_a_bucket_tells_only_what_lets_it_in(bench: Bench, kind: str, changed: dict[str, object], told: str) -> None:
    """Both when it is configured, and at each event again."""
    destination, bucket = Destination(bench, kind), bench.name("bucket")
    bench.s3.create_bucket(Bucket=bucket)
    right = let_in(S3, destination.action, on=destination.arn, source=f"arn:aws:s3:::{bucket}")
    changed_one = {**right, **changed}
    destination.let(changed_one)
    assert notify(bench, bucket, kind, destination.arn) == told
    assert bool(bench.s3.get_bucket_notification_configuration(Bucket=bucket).get(f"{kind}Configurations")) is not bool(
        told
    )

    destination.let(right)
    assert notify(bench, bucket, kind, destination.arn) == ""
    bench.s3.put_object(Bucket=bucket, Key="first", Body=b"")
    destination.let(changed_one)
    bench.s3.put_object(Bucket=bucket, Key="second", Body=b"")

    assert destination.arrived() == (1 if told else 2)


def test_a_bucket_is_not_set_to_run_a_function_that_does_not_let_it_in(bench: Bench) -> None:
    function, bucket = bench.deploy(SAYING), bench.name("bucket")
    arn = f"arn:aws:lambda:us-east-1:{ROOT.account_id}:function:{function}"
    bench.s3.create_bucket(Bucket=bucket)
    assert notify(bench, bucket, "LambdaFunction", arn) == "InvalidArgument"

    bench.functions.add_permission(
        FunctionName=function,
        StatementId="bucket",
        Action="lambda:InvokeFunction",
        Principal=S3,
        SourceArn=f"arn:aws:s3:::{bucket}",
        SourceAccount=ROOT.account_id,
    )

    assert notify(bench, bucket, "LambdaFunction", arn) == ""


@pytest.mark.parametrize(
    ("changed", "delivered"),
    [
        ({}, True),
        ({"Principal": {"Service": S3}}, False),
        ({"Action": "sqs:ReceiveMessage"}, False),
        ({"Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:sns:us-east-1:123456789012:another"}}}, False),
        # SNS does not tell whose the topic is.
        ({"Condition": {"StringEquals": {"aws:SourceAccount": ROOT.account_id}}}, False),
        ({"Condition": {"StringEqualsIfExists": {"aws:SourceAccount": ROOT.account_id}}}, True),
        ({"Effect": "Deny"}, False),
    ],
)
def test_a_topic_delivers_only_to_a_queue_that_lets_it_in(
    bench: Bench, changed: dict[str, object], *, delivered: bool
) -> None:
    sns = Caller(bench, ROOT).client("sns")
    topic = sns.create_topic(Name=bench.name("topic"))["TopicArn"]
    url, queue = bench.queue()
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    policy = document({**let_in(SNS, "sqs:SendMessage", on=queue, source=topic), **changed})
    bench.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})

    sns.publish(TopicArn=topic, Message="told")

    assert ("Messages" in bench.sqs.receive_message(QueueUrl=url)) is delivered


def test_a_queue_without_a_policy_lets_no_service_in(bench: Bench) -> None:
    sns = Caller(bench, ROOT).client("sns")
    topic = sns.create_topic(Name=bench.name("topic"))["TopicArn"]
    url, queue = bench.queue()
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)

    sns.publish(TopicArn=topic, Message="lost")

    assert "Messages" not in bench.sqs.receive_message(QueueUrl=url)


@pytest.mark.parametrize(
    ("principal", "source", "status"),
    [
        ("apigateway.amazonaws.com", "{api}/*/*", 200),
        ("apigateway.amazonaws.com", "{api}/$default/GET/api/things/{{id}}", 200),
        ("apigateway.amazonaws.com", "{api}/*/POST/api/things/*", 500),
        ("apigateway.amazonaws.com", "{api}-another/*/*", 500),
        ("apigateway.amazonaws.com", "", 200),
        ("events.amazonaws.com", "{api}/*/*", 500),
        ("", "", 500),
    ],
)
def test_an_api_calls_only_a_function_that_lets_it_in(bench: Bench, principal: str, source: str, status: int) -> None:
    function = bench.deploy("def handler(event, context): return {'statusCode': 200, 'body': 'x'}")
    apis = Caller(bench, ROOT).client("apigatewayv2")
    api = apis.create_api(Name="api", ProtocolType="HTTP")["ApiId"]
    integration = apis.create_integration(
        ApiId=api,
        IntegrationType="AWS_PROXY",
        IntegrationUri=f"arn:aws:lambda:us-east-1:{ROOT.account_id}:function:{function}",
        PayloadFormatVersion="2.0",
    )
    target = f"integrations/{integration['IntegrationId']}"
    apis.create_route(ApiId=api, RouteKey="GET /api/things/{id}", Target=target)
    apis.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    if principal:
        arn = f"arn:aws:execute-api:us-east-1:{ROOT.account_id}:{api}"
        more = {"SourceArn": source.format(api=arn)} if source else {}
        bench.functions.add_permission(
            FunctionName=function, StatementId="x", Action="lambda:InvokeFunction", Principal=principal, **more
        )
    connection = http.client.HTTPConnection(urlsplit(bench.region.endpoint).netloc)

    connection.request("GET", "/api/things/1", headers={"Host": f"{api}.execute-api.us-east-1.amazonaws.com"})

    assert connection.getresponse().status == status
    connection.close()
