"""Events and objects that nobody of ours caused: they must do nothing, and nothing of them may be left."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Final

from runtime.core import keys
from runtime.core.transcript import Transcript
from tests.simulation import waking
from tests.simulation.pictures import PICTURES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulation.world import World

NOBODY: Final = "f" * 32
"""No request's id, and no picture's key."""

_MOMENTS: Final = (0.0, 0.2, 100.0)


def come(world: World) -> None:
    """Have as many come as are planned."""
    for _ in range(world.plan.strays):
        stray = _STRAYS[world.pick(len(_STRAYS))]
        world.later(_MOMENTS[world.pick(len(_MOMENTS))], partial(_come, world, stray))


def _come(world: World, stray: Callable[[World], None]) -> None:
    world.covered["strays"] += 1
    world.say(f"a stray: {stray.__name__.strip('_').replace('_', ' ')}")
    stray(world)


def _an_upload_without_a_request(world: World) -> None:
    _upload(world, keys.upload(NOBODY))


def _an_upload_by_another_name(world: World) -> None:
    _upload(world, "uploads/from-somewhere")


def _upload(world: World, object_key: str) -> None:
    picture = PICTURES[0]
    waking.object_written(world, object_key, world.uploads.put(object_key, picture.data), picture.told_size)


def _a_transcript_without_a_record(world: World) -> None:
    world.results.transcripts[NOBODY, 5] = Transcript(1, ())
    waking.object_written(world, keys.transcript(NOBODY, 5))


def _a_transcript_by_another_name(world: World) -> None:
    waking.object_written(world, "transcripts/from-somewhere.jsonl")


def _a_word_count_that_is_gone(world: World) -> None:
    waking.object_written(world, keys.word_count(NOBODY))


def _a_word_count_by_another_name(world: World) -> None:
    waking.object_written(world, "results/from-somewhere/word-count.json")


def _a_notification_without_a_request(world: World) -> None:
    waking.notify(world, NOBODY)


def _a_test_event(world: World) -> None:
    body = json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "some"})
    for queue in ("ingest", "count", "publish", "deadline"):
        waking.send(world, queue, body, "test event", delayed=False)


_STRAYS: Final = (
    _an_upload_without_a_request,
    _an_upload_by_another_name,
    _a_transcript_without_a_record,
    _a_transcript_by_another_name,
    _a_word_count_that_is_gone,
    _a_word_count_by_another_name,
    _a_notification_without_a_request,
    _a_test_event,
)
