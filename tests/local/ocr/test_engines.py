from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.ocr.engine import Engines
from tests.local.ocr.reading import words_in
from tests.pictures import page, to_bytes


def test_never_more_engines_run_than_there_are_places() -> None:
    engines = Engines(most=2)
    running = 0
    peak = 0
    lock = threading.Lock()

    def use(_number: int) -> None:
        nonlocal running, peak
        with engines.engine() as engine:
            with lock:
                running += 1
                peak = max(peak, running)
            engine.read(page("A word"))
            with lock:
                running -= 1

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(use, range(6)))
    assert peak <= 2


def test_an_engine_goes_back_to_the_pool_when_reading_fails() -> None:
    engines = Engines(most=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), engines.engine():
            1 / 0  # noqa: B018 - to fail is all it is for
    with engines.engine() as engine:
        (line,) = engine.read(page("Still here"))
    assert [word.text for word in line] == ["Still", "here"]


def test_pictures_read_at_the_same_time_do_not_mix() -> None:
    texts = [
        f"Page number {number} speaks of {what}" for number, what in enumerate(("ships", "trees", "bread", "wool"))
    ]
    with ThreadPoolExecutor(4) as threads:
        read = list(threads.map(words_in, [to_bytes(page(text), "PNG") for text in texts]))
    assert read == [text.split() for text in texts]
