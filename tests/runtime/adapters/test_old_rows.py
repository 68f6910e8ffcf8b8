"""Rows that another version of us has left: each field missing in turn, and one more than we know."""

from __future__ import annotations

import copy
import functools
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from local import moto_shortcuts
from runtime.adapters import rows
from runtime.adapters.dead_letters import TableDeadLetters
from runtime.adapters.records import TableRecords, TableWaiters
from runtime.adapters.requests import TableRequests
from runtime.adapters.table import Table
from runtime.adapters.unfinished import TableUnfinished
from runtime.core import keys
from runtime.core.dead_letter import DeadLetter, Queue, Subject
from runtime.core.errors import BadRequest, Retryable
from runtime.core.types import Content, RecordState, RequestState
from tests.runtime.contract.conftest import REGION, create_table
from tests.runtime.service import LEASE, PATIENCE, Service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

    from runtime.core.types import Request
    from runtime.core.use_cases.ingest import Upload
    from runtime.core.use_cases.requests import Opened

    Stage = Callable[["House"], None]
    HouseAt = Callable[[Stage], "House"]

PICTURE: Final = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01"
KEY: Final = Content.of(PICTURE).md5
EVE: Final = "eve@example.com"
KEYS: Final = ("pk", "sk")


@contextmanager
def database() -> Iterator[DynamoDBClient]:
    """DynamoDB with nothing in it. Nobody asks who calls: signing takes as long as what is done."""
    moto_shortcuts.install()
    with mock_aws():
        config = Config(signature_version=UNSIGNED, parameter_validation=False, user_agent="test")
        yield boto3.Session("test", "test", region_name=REGION).client("dynamodb", config=config)


@pytest.fixture(scope="module")
def dynamodb() -> Iterator[DynamoDBClient]:
    with database() as dynamodb:
        yield dynamodb


@pytest.fixture(scope="module")
def house_at(dynamodb: DynamoDBClient) -> HouseAt:
    """A house at a stage: the way there is gone once, and each test has a copy of what was there then."""

    @functools.cache
    def came_to(stage: Stage) -> tuple[House, Any]:
        house = House(dynamodb)
        stage(house)
        return house, copy.deepcopy(house.in_moto.items)

    def house_at(stage: Stage) -> House:
        house, items = came_to(stage)
        house.in_moto.items = copy.deepcopy(items)
        return copy.deepcopy(house, {id(dynamodb): dynamodb})

    return house_at


@dataclass
class House:
    """The service with its rows in DynamoDB, all else in memory, and one request on its way."""

    dynamodb: DynamoDBClient
    name: str = field(default_factory=lambda: f"test-{uuid.uuid4().hex}")

    def __post_init__(self) -> None:
        create_table(self.dynamodb, self.name)
        table = Table(self.dynamodb, self.name)
        self.service = Service(
            records=TableRecords(table, "results"),  # type: ignore[arg-type]  # the port's other server
            waiters=TableWaiters(table),  # type: ignore[arg-type]  # the same
            requests=TableRequests(table),  # type: ignore[arg-type]  # the same
            dead_letters=TableDeadLetters(table),  # type: ignore[arg-type]  # the same
            unfinished=TableUnfinished(table),
        )
        self.opened: Opened = self.service.open()
        self.upload: Upload = self.service.upload(self.opened, PICTURE)

    @property
    def in_moto(self) -> Any:  # noqa: ANN401 - moto's
        """The table as moto keeps it."""
        return dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables[self.name]

    def request(self, opened: Opened) -> Request:
        found = self.service.requests.get(opened.request_id)
        assert found
        return found

    def item(self, key: tuple[str, str]) -> dict[str, Any]:
        return self.dynamodb.get_item(TableName=self.name, Key=_key(key))["Item"]

    def without(self, key: tuple[str, str], attribute: str) -> None:
        item = self.item(key)
        del item[attribute]
        item["a_field_of_the_future"] = {"S": "unknown"}
        self.dynamodb.put_item(TableName=self.name, Item=item)

    def change(self, key: tuple[str, str], attribute: str, value: dict[str, Any]) -> None:
        self.dynamodb.put_item(TableName=self.name, Item={**self.item(key), attribute: value})

    def see_through(self, *uploads: Upload) -> None:
        """Deliver everything again and again, with sweeps between, until all is over."""
        for _ in self.rounds(*uploads):
            pass

    def rounds(self, *uploads: Upload) -> Iterator[None]:
        """Three times: deliver everything, also what was delivered before, and sweep."""
        service = self.service
        written: list[str] = []
        for _ in range(3):
            for upload in uploads:
                _again(lambda upload=upload: service.ingest(upload))
                _again(lambda upload=upload: service.deadline(upload.object_key, upload.etag))
            written += service.results.written
            service.results.written.clear()
            written += [key for key, _ in service.stages.woken if not keys.request_of_upload(key)]
            service.stages.woken.clear()
            for object_key in tuple(written):
                if keys.parse_transcript(object_key):
                    _again(lambda object_key=object_key: service.count(object_key))
                else:
                    _again(lambda object_key=object_key: service.publish(object_key, service.clock.now()))
            for request_id in tuple(service.notifications.sent):
                _again(lambda request_id=request_id: service.notify(request_id))
            service.clock.advance(LEASE + PATIENCE + 1)
            service.sweep()
            yield

    def a_new_visitor_is_answered(self) -> bool:
        """Whether the service goes on: somebody else uploads the same picture."""
        opened = self.service.open(EVE)
        upload = self.service.upload(opened, PICTURE)
        return any(self.request(opened).state is RequestState.SENT for _ in self.rounds(upload))


