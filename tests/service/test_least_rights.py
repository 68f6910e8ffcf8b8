"""The deployed roles: none reaches another's data, no form another's key, and without a right nobody gets a result."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from cli.service import RefusedError, Service
from tests.pictures import page, to_bytes
from tests.service.stage import staged
from tests.service.visitor import SETTLED, Visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.service.stage import Stage

pytestmark = pytest.mark.cloud

FUNCTIONS: Final = ("api", "count", "deadline", "failures", "ingest", "notify", "publish", "sweep")
QUEUES: Final = ("ingest", "count", "publish", "notify", "deadline", "dead_letter")
OBJECTS: Final = ("uploads", "images", "transcripts", "results")
ROWS: Final = ("REQUEST", "DIGEST", "DEAD", "ADDRESS", "PROOF", "TOKEN", "COUNTER")

LATE: Final = "Error Trying to Get Your Results"
RESULT: Final = "Your OCR Results are Available"
ATTEMPT: Final = 361
"""Seconds after which a message that was not handled comes back."""

_numbers: Final = itertools.count(1)
_session: Final = boto3.Session(region_name="us-east-1")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("stage")) as stage:
        yield stage


def someone(stage: Stage) -> Visitor:
    email = f"least{next(_numbers)}@example.com"
    stage.local.verify(email)
    who = Visitor(stage, email)  # type: ignore[arg-type]  # as far as a visitor needs a cloud, the stage is one
    return who.prove()


def picture() -> tuple[bytes, str]:
    """A picture that nobody has sent before, and its key."""
    data = to_bytes(page(f"Least of all {next(_numbers)}"), "PNG")
    return data, hashlib.md5(data, usedforsecurity=False).hexdigest()


class Lambda:
    """One of the service's functions: whoever has its keys."""

    def __init__(self, stage: Stage, name: str) -> None:
        function = stage.region.account.function(stage.outputs["functions"][name])
        assert function is not None
        self.name, self.stage = name, stage
        self.role = str(function.role).rpartition("/")[2]
        self._keys = stage.region.keys.for_function(function.function_name, function.role)

    def client(self, service: str) -> Any:  # noqa: ANN401 - any of boto3's clients
        return _session.client(  # type: ignore[call-overload]  # any service
            service,
            endpoint_url=self.stage.endpoint,
            aws_access_key_id=self._keys.access_key_id,
            aws_secret_access_key=self._keys.secret_access_key,
            aws_session_token=self._keys.session_token,
            config=Config(retries={"total_max_attempts": 1}, signature_version="s3v4" if service == "s3" else None),
        )

    def may(self, call: Callable[..., object], **asked: object) -> bool:
        """Whether a call is let in; what comes of it then is another matter."""
        try:
            call(**asked)
        except ClientError as error:
            return "is not authorized to perform" not in str(error)
        return True


def reached(one: Lambda, calls: Mapping[str, tuple[Callable[..., object], dict[str, object]]]) -> set[str]:
    return {name for name, (call, asked) in calls.items() if one.may(call, **asked)}


NOBODYS: Final[dict[str, set[str]]] = {name: set() for name in FUNCTIONS}


def test_a_function_reads_writes_and_deletes_the_objects_of_its_own_stage_alone(stage: Stage) -> None:
    buckets = {name: stage.outputs["uploads_bucket" if name == "uploads" else "results_bucket"] for name in OBJECTS}
    where = {name: {"Bucket": bucket, "Key": f"{name}/of-nobody"} for name, bucket in buckets.items()}
    found: dict[str, dict[str, set[str]]] = {"read": {}, "write": {}, "delete": {}}
    with stage.untaken("ingest"), stage.untaken("count"):
        for name in FUNCTIONS:
            s3 = (one := Lambda(stage, name)).client("s3")
            calls = {kind: (s3.get_object, dict[str, object](asked)) for kind, asked in where.items()}
            found["read"][name] = reached(one, calls)
            calls = {kind: (s3.put_object, {**asked, "Body": b""}) for kind, asked in where.items()}
            found["write"][name] = reached(one, calls)
            calls = {kind: (s3.delete_object, dict[str, object](asked)) for kind, asked in where.items()}
            found["delete"][name] = reached(one, calls)
        for asked in where.values():
            stage.client("s3").delete_object(**asked)

    assert found["read"] == NOBODYS | {
        "api": {"results"},
        "count": {"transcripts", "results"},
        "failures": {"results"},
        "ingest": {"uploads", "images", "results"},
        "notify": {"results"},
        "publish": {"results"},
        "sweep": {"results"},
    }
    assert found["write"] == NOBODYS | {
        "api": {"uploads"},
        "count": {"results"},
        "ingest": {"images", "transcripts", "results"},
    }
    assert found["delete"] == NOBODYS | {
        "count": {"transcripts"},
        "ingest": {"uploads", "images", "transcripts"},
        "publish": {"transcripts"},
    }


