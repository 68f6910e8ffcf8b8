"""Thousands of bad histories, and no promise broken. One that breaks is told with its seed and, shrunk, each step."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.simulation.coverage import ENOUGH, report, uncovered
from tests.simulation.draw import draw
from tests.simulation.functions import ALL_CALLS
from tests.simulation.history import run
from tests.simulation.many import one_after_the_other, simulate
from tests.simulation.mutations import MUTATIONS
from tests.simulation.plan import Fault, Kind, Person, Plan, Use
from tests.simulation.story import tell_again, tell_failed

if TYPE_CHECKING:
    from pathlib import Path

ONE_PERSON = Plan(seed=0, people=(Person(0, (Use(0),)),))


def test_every_promise_is_kept_in_thousands_of_bad_histories_that_meet_every_fault_at_every_call() -> None:
    done = simulate(0, ENOUGH, processes=2)
    assert done.failed is None, tell_failed(done.failed)
    assert done.histories == ENOUGH
    assert not uncovered(done.covered), report(done.covered)


@pytest.mark.parametrize("seed", range(20))
def test_a_seed_is_one_history(seed: int) -> None:
    first: list[str] = []
    again: list[str] = []
    run(draw(seed), told=first)
    run(draw(seed), told=again)
    assert first == again


@pytest.mark.parametrize("seed", range(20))
def test_a_history_is_had_again_from_its_plan_and_its_decisions(seed: int) -> None:
    first: list[str] = []
    again: list[str] = []
    outcome = run(draw(seed), told=first)
    kept = json.loads(json.dumps({"plan": draw(seed).to_json(), "schedule": outcome.made}))
    run(replace(Plan.from_json(kept["plan"]), seed=-1), kept["schedule"], again)
    assert first == again


def test_a_picture_that_nothing_happens_to_is_read_once_and_mailed_once() -> None:
    told: list[str] = []
    outcome = run(ONE_PERSON, [], told)
    assert outcome.broken is None
    assert outcome.covered["called|ingest reader.read"] == outcome.covered["called|notify mailer.send"] == 1
    assert told[-1] == "at rest"


def test_a_message_whose_function_crashed_is_delivered_again_after_its_visibility_ends() -> None:
    plan = replace(ONE_PERSON, faults=(Fault("ingest", "reader.read", 1, Kind.CRASH_BEFORE),))
    told: list[str] = []
    outcome = run(plan, [], told)
    assert outcome.broken is None
    assert outcome.covered["take-overs"] == 1
    assert "--- 360.00 s" in told


def test_a_failed_history_is_told_with_its_seed_and_replays_shrunk_from_its_file(tmp_path: Path) -> None:
    mutation = next(each for each in MUTATIONS if each.name == "claim without asking whether it is free")
    done = one_after_the_other(0, ENOUGH, mutation)
    assert done.failed is not None
    with mutation.applied():
        told = tell_failed(done.failed, tmp_path)
        again = tell_again(tmp_path / f"history-{done.failed}.json")
    assert told.startswith(f"seed {done.failed} breaks a promise: {done.broken}")
    assert f"python -m tests.simulation --seed {done.failed}" in told
    assert f"python -m tests.simulation --history {tmp_path}/history-{done.failed}.json" in told
    assert told.endswith(again.text)
    assert again.broken
    assert not run(draw(done.failed)).broken


def test_what_histories_do_not_meet_is_named() -> None:
    missing = uncovered(Counter({"called|ingest requests.read_minds": 1}))
    assert "ingest requests.read_minds is not in functions.py" in missing
    assert {f"crash after {function} {call}" for function, call in ALL_CALLS} < set(missing)
    assert {"joins", "reorderings", "take-overs", "twins"} < set(missing)
