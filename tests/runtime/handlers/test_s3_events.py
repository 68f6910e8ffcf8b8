"""S3's notifications."""

from __future__ import annotations

from runtime.handlers.s3_events import Written, written
from tests.runtime.handlers.shapes import event


def test_a_written_object_is_told_with_its_bytes_and_its_time() -> None:
    assert written(event("s3_object_created_post")) == [
        Written(
            object_key="uploads/0123456789abcdef0123456789abcdef",
            etag="ca627f11e111569dce94005e0631f573",
            size=451_642,
            time=1_795_429_230.123,
        )
    ]


def test_s3s_test_event_tells_of_nothing() -> None:
    assert written(event("s3_test_event")) == []


def test_keys_are_decoded_as_s3_encodes_them() -> None:
    body = event("s3_object_created_post")
    body["Records"][0]["s3"]["object"]["key"] = "uploads%2Fa+b%C3%BC"
    assert written(body)[0].object_key == "uploads/a bü"


def test_an_object_that_was_removed_was_not_written() -> None:
    body = event("s3_object_created_post")
    body["Records"][0]["eventName"] = "ObjectRemoved:Delete"
    assert written(body) == []