def test_a_function_reads_and_writes_the_rows_of_its_own_stage_alone(stage: Stage) -> None:
    table = stage.outputs["table_name"]
    found: dict[str, dict[str, set[str]]] = {"get": {}, "put": {}, "update": {}, "delete": {}, "query": {}}
    for name in FUNCTIONS:
        rows = (one := Lambda(stage, name)).client("dynamodb")
        calls: dict[str, dict[str, tuple[Callable[..., object], dict[str, object]]]] = {kind: {} for kind in found}
        for kind in ROWS:
            key = {"pk": {"S": f"{kind}#of-nobody"}, "sk": {"S": "NOTHING"}}
            query = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": key["pk"]}}
            remove = {"Key": key, "UpdateExpression": "REMOVE x"}
            calls["get"][kind] = rows.get_item, {"TableName": table, "Key": key}
            calls["put"][kind] = rows.put_item, {"TableName": table, "Item": key}
            calls["update"][kind] = rows.update_item, {"TableName": table, **remove}
            calls["delete"][kind] = rows.delete_item, {"TableName": table, "Key": key}
            calls["query"][kind] = rows.query, {"TableName": table, **query}
        for verb, some in calls.items():
            found[verb][name] = reached(one, some)
    for kind in ROWS:
        key = {"pk": {"S": f"{kind}#of-nobody"}, "sk": {"S": "NOTHING"}}
        stage.client("dynamodb").delete_item(TableName=table, Key=key)

    both = {"REQUEST", "DIGEST"}
    assert found["get"] == NOBODYS | {
        "api": both | {"ADDRESS", "PROOF", "TOKEN"},
        "count": {"DIGEST"},
        "deadline": {"REQUEST", "ADDRESS"},
        "failures": both,
        "ingest": both,
        "notify": both | {"ADDRESS", "PROOF"},
        "sweep": both | {"ADDRESS"},
    }
    assert found["put"] == NOBODYS | {
        "api": {"REQUEST", "PROOF", "TOKEN"},
        "failures": {"DIGEST", "DEAD"},
        "ingest": {"DIGEST"},
        "notify": {"DIGEST"},
    }
    assert found["update"] == NOBODYS | {
        "api": {"REQUEST", "ADDRESS", "COUNTER"},
        "deadline": {"REQUEST"},
        "failures": {"REQUEST", "DIGEST", "DEAD"},
        "ingest": both,
        "notify": {"REQUEST", "ADDRESS", "PROOF", "COUNTER"},
        "publish": {"DIGEST"},
        "sweep": both | {"ADDRESS", "COUNTER"},
    }
    some = ("failures", "ingest", "publish", "sweep")
    assert found["delete"] == NOBODYS | {name: {"DIGEST"} for name in (*some, "notify")} | {"api": {"REQUEST"}}
    assert found["query"] == NOBODYS | {name: {"DIGEST"} for name in some}


