from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local.http_message import Request, make_headers
from local.presigned_post import LARGEST_FIELDS
from tests.local.policies import document, let_in

if TYPE_CHECKING:
    from tests.local.conftest import Bench, Json

KEY = "uploads/request-1"
MOST = 1000


@dataclass
class Uploads:
    """A bucket that tells a queue of what arrives, through a topic, as the service's own does."""

    bench: Bench
    bucket: str
    queue: str

    def form(self, **changes: Json) -> dict[str, str]:
        """The fields of a form for one key, signed by the account."""
        asked: dict[str, Any] = {
            "Conditions": [["content-length-range", 1, MOST]],
            "ExpiresIn": 600 + int(self.bench.region.clock.offset),
            **changes,
        }
        s3: Any = self.bench.cloud.client("s3", Config(signature_version="s3v4"))
        answer = s3.generate_presigned_post(self.bucket, KEY, **asked)
        assert answer["url"] == f"{self.bench.region.endpoint}/{self.bucket}"
        return dict(answer["fields"])

    def post(self, fields: dict[str, str], file: bytes = b"picture", *, after: bytes = b"") -> tuple[int, str]:
        """Send a form as a browser does; its status, and S3's error code or nothing."""
        boundary = b"--boundary"
        parts = [
            boundary + f'\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        named = (
            b'\r\nContent-Disposition: form-data; name="file"; filename="a b.png"\r\nContent-Type: image/png\r\n\r\n'
        )
        body = b"".join(parts) + boundary + named + file + b"\r\n" + after + boundary + b"--\r\n"
        headers = make_headers([("Content-Type", "multipart/form-data; boundary=boundary"), ("Origin", "https://page")])
        request = Request("POST", f"/{self.bucket}", "", headers, body)
        response = self.bench.region.front.handle(request)
        code = re.search(r"<Code>(\w+)</Code>", response.body.decode())
        return response.status, code.group(1) if code else ""

    def keys(self) -> set[str]:
        listed = self.bench.s3.list_objects_v2(Bucket=self.bucket)
        return {entry["Key"] for entry in listed.get("Contents", [])}

    def next_record(self) -> Json:
        while True:
            answer = self.bench.sqs.receive_message(QueueUrl=self.queue, WaitTimeSeconds=5)
            body = json.loads(answer["Messages"][0]["Body"])
            self.bench.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=answer["Messages"][0]["ReceiptHandle"])
            if "Records" in body:  # and not the test event that S3 sends when it is told to notify
                return body["Records"][0]


@pytest.fixture
def uploads(bench: Bench) -> Uploads:
    bucket = bench.name("uploads")
    bench.s3.create_bucket(Bucket=bucket)
    url, arn = bench.queue()
    sns: Any = bench.cloud.client("sns")
    topic = sns.create_topic(Name=bench.name("topic"))["TopicArn"]
    from_bucket = let_in("s3.amazonaws.com", "sns:Publish", on=topic, source=f"arn:aws:s3:::{bucket}")
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=document(from_bucket))
    from_topic = let_in("sns.amazonaws.com", "sqs:SendMessage", on=arn, source=topic)
    bench.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document(from_topic)})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    prefix = {"Key": {"FilterRules": [{"Name": "prefix", "Value": "uploads/"}]}}
    wanted = {"Id": "wanted", "TopicArn": topic, "Events": ["s3:ObjectCreated:*"], "Filter": prefix}
    bench.s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"TopicConfigurations": [wanted]}
    )
    return Uploads(bench, bucket, url)


def test_a_form_that_keeps_to_its_policy_stores_its_file(uploads: Uploads, bench: Bench) -> None:
    picture = bytes(range(256)) + b"\r\n--boundar"
    fields = uploads.form(Fields={"Content-Type": "image/png"}, Conditions=[{"Content-Type": "image/png"}])

    assert uploads.post(fields, picture) == (204, "")

    stored = bench.s3.get_object(Bucket=uploads.bucket, Key=KEY)
    assert stored["Body"].read() == picture
    assert stored["ContentType"] == "image/png"


def test_an_upload_is_told_of_as_aws_tells_it(uploads: Uploads, bench: Bench) -> None:
    uploads.post(uploads.form())

    record = uploads.next_record()

    assert record["eventName"] == "ObjectCreated:Post"
    assert record["s3"]["bucket"]["name"] == uploads.bucket
    stored = bench.s3.head_object(Bucket=uploads.bucket, Key=KEY)
    expected = {"key": KEY, "size": 7, "eTag": stored["ETag"].strip('"')}
    assert {name: record["s3"]["object"][name] for name in expected} == expected
    assert {"userIdentity", "requestParameters", "responseElements", "eventTime"} <= record.keys()


def test_keys_in_events_are_escaped_but_for_their_slashes_and_later_ones_sort_behind(
    uploads: Uploads, bench: Bench
) -> None:
    for _ in range(2):
        bench.s3.put_object(Bucket=uploads.bucket, Key="uploads/ä b+c", Body=b"x")

    first, second = uploads.next_record()["s3"]["object"], uploads.next_record()["s3"]["object"]

    assert first["key"] == "uploads/%C3%A4+b%2Bc"
    assert first["sequencer"] < second["sequencer"]


