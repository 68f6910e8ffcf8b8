"""The straight way: new, seen before, at the same moment."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from runtime.core import words
from runtime.core.errors import Absent, BadRequest, Rejected, Retryable, Throttled
from runtime.core.reasons import Reason
from runtime.core.types import MAX_ATTEMPTS, Content, RecordState, RequestState, Stage
from runtime.core.use_cases.requests import RefusedAtTheDoor, Wish
from tests.runtime import fakes
from tests.runtime.fakes import ManualClock
from tests.runtime.service import DAY, LEASE, PATIENCE, Service, answer

if TYPE_CHECKING:
    from email.message import EmailMessage

    from runtime.core.bounce import MessageTags
    from runtime.core.types import Request

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01"
PICTURE = PNG + b"picture"
OTHER = PNG + b"other"
KEY = Content.of(PICTURE).md5
FIRST = int(ManualClock().now())


@pytest.fixture
def service() -> Service:
    return Service()


def test_a_new_picture_is_read_counted_mailed_and_nothing_of_it_is_left(service: Service) -> None:
    opened = service.see_through(PICTURE)
    assert service.reader.asked == [KEY]
    assert [message["To"] for message in service.mailer.sent] == ["ann@example.com"]
    status = service.status(opened)
    assert status.request.state is RequestState.SENT
    assert status.count
    assert dict(status.count.words) == {"be": 2, "to": 2, "not": 1, "or": 1}
    assert service.at_rest()


def test_the_upload_is_deleted_before_it_is_read_by_ocr_and_the_image_after(service: Service) -> None:
    opened = service.open()
    upload = service.upload(opened, PICTURE)
    service.reader.answer = Retryable("OCR is down")
    with pytest.raises(Retryable):
        service.ingest(upload)
    assert not service.uploads.objects
    assert list(service.images.kept) == [KEY]
    service.reader.answer = answer("word")
    service.ingest(upload)
    assert not service.images.kept


def test_a_picture_seen_before_is_answered_without_ocr_to_the_right_address(service: Service) -> None:
    first = service.see_through(PICTURE)
    second = service.see_through(PICTURE, "bob@example.com", "quite another name.tiff")
    assert len(service.reader.asked) == 1
    assert [message["To"] for message in service.mailer.sent] == ["ann@example.com", "bob@example.com"]
    assert service.request(second).cached
    assert not service.request(first).cached
    assert service.status(first).count == service.status(second).count
    assert service.at_rest()


def test_two_at_the_same_moment_cost_one_ocr_call_and_get_two_mails(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = service.open("ann@example.com"), service.open("bob@example.com")
    upload = service.upload(second, PICTURE)
    read = service.reader.read

    def while_the_other_is_reading(key: str) -> object:
        service.ingest(upload)
        return read(key)

    monkeypatch.setattr(service.reader, "read", while_the_other_is_reading)
    service.ingest(service.upload(first, PICTURE))
    service.run()
    assert len(service.reader.asked) == 1
    assert sorted(message["To"] for message in service.mailer.sent) == ["ann@example.com", "bob@example.com"]
    assert service.request(second).joined
    assert not service.request(first).joined
    assert not service.request(second).cached
    assert service.at_rest()


def test_who_joins_when_the_work_has_just_ended_is_answered_too(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = service.open("ann@example.com"), service.open("bob@example.com")
    late = service.upload(second, PICTURE)
    add = service.waiters.add

    def after_the_other_is_done(key: str, request: Request) -> None:
        monkeypatch.setattr(service.waiters, "add", add)
        service.ingest(service.upload(first, PICTURE))
        service.run()
        add(key, request)

    monkeypatch.setattr(service.waiters, "add", after_the_other_is_done)
    service.ingest(late)
    service.run()
    assert len(service.reader.asked) == 1
    assert sorted(message["To"] for message in service.mailer.sent) == ["ann@example.com", "bob@example.com"]
    assert service.at_rest()


def test_a_form_used_twice_gives_the_first_bytes_result_and_the_second_are_deleted_unread(service: Service) -> None:
    opened = service.see_through(PICTURE)
    service.ingest(service.upload(opened, OTHER))
    service.run()
    assert service.uploads.reads == [Content.of(PICTURE).md5]
    assert service.request(opened).key == KEY
    assert len(service.mailer.sent) == 1
    assert service.at_rest()


def test_a_form_used_again_before_the_first_bytes_were_read_gives_the_second(service: Service) -> None:
    opened = service.open()
    overtaken, last = service.upload(opened, PICTURE), service.upload(opened, OTHER)
    service.ingest(overtaken)
    service.ingest(last)
    service.run()
    assert service.request(opened).key == Content.of(OTHER).md5
    assert len(service.mailer.sent) == 1
    assert service.at_rest()


def test_bytes_lost_after_they_were_bound_are_told_to_the_person(service: Service) -> None:
    opened = service.open()
    upload = service.upload(opened, PICTURE)
    now = service.clock.now()
    service.requests.bind(opened.request_id, upload.etag, Content.of(PICTURE), uploaded=upload.time, now=now)
    service.upload(opened, OTHER)
    service.ingest_until_done(upload)
    service.run()
    assert (service.request(opened).state, service.request(opened).reason) == (RequestState.FAILED, Reason.INTERNAL)


def test_an_object_without_a_request_is_deleted_unread(service: Service) -> None:
    opened = service.open()
    upload = service.upload(opened, PICTURE)
    service.requests.rows.clear()
    service.ingest(upload)
    assert not service.uploads.objects
    assert not service.uploads.reads


@pytest.mark.parametrize("deliveries", [2, 3])
def test_a_repeated_event_changes_nothing_and_mails_nothing(service: Service, deliveries: int) -> None:
    opened = service.open()
    upload = service.upload(opened, PICTURE)
    for _ in range(deliveries):
        service.ingest(upload)
    service.run()
    service.ingest(upload)
    service.run()
    assert len(service.reader.asked) == len(service.mailer.sent) == 1
    assert not service.request(opened).joined
    assert not service.request(opened).cached
    assert service.at_rest()


@pytest.mark.parametrize("stage", ["count", "publish", "notify"])
def test_a_repeated_message_of_any_stage_changes_nothing_and_mails_nothing(service: Service, stage: str) -> None:
    opened = service.see_through(PICTURE)
    if stage == "count":
        service.count(f"transcripts/{KEY}/{FIRST}.jsonl")
    elif stage == "publish":
        service.publish(f"results/{KEY}/word-count.json", service.clock.now())
    else:
        service.notify(opened.request_id)
    service.run()
    assert len(service.mailer.sent) == 1
    assert service.records.rows[KEY].state is RecordState.READY
    assert service.at_rest()


def test_throttling_only_delays(service: Service) -> None:
    opened = service.open()
    upload = service.upload(opened, PICTURE)
    service.reader.answer = Throttled("come later")
    for _ in range(4 * MAX_ATTEMPTS):
        with pytest.raises(Throttled):
            service.ingest(upload)
    service.reader.answer = answer("word")
    service.ingest(upload)
    service.run()
    assert service.request(opened).state is RequestState.SENT


def test_an_attempt_whose_lease_ran_out_is_taken_over_and_then_changes_nothing(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = service.open("ann@example.com"), service.open("bob@example.com")
    read = service.reader.read

    def slowly(key: str) -> object:
        monkeypatch.setattr(service.reader, "read", read)
        service.clock.advance(LEASE + 1)
        service.ingest(service.upload(quick, PICTURE))
        return read(key) if key in service.images.kept else answer("stale")

    monkeypatch.setattr(service.reader, "read", slowly)
    service.ingest(service.upload(slow, PICTURE))
    service.run()
    assert service.records.rows[KEY].generation == FIRST + 1
    status = service.status(slow)
    assert status.count
    assert "stale" not in dict(status.count.words)
    assert len(service.mailer.sent) == 2
    assert service.at_rest()


def test_a_picture_that_keeps_breaking_its_reader_is_given_up_and_told(service: Service) -> None:
    opened = service.open()
    upload = service.upload(opened, PICTURE)
    service.reader.answer = MemoryError()
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(MemoryError):
            service.ingest(upload)
        service.clock.advance(LEASE + 1)
    service.ingest(upload)
    service.run()
    assert len(service.reader.asked) == MAX_ATTEMPTS
    assert (service.request(opened).state, service.request(opened).reason) == (RequestState.FAILED, Reason.INTERNAL)
    assert list(service.images.kept) == [KEY], "kept for a replay: trying again may help"


def test_a_picture_that_ocr_refuses_is_told_to_all_who_wait_and_not_read_again(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.reader.answer = Rejected(Reason.UNREADABLE)
    first, joined = service.open(), service.open("bob@example.com")
    upload = service.upload(joined, PICTURE)
    read = service.reader.read

    def while_the_other_is_reading(key: str) -> object:
        service.ingest(upload)
        return read(key)

    monkeypatch.setattr(service.reader, "read", while_the_other_is_reading)
    service.ingest(service.upload(first, PICTURE))
    service.run()
    later = service.see_through(PICTURE, "cem@example.com")
    assert len(service.reader.asked) == 1
    for opened in (first, joined, later):
        assert service.request(opened).state is RequestState.FAILED
        assert service.request(opened).reason is Reason.UNREADABLE
    assert sorted(service.mailer.recipients) == ["ann@example.com", "bob@example.com", "cem@example.com"]
    assert service.at_rest()


def test_what_is_no_picture_is_refused_without_ocr(service: Service) -> None:
    opened = service.see_through(b"a letter to a friend")
    assert (service.request(opened).state, service.request(opened).reason) == (RequestState.FAILED, Reason.NOT_AN_IMAGE)
    assert not service.reader.asked
    assert len(service.mailer.sent) == 1
    assert service.at_rest()


def test_a_crash_before_the_refusal_is_told_is_made_good_by_the_next_delivery(service: Service) -> None:
    opened = service.open()
    upload = service.upload(opened, b"a letter to a friend")
    service.ingest(upload)
    service.notifications.sent.clear()
    service.ingest(upload)
    service.run()
    assert len(service.mailer.sent) == 1


def test_a_forged_twin_gets_its_own_result(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    twins = {data: Content(md5="0" * 32, sha256=Content.of(data).sha256, size=len(data)) for data in (PICTURE, OTHER)}
    monkeypatch.setattr(Content, "of", twins.__getitem__)
    first = service.see_through(PICTURE)
    service.reader.answer = answer("another page")
    second = service.see_through(OTHER)
    assert service.request(first).key == "0" * 32
    assert service.request(second).key == twins[OTHER].twin_key
    counts = [service.status(each).count for each in (first, second)]
    assert [count and dict(count.words).get("another") for count in counts] == [None, 1]
    assert service.at_rest()


def test_nobody_is_shown_the_result_of_an_expired_twin_whose_key_his_picture_takes(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    twins = {data: Content(md5="0" * 32, sha256=Content.of(data).sha256, size=len(data)) for data in (PICTURE, OTHER)}
    monkeypatch.setattr(Content, "of", twins.__getitem__)
    service.see_through(PICTURE)
    service.clock.advance(31 * DAY)
    second = service.open()

    def busy(_key: str, _request: Request) -> None:
        raise Retryable("busy")

    monkeypatch.setattr(service.waiters, "add", busy)
    with pytest.raises(Retryable):
        service.ingest(service.upload(second, OTHER))
    assert service.request(second).key == "0" * 32
    status = service.status(second)
    assert (status.count, status.record) == (None, None)


def test_an_expired_record_is_no_hit(service: Service) -> None:
    service.see_through(PICTURE)
    service.clock.advance(31 * DAY)
    service.see_through(PICTURE)
    assert len(service.reader.asked) == 2
    assert service.records.rows[KEY].generation == FIRST + 1


def test_a_record_without_its_result_is_no_hit(service: Service) -> None:
    service.see_through(PICTURE)
    service.results.counts.clear()
    second = service.see_through(PICTURE)
    assert len(service.reader.asked) == 2
    assert service.request(second).state is RequestState.SENT
    assert service.at_rest()


def test_an_older_counters_result_is_counted_again_without_ocr(service: Service) -> None:
    service.see_through(PICTURE)
    service.records.rows[KEY] = replace(service.records.rows[KEY], version="0")
    second = service.see_through(PICTURE, "bob@example.com")
    assert len(service.reader.asked) == 1
    assert service.records.rows[KEY].version == words.VERSION
    assert service.request(second).state is RequestState.SENT
    assert service.request(second).cached
    assert service.at_rest()


def test_an_address_that_lost_its_proof_gets_nothing_and_the_result_is_kept(service: Service) -> None:
    opened = service.open()
    service.lose()
    service.ingest(service.upload(opened, PICTURE))
    service.run()
    assert service.request(opened).state is RequestState.UNDELIVERABLE
    assert service.request(opened).reason is Reason.RECIPIENT_NOT_VERIFIED
    assert not service.mailer.sent
    assert service.results.complete(KEY)


def test_a_wake_that_comes_too_early_waits_again(service: Service) -> None:
    opened = service.open()
    service.ingest(service.upload(opened, PICTURE))
    service.waiters.waiting.clear()
    with pytest.raises(Retryable):
        service.notify(opened.request_id)
    assert not service.mailer.sent
    service.run()
    assert len(service.mailer.sent) == 1


def test_a_wake_that_comes_too_early_comes_again_should_its_waiter_be_struck_out(service: Service) -> None:
    opened = service.open()
    service.ingest(service.upload(opened, PICTURE))
    with pytest.raises(Retryable):
        service.notify(opened.request_id)
    service.waiters.waiting.clear()
    service.run()
    assert not service.mailer.sent
    service.notify(opened.request_id)
    assert len(service.mailer.sent) == 1


def test_mail_that_is_throttled_is_sent_later_once(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = service.open()
    service.ingest(service.upload(opened, PICTURE))
    send = service.mailer.send

    def throttled(*_: object) -> str:
        monkeypatch.setattr(service.mailer, "send", send)
        raise Throttled("come later")

    monkeypatch.setattr(service.mailer, "send", throttled)
    with pytest.raises(Throttled):
        service.run()
    service.notify(opened.request_id)
    assert len(service.mailer.sent) == 1
    assert service.request(opened).state is RequestState.SENT


def test_who_waits_too_long_is_told_once_and_the_result_still_follows(service: Service) -> None:
    opened = service.open()
    upload = service.upload(opened, PICTURE)
    service.ingest(upload)
    service.clock.advance(300)
    service.deadline(upload.object_key, upload.etag)
    service.deadline(upload.object_key, upload.etag)
    assert [message["Subject"] for message in service.mailer.sent] == ["Error Trying to Get Your Results"]
    assert service.request(opened).state is RequestState.WAITING
    service.run()
    assert [message["Subject"] for message in service.mailer.sent][1:] == ["Your OCR Results are Available"]
    assert Stage.LATE in service.request(opened).times


def test_who_was_answered_in_time_hears_nothing_of_the_deadline(service: Service) -> None:
    opened = service.see_through(PICTURE)
    service.deadline(f"uploads/{opened.request_id}", Content.of(PICTURE).md5)
    assert len(service.mailer.sent) == 1


def test_a_page_without_words_is_a_result(service: Service) -> None:
    service.reader.answer = answer()
    status = service.status(service.see_through(PICTURE))
    assert status.request.state is RequestState.SENT
    assert status.count
    assert status.count.total_words == 0


def test_the_times_of_all_stages_are_kept_in_order(service: Service) -> None:
    times = service.status(service.see_through(PICTURE)).times
    way = [
        Stage.OPENED,
        Stage.UPLOADED,
        Stage.KEPT,
        Stage.CLAIMED,
        Stage.READ,
        Stage.COUNTED,
        Stage.PUBLISHED,
        Stage.SENT,
    ]
    assert set(times) == set(way)
    assert [times[stage] for stage in way] == sorted(times.values())


def test_no_log_event_holds_address_file_name_token_or_text(service: Service) -> None:
    service.reader.answer = answer("Geheimnis")
    opened = service.see_through(PICTURE, "ann@example.com", "diary.png")
    logged = json.dumps([event.fields() for event in service.log.events])
    assert opened.request_id in logged
    for secret in ("ann@", "diary", opened.access_token, "eheimnis"):
        assert secret not in logged


def test_a_request_is_shown_to_its_token_alone(service: Service) -> None:
    opened = service.open()
    with pytest.raises(BadRequest) as wrong_token:
        service.show_request(opened.request_id, "f" * 32)
    with pytest.raises(BadRequest) as no_request:
        service.show_request("f" * 32, opened.access_token)
    assert wrong_token.value.args == no_request.value.args
    assert wrong_token.value.status == 404
    assert opened.access_token not in repr(service.request(opened))


def test_an_unproven_address_is_refused_when_the_request_is_opened(service: Service) -> None:
    with pytest.raises(BadRequest) as refused:
        service.open_request(Wish("eve@example.com", "page.png", "image/png", 1000), service.token())
    assert (refused.value.status, refused.value.code) == (403, "address_not_proven")
    assert not service.requests.rows


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("email", "no address", "invalid_email"),
        ("email", "a@b.com\r\nBcc: c@d.com", "invalid_email"),
        ("email", "a" * 250 + "@example.com", "invalid_email"),
        ("filename", "x" * 1025, "invalid_filename"),
    ],
)
def test_a_wish_that_cannot_be_taken_says_what_is_wrong(field: str, value: object, code: str) -> None:
    good: dict[str, Any] = {
        "email": "ann@example.com",
        "filename": "a'b\"/../ü\n.png",
        "content_type": "image/png",
        "size": 1000,
    }
    Wish(**good)
    with pytest.raises(BadRequest) as refused:
        Wish(**(good | {field: value}))
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("content_type", "size", "status", "reason"),
    [
        ("application/pdf", 1000, 415, Reason.UNSUPPORTED_TYPE),
        ("image/png", 0, 400, Reason.EMPTY),
        ("image/png", 10_485_761, 413, Reason.TOO_LARGE),
    ],
)
def test_what_need_not_be_sent_is_refused_at_the_door_and_by_mail(
    service: Service, content_type: str, size: int, status: int, reason: Reason
) -> None:
    token = service.token()
    with pytest.raises(RefusedAtTheDoor) as refused:
        service.open_request(Wish("ann@example.com", "page.png", content_type, size), token)
    assert (refused.value.code, refused.value.status) == (reason, status)
    service.run()
    shown = service.show_request(refused.value.request_id, refused.value.access_token).request
    assert (shown.state, shown.reason) == (RequestState.FAILED, reason)
    [letter] = service.mailer.sent
    assert "page.png" in letter.as_string()


def test_a_refusal_at_the_door_whose_notification_was_lost_is_mailed_after_a_sweep(service: Service) -> None:
    token = service.token()
    with pytest.raises(RefusedAtTheDoor):
        service.open_request(Wish("ann@example.com", "page.png", "image/png", 0), token)
    service.notifications.sent.clear()
    service.clock.advance(PATIENCE + 1)
    service.sweep()
    service.run()
    assert len(service.mailer.sent) == 1


def test_a_refusal_at_the_door_is_no_reason_to_come_again_when_the_mail_has_to_wait(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_: str) -> None:
        raise Throttled("busy")

    token = service.token()
    monkeypatch.setattr(service.notifications, "send", busy)
    with pytest.raises(RefusedAtTheDoor):
        service.open_request(Wish("ann@example.com", "page.png", "image/png", 0), token)
    assert "left_to_sweep" in service.log.names()


def crash_once(monkeypatch: pytest.MonkeyPatch, port: object, call: str, error: Exception, *, after: bool) -> None:
    """Have the next call of a port raise, before or after it did its work."""
    real = getattr(port, call)

    def crashing(*given: object, **named: object) -> object:
        monkeypatch.setattr(port, call, real)
        if after:
            real(*given, **named)
        raise error

    monkeypatch.setattr(port, call, crashing)


def test_ones_own_unfinished_claim_is_not_taken_for_anothers(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = service.open()
    upload = service.upload(opened, PICTURE)
    crash_once(monkeypatch, service.results, "write_transcript", MemoryError(), after=False)
    with pytest.raises(MemoryError):
        service.ingest(upload)
    with pytest.raises(Retryable):
        service.ingest(upload)
    service.clock.advance(LEASE + 1)
    service.ingest(upload)
    service.run()
    assert service.request(opened).state is RequestState.SENT
    assert service.at_rest()


def test_a_bucket_that_is_busy_for_a_moment_costs_no_second_ocr_call(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = service.open()
    crash_once(monkeypatch, service.results, "write_transcript", Throttled("come later"), after=False)
    service.ingest(service.upload(opened, PICTURE))
    service.run()
    assert len(service.reader.asked) == 1
    assert service.request(opened).state is RequestState.SENT


def test_a_bucket_that_is_busy_for_long_only_delays(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise Throttled("come later")

    opened = service.open()
    upload = service.upload(opened, PICTURE)
    with monkeypatch.context() as for_long:
        for_long.setattr(service.results, "write_transcript", busy)
        for _ in range(2 * MAX_ATTEMPTS):
            with pytest.raises(Throttled):
                service.ingest(upload)
    service.ingest(upload)
    service.run()
    assert service.request(opened).state is RequestState.SENT
    assert service.at_rest()


def test_a_crash_before_a_refusal_was_told_leaves_nobody_out(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    service.reader.answer = Rejected(Reason.UNREADABLE)
    first, joined = service.open(), service.open("bob@example.com")
    upload, other = service.upload(first, PICTURE), service.upload(joined, PICTURE)
    read = service.reader.read

    def while_the_other_is_reading(key: str) -> object:
        service.ingest(other)
        return read(key)

    monkeypatch.setattr(service.reader, "read", while_the_other_is_reading)
    crash_once(monkeypatch, service.records, "failed", MemoryError(), after=True)
    with pytest.raises(MemoryError):
        service.ingest(upload)
    service.ingest(upload)
    service.run()
    assert sorted(service.mailer.recipients) == ["ann@example.com", "bob@example.com"]


def test_a_delivery_that_was_overtaken_by_its_twin_does_not_fail_the_request(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = service.open()
    upload = service.upload(opened, PICTURE)
    get = service.requests.get

    def then_the_twin_does_it_all(request_id: str) -> Request | None:
        monkeypatch.setattr(service.requests, "get", get)
        seen = get(request_id)
        service.ingest(upload)
        service.run()
        return seen

    monkeypatch.setattr(service.requests, "get", then_the_twin_does_it_all)
    service.ingest(upload)
    service.run()
    assert (service.request(opened).state, service.request(opened).reason) == (RequestState.SENT, None)
    assert len(service.mailer.sent) == 1


def test_a_delivery_whose_twin_answered_meanwhile_leaves_nothing_behind(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = service.open()
    upload = service.upload(opened, PICTURE)
    keep = service.images.keep

    def after_the_other_came_to_its_end(key: str, data: bytes, content: Content) -> bool:
        monkeypatch.setattr(service.images, "keep", keep)
        service.ingest(upload)
        service.run()
        return keep(key, data, content)

    monkeypatch.setattr(service.images, "keep", after_the_other_came_to_its_end)
    service.ingest(upload)
    service.run()
    assert service.request(opened).state is RequestState.SENT
    assert (len(service.mailer.sent), len(service.reader.asked)) == (1, 1)
    assert service.at_rest()


def test_an_image_that_is_kept_although_the_request_has_another_key_by_now_is_not_left(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.reader.answer = Rejected(Reason.UNREADABLE)
    service.see_through(PICTURE)
    upload = service.upload(service.open("bob@example.com"), PICTURE)
    keep, content = service.images.keep, Content.of(PICTURE)

    def after_the_other_found_the_key_taken(key: str, data: bytes, of: Content) -> bool:
        monkeypatch.setattr(service.images, "keep", keep)
        keep(key, OTHER, Content.of(OTHER))
        service.ingest(upload)
        service.images.delete(key)
        return keep(key, data, of)

    monkeypatch.setattr(service.images, "keep", after_the_other_found_the_key_taken)
    service.ingest(upload)
    service.run()
    assert content.twin_key in service.records.rows
    assert service.at_rest()


def test_an_upload_that_is_taken_for_lost_is_deleted_all_the_same(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3 answers 403 for what is not there, and for what is, when it may not be seen."""
    opened = service.open()
    upload = service.upload(opened, PICTURE)
    crash_once(monkeypatch, service.images, "keep", MemoryError(), after=False)
    with pytest.raises(MemoryError):
        service.ingest(upload)
    service.clock.advance(LEASE + 1)
    crash_once(monkeypatch, service.uploads, "read", Absent("403"), after=False)
    service.ingest(upload)
    service.run()
    assert (service.request(opened).state, service.request(opened).reason) == (RequestState.FAILED, Reason.INTERNAL)
    assert service.at_rest()