def test_a_function_takes_from_its_own_queue_and_tells_the_next_alone(stage: Stage) -> None:
    found: dict[str, dict[str, set[str]]] = {"send": {}, "take": {}}
    for name in FUNCTIONS:
        sqs = (one := Lambda(stage, name)).client("sqs")
        urls = {queue: {"QueueUrl": stage.outputs[f"{queue}_queue_url"]} for queue in QUEUES}
        # No batch at all is no batch; but that is told only to whom might send one.
        calls = {queue: (sqs.send_message_batch, {**url, "Entries": list[object]()}) for queue, url in urls.items()}
        found["send"][name] = reached(one, calls)
        calls = {queue: (sqs.receive_message, dict[str, object](url)) for queue, url in urls.items()}
        found["take"][name] = reached(one, calls)

    assert found["send"] == NOBODYS | {
        "api": {"notify"},
        "failures": {"notify"},
        "ingest": {"notify"},
        "publish": {"notify"},
        "sweep": {"ingest", "count", "publish", "notify"},
    }
    own = {name: {name} for name in ("ingest", "count", "publish", "notify", "deadline")}
    assert found["take"] == NOBODYS | own | {"failures": {"dead_letter"}}


def test_a_function_calls_no_service_that_is_not_its_work(stage: Stage) -> None:
    mail = {"Source": stage.outputs["mail_sender"], "RawMessage": {"Data": b"To: a@example.com\n\n"}}
    found: dict[str, set[str]] = {}
    for name in FUNCTIONS:
        one = Lambda(stage, name)
        s3, rows = one.client("s3"), one.client("dynamodb")
        invoke = one.client("lambda").invoke
        calls: dict[str, tuple[Callable[..., object], dict[str, object]]] = {
            "ocr": (one.client("textract").detect_document_text, {"Document": {"Bytes": b"x"}}),
            "mail": (one.client("ses").send_raw_email, mail),
            "look up": (one.client("ses").get_identity_verification_attributes, {"Identities": ["a@example.com"]}),
            "ask": (one.client("ses").verify_email_identity, {"EmailAddress": "asked@example.com"}),
            "forget": (one.client("ses").delete_identity, {"Identity": "forgotten@example.com"}),
            "mail as another": (one.client("ses").send_raw_email, {**mail, "Source": "boss@example.com"}),
            "list": (s3.list_objects_v2, {"Bucket": stage.outputs["results_bucket"], "Prefix": "images/"}),
            "list results": (s3.list_objects_v2, {"Bucket": stage.outputs["results_bucket"], "Prefix": "results/"}),
            "list all": (s3.list_objects_v2, {"Bucket": stage.outputs["results_bucket"]}),
            "list uploads": (s3.list_objects_v2, {"Bucket": stage.outputs["uploads_bucket"]}),
            "unfinished": (
                rows.query,
                {
                    "TableName": stage.outputs["table_name"],
                    "IndexName": "unfinished",
                    "KeyConditionExpression": "unfinished = :kind",
                    "ExpressionAttributeValues": {":kind": {"S": "REQUEST"}},
                },
            ),
        }
        others = {other: stage.outputs["functions"][other] for other in FUNCTIONS}
        calls |= {f"run {other}": (invoke, {"FunctionName": function}) for other, function in others.items()}
        found[name] = reached(one, calls)

    assert found == NOBODYS | {
        "api": {"look up"},
        "deadline": {"mail"},
        "ingest": {"ocr"},
        "notify": {"mail", "ask"},
        "sweep": {"list", "unfinished", "look up", "forget"},
    }


def test_a_form_for_one_key_writes_no_other(stage: Stage) -> None:
    ann = someone(stage)
    first, shown = ann.open(picture()[0])
    second, _ = ann.open(picture()[0])
    keys = (second.fields["key"], "uploads/../images/x", "images/x", f"{first.fields['key']}/x", "uploads/${filename}")
    assert [ann.refused(first, shown, key=key) for key in keys] == ["AccessDenied"] * len(keys)
    assert ann.refused(first, shown, policy=second.fields["policy"]) == "SignatureDoesNotMatch"
    bucket = stage.outputs["results_bucket"]
    with pytest.raises(RefusedError, match="Policy Condition failed"):
        Service(stage.endpoint).upload(dataclasses.replace(first, url=f"{stage.endpoint}/{bucket}"), shown)
    with pytest.raises(ClientError, match="Not Found"):
        stage.client("s3").head_object(Bucket=stage.outputs["uploads_bucket"], Key=second.fields["key"])
    assert ann.refused(first, shown) == ""
    assert ann.outcome(first)["state"] == "SENT"


