"""What waits for a run on Glue, who starts runs, and what they are asked and tell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from runtime.core import keys
from runtime.core.bulk import Document, Run, Starter
from runtime.core.errors import Absent
from runtime.core.manifest import Cause, Ending, Outcome

if TYPE_CHECKING:
    from tests.runtime.contract.conftest import Ports

NOW = 1_800_000_000.0
FIRST = Document("0" * 32, 7, since=NOW)
SECOND = Document(f"{'1' * 32}-{'2' * 16}", 1, since=NOW + 1.5)
RUN = Run("a" * 32, NOW)


def test_what_waits_is_there_once_as_it_came_first(ports: Ports) -> None:
    for document in (FIRST, SECOND, replace(FIRST, since=NOW + 100)):
        ports.pending.add(document)
    assert sorted(ports.pending.all(), key=lambda each: each.since) == [FIRST, SECOND]
    assert ports.pending.has(FIRST.key, FIRST.generation)
    assert not ports.pending.has(FIRST.key, FIRST.generation + 1)


def test_what_waits_is_changed_and_removed_and_not_changed_when_it_is_gone(ports: Ports) -> None:
    ports.pending.add(FIRST)
    changed = replace(FIRST, since=NOW + 5, failed_in="run")
    ports.pending.change(changed)
    assert ports.pending.all() == [changed]
    for _ in range(2):
        ports.pending.remove(FIRST.key, FIRST.generation)
    ports.pending.change(FIRST)
    assert ports.pending.all() == []


def test_nobody_has_started_anything_at_first(ports: Ports) -> None:
    assert ports.starters.get() == Starter()


def test_the_right_to_start_is_one_attempts_until_its_lease_is_over_or_given_back(ports: Ports) -> None:
    assert ports.starters.take("a", now=NOW, lease_until=NOW + 10) == Starter(attempt="a", lease_until=NOW + 10)
    assert ports.starters.take("b", now=NOW + 9, lease_until=NOW + 20) is None
    assert ports.starters.take("a", now=NOW + 9, lease_until=NOW + 10) is not None  # an answer that was lost
    assert ports.starters.take("b", now=NOW + 10, lease_until=NOW + 20) is not None
    ports.starters.release("a")
    assert ports.starters.take("c", now=NOW + 11, lease_until=NOW + 20) is None
    ports.starters.release("b")
    assert ports.starters.take("c", now=NOW + 11, lease_until=NOW + 20) is not None


def test_a_run_is_noted_named_by_glue_and_ended_by_who_has_the_right(ports: Ports) -> None:
    ports.starters.take("a", now=NOW, lease_until=NOW + 10)
    assert ports.starters.expect("a", NOW + 3)
    assert ports.starters.get().look_at == NOW + 3
    assert ports.starters.begin("a", RUN)
    assert (ports.starters.get().run, ports.starters.get().look_at) == (RUN, 0)
    assert ports.starters.begin("a", replace(RUN, job_run="jr_1"))
    taken = ports.starters.take("b", now=NOW + 10, lease_until=NOW + 20)
    assert taken is not None
    assert taken.run == replace(RUN, job_run="jr_1")
    assert not ports.starters.begin("a", RUN)
    assert not ports.starters.end("a")
    assert not ports.starters.expect("a", NOW)
    assert ports.starters.end("b")
    assert ports.starters.get().run is None


def test_a_manifest_is_read_as_it_was_written(ports: Ports) -> None:
    with pytest.raises(Absent):
        ports.manifests.read(RUN.name)
    ports.manifests.write(RUN.name, [FIRST, SECOND])
    assert ports.manifests.read(RUN.name) == [(each.key, each.generation) for each in (FIRST, SECOND)]


def test_what_a_run_tells_is_read(ports: Ports) -> None:
    with pytest.raises(Absent):
        ports.manifests.outcomes(RUN.name)
    told = [
        Outcome(FIRST.key, f"s3://bucket/{keys.transcript(FIRST.key, 7)}", Ending.COUNTED, None, None, 3, 2),
        Outcome(SECOND.key, "", Ending.FAILED, Cause.UNREADABLE, "why"),
    ]
    ports.tell_outcomes(RUN.name, told)
    assert ports.manifests.outcomes(RUN.name) == told


def test_who_starts_runs_is_woken_and_told_to_look(ports: Ports) -> None:
    ports.bulk_queue.look()
    assert ports.bulk_told() == ["look"]
