"""Thousands of bad histories, and no promise broken. One that breaks is told with its seed and, shrunk, step by step."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.simulation import run as running
from tests.simulation.__main__ import story
from tests.simulation.coverage import report, uncovered
from tests.simulation.history import run
from tests.simulation.letters import plain_letters
from tests.simulation.pictures import made_up_contents
from tests.simulation.plan import Fault, Kind, Person, Plan, Put, draw

if TYPE_CHECKING:
    from collections.abc import Iterator

HISTORIES = 5000


@pytest.fixture(autouse=True)
def _world() -> Iterator[None]:
    with made_up_contents(), plain_letters():
        yield


def test_every_promise_is_kept_in_thousands_of_bad_histories_that_meet_every_fault_at_every_call() -> None:
    done = running.simulate(0, HISTORIES, processes=2)
    assert done.failed is None, story(done.failed)
    assert done.histories == HISTORIES
    assert not uncovered(done.covered), report(done.covered)


@pytest.mark.parametrize("seed", range(20))
def test_a_seed_is_one_history(seed: int) -> None:
    first, again = [], []
    run(draw(seed), told=first)
    run(draw(seed), told=again)
    assert first == again


@pytest.mark.parametrize("seed", range(20))
def test_a_history_is_had_again_from_its_plan_and_its_decisions(seed: int) -> None:
    first, again = [], []
    outcome = run(draw(seed), told=first)
    saved = json.loads(json.dumps({"plan": draw(seed).to_json(), "schedule": outcome.made}))
    run(replace(Plan.from_json(saved["plan"]), seed=-1), saved["schedule"], again)
    assert first == again


def test_a_picture_that_nothing_happens_to_is_read_once_and_mailed_once() -> None:
    told: list[str] = []
    outcome = run(Plan(seed=0, people=(Person(0, (Put(0),)),)), [], told)
    assert outcome.broken is None
    assert outcome.covered["called|ingest reader.read"] == outcome.covered["called|notify mailer.send"] == 1
    assert "at rest" in told[-1]


def test_a_message_whose_function_crashed_is_delivered_again_after_its_visibility_ends() -> None:
    plan = Plan(
        seed=0,
        people=(Person(0, (Put(0),)),),
        faults=(Fault("ingest", "reader.read", 1, Kind.CRASH_BEFORE),),
    )
    told: list[str] = []
    outcome = run(plan, [], told)
    assert outcome.broken is None
    assert outcome.covered["take-overs"] == 1
    assert "--- 360.00 s" in told
