"""What was written wakes what it wakes: messages get into queues, perhaps late, perhaps twice."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from math import ceil
from typing import TYPE_CHECKING, Final

from runtime.core import keys
from runtime.core.reasons import MAX_BYTES
from runtime.core.types import Stage
from tests.simulation.functions import BULK, FUNCTIONS
from tests.simulation.plan import TRANSCRIPT
from tests.simulation.queues import Message

if TYPE_CHECKING:
    from tests.simulation.world import World

_DELAYS: Final = (0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 40.0, 400.0)


def flush(world: World) -> None:
    """Wake what the last call of a port has to wake."""
    if world.results.written:
        for object_key in world.results.written:
            object_written(world, object_key)
        world.results.written.clear()
    if world.notifications.sent:
        for request_id in world.notifications.sent:
            notify(world, request_id)
        world.notifications.sent.clear()
    if world.stages.woken:
        for object_key, etag in world.stages.woken:
            stage_woken(world, object_key, etag)
        world.stages.woken.clear()
    if world.bulk.sent:
        _bulk(world)
    if world.replays.sent:
        for letter in world.replays.sent:
            send(world, letter.queue, letter.body, f"replay of {letter.message_id}", delayed=False)
        world.replays.sent.clear()


def stage_woken(world: World, object_key: str, etag: str) -> None:
    """One stage is told of an object again, though nobody has written it."""
    request = world.requests.rows.get(keys.request_of_upload(object_key) or "")
    if request:
        when = request.times.get(Stage.UPLOADED, world.now)
        size = request.content.size if request.content else MAX_BYTES + 1
        send(world, "ingest", told_of(object_key, etag, size, when), f"{object_key} {etag}", delayed=False)
        return
    counted = keys.key_of_word_count(object_key)
    if counted:
        world.facts.counted_at.setdefault(counted, set()).add(world.now)
    queue = "publish" if counted else "count"
    send(world, queue, told_of(object_key, etag, 1, world.now), object_key, delayed=False)


def told_of(object_key: str, etag: str, size: int, when: float) -> str:
    """S3's notification."""
    time = f"{datetime.fromtimestamp(when, UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
    told = {"key": object_key, "eTag": etag, "size": size}
    return json.dumps({"Records": [{"eventName": "ObjectCreated:Post", "eventTime": time, "s3": {"object": told}}]})


def object_written(world: World, object_key: str, etag: str = "", size: int = 1) -> None:
    """S3 tells of an object."""
    body = told_of(object_key, etag, size, world.now)
    for function in FUNCTIONS:
        if function.hears(object_key):
            send(world, function.name, body, f"{object_key} {etag}", delayed=True)


def notify(world: World, request_id: str) -> None:
    """Send a message to the notify queue."""
    send(world, "notify", json.dumps({"request_id": request_id}), request_id, delayed=world.pick(3) == 1)


def _bulk(world: World) -> None:
    """Send messages to the bulk queue, each held back for as long as it is asked for."""
    for what, seconds in world.bulk.take():
        for message in send(world, BULK, json.dumps({"bulk": what}), what, delayed=False):
            message.visible_at += ceil(seconds)


def send(world: World, queue: str, body: str, about: str, *, delayed: bool) -> list[Message]:
    """Put a message into a queue, perhaps twice; it may be seen long after it was sent, and its copy always may."""
    if queue in world.plan.lost and queue not in world.facts.lost_from and queue != "ingest":
        world.facts.lost_from.add(queue)
        world.covered["messages lost"] += 1
        world.say(f"a message for {queue} is lost")
        if TRANSCRIPT in world.plan.lost and queue == "count":
            world.results.transcripts.clear()
        return []
    copies = 1
    if world.pick(world.plan.copies) == 1:
        copies = 2
        world.covered["duplicated messages"] += 1
    sent = []
    for copy in range(copies):
        delay = _DELAYS[world.pick(len(_DELAYS))] if delayed or copy else 0.0
        to = world.queues[queue]
        visible_at = world.now + to.function.delay + delay
        sent.append(Message(world.number(), body, about, visible_at, sent_at=world.now))
        to.messages.append(sent[-1])
    return sent