def _key(key: tuple[str, str]) -> dict[str, Any]:
    return {name: {"S": value} for name, value in zip(KEYS, key, strict=True)}


def _again(work: Callable[[], None]) -> None:
    try:
        work()
    except Retryable:
        return  # it is handed in again in the next round


def opened(house: House) -> None:
    """A request whose upload nobody has looked at yet."""


def claimed(house: House) -> None:
    """An attempt died in OCR."""
    reader = house.service.reader
    reader.answer = MemoryError()
    with pytest.raises(MemoryError):
        house.service.ingest(house.upload)
    reader.answer = Service().reader.answer


def transcribed(house: House) -> None:
    """Read, and not counted yet."""
    house.service.ingest(house.upload)


def published(house: House) -> None:
    """Counted, and not mailed yet."""
    transcribed(house)
    house.service.count(house.service.results.written.pop())
    house.service.publish(house.service.results.written.pop(), house.service.clock.now())


def sending(house: House) -> None:
    """Whoever was sending the mail died."""
    published(house)
    now = house.service.clock.now()
    assert house.service.requests.begin_sending(house.opened.request_id, "dead", now=now, lease_until=now + LEASE)


def answered(house: House) -> None:
    """All over."""
    published(house)
    house.service.notify(house.service.notifications.sent.pop())


def failed(house: House) -> None:
    """Given up."""
    claimed(house)
    house.service.clock.advance(LEASE + 1)
    letter = DeadLetter(
        "m", Queue.INGEST, "arn", "{}", 200, 1.0, subjects=(Subject(house.upload.object_key, house.upload.etag),)
    )
    house.service.failures(letter)


STAGES: Final = (opened, claimed, transcribed, published, sending, answered, failed)


def request_key(house: House) -> tuple[str, str]:
    return rows.request_key(house.opened.request_id)


def record_key(_house: House) -> tuple[str, str]:
    return rows.record_key(KEY)


@functools.cache
def attributes() -> dict[tuple[Stage, Callable[[House], tuple[str, str]]], list[str]]:
    """What a row of each kind holds at each stage."""
    with database() as dynamodb:
        found: dict[tuple[Stage, Callable[[House], tuple[str, str]]], list[str]] = {}
        for stage in STAGES:
            house = House(dynamodb)
            stage(house)
            for key in (request_key, record_key):
                item = dynamodb.get_item(TableName=house.name, Key=_key(key(house))).get("Item", {})
                found[stage, key] = sorted(set(item) - set(KEYS))
        return found


REQUESTS: Final = [(stage, name) for stage in STAGES for name in attributes()[stage, request_key]]
RECORDS: Final = [(stage, name) for stage in STAGES[1:] for name in attributes()[stage, record_key]]


