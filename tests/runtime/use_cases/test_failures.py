"""Dead letters: kept, told, replayed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from runtime.core import keys
from runtime.core.dead_letter import DeadLetter, Queue, Subject
from runtime.core.errors import BadRequest, Retryable, Throttled
from runtime.core.reasons import Reason
from runtime.core.types import RecordState, RequestState
from tests.runtime.service import LEASE, Service, answer

if TYPE_CHECKING:
    from runtime.core.use_cases.requests import Opened

PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01"
EVE = "eve@example.com"


@pytest.fixture
def service() -> Service:
    return Service()


def dead(queue: Queue, *subjects: Subject, message_id: str = "m") -> DeadLetter:
    return DeadLetter(message_id, queue, f"arn:aws:sqs:us-east-1:1:{queue}", "{}", 200, 1.0, subjects=subjects)


def upload_of(service: Service, opened: Opened) -> Subject:
    return Subject(keys.upload(opened.request_id), service.request(opened).etag or "")


def stuck_in_ingest(service: Service) -> Opened:
    """OCR has failed in a way that nobody expects, and the attempt's lease is over."""
    opened = service.open()
    service.reader.answer = MemoryError()
    with pytest.raises(MemoryError):
        service.ingest(service.upload(opened, PICTURE))
    service.clock.advance(LEASE + 1)
    return opened


def stuck_before_count(service: Service) -> tuple[Opened, Subject]:
    """The transcript is written, and what should wake the count is not coming."""
    opened = service.open()
    service.ingest(service.upload(opened, PICTURE))
    [transcript] = service.results.written
    service.results.written.clear()
    return opened, Subject(transcript)


def outcome(service: Service, opened: Opened) -> tuple[RequestState, Reason | None]:
    service.run()
    return service.request(opened).state, service.request(opened).reason


def test_a_dead_letter_is_kept_with_its_reason_before_anybody_is_told(service: Service) -> None:
    opened = stuck_in_ingest(service)
    service.notifications.send = lambda _: (_ for _ in ()).throw(Throttled("busy"))  # type: ignore[method-assign]
    with pytest.raises(Throttled):
        service.failures(dead(Queue.INGEST, upload_of(service, opened)))
    [kept] = service.dead_letters.kept()
    assert (kept.message_id, kept.queue, kept.reason) == ("m", Queue.INGEST, Reason.INTERNAL)
    assert kept.died_at == service.clock.now()


def test_who_uploaded_is_told_when_the_upload_cannot_be_processed(service: Service) -> None:
    opened = stuck_in_ingest(service)
    service.failures(dead(Queue.INGEST, upload_of(service, opened)))
    assert outcome(service, opened) == (RequestState.FAILED, Reason.INTERNAL)
    assert "page.png" in service.mailer.sent[0].as_string()


def test_all_who_joined_are_told_too_and_the_picture_can_be_tried_again(service: Service) -> None:
    opened = stuck_in_ingest(service)
    service.clock.advance(-LEASE)
    joined = service.open("bob@example.com")
    service.ingest(service.upload(joined, PICTURE))
    service.clock.advance(LEASE)
    service.failures(dead(Queue.INGEST, upload_of(service, opened)))
    assert outcome(service, joined) == outcome(service, opened) == (RequestState.FAILED, Reason.INTERNAL)
    service.reader.answer = Service().reader.answer
    assert outcome(service, service.see_through(PICTURE)) == (RequestState.SENT, None)


def test_an_attempt_that_may_be_alive_is_left_alone(service: Service) -> None:
    opened = stuck_in_ingest(service)
    service.clock.advance(-LEASE)
    with pytest.raises(Retryable):
        service.failures(dead(Queue.INGEST, upload_of(service, opened)))
    assert service.request(opened).reason is None


