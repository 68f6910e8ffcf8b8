"""What is stuck is driven on, and what is not is left alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from runtime.core import events, keys, words
from runtime.core.errors import Throttled
from runtime.core.reasons import Reason
from runtime.core.types import Content, RecordState, RequestState
from runtime.core.use_cases.ingest import Upload
from tests.runtime.service import LEASE, PATIENCE, Service

if TYPE_CHECKING:
    from runtime.core.use_cases.requests import Opened

PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01"


@pytest.fixture
def service() -> Service:
    return Service()


def sweep(service: Service) -> list[tuple[str, str]]:
    """What is woken by a sweep, once enough time has passed."""
    service.clock.advance(PATIENCE + 1)
    service.sweep()
    woken = list(service.stages.woken)
    service.stages.woken.clear()
    return woken


def see_through(service: Service, woken: list[tuple[str, str]]) -> None:
    """Deliver what a sweep has sent, as the queues would."""
    for object_key, etag in woken:
        if keys.request_of_upload(object_key):
            service.ingest(Upload(object_key, etag, len(PICTURE), service.clock.now()))
        elif keys.parse_transcript(object_key):
            service.count(object_key)
        else:
            service.publish(object_key, service.clock.now())
    service.run()


def transcribed(service: Service) -> Opened:
    opened = service.open()
    service.ingest(service.upload(opened, PICTURE))
    service.results.written.clear()
    return opened


def test_a_service_at_rest_is_left_alone(service: Service) -> None:
    service.see_through(PICTURE)
    service.open()
    rows = dict(service.records.rows), dict(service.requests.rows)
    assert sweep(service) == []
    assert (service.records.rows, service.requests.rows) == rows
    assert not service.notifications.sent


def test_what_began_a_moment_ago_is_not_stuck(service: Service) -> None:
    transcribed(service)
    service.sweep()
    assert service.stages.woken == []
    assert not service.notifications.sent


def test_a_claim_whose_lease_ran_out_is_taken_over(service: Service) -> None:
    opened = service.open()
    service.reader.answer = MemoryError()
    with pytest.raises(MemoryError):
        service.ingest(service.upload(opened, PICTURE))
    service.reader.answer = Service().reader.answer
    woken = sweep(service)
    assert woken == [(keys.upload(opened.request_id), service.request(opened).etag)]
    see_through(service, woken)
    assert service.request(opened).state is RequestState.SENT
    assert service.at_rest()


def test_a_claim_that_holds_is_left_alone(service: Service) -> None:
    opened = service.open()
    service.reader.answer = MemoryError()
    with pytest.raises(MemoryError):
        service.ingest(service.upload(opened, PICTURE))
    service.clock.advance(PATIENCE + 1)
    waiting = service.open("bob@example.com")
    with pytest.raises(MemoryError):
        service.ingest(service.upload(waiting, PICTURE))
    service.clock.advance(LEASE - 1)
    service.sweep()
    assert service.stages.woken == []


def test_a_transcript_without_a_count_is_counted(service: Service) -> None:
    opened = transcribed(service)
    see_through(service, [each for each in sweep(service) if keys.parse_transcript(each[0])])
    assert service.request(opened).state is RequestState.SENT


def test_a_count_that_was_not_published_is_published(service: Service) -> None:
    opened = service.open()
    service.ingest(service.upload(opened, PICTURE))
    service.count(service.results.written.pop())
    service.results.written.clear()
    see_through(service, [each for each in sweep(service) if keys.key_of_word_count(each[0])])
    assert service.request(opened).state is RequestState.SENT


def test_a_transcript_that_is_gone_uncounted_fails_the_picture_and_tells_all_who_wait(service: Service) -> None:
    opened = transcribed(service)
    service.results.transcripts.clear()
    sweep(service)
    service.run()
    assert (service.request(opened).state, service.request(opened).reason) == (RequestState.FAILED, Reason.INTERNAL)
    [record] = service.records.rows.values()
    assert record.state is RecordState.FAILED


def test_who_waits_for_a_ready_record_is_answered_and_waits_no_more(service: Service) -> None:
    opened = service.open()
    service.ingest(service.upload(opened, PICTURE))
    service.count(service.results.written.pop())
    service.publish(service.results.written.pop(), service.clock.now())
    service.notifications.sent.clear()
    service.waiters.add(service.request(opened).key or "", service.request(opened))
    assert sweep(service) == []
    service.run()
    assert service.request(opened).state is RequestState.SENT
    assert service.at_rest()


def test_a_mail_whose_sender_died_is_sent(service: Service) -> None:
    opened = service.open()
    service.ingest(service.upload(opened, PICTURE))
    service.count(service.results.written.pop())
    service.publish(service.results.written.pop(), service.clock.now())
    service.notifications.sent.clear()
    now = service.clock.now()
    service.requests.begin_sending(opened.request_id, "dead", now=now, lease_until=now + LEASE)
    sweep(service)
    service.run()
    assert service.request(opened).state is RequestState.SENT
    assert len(service.mailer.sent) == 1


def test_an_upload_that_was_bound_and_never_kept_comes_to_its_end(service: Service) -> None:
    opened = service.open()
    upload = service.upload(opened, PICTURE)
    now = service.clock.now()
    service.requests.bind(opened.request_id, upload.etag, None, uploaded=now, now=now)
    service.uploads.objects.clear()
    see_through(service, sweep(service))
    assert (service.request(opened).state, service.request(opened).reason) == (RequestState.FAILED, Reason.INTERNAL)


def test_sweeping_twice_is_sweeping_once(service: Service) -> None:
    opened = transcribed(service)
    woken = sweep(service) + sweep(service)
    see_through(service, woken)
    see_through(service, woken)
    assert service.request(opened).state is RequestState.SENT
    assert (len(service.mailer.sent), len(service.reader.asked)) == (1, 1)


@pytest.mark.parametrize("error", [Throttled("busy"), ValueError("Dear Ann")], ids=["busy", "broken"])
def test_what_cannot_be_looked_at_keeps_nothing_else_from_being_swept(
    service: Service, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    first, second = service.open(), service.open()
    for opened, picture in ((first, PICTURE), (second, PICTURE + b"2")):
        service.ingest(service.upload(opened, picture))
    service.results.written.clear()
    real = service.records.get
    asked: list[str] = []

    def failing_once(key: str) -> object:
        asked.append(key)
        if len(asked) == 1:
            raise error
        return real(key)

    monkeypatch.setattr(service.records, "get", failing_once)
    woken = [keys.parse_transcript(object_key) for object_key, _ in sweep(service)]
    assert len([each for each in woken if each]) == 1
    assert service.log.names()[-1] == "swept"
    [failed] = [event for event in service.log.events if isinstance(event, events.SweepFailed)]
    assert "Dear Ann" not in str(failed)


def test_the_age_of_the_oldest_image_is_measured(service: Service) -> None:
    service.sweep()
    service.images.keep("0" * 32, PICTURE, Content.of(PICTURE))
    service.clock.advance(100.0)
    service.images.keep("1" * 32, PICTURE, Content.of(PICTURE))
    service.clock.advance(20.0)
    service.sweep()
    ages = [event.oldest_image_seconds for event in service.log.events if isinstance(event, events.ImagesMeasured)]
    assert ages == [0.0, 120.0]


def test_a_table_that_cannot_be_asked_keeps_no_image_from_being_measured(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_: float) -> list[str]:
        raise Throttled("busy")

    monkeypatch.setattr(service.sweep.unfinished, "records", busy)
    service.sweep()
    assert service.log.names() == ["images_measured", "sweep_failed", "swept"]


def test_what_was_driven_on_a_moment_ago_is_left_alone(service: Service) -> None:
    transcribed(service)
    assert sweep(service)
    service.clock.advance(PATIENCE - 1)
    service.sweep()
    assert service.stages.woken == []
    service.clock.advance(2)
    service.sweep()
    assert service.stages.woken


def test_a_mail_that_somebody_is_sending_is_left_alone(service: Service) -> None:
    opened = service.open()
    service.ingest(service.upload(opened, PICTURE))
    service.clock.advance(PATIENCE + 1)
    now = service.clock.now()
    service.requests.begin_sending(opened.request_id, "alive", now=now, lease_until=now + LEASE)
    service.sweep()
    assert service.notifications.sent == []


def test_of_all_who_wait_for_a_picture_one_wakes_it(service: Service) -> None:
    service.reader.answer = MemoryError()
    with pytest.raises(MemoryError):
        service.ingest(service.upload(service.open(), PICTURE))
    for name in ("bob", "carl", "dora"):
        service.ingest(service.upload(service.open(f"{name}@example.com"), PICTURE))
    assert len(sweep(service)) == 1


def test_who_waits_for_an_older_counters_result_gets_the_new_one(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = service.see_through(PICTURE)
    [(key, record)] = service.records.rows.items()
    service.records.rows[key] = replace(record, version="0")
    service.results.counts[key] = replace(
        service.results.counts[key], count=replace(service.results.counts[key].count, version="0", words=(("old", 1),))
    )
    opened = service.open("bob@example.com")

    def dies(*_: object) -> bool:
        raise MemoryError

    with monkeypatch.context() as dying:
        dying.setattr(service.results, "read_text", dies)
        with pytest.raises(MemoryError):
            service.ingest(service.upload(opened, PICTURE))
    see_through(service, sweep(service))
    counts = [service.status(each).count for each in (first, opened)]
    assert [count and count.version for count in counts] == [words.VERSION] * 2


def test_who_waits_to_try_a_picture_again_that_failed_before_is_not_told_of_that(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An old accident's record is claimed anew by who uploads the picture now; a busy table only delays that."""
    service.reader.answer = {"Blocks": None}
    with pytest.raises(TypeError):
        service.ingest(service.upload(service.open(), PICTURE))
    service.clock.advance(LEASE + 1)
    [record] = service.records.rows.values()
    service.records.abandon(record, Reason.INTERNAL, service.clock.now())
    service.reader.answer = Service().reader.answer
    bob = service.open("bob@example.com")
    upload = service.upload(bob, PICTURE)

    def throttled(*_: object) -> bool:
        raise Throttled("busy")

    with monkeypatch.context() as busy:
        busy.setattr(service.records, "claim", throttled)
        with pytest.raises(Throttled):
            service.ingest(upload)
    see_through(service, sweep(service))
    assert service.request(bob).state is RequestState.SENT