@contextmanager
def without(stage: Stage, function: str, sid: str) -> Iterator[None]:
    """The function's role lacks a statement of its policy."""
    iam = stage.client("iam")
    role = Lambda(stage, function).role
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    whole = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    left = [one for one in whole["Statement"] if one["Sid"] != sid]
    assert len(left) == len(whole["Statement"]) - 1

    def put(document: dict[str, object]) -> None:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))

    put({**whole, "Statement": left})
    try:
        yield
    finally:
        put(whole)


def waits(stage: Stage, queue: str) -> bool:
    """Whether a message of a queue was tried in vain, and is hidden until the next attempt."""
    status = stage.local.status()
    name = stage.outputs[f"{queue}_queue_url"].rpartition("/")[2]
    return bool(status["in_flight"] == 0 and status["queues"][name]["hidden"])


def subjects(who: Visitor) -> list[str]:
    return [mail.subject for mail in who.mails()]


@pytest.mark.parametrize(
    ("function", "sid", "record"),
    [
        ("ingest", "KeepImages", ""),
        ("publish", "WakeNotify", "READY"),
        ("notify", "SendMail", "READY"),
    ],
)
def test_without_a_right_a_request_comes_to_no_result_until_the_right_is_back(
    stage: Stage, function: str, sid: str, record: str
) -> None:
    ann, (data, key) = someone(stage), picture()

    with without(stage, function, sid):
        opened = ann.send(data)
        stage.until(lambda: waits(stage, function))
        stage.local.advance(ATTEMPT)  # the deadline is over, and a second attempt fails as the first did
        stage.until(lambda: waits(stage, function) and subjects(ann))
        assert ann.status(opened)["state"] not in SETTLED
        assert (subjects(ann), stage.state_of(key)) == ([LATE], record)

    stage.local.advance(ATTEMPT)
    assert ann.outcome(opened)["state"] == "SENT"
    assert subjects(ann) == [LATE, RESULT]


def test_without_the_apis_right_to_write_uploads_its_forms_open_nothing(stage: Stage) -> None:
    ann = someone(stage)
    opened, shown = ann.open(picture()[0])

    with without(stage, "api", "SignUploadForms"), pytest.raises(RefusedError) as refused:
        ann._service.upload(opened, shown)  # noqa: SLF001 - the second half of `send`

    assert refused.value.code == "AccessDenied"
    ann._service.upload(opened, shown)  # noqa: SLF001 - the same
    assert ann.outcome(opened)["state"] == "SENT"


@contextmanager
def letting_nobody_in(stage: Stage, topic: str) -> Iterator[None]:
    """The topic's policy refuses whoever comes without TLS, and allows nothing."""
    sns = stage.client("sns")
    (arn,) = (one["TopicArn"] for one in sns.list_topics()["Topics"] if f"{topic}-" in one["TopicArn"])
    policy = json.loads(sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"])

    def put(statements: list[dict[str, object]]) -> None:
        document = json.dumps({**policy, "Statement": statements})
        sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=document)

    put([one for one in policy["Statement"] if one["Effect"] == "Deny"])
    try:
        yield
    finally:
        put(policy["Statement"])


def test_without_the_buckets_leave_to_tell_the_topic_an_upload_is_not_seen(stage: Stage) -> None:
    ann, (data, _) = someone(stage), picture()
    with letting_nobody_in(stage, "site-topic"):
        opened, shown = ann.open(data)
        ann._service.upload(opened, shown)  # noqa: SLF001 - the second half of `send`
        stage.wait_idle()
        assert ann.status(opened)["state"] == "OPEN"

    ann._service.upload(opened, shown)  # noqa: SLF001 - once more
    assert ann.outcome(opened)["state"] == "SENT"


def test_without_sess_leave_to_tell_the_topic_a_mail_that_comes_back_is_not_heard_of(stage: Stage) -> None:
    ann, (data, _) = someone(stage), picture()
    stage.local.mailbox(ann.email, "full")
    with letting_nobody_in(stage, "mail-bounces"):
        opened = ann.send(data)
        assert ann.outcome(opened)["state"] == "SENT"
        stage.wait_idle()
        assert ann.status(opened)["state"] == "SENT"

    again = ann.send(data)
    stage.until(lambda: ann.status(again)["state"] == "UNDELIVERABLE")
    assert ann.status(again)["reason"] == "bounced"