def test_who_waits_for_anothers_live_work_goes_on_waiting_for_it(service: Service) -> None:
    opened, transcript = stuck_before_count(service)
    late = service.open("bob@example.com")
    service.ingest(service.upload(late, PICTURE))
    service.failures(dead(Queue.INGEST, upload_of(service, late)))
    service.count(transcript.name)
    assert outcome(service, late) == outcome(service, opened) == (RequestState.SENT, None)


def test_an_upload_that_never_was_kept_is_answered(service: Service) -> None:
    opened = service.open()
    upload = service.upload(opened, PICTURE)
    service.failures(dead(Queue.INGEST, Subject(upload.object_key, upload.etag)))
    assert outcome(service, opened) == (RequestState.FAILED, Reason.INTERNAL)


def test_other_bytes_sent_with_the_same_form_do_not_fail_its_request(service: Service) -> None:
    opened = service.open()
    service.ingest(service.upload(opened, PICTURE))
    service.failures(dead(Queue.INGEST, Subject(keys.upload(opened.request_id), "0" * 32)))
    assert outcome(service, opened) == (RequestState.SENT, None)


def test_a_transcript_that_cannot_be_counted_fails_its_record_and_all_who_wait(service: Service) -> None:
    opened, transcript = stuck_before_count(service)
    service.failures(dead(Queue.COUNT, transcript))
    [record] = service.records.rows.values()
    assert (record.state, record.reason) == (RecordState.FAILED, Reason.INTERNAL)
    assert outcome(service, opened) == (RequestState.FAILED, Reason.INTERNAL)


def test_a_word_count_that_cannot_be_published_fails_its_record_and_all_who_wait(service: Service) -> None:
    opened, transcript = stuck_before_count(service)
    service.count(transcript.name)
    [word_count] = service.results.written
    service.results.written.clear()
    service.failures(dead(Queue.PUBLISH, Subject(word_count)))
    assert outcome(service, opened) == (RequestState.FAILED, Reason.INTERNAL)


@pytest.mark.parametrize("queue", [Queue.COUNT, Queue.PUBLISH, Queue.INGEST])
def test_a_ready_record_is_never_touched(service: Service, queue: Queue) -> None:
    opened = service.see_through(PICTURE)
    [(key, record)] = service.records.rows.items()
    subjects = {
        Queue.COUNT: Subject(keys.transcript(key, record.generation)),
        Queue.PUBLISH: Subject(keys.word_count(key)),
        Queue.INGEST: upload_of(service, opened),
    }
    service.failures(dead(queue, subjects[queue]))
    assert service.records.rows == {key: record}
    assert outcome(service, opened) == (RequestState.SENT, None)


def test_who_still_waits_for_a_ready_record_gets_the_result(service: Service) -> None:
    opened = service.see_through(PICTURE)
    key = service.request(opened).key or ""
    waiting = service.open("bob@example.com")
    service.ingest(service.upload(waiting, PICTURE))
    service.notifications.sent.clear()
    service.waiters.add(key, service.request(waiting))
    service.failures(dead(Queue.PUBLISH, Subject(keys.word_count(key))))
    assert outcome(service, waiting) == (RequestState.SENT, None)


def test_a_letter_of_an_overtaken_generation_concerns_nobody(service: Service) -> None:
    opened, transcript = stuck_before_count(service)
    [(key, record)] = service.records.rows.items()
    service.failures(dead(Queue.COUNT, Subject(keys.transcript(key, record.generation - 1))))
    service.count(transcript.name)
    assert outcome(service, opened) == (RequestState.SENT, None)


def test_a_mail_that_cannot_be_sent_makes_its_request_undeliverable_and_shows_its_result(service: Service) -> None:
    opened, transcript = stuck_before_count(service)
    service.count(transcript.name)
    service.publish(service.results.written.pop(), service.clock.now())
    service.notifications.sent.clear()
    service.failures(dead(Queue.NOTIFY, Subject(opened.request_id)))
    assert outcome(service, opened) == (RequestState.UNDELIVERABLE, None)
    assert service.status(opened).count is not None