def test_an_upload_that_may_not_be_read_is_not_taken_for_gone(service: Service) -> None:
    opened = service.open()
    upload = service.upload(opened, PICTURE)
    service.uploads.objects.clear()
    with pytest.raises(Retryable):
        service.ingest(upload)


def test_a_slow_old_count_does_not_hide_the_newer_one(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    slow, quick = service.open("ann@example.com"), service.open("bob@example.com")
    first, second = service.upload(slow, PICTURE), service.upload(quick, PICTURE)
    crash_once(monkeypatch, service.records, "transcribed", MemoryError(), after=False)
    with pytest.raises(MemoryError):
        service.ingest(first)
    old = service.results.written.pop()
    tallied = service.results.read_transcript

    def slowly(key: str, generation: int) -> object:
        transcript = tallied(key, generation)
        monkeypatch.setattr(service.results, "read_transcript", tallied)
        service.clock.advance(LEASE + 1)
        service.ingest(second)
        service.run()
        return transcript

    monkeypatch.setattr(service.results, "read_transcript", slowly)
    service.count(old)
    service.ingest(first)
    service.run()
    assert service.results.counts[KEY].generation == FIRST + 1
    assert sorted(service.mailer.recipients) == ["ann@example.com", "bob@example.com"]


def test_a_result_whose_text_is_gone_is_no_hit(service: Service) -> None:
    service.see_through(PICTURE)
    service.results.texts.clear()
    second = service.see_through(PICTURE)
    assert service.request(second).state is RequestState.SENT
    assert len(service.reader.asked) == 2


def test_a_record_that_expired_before_its_mail_was_sent_is_told(service: Service) -> None:
    opened = service.open()
    service.ingest(service.upload(opened, PICTURE))
    service.waiters.waiting.clear()
    service.records.rows.clear()
    service.notify(opened.request_id)
    assert (service.request(opened).state, service.request(opened).reason) == (RequestState.FAILED, Reason.INTERNAL)


def test_a_second_delivery_while_the_mail_is_being_sent_comes_again(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = service.open()
    service.ingest(service.upload(opened, PICTURE))
    crash_once(monkeypatch, service.mailer, "send", MemoryError(), after=False)
    with pytest.raises(MemoryError):
        service.run()
    with pytest.raises(Retryable):
        service.notify(opened.request_id)
    service.clock.advance(LEASE + 1)
    service.notify(opened.request_id)
    assert len(service.mailer.sent) == 1


def test_a_busy_table_does_not_make_a_second_mail(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = service.open()
    service.ingest(service.upload(opened, PICTURE))
    crash_once(monkeypatch, service.requests, "settle", Throttled("come later"), after=False)
    service.run()
    assert len(service.mailer.sent) == 1
    assert service.request(opened).state is RequestState.SENT


def test_who_lost_the_proof_of_an_address_is_not_told_of_lateness_either(service: Service) -> None:
    opened = service.open()
    upload = service.upload(opened, PICTURE)
    service.ingest(upload)
    service.lose()
    service.deadline(upload.object_key, upload.etag)
    assert not service.mailer.sent


def test_a_deadline_of_other_bytes_than_the_requests_tells_nothing(service: Service) -> None:
    opened = service.open()
    service.ingest(service.upload(opened, PICTURE))
    service.deadline(f"uploads/{opened.request_id}", Content.of(OTHER).md5)
    assert not service.mailer.sent


@pytest.mark.parametrize(
    "email",
    [
        "=?utf-8?q?victim=40evil.com=2C?=x@example.com",
        "a..b@example.com",
        ".a@example.com",
        "a@example",
        "a@-example.com",
        "a@exam ple.com",
        "ann@example.com,bob@example.com",
        '"ann"@example.com',
        "ann@[127.0.0.1]",
    ],
)
def test_what_a_mail_program_could_read_as_another_address_is_no_address(email: str) -> None:
    with pytest.raises(BadRequest):
        Wish(email, "page.png", "image/png", 1000)


@pytest.mark.parametrize("email", ["a@b.co", "first.last+tag@sub.example.com", "o'neill_{x}@example.museum"])
def test_an_unusual_address_is_one_and_mail_goes_to_it_alone(service: Service, email: str) -> None:
    service.see_through(PICTURE, email)
    assert service.mailer.recipients == [email]
    assert service.mailer.sent[0]["To"].addresses[0].addr_spec == email


def test_a_twin_sent_with_the_same_form_does_not_change_what_is_bound(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    twins = {data: Content(md5="0" * 32, sha256=Content.of(data).sha256, size=len(data)) for data in (PICTURE, OTHER)}
    monkeypatch.setattr(Content, "of", twins.__getitem__)
    monkeypatch.setattr(fakes, "etag_of", {PICTURE: "0" * 32, OTHER: "0" * 32}.__getitem__)
    opened = service.open()
    upload = service.upload(opened, PICTURE)
    read = service.uploads.read

    def then_the_twin_takes_its_place(object_key: str, etag: str) -> bytes:
        data = read(object_key, etag)
        monkeypatch.setattr(service.uploads, "read", read)
        twin = service.upload(opened, OTHER)
        service.ingest(twin)
        return data

    monkeypatch.setattr(service.uploads, "read", then_the_twin_takes_its_place)
    service.ingest_until_done(upload)
    service.run()
    assert service.request(opened).content == twins[OTHER]
    assert service.request(opened).state is RequestState.SENT


def test_a_picture_that_was_forgotten_and_comes_again_is_answered(service: Service) -> None:
    opened = service.open()
    upload = service.upload(opened, PICTURE)
    service.reader.answer = Throttled("come later")
    with pytest.raises(Throttled):
        service.ingest(upload)
    service.reader.answer = answer("word")
    service.ingest(upload)
    service.run()
    service.clock.advance(31 * DAY)
    service.records.rows.clear()
    again = service.see_through(PICTURE, "bob@example.com")
    assert service.request(again).state is RequestState.SENT


def test_two_copies_of_a_deadline_send_one_mail(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = service.open()
    upload = service.upload(opened, PICTURE)
    service.ingest(upload)
    send = service.mailer.send

    def with_the_other_copy_at_the_same_moment(message: EmailMessage, recipient: str, tags: MessageTags) -> str:
        monkeypatch.setattr(service.mailer, "send", send)
        with pytest.raises(Retryable):
            service.deadline(upload.object_key, upload.etag)
        return send(message, recipient, tags)

    monkeypatch.setattr(service.mailer, "send", with_the_other_copy_at_the_same_moment)
    service.deadline(upload.object_key, upload.etag)
    service.deadline(upload.object_key, upload.etag)
    assert len(service.mailer.sent) == 1
