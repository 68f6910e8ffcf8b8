"""Each port twice: in memory and on moto. What holds for one must hold for the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from runtime.adapters.images import S3Images
from runtime.adapters.mailer import SesMailer
from runtime.adapters.queues import SqsNotifications
from runtime.adapters.records import TableRecords, TableWaiters
from runtime.adapters.requests import TableRequests
from runtime.adapters.results import S3Results
from runtime.adapters.table import Table
from runtime.adapters.uploads import S3Uploads
from tests.runtime import fakes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runtime.core.ports import Images, Mailer, Notifications, Records, Requests, Results, Uploads, Waiters

REGION = "us-east-1"
UPLOADS = "uploads-bucket"
RESULTS = "results-bucket"


@dataclass(frozen=True)
class Ports:
    """The ports under test, and what only a test does to the world behind them."""

    uploads: Uploads
    images: Images
    results: Results
    records: Records
    waiters: Waiters
    requests: Requests
    notifications: Notifications
    mailer: Mailer
    put_upload: Callable[[str, bytes], str]
    has_upload: Callable[[str], bool]
    has_image: Callable[[str], bool]
    notified: Callable[[], list[str]]
    prove: Callable[[str], Any]


def in_memory() -> Ports:
    uploads, images, notifications = fakes.MemoryUploads(), fakes.MemoryImages(), fakes.MemoryNotifications()
    mailer = fakes.MemoryMailer()
    return Ports(
        uploads=uploads,
        images=images,
        results=fakes.MemoryResults(),
        records=fakes.MemoryRecords(),
        waiters=fakes.MemoryWaiters(),
        requests=fakes.MemoryRequests(),
        notifications=notifications,
        mailer=mailer,
        put_upload=uploads.put,
        has_upload=lambda key: key in uploads.objects,
        has_image=lambda key: key in images.kept,
        notified=lambda: notifications.sent,
        prove=mailer.proven.add,
    )


def on_aws() -> Ports:
    session = boto3.Session("test", "test", region_name=REGION)
    s3, sqs, ses, dynamodb = (session.client(name) for name in ("s3", "sqs", "ses", "dynamodb"))
    for bucket in (UPLOADS, RESULTS):
        s3.create_bucket(Bucket=bucket)
    keys = (("pk", "HASH"), ("sk", "RANGE"))
    dynamodb.create_table(
        TableName="table",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
    )
    queue_url = sqs.create_queue(QueueName="notify")["QueueUrl"]
    ses.verify_email_identity(EmailAddress="from@example.com")
    ses.create_configuration_set(ConfigurationSet={"Name": "set"})
    table = Table(dynamodb, "table")

    def exists(bucket: str, key: str) -> bool:
        return s3.list_objects_v2(Bucket=bucket, Prefix=key)["KeyCount"] > 0

    def notified() -> list[str]:
        told = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", [])
        return [message["Body"].split('"')[3] for message in told]

    return Ports(
        uploads=S3Uploads(s3, UPLOADS),
        images=S3Images(s3, RESULTS),
        results=S3Results(s3, RESULTS),
        records=TableRecords(table, RESULTS),
        waiters=TableWaiters(table),
        requests=TableRequests(table),
        notifications=SqsNotifications(sqs, queue_url),
        mailer=SesMailer(ses, "set"),
        put_upload=lambda key, data: s3.put_object(Bucket=UPLOADS, Key=key, Body=data)["ETag"].strip('"'),
        has_upload=lambda key: exists(UPLOADS, key),
        has_image=lambda key: exists(RESULTS, f"images/{key}"),
        notified=notified,
        prove=lambda address: ses.verify_email_identity(EmailAddress=address),
    )


@pytest.fixture(params=["memory", "aws"])
def ports(request: pytest.FixtureRequest) -> Iterator[Ports]:
    if request.param == "memory":
        yield in_memory()
        return
    with mock_aws():
        yield on_aws()
