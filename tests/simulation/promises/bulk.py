"""What must hold of counting in bulk, and what the other promises need to know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.core.bulk import UNDER_WAY
from tests.simulation.functions import BULK
from tests.simulation.promises.broken import check

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.core.bulk import Document, Starter
    from runtime.core.types import Record
    from tests.simulation.invocation import Invocation
    from tests.simulation.world import World

MOST_RUNS: Final = 2
"""In which a document is left unfinished, before it has failed."""


def one_run_at_a_time_is_started(world: World, here: Invocation, run: str) -> None:
    """By who has the right to, and while no other is under way; who has outlived the right is not to be held."""
    promise, row = "one_run_at_a_time_is_started", world.starters.row
    if world.glue.is_under_way():
        here.denied.add("glue.start")
    if here.slow:
        return
    right = row.attempt == here.right and row.lease_until > world.now
    check(promise, right, f"{here} starts {run} and has no right to")
    check(promise, row.run and row.run.name == run, f"{here} starts {run}, and has noted {row.run}")
    if world.facts.slow:
        return  # somebody may have started the same run when the right was another's by then
    check(promise, not world.glue.names_under_way(), f"{here} starts {run} while another is under way")


def a_document_is_in_two_runs_at_most(world: World, here: Invocation, run: str, documents: Sequence[Document]) -> None:
    """That die with it, unless who counts them was overtaken in the middle of it."""
    asked = {(each.key, each.generation) for each in documents}
    if not here.slow:
        running = world.glue.names_under_way()
        twice = asked & {each for name in running for each in world.manifests.asked[name]}
        check("a_document_is_in_one_run_at_a_time", world.facts.slow or not twice, f"{here}: {run} has {twice}")
    for each in asked:
        died = world.facts.died_with.get(each, set()) - world.manifests.told.keys()  # a report may come late
        fine = world.facts.slow or len(died) < MOST_RUNS
        check("a_document_is_in_two_runs_at_most", fine, f"{here} has {each} tried again")


def what_runs_do_not_count_has_a_cause(world: World, here: Invocation, seen: Record) -> None:
    """A run has said that it cannot count it, or two of them died with it; never that something was busy (1, 6)."""
    if here.function != BULK:
        return
    each = seen.key, seen.generation
    check(
        "internal_has_a_cause", _cannot_be_counted(world, each), f"{here} gives {seen.key} up, and nothing went wrong"
    )
    world.facts.uncounted.add(each)


def _cannot_be_counted(world: World, each: tuple[str, int]) -> bool:
    return each in world.facts.uncountable or len(world.facts.died_with.get(each, ())) >= MOST_RUNS


def what_waits_is_never_forgotten(world: World, here: Invocation, key: str, generation: int) -> None:
    """It waits until it is counted, overtaken, or has failed (1)."""
    record, stored = world.records.rows.get(key), world.results.counts.get(key)
    done = record is None or record.generation != generation or record.state.ended
    done = done or (stored is not None and stored.generation >= generation)
    check("what_waits_is_never_forgotten", done, f"{here} forgets {generation} of {key}")
    if _cannot_be_counted(world, (key, generation)):  # though its attempt was overtaken, and so fails nobody
        world.facts.uncounted.add((key, generation))


def document_waits(world: World, _here: Invocation, document: Document) -> None:
    """No promise; who waits anew may be tried twice anew."""
    each = document.key, document.generation
    if each not in world.pending.waiting:
        world.facts.died_with.pop(each, None)


def right_is_taken(_world: World, here: Invocation, answer: Starter | None, attempt: str) -> None:
    """The same; who has it."""
    if answer:
        here.right = attempt
    else:
        here.denied.add("starters.take")


def run_is_seen(_world: World, here: Invocation, answer: str, _job_run: str) -> None:
    """The same; whether its end was told too early."""
    if answer in UNDER_WAY:
        here.denied.add("glue.state")


def nothing_waits_for_a_run(world: World) -> None:
    """What waits is never forgotten, and every run is settled."""
    promise = "nothing_waits_for_a_run"
    check(promise, not world.pending.waiting, f"left: {list(world.pending.waiting)}")
    check(promise, world.starters.row.run is None, f"not settled: {world.starters.row.run}")
    check(promise, not world.glue.is_under_way(), f"under way: {world.glue.states}")
