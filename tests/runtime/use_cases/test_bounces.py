"""Mails that come back after SES has taken them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runtime.core.addresses import name_of
from runtime.core.bounce import Bounce, MailKind, MessageTags
from runtime.core.errors import BadRequest, Retryable
from runtime.core.limits import LimitReached
from runtime.core.reasons import Reason
from runtime.core.types import RequestState, Stage
from tests.runtime.service import DAY, Service

if TYPE_CHECKING:
    from runtime.core.use_cases.requests import Opened

PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01"
ANN = "ann@example.com"


@pytest.fixture
def service() -> Service:
    return Service()


def outcome(service: Service, opened: Opened) -> tuple[RequestState, Reason | None]:
    request = service.request(opened)
    return request.state, request.reason


def comes_back(service: Service, nth: int = -1, *, permanent: bool = False, after: float = 0.0) -> None:
    """SES tells that a mail, by default the last, came back, so many seconds after it had taken it."""
    cause = "Permanent/General" if permanent else "Transient/MailboxFull"
    mailed_at = service.clock.now() - after
    service.note_bounce(Bounce(service.mailer.tags[nth], "message", mailed_at, permanent, cause))


def test_a_mail_that_comes_back_leaves_its_request_undeliverable_with_its_words(service: Service) -> None:
    opened = service.see_through(PICTURE)
    comes_back(service)
    assert outcome(service, opened) == (RequestState.UNDELIVERABLE, Reason.BOUNCED)
    assert Stage.SENT not in service.request(opened).times
    assert service.status(opened).count is not None
    assert service.log.names()[-1] == "mail_bounced"


def test_it_is_sent_again_when_asked_for_without_new_ocr(service: Service) -> None:
    opened = service.see_through(PICTURE)
    comes_back(service)
    service.resend(opened.request_id)
    service.run()
    assert outcome(service, opened) == (RequestState.SENT, None)
    assert (len(service.mailer.sent), len(service.reader.asked)) == (2, 1)


def test_what_was_told_of_the_first_mail_changes_nothing_of_the_second(service: Service) -> None:
    opened = service.see_through(PICTURE)
    comes_back(service)
    service.resend(opened.request_id)
    service.run()
    comes_back(service, 0)
    assert outcome(service, opened) == (RequestState.SENT, None)
    comes_back(service, 1)
    assert outcome(service, opened) == (RequestState.UNDELIVERABLE, Reason.BOUNCED)


def test_a_refusal_whose_mail_comes_back_keeps_its_reason(service: Service) -> None:
    opened = service.see_through(b"no picture")
    comes_back(service)
    assert outcome(service, opened) == (RequestState.UNDELIVERABLE, Reason.NOT_AN_IMAGE)
    service.resend(opened.request_id)
    service.run()
    assert outcome(service, opened) == (RequestState.FAILED, Reason.NOT_AN_IMAGE)


@pytest.mark.parametrize(("permanent", "reason"), [(True, Reason.MAILBOX_GONE), (False, Reason.BOUNCED)])
def test_who_can_never_be_reached_is_told_another_way_on(service: Service, reason: Reason, *, permanent: bool) -> None:
    opened = service.see_through(PICTURE)
    comes_back(service, permanent=permanent)
    assert outcome(service, opened) == (RequestState.UNDELIVERABLE, reason)


def test_no_more_is_mailed_again_on_a_day_than_pictures_are_taken() -> None:
    service = Service(uploads_of_one=3)
    opened = service.see_through(PICTURE)
    ask_again = service.use_cases.ask_again
    for _ in range(2):
        comes_back(service)
        ask_again(opened.request_id, opened.access_token)
        service.run()
    comes_back(service)
    with pytest.raises(LimitReached):
        ask_again(opened.request_id, opened.access_token)
    assert outcome(service, opened) == (RequestState.UNDELIVERABLE, Reason.BOUNCED)
    assert len(service.mailer.sent) == 3
    service.clock.advance(DAY)
    ask_again(opened.request_id, opened.access_token)
    service.run()
    assert outcome(service, opened) == (RequestState.SENT, None)


def test_asking_in_vain_uses_nothing_up() -> None:
    service = Service(uploads_of_one=2)
    opened = service.see_through(PICTURE)
    for _ in range(3):
        with pytest.raises(BadRequest) as refused:
            service.use_cases.ask_again(opened.request_id, opened.access_token)
        assert refused.value.code == "nothing_to_resend"
    service.see_through(PICTURE)


@pytest.mark.parametrize("permanent", [True, False])
def test_only_an_address_that_takes_no_mail_at_all_must_be_proven_again(service: Service, *, permanent: bool) -> None:
    service.see_through(PICTURE)
    comes_back(service, permanent=permanent)
    assert service.addresses.get(name_of(ANN)).proven is not permanent


def test_what_is_told_again_does_not_count_against_who_has_proven_the_address_since(service: Service) -> None:
    service.see_through(PICTURE)
    comes_back(service, permanent=True)
    service.clock.advance(60)
    service.addresses.proven(name_of(ANN), service.clock.now())
    service.clock.advance(1)
    comes_back(service, permanent=True, after=61)
    assert service.addresses.get(name_of(ANN)).proven
    comes_back(service, permanent=True, after=0.5)
    assert not service.addresses.get(name_of(ANN)).proven


def test_told_twice_it_is_done_once_more_and_changes_nothing(service: Service) -> None:
    opened = service.see_through(PICTURE)
    comes_back(service, permanent=True)
    before = service.request(opened)
    comes_back(service, permanent=True)
    assert service.request(opened) == before


def test_whoever_takes_it_up_as_it_was_before_it_came_back_has_no_bounce_mailed_as_an_outcome(service: Service) -> None:
    opened = service.see_through(PICTURE)
    before = service.request(opened)
    comes_back(service)
    assert not service.requests.reopen(before, forget_reason=before.may_end_otherwise)
    service.notifications.send(opened.request_id)
    service.run()
    assert outcome(service, opened) == (RequestState.UNDELIVERABLE, Reason.BOUNCED)
    assert len(service.mailer.sent) == 1


def test_it_waits_until_its_sender_has_noted_that_it_is_sent(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = service.open()
    service.ingest(service.upload(opened, PICTURE))
    send = service.mailer.send

    def back_at_once(*sent: object) -> str:
        message_id = send(*sent)  # type: ignore[arg-type]  # whatever it was called with
        with pytest.raises(Retryable):
            comes_back(service)
        return message_id

    monkeypatch.setattr(service.mailer, "send", back_at_once)
    service.run()
    assert outcome(service, opened) == (RequestState.SENT, None)
    assert "mail_bounced" not in service.log.names()
    comes_back(service)
    assert outcome(service, opened) == (RequestState.UNDELIVERABLE, Reason.BOUNCED)


def test_a_late_mail_that_comes_back_changes_nothing(service: Service) -> None:
    opened = service.open()
    upload = service.upload(opened, PICTURE)
    service.ingest(upload)
    service.deadline(upload.object_key, upload.etag)
    before = service.request(opened)
    comes_back(service, permanent=True)
    assert service.request(opened) == before
    assert service.addresses.get(name_of(ANN)).proven


def test_whoever_asked_for_a_proof_does_not_learn_that_its_mail_came_back(service: Service) -> None:
    started = service.use_cases.start_proof("nobody@example.com")
    service.mailer.proven.add("nobody@example.com")
    service.run()
    before = service.use_cases.show_proof(started.proof_id, started.proof_token)
    comes_back(service, permanent=True)
    assert service.use_cases.show_proof(started.proof_id, started.proof_token) == before
    told = service.log.events[-1]
    assert (told.event_name(), told.fields()["proof"]) == ("mail_bounced", started.proof_id)
    assert "request_id" not in told.fields()


@pytest.mark.parametrize("tags", [MessageTags(), MessageTags(MailKind.RESULT, "0" * 32, "a")])
def test_of_a_mail_whose_request_is_gone_nothing_is_left_to_change(service: Service, tags: MessageTags) -> None:
    opened = service.see_through(PICTURE)
    service.note_bounce(Bounce(tags, "message", service.clock.now(), permanent=True, cause="Permanent/General"))
    assert outcome(service, opened) == (RequestState.SENT, None)
    assert service.log.names()[-1] == "mail_bounced"
