"""Each port twice: in memory and on moto. What holds for one must hold for the other."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from local import moto_shortcuts
from runtime.adapters.addresses import TableAddresses, TableAddressTokens, TableProofs
from runtime.adapters.bulk import S3Manifests, SqsBulkQueue, TablePending, TableStarters
from runtime.adapters.counters import TableCounters
from runtime.adapters.dead_letters import TableDeadLetters
from runtime.adapters.images import S3Images
from runtime.adapters.mailer import SesMailer
from runtime.adapters.queues import SqsNotifications, SqsReplays
from runtime.adapters.records import TableRecords, TableWaiters
from runtime.adapters.requests import TableRequests
from runtime.adapters.results import S3Results
from runtime.adapters.stages import SqsStages
from runtime.adapters.system import SystemClock
from runtime.adapters.table import Table
from runtime.adapters.unfinished import TableUnfinished
from runtime.adapters.uploads import S3Uploads
from runtime.core import keys
from runtime.core.dead_letter import Queue
from runtime.core.manifest import dump
from runtime.handlers.s3_events import written
from tests.runtime import fakes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_ses import SESClient
    from mypy_boto3_sqs import SQSClient

    from runtime.core.manifest import Outcome
    from runtime.core.ports import (
        Addresses,
        AddressTokens,
        BulkQueue,
        Counters,
        DeadLetters,
        Images,
        Mailer,
        Manifests,
        Notifications,
        Pending,
        Proofs,
        Records,
        Replays,
        Requests,
        Results,
        Stages,
        Starters,
        Unfinished,
        Uploads,
        Waiters,
    )

REGION = "us-east-1"


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
    unfinished: Unfinished
    stages: Stages
    dead_letters: DeadLetters
    replays: Replays
    pending: Pending
    starters: Starters
    manifests: Manifests
    bulk_queue: BulkQueue
    tell_outcomes: Callable[[str, list[Outcome]], object]
    bulk_told: Callable[[], list[str]]
    put_upload: Callable[[str, bytes], str]
    has_upload: Callable[[str], bool]
    has_image: Callable[[str], bool]
    notified: Callable[[], list[str]]
    replayed: Callable[[], list[str]]
    woken: Callable[[], list[tuple[str, str]]]
    prove: Callable[[str], Any]
    asked: Callable[[str], bool]
    to_prove: Callable[[], list[str]]
    addresses: Addresses
    proofs: Proofs
    address_tokens: AddressTokens
    counters: Counters


@dataclass(frozen=True)
class Clients:
    s3: S3Client
    sqs: SQSClient
    ses: SESClient
    dynamodb: DynamoDBClient


def in_memory() -> Ports:
    uploads, images, notifications = fakes.MemoryUploads(), fakes.MemoryImages(), fakes.MemoryNotifications()
    mailer, stages, replays = fakes.MemoryMailer(), fakes.MemoryStages(), fakes.MemoryReplays()
    records, requests = fakes.MemoryRecords(), fakes.MemoryRequests()
    manifests, bulk_queue = fakes.MemoryManifests(), fakes.MemoryBulkQueue()
    return Ports(
        uploads=uploads,
        images=images,
        results=fakes.MemoryResults(),
        records=records,
        waiters=fakes.MemoryWaiters(),
        requests=requests,
        notifications=notifications,
        mailer=mailer,
        unfinished=fakes.MemoryUnfinished(requests.rows, records.rows),
        stages=stages,
        dead_letters=fakes.MemoryDeadLetters(),
        replays=replays,
        pending=fakes.MemoryPending(),
        starters=fakes.MemoryStarters(),
        manifests=manifests,
        bulk_queue=bulk_queue,
        tell_outcomes=manifests.told.__setitem__,
        bulk_told=lambda: [what for what, _ in bulk_queue.sent],
        put_upload=uploads.put,
        has_upload=lambda key: key in uploads.objects,
        has_image=lambda key: key in images.kept,
        notified=lambda: notifications.sent,
        replayed=lambda: [letter.body for letter in replays.sent],
        woken=lambda: stages.woken,
        prove=mailer.proven.add,
        asked=lambda address: address in mailer.pending,
        to_prove=lambda: notifications.proofs,
        addresses=fakes.MemoryAddresses(),
        proofs=fakes.MemoryProofs(),
        address_tokens=fakes.MemoryAddressTokens(),
        counters=fakes.MemoryCounters(),
    )


@pytest.fixture(scope="package")
def session() -> Iterator[boto3.Session]:
    """One session on one moto for all tests: making clients takes longer than all that is done with them."""
    moto_shortcuts.install()
    with mock_aws():
        yield boto3.Session("test", "test", region_name=REGION)


@pytest.fixture(scope="package")
def clients(session: boto3.Session) -> Clients:
    return Clients(session.client("s3"), session.client("sqs"), session.client("ses"), session.client("dynamodb"))


def create_table(dynamodb: DynamoDBClient, name: str) -> None:
    """The table, as `components/result_cache.py` declares it."""
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
            {"AttributeName": "unfinished", "AttributeType": "S"},
            {"AttributeName": "since", "AttributeType": "N"},
        ],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "unfinished",
                "KeySchema": [
                    {"AttributeName": "unfinished", "KeyType": "HASH"},
                    {"AttributeName": "since", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    )


def on_aws(clients: Clients) -> Ports:
    s3, sqs, ses, dynamodb = clients.s3, clients.sqs, clients.ses, clients.dynamodb
    name = f"test-{uuid.uuid4().hex}"
    uploads_bucket, results_bucket = f"{name}-uploads", f"{name}-results"
    for bucket in (uploads_bucket, results_bucket):
        s3.create_bucket(Bucket=bucket)
    create_table(dynamodb, name)
    queue_url = sqs.create_queue(QueueName=name)["QueueUrl"]
    ses.verify_email_identity(EmailAddress="from@example.com")
    ses.create_configuration_set(ConfigurationSet={"Name": name})
    table = Table(dynamodb, name)

    def exists(bucket: str, key: str) -> bool:
        return s3.list_objects_v2(Bucket=bucket, Prefix=key)["KeyCount"] > 0

    def bodies() -> list[str]:
        told = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", [])
        return [message["Body"] for message in told]

    def woken() -> list[tuple[str, str]]:
        told = [each for body in bodies() for each in written(json.loads(body))]
        return [(each.object_key, each.etag) for each in told]

    return Ports(
        uploads=S3Uploads(s3, uploads_bucket),
        images=S3Images(s3, results_bucket),
        results=S3Results(s3, results_bucket),
        records=TableRecords(table, results_bucket),
        waiters=TableWaiters(table),
        requests=TableRequests(table),
        notifications=SqsNotifications(sqs, queue_url),
        mailer=SesMailer(ses, name),
        unfinished=TableUnfinished(table),
        stages=SqsStages(sqs, SystemClock(), ingest=queue_url, count=queue_url, publish=queue_url),
        dead_letters=TableDeadLetters(table),
        replays=SqsReplays(sqs, {Queue.NOTIFY: queue_url}),
        pending=TablePending(table),
        starters=TableStarters(table),
        manifests=S3Manifests(s3, results_bucket),
        bulk_queue=SqsBulkQueue(sqs, queue_url),
        tell_outcomes=lambda run, told: s3.put_object(Bucket=results_bucket, Key=keys.outcomes(run), Body=dump(told)),
        bulk_told=lambda: [json.loads(body)["bulk"] for body in bodies()],
        put_upload=lambda key, data: s3.put_object(Bucket=uploads_bucket, Key=key, Body=data)["ETag"].strip('"'),
        has_upload=lambda key: exists(uploads_bucket, key),
        has_image=lambda key: exists(results_bucket, f"images/{key}"),
        notified=lambda: [json.loads(body)["request_id"] for body in bodies()],
        replayed=bodies,
        woken=woken,
        prove=lambda address: ses.verify_email_identity(EmailAddress=address),
        asked=lambda address: address in ses.list_identities()["Identities"],
        to_prove=lambda: [json.loads(body)["proof_id"] for body in bodies()],
        addresses=TableAddresses(table),
        proofs=TableProofs(table),
        address_tokens=TableAddressTokens(table),
        counters=TableCounters(table),
    )


@pytest.fixture(params=["memory", "aws"])
def ports(request: pytest.FixtureRequest, clients: Clients) -> Ports:
    return in_memory() if request.param == "memory" else on_aws(clients)