def test_a_late_mail_that_cannot_be_sent_concerns_nobody(service: Service) -> None:
    opened, transcript = stuck_before_count(service)
    service.failures(dead(Queue.DEADLINE, upload_of(service, opened)))
    service.count(transcript.name)
    assert outcome(service, opened) == (RequestState.SENT, None)


@pytest.mark.parametrize("queue", list(Queue))
def test_a_letter_that_tells_of_nothing_is_kept_all_the_same(service: Service, queue: Queue) -> None:
    for subjects in ((), (Subject("nothing of ours"),), (Subject(keys.upload("0" * 32)),)):
        service.failures(dead(queue, *subjects, message_id=str(subjects)))
    assert len(service.dead_letters.kept()) == 3


def test_who_claims_the_picture_anew_while_the_others_are_told_gets_its_result(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = stuck_in_ingest(service)
    service.reader.answer = Service().reader.answer
    carl: list[Opened] = []
    real = service.waiters.of

    def carl_comes_first(key: str) -> list[str]:
        if not carl:
            carl.append(service.open("carl@example.com"))
            service.ingest(service.upload(carl[0], PICTURE))
        return real(key)

    monkeypatch.setattr(service.waiters, "of", carl_comes_first)
    service.failures(dead(Queue.INGEST, upload_of(service, opened)))
    assert outcome(service, carl[0]) == (RequestState.SENT, None)
    assert outcome(service, opened) == (RequestState.SENT, None)


def test_a_letter_about_what_another_delivery_counted_waits_for_its_publication(service: Service) -> None:
    opened, transcript = stuck_before_count(service)
    service.count(transcript.name)
    with pytest.raises(Retryable):
        service.failures(dead(Queue.COUNT, transcript))
    assert outcome(service, opened) == (RequestState.SENT, None)
    service.failures(dead(Queue.COUNT, transcript))
    assert outcome(service, opened) == (RequestState.SENT, None)


def test_a_letter_about_an_overwritten_count_concerns_nobody(service: Service) -> None:
    opened, transcript = stuck_before_count(service)
    service.count(transcript.name)
    [word_count] = service.results.written
    service.failures(dead(Queue.PUBLISH, Subject(word_count, "the ETag of the one before")))
    assert outcome(service, opened) == (RequestState.SENT, None)


def test_a_letter_that_is_delivered_again_tells_those_who_were_not_told_yet(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = stuck_in_ingest(service)
    service.clock.advance(-LEASE)
    joined = service.open("bob@example.com")
    service.ingest(service.upload(joined, PICTURE))
    service.clock.advance(LEASE)

    def busy(_: str) -> None:
        raise Throttled("busy")

    letter = dead(Queue.INGEST, upload_of(service, opened))
    with monkeypatch.context() as while_busy:
        while_busy.setattr(service.notifications, "send", busy)
        with pytest.raises(Throttled):
            service.failures(letter)
    service.failures(letter)
    assert outcome(service, joined) == outcome(service, opened) == (RequestState.FAILED, Reason.INTERNAL)


@pytest.mark.parametrize("died", [False, True], ids=["delivered again", "dead"])
def test_the_others_are_told_though_the_one_who_began_was_answered_meanwhile(service: Service, *, died: bool) -> None:
    """Who told of the failure died half-way, and somebody woke `notify` for the first of them."""
    opened, joined = service.open(), service.open("bob@example.com")
    service.reader.answer = MemoryError()
    upload = service.upload(opened, PICTURE)
    with pytest.raises(MemoryError):
        service.ingest(upload)
    service.ingest(service.upload(joined, PICTURE))
    [record] = service.records.rows.values()
    service.records.failed(record.claim, Reason.UNREADABLE, service.clock.now())
    service.notify(opened.request_id)
    assert service.request(opened).state is RequestState.FAILED
    if died:
        service.failures(dead(Queue.INGEST, upload_of(service, opened)))
    else:
        service.ingest(upload)
    assert outcome(service, joined) == (RequestState.FAILED, Reason.UNREADABLE)


@pytest.mark.parametrize("died", [False, True], ids=["delivered again", "dead"])
def test_who_joined_a_claim_is_answered_though_the_one_who_took_it_was_told_that_it_failed(
    service: Service, *, died: bool
) -> None:
    """A failure was being told when a delivery of the same upload began anew, and broke; then another joined it."""
    opened, joined = service.open(), service.open("bob@example.com")
    service.reader.answer = MemoryError()
    upload = service.upload(opened, PICTURE)
    with pytest.raises(MemoryError):
        service.ingest(upload)
    told = replace(service.request(opened), state=RequestState.FAILED, reason=Reason.INTERNAL)
    service.requests.rows[opened.request_id] = told
    service.ingest(service.upload(joined, PICTURE))
    service.reader.answer = answer("word")
    service.clock.advance(LEASE - 1)
    with pytest.raises(Retryable, match="an attempt of ours"):
        service.ingest(upload)
    service.clock.advance(2)
    if died:
        service.failures(dead(Queue.INGEST, upload_of(service, opened)))
    else:
        service.ingest(upload)
    assert outcome(service, joined) == ((RequestState.FAILED, Reason.INTERNAL) if died else (RequestState.SENT, None))
    assert outcome(service, opened) == (RequestState.FAILED, Reason.INTERNAL)


def test_a_claim_that_nobody_waits_for_any_more_is_given_up_without_another_ocr_call(service: Service) -> None:
    """Else who asks for the mail once more would wait for it."""
    opened = stuck_in_ingest(service)
    told = replace(service.request(opened), state=RequestState.UNDELIVERABLE, reason=Reason.INTERNAL)
    service.requests.rows[opened.request_id] = told
    service.ingest(service.upload(opened, PICTURE))
    assert len(service.reader.asked) == 1
    assert not service.notifications.sent
    assert [record.state for record in service.records.rows.values()] == [RecordState.FAILED]
    service.resend(opened.request_id)
    assert outcome(service, opened) == (RequestState.FAILED, Reason.INTERNAL)


def test_nothing_is_mailed_about_a_request_that_is_still_being_worked_on(service: Service) -> None:
    opened, transcript = stuck_before_count(service)
    service.failures(dead(Queue.NOTIFY, Subject(opened.request_id)))
    service.count(transcript.name)
    assert outcome(service, opened) == (RequestState.SENT, None)


# -- replays -----------------------------------------------------------------------------------------------------------


def test_a_replayed_letter_goes_back_where_it_died_and_is_forgotten(service: Service) -> None:
    letter = dead(Queue.COUNT, Subject("x"))
    service.failures(letter)
    service.redrive(service.dead_letters.kept()[0])
    assert [sent.queue_arn for sent in service.replays.sent] == [letter.queue_arn]
    assert not service.dead_letters.kept()


def test_a_letter_whose_people_are_just_being_told_is_not_replayed(service: Service) -> None:
    opened = stuck_in_ingest(service)
    service.clock.advance(-LEASE)
    with pytest.raises(Retryable):
        service.failures(dead(Queue.INGEST, upload_of(service, opened)))
    assert not service.redrive(service.dead_letters.kept()[0])
    assert not service.replays.sent
    assert service.dead_letters.kept()


def test_a_letter_that_died_nobody_knows_where_is_not_replayed(service: Service) -> None:
    service.failures(dead(Queue.UNKNOWN))
    assert not service.redrive(service.dead_letters.kept()[0])


def test_a_letter_is_not_forgotten_unless_it_is_back(service: Service) -> None:
    service.failures(dead(Queue.COUNT))
    service.replays.send = lambda _: (_ for _ in ()).throw(Throttled("busy"))  # type: ignore[method-assign]
    with pytest.raises(Throttled):
        service.redrive(service.dead_letters.kept()[0])
    assert service.dead_letters.kept()


def test_replaying_what_was_answered_does_nothing(service: Service) -> None:
    opened = stuck_in_ingest(service)
    subject = upload_of(service, opened)
    service.failures(dead(Queue.INGEST, subject))
    service.run()
    before, mails, calls = service.request(opened), len(service.mailer.sent), len(service.reader.asked)
    service.redrive(service.dead_letters.kept()[0])
    service.ingest(replace(service.upload(opened, PICTURE), etag=subject.etag))
    service.run()
    assert service.request(opened) == before
    assert (len(service.mailer.sent), len(service.reader.asked)) == (mails, calls)
    assert not service.uploads.objects


def test_a_replayed_count_gives_the_picture_its_result_for_whoever_comes_next(service: Service) -> None:
    opened, transcript = stuck_before_count(service)
    service.failures(dead(Queue.COUNT, transcript))
    assert outcome(service, opened) == (RequestState.FAILED, Reason.INTERNAL)
    service.redrive(service.dead_letters.kept()[0])
    service.count(transcript.name)
    service.run()
    assert outcome(service, opened) == (RequestState.FAILED, Reason.INTERNAL)
    assert service.request(service.see_through(PICTURE)).cached
    assert len(service.reader.asked) == 1


def test_a_replayed_mail_is_sent_once_ses_is_back(service: Service) -> None:
    opened, transcript = stuck_before_count(service)
    service.count(transcript.name)
    service.publish(service.results.written.pop(), service.clock.now())
    service.notifications.sent.clear()
    service.failures(dead(Queue.NOTIFY, Subject(opened.request_id)))
    service.redrive(service.dead_letters.kept()[0])
    service.notify(opened.request_id)
    assert outcome(service, opened) == (RequestState.SENT, None)
    assert len(service.mailer.sent) == 1


# -- asked for again ---------------------------------------------------------------------------------------------------


def unproven(service: Service) -> Opened:
    opened = service.open(EVE)
    service.lose(EVE)
    service.ingest(service.upload(opened, PICTURE))
    assert outcome(service, opened) == (RequestState.UNDELIVERABLE, Reason.RECIPIENT_NOT_VERIFIED)
    return opened


def test_what_could_not_be_delivered_is_kept_shown_and_sent_when_asked_for_without_new_ocr(service: Service) -> None:
    opened = unproven(service)
    assert not service.mailer.sent
    assert service.status(opened).count is not None
    service.mailer.proven.add(EVE)
    service.resend(opened.request_id)
    assert outcome(service, opened) == (RequestState.SENT, None)
    assert (service.mailer.recipients, len(service.reader.asked)) == ([EVE], 1)


def test_a_refusal_that_could_not_be_delivered_is_told_when_asked_for(service: Service) -> None:
    opened = service.open(EVE)
    service.lose(EVE)
    service.ingest(service.upload(opened, b"no picture"))
    assert outcome(service, opened) == (RequestState.UNDELIVERABLE, Reason.NOT_AN_IMAGE)
    service.mailer.proven.add(EVE)
    service.resend(opened.request_id)
    assert outcome(service, opened) == (RequestState.FAILED, Reason.NOT_AN_IMAGE)


def test_nothing_is_sent_again_while_the_address_is_not_verified(service: Service) -> None:
    opened = unproven(service)
    with pytest.raises(BadRequest) as refused:
        service.resend(opened.request_id)
    assert (refused.value.code, refused.value.status) == ("recipient_not_verified", 403)
    assert outcome(service, opened)[0] is RequestState.UNDELIVERABLE


def test_only_what_is_undeliverable_can_be_asked_for_again(service: Service) -> None:
    answered, under_way = service.see_through(PICTURE), service.open()
    for request_id, code in (
        (answered.request_id, "nothing_to_resend"),
        (under_way.request_id, "nothing_to_resend"),
        ("0" * 31 + "f", "no_such_request"),
        ("../x", "no_such_request"),
    ):
        with pytest.raises(BadRequest) as refused:
            service.resend(request_id)
        assert refused.value.code == code
