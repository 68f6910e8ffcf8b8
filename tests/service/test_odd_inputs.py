"""Odd things sent to the whole local cloud: no worker dies, and none takes more than 512 MiB."""

from __future__ import annotations

import json
import random
import time
from typing import TYPE_CHECKING, Any, Final

import pytest

from local.cloud import Cloud
from runtime.core.reasons import Reason
from tests.pictures import page, to_bytes
from tests.service.visitor import PATIENCE, SETTLED, Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.service import Opened
    from tests.pictures import Format

pytestmark = pytest.mark.cloud

LIMIT: Final = 512 * 2**20
NAMES: Final = (
    "\0",
    "a/b\\c",
    "x" * 1024,
    "\u202egnp.exe",
    "\ud800",
    "{{7*7}}",
    "<script>",
    "\r\nBcc: eve@example.com",
)
MESSAGES: Final[tuple[Any, ...]] = (
    None,
    [],
    "text",
    {"Records": None},
    {"Records": [{}]},
    {"Records": [{"eventName": "ObjectCreated:Put"}]},
    {"Records": [{"eventName": "ObjectRemoved:Delete"}]},
    {"Event": "s3:TestEvent"},
    {"request_id": None},
    {"request_id": "x" * 1000},
    {"request_id": ["a"]},
)
ANSWERS: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"Blocks": []},
    {"Blocks": [None, 7, {"BlockType": "WORD", "Text": None, "Confidence": "high"}]},
    {"Blocks": [{"BlockType": "LINE", "Id": "a", "Relationships": [{"Type": "CHILD", "Ids": ["a", None]}]}]},
    {"DocumentMetadata": {"Pages": -1}, "Blocks": [{"BlockType": "WORD", "Text": "\ud800", "Confidence": 1e308}]},
)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """One of its own: what is sent here goes on failing for a while."""
    with Cloud.start(state=tmp_path_factory.mktemp("odd"), shared=False) as cloud:
        cloud.verify("odd@example.com")
        yield cloud


@pytest.fixture
def visitor(cloud: Cloud) -> Visitor:
    return Visitor(cloud, "odd@example.com").prove()


def spoilt(seed: int) -> bytes:
    """A small picture with some bytes of it changed, cut off or repeated."""
    chance = random.Random(seed)  # noqa: S311  to be had again
    kind: Format = chance.choice(("PNG", "JPEG", "TIFF"))
    data = bytearray(to_bytes(page(f"Word{seed}").resize((300, 90)), kind))
    for _ in range(chance.choice((1, 2, 8))):
        at = chance.randrange(len(data))
        data[at] = chance.randrange(256)
    cut = chance.randrange(1, len(data)) if chance.random() < 0.3 else len(data)
    return bytes(data[:cut]) + (bytes(data[:200]) if chance.random() < 0.2 else b"")


def workers(cloud: Cloud) -> dict[str, tuple[int, int]]:
    """Of each function, how many workers died and how much the greediest held."""
    told = cloud.local.status()["function_workers"]
    return {name: (each["died"], each["peak_memory_bytes"] or 0) for name, each in told.items()}


def test_spoilt_pictures_and_odd_names_come_to_an_outcome(cloud: Cloud, visitor: Visitor) -> None:
    opened = [visitor.send(spoilt(seed), NAMES[seed % len(NAMES)]) for seed in range(24)]
    cloud.wait_idle(PATIENCE)
    for each in opened:
        status = visitor.outcome(each)
        assert status["state"] in ("SENT", "FAILED")
        assert status["reason"] in (None, *Reason)
    _alive_and_small(cloud)


def test_odd_messages_harm_nobody(cloud: Cloud, visitor: Visitor) -> None:
    sqs: Any = cloud.local.client("sqs")
    for queue in ("ingest", "count", "publish", "notify", "deadline", "dead_letter"):
        for message in (*map(json.dumps, MESSAGES), "no JSON", "{"):
            sqs.send_message(QueueUrl=cloud.outputs[f"{queue}_queue_url"], MessageBody=message)
    opened = visitor.send(to_bytes(page("Harmed by nobody"), "PNG"))
    cloud.advance(301)  # the deadline queue's messages come now
    assert _settled(visitor, opened)["state"] == "SENT"
    _alive_and_small(cloud)


@pytest.mark.parametrize("answer", ANSWERS, ids=str)
def test_odd_answers_of_textracts_come_to_an_outcome(cloud: Cloud, visitor: Visitor, answer: dict[str, Any]) -> None:
    cloud.answer_textract(answer)
    try:
        opened = visitor.send(to_bytes(page(f"Odd {answer}"), "PNG"))
        status = _settled(visitor, opened)
    finally:
        cloud.answer_textract(None)
    assert (status["state"], status["reason"]) in (("SENT", None), ("FAILED", "internal"))
    _alive_and_small(cloud)


def test_the_largest_picture_that_is_taken_is_held_easily(cloud: Cloud, visitor: Visitor) -> None:
    """Ten megabytes, most of them behind the picture's end."""
    data = to_bytes(page("Large"), "PNG")
    opened = visitor.send(data + bytes(10_485_760 - len(data)))
    assert _settled(visitor, opened)["state"] == "SENT"
    _alive_and_small(cloud)


def _settled(visitor: Visitor, opened: Opened) -> dict[str, Any]:
    """The outcome, however many attempts it takes; the cloud's time passes quicker meanwhile."""
    until = time.monotonic() + PATIENCE
    while (status := visitor.status(opened))["state"] not in SETTLED:
        assert time.monotonic() < until, status
        visitor.cloud.advance(100)
        time.sleep(0.1)
    return status


def _alive_and_small(cloud: Cloud) -> None:
    for name, (died, peak) in workers(cloud).items():
        assert died == 0, name
        assert peak < LIMIT, name
