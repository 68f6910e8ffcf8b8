"""What is large, or comes in bulk, is counted by runs on Glue: each picture is answered once, or has failed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from runtime.core import events, keys
from runtime.core.bulk import Engine
from runtime.core.errors import Retryable, Throttled
from runtime.core.manifest import Cause
from runtime.core.reasons import Reason
from runtime.core.types import RecordState, RequestState
from tests.runtime.service import ABOVE, LEASE, PATIENCE, Service, answer

if TYPE_CHECKING:
    from runtime.core.use_cases.requests import Opened


@pytest.fixture
def service() -> Service:
    return Service(engine=Engine.GLUE)


def picture(number: int = 0) -> bytes:
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01" + number.to_bytes(4, "big")


def sent(service: Service, how_many: int = 1) -> list[Opened]:
    """So many pictures, read and left to Glue."""
    opened = []
    for number in range(how_many):
        opened.append(service.open(f"person-{number}@example.com"))
        service.ingest(service.upload(opened[-1], picture(number)))
    service.run()
    return opened


def states(service: Service, opened: list[Opened]) -> list[RequestState]:
    return [service.request(each).state for each in opened]


def ended(service: Service, job_run: str) -> None:
    """EventBridge tells that a run has ended."""
    service.bulk.look(job_run)
    service.run()


def settled_events(service: Service) -> list[events.RunSettled]:
    return [event for event in service.log.events if isinstance(event, events.RunSettled)]


def test_a_run_counts_what_waits_and_answers_whom_it_concerns(service: Service) -> None:
    opened = sent(service, 3)
    assert set(states(service, opened)) == {RequestState.WAITING}
    service.deliver_bulk()
    assert len(service.manifests.asked) == 1
    ended(service, service.end_run())
    assert set(states(service, opened)) == {RequestState.SENT}
    assert len(service.mailer.sent) == 3
    assert not service.pending.waiting
    assert service.starters.get().run is None
    assert service.at_rest()


def test_the_result_is_the_same_as_when_counted_in_place(service: Service) -> None:
    in_place = Service(engine=Engine.LAMBDA)
    in_place.see_through(picture())
    sent(service)
    service.deliver_bulk()
    service.end_run()
    assert service.results.counts == in_place.results.counts


@pytest.mark.parametrize(("words", "left"), [(ABOVE, False), (ABOVE + 1, True)])
def test_with_the_engine_auto_a_transcript_above_the_crossover_is_left_to_glue(words: int, left: bool) -> None:  # noqa: FBT001
    service = Service(engine=Engine.AUTO)
    service.reader.answer = answer(" ".join(["word"] * words))
    (opened,) = sent(service)
    assert bool(service.pending.waiting) is left
    assert service.request(opened).state is (RequestState.WAITING if left else RequestState.SENT)


def test_with_the_engine_lambda_nothing_is_left_to_glue() -> None:
    service = Service(engine=Engine.LAMBDA)
    service.reader.answer = answer(" ".join(["word"] * 10 * ABOVE))
    sent(service)
    assert not service.bulk_queue.sent


def test_with_the_engine_glue_a_transcript_is_not_read_here(service: Service) -> None:
    service.results.read_transcript = None  # type: ignore[assignment]  # a call would fail
    sent(service)
    assert len(service.pending.waiting) == 1


def test_what_comes_while_a_run_is_under_way_is_taken_by_the_next_however_often_anybody_is_woken(
    service: Service,
) -> None:
    first = sent(service)
    service.deliver_bulk()
    later = [service.open(f"late-{number}@example.com") for number in range(20)]
    for number, opened in enumerate(later, start=100):
        service.ingest(service.upload(opened, picture(number)))
    service.run()
    service.deliver_bulk()
    assert len(service.glue.runs) == 1
    service.clock.advance(60)
    ended(service, service.end_run())
    assert len(service.glue.runs) == 2
    ended(service, service.end_run())
    assert set(states(service, first + later)) == {RequestState.SENT}


def test_a_run_begins_when_nothing_more_has_come_for_a_moment(service: Service) -> None:
    sent(service, 50)
    service.clock.advance(1)
    service.bulk.something_waits()
    assert not service.glue.runs
    service.deliver_bulk()
    assert len(service.glue.runs) == 1
    assert len(next(iter(service.manifests.asked.values()))) == 50


def test_who_waits_first_does_not_wait_for_ever_though_more_come_all_the_time(service: Service) -> None:
    began, number = service.clock.now(), 0
    while not service.glue.runs:
        opened = service.open(f"one-more-{number}@example.com")
        service.ingest(service.upload(opened, picture(number)))
        service.run()
        service.clock.advance(1)
        number += 1
        service.bulk.look()
    assert service.clock.now() - began == 30


def test_many_wakes_send_one_look(service: Service) -> None:
    sent(service, 10)
    service.bulk_queue.sent.clear()
    for _ in range(10):
        service.bulk.something_waits()
    assert [what for what, _ in service.bulk_queue.sent] == ["look"]


def test_one_that_cannot_be_counted_fails_alone_and_all_who_wait_for_it_are_told(service: Service) -> None:
    opened = sent(service, 5)
    joined = service.open("joined@example.com")
    service.ingest(service.upload(joined, picture(3)))
    service.deliver_bulk()
    broken = service.request(opened[3]).key
    ended(service, service.end_run(cause_of=lambda key: Cause.UNREADABLE if key == broken else None))
    wanted = [RequestState.SENT] * 3 + [RequestState.FAILED, RequestState.SENT]
    assert states(service, [*opened, joined]) == [*wanted, RequestState.FAILED]
    assert service.request(joined).reason is Reason.INTERNAL
    (failed,) = [event for event in service.log.events if isinstance(event, events.BulkFailed)]
    assert (failed.digest, failed.cause) == (broken, "unreadable")
    assert not service.waiters.waiting


@pytest.mark.parametrize("state", ["FAILED", "TIMEOUT", "STOPPED", "ERROR"])
def test_a_run_that_ended_in_vain_is_repeated_for_what_it_did_not_finish(service: Service, state: str) -> None:
    opened = sent(service, 6)
    service.deliver_bulk()
    ended(service, service.end_run(state, only=2))
    first, second = service.manifests.asked.values()
    assert set(second) == set(first[2:])
    assert states(service, opened).count(RequestState.SENT) == 2
    ended(service, service.end_run())
    assert set(states(service, opened)) == {RequestState.SENT}
    assert len(service.mailer.sent) == 6
    assert [(each.state, each.counted, each.repeated) for each in settled_events(service)] == [
        (state, 2, 4),
        ("SUCCEEDED", 4, 0),
    ]


def test_what_two_runs_did_not_finish_fails_as_internal(service: Service) -> None:
    opened = sent(service, 3)
    service.deliver_bulk()
    ended(service, service.end_run("FAILED", only=1))
    ended(service, service.end_run("TIMEOUT", only=1))
    assert sorted(states(service, opened)) == ["FAILED", "SENT", "SENT"]
    (failed,) = [service.request(each) for each in opened if service.request(each).state is RequestState.FAILED]
    assert failed.reason is Reason.INTERNAL
    assert len(service.mailer.sent) == 3
    assert not service.pending.waiting
    assert service.starters.get().run is None


def test_a_repeat_takes_new_ones_along_and_they_have_their_own_repeat(service: Service) -> None:
    old = sent(service)
    service.deliver_bulk()
    new = service.open("new@example.com")
    service.ingest(service.upload(new, picture(99)))
    service.run()
    service.clock.advance(60)
    ended(service, service.end_run("FAILED", only=0))
    assert len(list(service.manifests.asked.values())[-1]) == 2
    ended(service, service.end_run("FAILED", only=0))
    assert states(service, [*old, new]) == [RequestState.FAILED, RequestState.WAITING]
    ended(service, service.end_run())
    assert service.request(new).state is RequestState.SENT


def test_a_busy_store_only_delays_a_document_however_often(service: Service) -> None:
    (opened,) = sent(service)
    for _ in range(5):
        service.bulk.look()
        service.deliver_bulk()
        ended(service, service.end_run(cause_of=lambda _: Cause.UNAVAILABLE))
        assert service.request(opened).state is RequestState.WAITING
    service.deliver_bulk()
    ended(service, service.end_run())
    assert service.request(opened).state is RequestState.SENT


def test_too_many_runs_at_once_only_delay(service: Service) -> None:
    service.glue.start("somebody else's")
    opened = sent(service, 2)
    service.clock.advance(10)
    for _ in range(3):
        with pytest.raises(Throttled):
            service.bulk.look()
    service.glue.end()
    service.bulk.look()
    ended(service, service.end_run())
    assert set(states(service, opened)) == {RequestState.SENT}
    assert len(service.manifests.asked) == 1


def test_a_run_that_glue_refused_is_started_by_the_same_message_when_it_comes_again(service: Service) -> None:
    service.glue.start("somebody else's")
    opened = sent(service)
    service.clock.advance(3)
    with pytest.raises(Throttled):
        service.bulk.something_waits()
    service.glue.end()
    service.bulk.something_waits()
    assert list(service.glue.runs) == ["jr_1", "jr_2"]
    ended(service, service.end_run())
    assert states(service, opened) == [RequestState.SENT]


def test_an_overtaken_generation_concerns_nobody(service: Service) -> None:
    (opened,) = sent(service)
    service.deliver_bulk()
    key = service.request(opened).key or ""
    row = service.records.rows[key]
    service.records.rows[key] = replace(row, state=RecordState.CLAIMED, generation=row.generation + 1, attempt="newer")
    ended(service, service.end_run(cause_of=lambda _: Cause.UNREADABLE))
    assert not service.pending.waiting
    assert service.records.rows[key].state is RecordState.CLAIMED
    assert service.request(opened).state is RequestState.WAITING


def test_a_transcript_that_is_told_of_again_once_counted_waits_for_no_run(service: Service) -> None:
    (opened,) = sent(service)
    service.deliver_bulk()
    service.end_run()
    key = service.request(opened).key or ""
    generation = service.records.rows[key].generation
    service.pending.waiting.clear()
    service.count(keys.transcript(key, generation))
    assert not service.pending.waiting


def test_one_at_a_time_has_the_right_to_start_runs(service: Service) -> None:
    sent(service)
    service.starters.take("another", now=service.clock.now(), lease_until=service.clock.now() + LEASE)
    with pytest.raises(Retryable):
        service.bulk.look()
    service.clock.advance(LEASE)
    service.deliver_bulk()
    assert len(service.glue.runs) == 1


def test_who_took_too_long_changes_nothing_any_more(service: Service) -> None:
    sent(service)
    service.clock.advance(10)
    write = service.manifests.write

    def slowly(run: str, documents: object) -> None:
        write(run, documents)  # type: ignore[arg-type]  # whatever it is
        service.clock.advance(LEASE + 1)
        service.manifests.write = write  # type: ignore[method-assign]
        service.bulk.look()

    service.manifests.write = slowly  # type: ignore[method-assign]
    with pytest.raises(Retryable):
        service.bulk.look()
    assert len(service.glue.runs) == 1


def test_a_run_whose_end_was_never_told_is_found_by_the_sweep(service: Service) -> None:
    opened = sent(service, 2)
    service.deliver_bulk()
    service.end_run()
    service.results.written.clear()
    service.clock.advance(PATIENCE + 1)
    service.sweep()
    assert service.stages.woken  # what was counted is published
    service.deliver_bulk()
    assert not service.pending.waiting
    for object_key, _ in service.stages.woken:
        service.publish(object_key, service.clock.now())
    service.run()
    assert set(states(service, opened)) == {RequestState.SENT}


def test_what_waits_with_no_run_is_found_by_the_sweep(service: Service) -> None:
    opened = sent(service, 2)
    service.bulk_queue.sent.clear()
    service.clock.advance(PATIENCE + 1)
    service.sweep()
    assert not service.stages.woken
    service.deliver_bulk()
    ended(service, service.end_run())
    assert set(states(service, opened)) == {RequestState.SENT}


def test_a_run_that_glue_knows_no_more_is_repeated(service: Service) -> None:
    opened = sent(service)
    service.deliver_bulk()
    service.glue.states.clear()
    service.bulk.look()
    ended(service, service.end_run())
    assert states(service, opened) == [RequestState.SENT]


def test_an_end_that_glue_itself_does_not_know_of_yet_comes_again(service: Service) -> None:
    sent(service)
    service.deliver_bulk()
    (job_run,) = service.glue.runs
    with pytest.raises(Retryable):
        service.bulk.look(job_run)


def test_the_end_of_another_run_of_the_job_is_no_news(service: Service) -> None:
    sent(service)
    service.deliver_bulk()
    service.bulk.look("jr_of_a_corpus")
    assert len(service.glue.runs) == 1


class Crash(BaseException):
    """The function is gone."""


CALLS = [
    *(("pending", name) for name in ("all", "change", "remove")),
    *(("starters", name) for name in ("take", "begin", "end", "expect", "release")),
    *(("manifests", name) for name in ("write", "read", "outcomes")),
    *(("glue", name) for name in ("start", "state")),
    *(("records", "get"), ("records", "abandon"), ("results", "counted")),
    *(("waiters", "of"), ("waiters", "remove"), ("notifications", "send"), ("bulk_queue", "look")),
]


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("port", "name"), CALLS, ids=[f"{port}.{name}" for port, name in CALLS])
def test_a_crash_anywhere_leaves_everybody_answered_once(
    service: Service,
    port: str,
    name: str,
    after: bool,  # noqa: FBT001
    nth: int,
) -> None:
    """Two good ones, one broken, and a first run that dies after one of them."""
    opened = sent(service, 3)
    keys_ = [service.request(each).key for each in opened]
    service.bulk_queue.sent.clear()
    real, calls, inside = getattr(getattr(service, port), name), [0], [False]

    def crashing(*args: object, **named: object) -> object:
        calls[0] += inside[0]
        if not inside[0]:
            return real(*args, **named)
        if calls[0] == nth and not after:
            raise Crash
        answered = real(*args, **named)
        if calls[0] == nth:
            raise Crash
        return answered

    setattr(getattr(service, port), name, crashing)
    for _ in range(30):
        service.clock.advance(LEASE + 1)
        inside[0] = True
        try:
            service.bulk.look()
        except (Retryable, Crash):
            continue
        finally:
            inside[0] = False
        service.run()
        if "RUNNING" in service.glue.states.values():
            first = len(service.glue.runs) == 1
            cause = {keys_[2]: Cause.UNREADABLE}
            service.end_run("FAILED" if first else "SUCCEEDED", only=1 if first else None, cause_of=cause.get)
    for written in [*service.results.counts]:  # S3 tells at least once
        service.publish(keys.word_count(written), service.clock.now())
    service.run()
    assert states(service, opened) == [RequestState.SENT, RequestState.SENT, RequestState.FAILED]
    assert len(service.mailer.sent) == 3
    assert not service.pending.waiting
    assert service.starters.get().run is None
