from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from local.client import LocalCloud
from local.region import Region
from tests.local.conftest import Bench
from tests.processes import runs

if TYPE_CHECKING:
    from pathlib import Path


def test_a_stopped_region_leaves_no_process_no_port_and_no_thread(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with Region(tmp_path) as region:
        bench = Bench(region, LocalCloud(region.endpoint))
        name = bench.deploy("import time\ndef handler(event, context): time.sleep(event or 0)", Timeout=60)
        _, arn = bench.queue()
        bench.functions.create_event_source_mapping(EventSourceArn=arn, FunctionName=name)
        bench.invoke(name)
        threading.Thread(target=region.service.invoke, args=(name, b"30"), daemon=True).start()
        while bench.log_of(name).count("START") < 2:
            time.sleep(0.01)
        workers = region.service.worker_pids()
        assert [pid for pid in workers if runs(pid)] == workers
        began = time.monotonic()

    assert time.monotonic() - began < 3
    assert [pid for pid in workers if runs(pid)] == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", urlsplit(region.endpoint).port or 0))
    until = time.monotonic() + 3
    while (left := set(threading.enumerate()) - before) and time.monotonic() < until:
        time.sleep(0.01)
    assert [thread.name for thread in left] == []


def test_a_region_whose_port_is_taken_does_not_start(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        Region(tmp_path, port=taken.getsockname()[1])


def test_a_stopped_region_can_be_followed_by_another_that_knows_nothing_of_it(tmp_path: Path) -> None:
    for _ in range(2):
        with Region(tmp_path) as region:
            bench = Bench(region, LocalCloud(region.endpoint))
            bench.s3.create_bucket(Bucket="only-one")
            assert [bucket["Name"] for bucket in bench.s3.list_buckets()["Buckets"]] == ["only-one"]