def test_a_form_for_one_key_writes_no_other(uploads: Uploads) -> None:
    fields = uploads.form()

    assert uploads.post(fields | {"key": "uploads/request-2"}) == (403, "AccessDenied")
    assert uploads.keys() == set()


def test_a_file_outside_the_allowed_sizes_is_refused(uploads: Uploads) -> None:
    fields = uploads.form()

    assert uploads.post(fields, b"x" * (MOST + 1)) == (400, "EntityTooLarge")
    assert uploads.post(fields, b"") == (400, "EntityTooSmall")
    assert uploads.keys() == set()
    assert uploads.post(fields, b"x" * MOST) == (204, "")


def test_a_form_expires_by_the_clouds_clock(uploads: Uploads, bench: Bench) -> None:
    fields = uploads.form()
    assert uploads.post(fields) == (204, "")

    bench.cloud.advance(601)

    assert uploads.post(fields) == (403, "AccessDenied")


def test_a_form_signed_with_other_keys_is_refused(uploads: Uploads) -> None:
    fields = uploads.form()
    forged = fields["x-amz-signature"][:-1] + ("0" if fields["x-amz-signature"][-1] != "0" else "1")
    stranger = fields["x-amz-credential"].replace("AKIA", "AKIB")

    assert uploads.post(fields | {"x-amz-signature": forged}) == (403, "SignatureDoesNotMatch")
    assert uploads.post(fields | {"x-amz-credential": stranger}) == (403, "InvalidAccessKeyId")
    assert uploads.post({"key": KEY}) == (403, "AccessDenied")
    assert uploads.keys() == set()


def test_a_policy_that_was_changed_after_signing_is_refused(uploads: Uploads) -> None:
    fields, larger = uploads.form(), uploads.form(Conditions=[["content-length-range", 1, MOST * MOST]])

    assert uploads.post(fields | {"policy": larger["policy"]}) == (403, "SignatureDoesNotMatch")


def test_a_field_that_the_policy_does_not_name_is_refused(uploads: Uploads) -> None:
    fields = uploads.form()

    assert uploads.post(fields | {"x-amz-meta-email": "a@example.com"}) == (403, "AccessDenied")
    assert uploads.post(fields | {"x-ignore-this": "anything"}) == (204, "")


def test_a_form_for_another_bucket_is_refused(uploads: Uploads, bench: Bench) -> None:
    fields, other = uploads.form(), bench.name("other")
    bench.s3.create_bucket(Bucket=other)

    assert Uploads(bench, other, "").post(fields) == (403, "AccessDenied")


def test_a_functions_form_needs_its_session_token(uploads: Uploads, bench: Bench) -> None:
    name = bench.deploy("""
        import boto3
        from botocore.config import Config
        def handler(bucket, context):
            s3 = boto3.client("s3", config=Config(signature_version="s3v4"))
            conditions = [["content-length-range", 1, 9]]
            return s3.generate_presigned_post(bucket, "uploads/request-1", Conditions=conditions)
    """)
    fields = bench.invoke(name, uploads.bucket)["fields"]
    without = {name: value for name, value in fields.items() if name != "x-amz-security-token"}

    assert uploads.post(without) == (400, "InvalidToken")
    assert uploads.post(fields) == (204, "")


def test_a_form_without_key_or_file_or_with_too_many_fields_is_refused(uploads: Uploads) -> None:
    fields = uploads.form()
    without_key = {name: value for name, value in fields.items() if name != "key"}

    assert uploads.post(without_key) == (400, "InvalidArgument")
    assert uploads.post(fields | {"x-ignore-this": "x" * LARGEST_FIELDS}) == (400, "MaxPostPreDataLengthExceeded")


def test_a_form_signed_in_the_old_way_is_refused(uploads: Uploads, bench: Bench) -> None:
    old: Any = bench.cloud.client("s3", Config(signature_version="s3"))

    fields = old.generate_presigned_post(uploads.bucket, KEY)["fields"]

    assert uploads.post(fields) == (400, "InvalidRequest")


def test_what_follows_the_file_is_ignored(uploads: Uploads) -> None:
    after = b'--boundary\r\nContent-Disposition: form-data; name="key"\r\n\r\nuploads/other\r\n'

    assert uploads.post(uploads.form(), after=after) == (204, "")
    assert uploads.keys() == {KEY}


def test_an_object_is_deleted_only_if_it_is_the_one_that_was_meant(uploads: Uploads, bench: Bench) -> None:
    etag = bench.s3.put_object(Bucket=uploads.bucket, Key=KEY, Body=b"first")["ETag"]
    bench.s3.put_object(Bucket=uploads.bucket, Key=KEY, Body=b"second")

    with pytest.raises(ClientError) as refused:
        bench.s3.delete_object(Bucket=uploads.bucket, Key=KEY, IfMatch=etag)

    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412
    assert refused.value.response["Error"]["Code"] == "PreconditionFailed"
    assert uploads.keys() == {KEY}
    current = bench.s3.head_object(Bucket=uploads.bucket, Key=KEY)["ETag"]
    bench.s3.delete_object(Bucket=uploads.bucket, Key=KEY, IfMatch=current)
    assert uploads.keys() == set()
