from __future__ import annotations

import http.client
import os
import socket
import threading
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

import local.ocr
from local.client import CloudError
from local.region import Region

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.local.conftest import Bench


def test_a_clock_moves_queues_functions_and_the_account_together(bench: Bench) -> None:
    name = bench.deploy("""
        import time, datetime, logging
        def handler(event, context):
            return {
                "time": time.time(),
                "time_ns": time.time_ns() / 1e9,
                "gmtime": time.mktime(time.gmtime()) - time.timezone,
                "now": datetime.datetime.now(datetime.timezone.utc).timestamp(),
                "naive": datetime.datetime.utcnow().replace(tzinfo=datetime.timezone.utc).timestamp(),
                "today": datetime.date.today().isoformat(),
                "left": context.get_remaining_time_in_millis(),
                "same": isinstance(datetime.datetime.fromisoformat("2026-01-01T00:00"), datetime.datetime),
            }
    """)
    bench.invoke(name)
    bucket = bench.name("bucket")
    ahead = bench.region.clock.offset + 86_400 * 400

    bench.cloud.advance(86_400 * 400)

    told = bench.invoke(name)
    expected = time.time() + ahead
    assert [told[key] for key in ("time", "time_ns", "gmtime", "now", "naive")] == [pytest.approx(expected, abs=5)] * 5
    assert told["today"] == time.strftime("%Y-%m-%d", time.gmtime(expected))
    assert 2000 < told["left"] <= 3000
    assert told["same"]
    bench.s3.create_bucket(Bucket=bucket)
    bench.s3.put_object(Bucket=bucket, Key="key", Body=b"")
    written = bench.s3.head_object(Bucket=bucket, Key="key")["LastModified"]
    assert written.timestamp() == pytest.approx(expected, abs=5)


def test_the_clock_does_not_go_back(bench: Bench) -> None:
    with pytest.raises(CloudError, match="the clock only goes forward"):
        bench.cloud.advance(-1)


def test_a_long_poll_ends_as_soon_as_a_message_arrives(bench: Bench) -> None:
    url, _ = bench.queue()
    threading.Timer(0.2, lambda: bench.sqs.send_message(QueueUrl=url, MessageBody="now")).start()
    began = time.monotonic()

    messages = bench.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]

    assert [message["Body"] for message in messages] == ["now"]
    assert time.monotonic() - began < 3


def test_a_long_poll_lets_others_through_and_ends_empty(bench: Bench) -> None:
    url, _ = bench.queue(ReceiveMessageWaitTimeSeconds="1")
    answers: list[Any] = []
    poll = threading.Thread(target=lambda: answers.append(bench.sqs.receive_message(QueueUrl=url)))
    began = time.monotonic()
    poll.start()

    bench.queue()

    assert time.monotonic() - began < 0.9
    poll.join()
    assert time.monotonic() - began >= 1
    assert "Messages" not in answers[0]


READER = """
    import boto3
    def handler(event, context):
        textract = boto3.client("textract")
        image = {"S3Object": {"Bucket": event["bucket"], "Name": event["name"]}}
        return textract.detect_document_text(Document=image)["Blocks"]
"""


def test_textract_is_answered_here_and_counted_for_the_request_that_it_was_called_for(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(asked: dict[str, Any], read_object: Callable[[str, str, str | None], bytes]) -> dict[str, Any]:
        image = asked["Document"]["S3Object"]
        content = read_object(image["Bucket"], image["Name"], image.get("Version")).decode()
        return {"Blocks": [{"BlockType": "WORD", "Text": content}], "DocumentMetadata": {"Pages": 1}}

    monkeypatch.setattr(local.ocr, "detect_document_text", read)
    bucket = bench.name("images")
    bench.s3.create_bucket(Bucket=bucket)
    bench.s3.put_object(Bucket=bucket, Key="images/1", Body=b"word")
    name = bench.deploy(READER)
    event = {"bucket": bucket, "name": "images/1", "about": "uploads/request-1"}

    blocks = bench.invoke(name, event)
    bench.invoke(name, event | {"about": "uploads/request-2"})
    bench.invoke(name, event | {"about": "uploads/request-2"})

    assert blocks == [{"BlockType": "WORD", "Text": "word"}]
    counted = [bench.cloud.ocr_calls(request) for request in ("request-1", "request-2", "request-3")]
    assert counted == [1, 2, 0]


def test_textracts_errors_are_raised_by_boto3_under_their_names_and_not_counted(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_asked: object, _read: object) -> dict[str, Any]:
        raise local.ocr.TextractError("UnsupportedDocumentException", "Request has unsupported document format")

    monkeypatch.setattr(local.ocr, "detect_document_text", refuse)
    event = {"bucket": "any", "name": "images/1", "about": "uploads/request-4"}

    error = bench.invoke_failing(bench.deploy(READER), event)

    assert error["errorType"] == "UnsupportedDocumentException"
    assert "Request has unsupported document format" in error["errorMessage"]
    assert bench.cloud.ocr_calls("request-4") == 0


def test_a_connection_is_kept_for_many_requests(bench: Bench) -> None:
    connection = http.client.HTTPConnection(urlsplit(bench.region.endpoint).netloc)
    seen = set()
    for _ in range(3):
        connection.request("GET", "/_local/idle")
        assert connection.getresponse().read()
        seen.add(connection.sock.getsockname())  # None, an AttributeError, once the connection was closed

    connection.request("HEAD", "/no-such-bucket")
    response = connection.getresponse()
    assert (response.status, response.read()) == (403, b"")  # it is not signed
    chunks = (part for part in (b'{"advance": ', b"0}"))
    connection.request("POST", "/_local/clock", chunks, encode_chunked=True)
    assert connection.getresponse().status == 200
    connection.close()
    assert len(seen) == 1


def test_what_is_not_http_is_told_so_and_hung_up_on(bench: Bench) -> None:
    address = urlsplit(bench.region.endpoint)
    with socket.create_connection((str(address.hostname), address.port or 0)) as connection:
        connection.sendall(b"nonsense\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(1024), b""))

    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_an_unknown_local_path_and_a_wrong_body_are_the_callers_fault(bench: Bench) -> None:
    connection = http.client.HTTPConnection(urlsplit(bench.region.endpoint).netloc)
    statuses = []
    for method, path, body in (
        ("GET", "/_local/x", None),
        ("POST", "/_local/verify", b"{}"),
        ("POST", "/_local/clock", b"["),
    ):
        connection.request(method, path, body)
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
    connection.close()

    assert statuses == [404, 400, 400]


def test_a_second_region_in_one_process_is_refused(bench: Bench, tmp_path: Path) -> None:
    before = threading.active_count()

    with pytest.raises(RuntimeError, match="another local cloud is using it"):
        Region(tmp_path)

    assert bench.cloud.status()["pid"] == os.getpid()
    assert threading.active_count() <= before + 1  # the status call's own connection