def named(case: object) -> str:
    return getattr(case, "__name__", str(case))


@pytest.mark.parametrize(("stage", "missing"), REQUESTS, ids=named)
def test_a_request_that_lacks_a_field_comes_to_an_outcome(house_at: HouseAt, stage: Stage, missing: str) -> None:
    house = house_at(stage)
    house.without(request_key(house), missing)
    house.see_through(house.upload)
    assert house.request(house.opened).state.settled
    assert house.a_new_visitor_is_answered()


@pytest.mark.parametrize(("stage", "missing"), RECORDS, ids=named)
def test_a_record_that_lacks_a_field_stops_nobody(house_at: HouseAt, stage: Stage, missing: str) -> None:
    house = house_at(stage)
    house.without(record_key(house), missing)
    house.see_through(house.upload)
    assert house.request(house.opened).state.settled
    assert house.a_new_visitor_is_answered()


@pytest.mark.parametrize("stage", STAGES[1:], ids=named)
@pytest.mark.parametrize("attribute", ["state", "reason", "version"])
def test_a_record_with_a_value_that_we_do_not_know_stops_nobody(
    house_at: HouseAt, stage: Stage, attribute: str
) -> None:
    house = house_at(stage)
    house.change(record_key(house), attribute, {"S": "of the future"})
    house.see_through(house.upload)
    assert house.request(house.opened).state.settled
    assert house.a_new_visitor_is_answered()


@pytest.mark.parametrize("stage", STAGES, ids=named)
@pytest.mark.parametrize("attribute", ["state", "reason"])
def test_a_request_with_a_value_that_we_do_not_know_comes_to_an_outcome(
    house_at: HouseAt, stage: Stage, attribute: str
) -> None:
    house = house_at(stage)
    house.change(request_key(house), attribute, {"S": "of the future"})
    house.see_through(house.upload)
    assert house.request(house.opened).state.settled
    assert house.a_new_visitor_is_answered()


def test_a_waiter_without_its_fields_is_woken(house_at: HouseAt) -> None:
    house = house_at(transcribed)
    house.without(rows.waiter_key(KEY, house.opened.request_id), "expires_at")
    house.see_through()
    assert house.request(house.opened).state is RequestState.SENT


def test_a_dead_letter_that_lacks_a_field_is_listed_with_the_others(house_at: HouseAt) -> None:
    house = house_at(failed)
    key = rows.dead_letter_key(Queue.INGEST, "m")
    for name in sorted(set(house.item(key)) - set(KEYS)):
        item = house.item(key)
        house.without(key, name)
        [letter] = house.service.dead_letters.kept()
        assert (letter.message_id, letter.queue) == ("m", Queue.INGEST)
        house.dynamodb.put_item(TableName=house.name, Item=item)


def test_what_such_a_row_shows_can_be_shown(house_at: HouseAt) -> None:
    house = house_at(answered)
    for name in attributes()[answered, record_key]:
        item = house.item(record_key(house))
        house.without(record_key(house), name)
        shown = house.service.show_request(house.opened.request_id, house.opened.access_token)
        assert shown.request.state is RequestState.SENT
        house.dynamodb.put_item(TableName=house.name, Item=item)
    house.without(request_key(house), "token_hash")
    with pytest.raises(BadRequest):
        house.service.show_request(house.opened.request_id, house.opened.access_token)


def test_the_stages_of_these_tests_are_what_they_say(house_at: HouseAt) -> None:
    states = {}
    for stage in STAGES[1:]:
        house = house_at(stage)
        record = house.service.records.get(KEY)
        states[stage.__name__] = (record and record.state, house.request(house.opened).state)
    assert states == {
        "claimed": (RecordState.CLAIMED, RequestState.WAITING),
        "transcribed": (RecordState.TRANSCRIBED, RequestState.WAITING),
        "published": (RecordState.READY, RequestState.WAITING),
        "sending": (RecordState.READY, RequestState.SENDING),
        "answered": (RecordState.READY, RequestState.SENT),
        "failed": (RecordState.FAILED, RequestState.WAITING),
    }
