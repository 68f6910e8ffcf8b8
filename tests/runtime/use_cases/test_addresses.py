"""How addresses are proven, and what a stranger can learn or have us do meanwhile."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from runtime.core.addresses import DAY, Verification, name_of
from runtime.core.errors import BadRequest, Retryable, Throttled
from runtime.core.tokens import hashed
from runtime.core.types import RequestState
from runtime.core.use_cases.requests import Wish
from runtime.handlers.api import FRONT_HEADER, Api
from tests.runtime.handlers.shapes import event
from tests.runtime.service import PROOFS_OF_ONE, SITE, UPLOADS_OF_ONE, Service

if TYPE_CHECKING:
    from runtime.core.use_cases.addresses import Issued, StartedProof

ANN = "ann@example.com"
EVE = "eve@example.com"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01"
WISH = Wish(ANN, "page.png", "image/png", 1000)


@pytest.fixture(params=list(Verification))
def verification(request: pytest.FixtureRequest) -> Verification:
    kind: Verification = request.param
    return kind


@pytest.fixture
def service(verification: Verification) -> Service:
    service = Service(verification=verification)
    service.mailer.sandbox = verification is Verification.SES
    return service


@pytest.fixture
def sandboxed() -> Service:
    service = Service()
    service.mailer.sandbox = True
    return service


def begun(service: Service, email: str = ANN) -> StartedProof:
    started = service.use_cases.start_proof(email)
    service.run()
    return started


def link(service: Service, proof_id: str, name: str) -> str:
    """The token in a link of a proof's mail."""
    mail = service.mail_of(proof_id)
    assert mail
    body = mail.get_body(("plain",))
    assert body
    found = re.search(rf"{re.escape(SITE)}/#{name}=(\S+)", body.get_content())
    assert found
    return found[1]


def proven(service: Service, email: str = ANN) -> Issued:
    """An address, proven by what its mail asks for."""
    service.mailer.proven.add(email)
    return service.use_cases.confirm_proof(link(service, begun(service, email).proof_id, "confirm"))


def looked_at(service: Service, started: StartedProof) -> Issued | None:
    service.clock.advance(1)
    return service.use_cases.show_proof(started.proof_id, started.proof_token)


def refused(work: Any, *given: object) -> BadRequest:  # noqa: ANN401  any use case
    with pytest.raises(BadRequest) as found:
        work(*given)
    return found.value


# -- the two ways ------------------------------------------------------------------------------------------------------


def test_in_the_sandbox_ses_asks_and_who_began_has_the_token_once_it_is_answered(sandboxed: Service) -> None:
    started = begun(sandboxed)
    assert (sandboxed.mailer.asked, sandboxed.mailer.sent) == ([ANN], [])
    assert looked_at(sandboxed, started) is None
    sandboxed.mailer.answer(ANN)
    issued = looked_at(sandboxed, started)
    assert issued
    assert sandboxed.open_request(WISH, issued.address_token)
    assert looked_at(sandboxed, started) == issued


def test_whom_ses_knows_gets_our_link_and_only_who_opens_it_has_the_token(service: Service) -> None:
    service.mailer.proven.add(ANN)
    started = begun(service)
    assert looked_at(service, started) is None
    issued = service.use_cases.confirm_proof(link(service, started.proof_id, "confirm"))
    assert issued.email == ANN
    assert service.open_request(WISH, issued.address_token)
    assert looked_at(service, started) is None


def test_a_link_works_again_within_its_day_and_not_after_it(service: Service) -> None:
    service.mailer.proven.add(ANN)
    token = link(service, begun(service).proof_id, "confirm")
    first = service.use_cases.confirm_proof(token)
    service.clock.advance(DAY - 1)
    assert service.use_cases.confirm_proof(token) == first
    service.clock.advance(1)
    assert refused(service.use_cases.confirm_proof, token).code == "link_expired"


@pytest.mark.parametrize("token", ["", ".", "x.y", "0" * 32, f"{'0' * 32}.{'0' * 32}", "\udcff." + "0" * 32])
def test_a_link_that_is_not_ours_is_unknown(service: Service, token: str) -> None:
    for use in (service.use_cases.confirm_proof, service.use_cases.stop_mails):
        assert refused(use, token).code == "link_unknown"


def test_a_row_that_has_lost_its_secret_has_no_links(service: Service) -> None:
    started = begun(service)
    lost = replace(service.proofs.rows[started.proof_id], mail_secret="")
    service.proofs.rows[started.proof_id] = lost
    assert refused(service.use_cases.confirm_proof, lost.confirm_token).code == "link_unknown"
    assert refused(service.use_cases.stop_mails, lost.stop_token).code == "link_unknown"
    opened = service.open()
    row = replace(service.request(opened), mail_secret="")
    assert not row.opens_to(row.link_token)


def test_the_two_links_of_a_mail_are_not_each_other(service: Service) -> None:
    service.mailer.proven.add(ANN)
    proof_id = begun(service).proof_id
    confirm, not_me = (link(service, proof_id, name) for name in ("confirm", "not-me"))
    assert refused(service.use_cases.confirm_proof, not_me).code == "link_unknown"
    assert refused(service.use_cases.stop_mails, confirm).code == "link_unknown"


def test_a_token_proves_its_own_address_only_and_for_ninety_days(service: Service) -> None:
    token = proven(service).address_token
    proven(service, EVE)
    assert refused(service.open_request, Wish(EVE, "a.png", "image/png", 1), token).code == "address_not_proven"
    assert service.open_request(Wish("Ann@Example.COM", "a.png", "image/png", 1), token)
    service.clock.advance(90 * DAY)
    assert refused(service.open_request, WISH, token).code == "address_not_proven"


def test_a_proof_shows_nothing_to_another_token_and_nothing_after_its_day(service: Service) -> None:
    first, second = begun(service), begun(service, EVE)
    show = service.use_cases.show_proof
    assert refused(show, first.proof_id, second.proof_token).status == 404
    assert refused(show, "0" * 31 + "f", first.proof_token).status == 404
    assert refused(show, "../x", first.proof_token).status == 404
    service.clock.advance(DAY)
    assert refused(show, first.proof_id, first.proof_token).status == 404


# -- "not me" ----------------------------------------------------------------------------------------------------------


def test_not_me_voids_what_was_proven_and_stops_the_mails_for_thirty_days(service: Service) -> None:
    token = proven(service).address_token
    again = begun(service)
    confirm, not_me = (link(service, again.proof_id, name) for name in ("confirm", "not-me"))
    service.use_cases.stop_mails(not_me)
    service.use_cases.stop_mails(not_me)
    assert refused(service.open_request, WISH, token).code == "address_not_proven"
    assert refused(service.use_cases.confirm_proof, confirm).code == "link_expired"
    sent = len(service.mailer.sent)
    service.clock.advance(30 * DAY - 1)
    begun(service)
    assert len(service.mailer.sent) == sent
    service.clock.advance(1)
    assert service.open_request(WISH, proven(service).address_token)


def test_not_me_in_a_results_mail_stops_what_is_under_way_too(service: Service) -> None:
    token = proven(service).address_token
    opened, waiting = service.open_request(WISH, token), service.open_request(WISH, token)
    service.ingest(service.upload(opened, PNG))
    service.run()
    text = service.mailer.sent[-1].get_body(("plain",))
    assert text
    found = re.search(r"#not-me=(\S+)", text.get_content())
    assert found
    service.use_cases.stop_mails(found[1])
    service.ingest(service.upload(waiting, PNG))
    service.run()
    assert service.request(waiting).state is RequestState.UNDELIVERABLE
    assert refused(service.open_request, WISH, token).code == "address_not_proven"


def test_not_me_outlives_what_ses_says(sandboxed: Service) -> None:
    started = begun(sandboxed)
    sandboxed.addresses.stop(name_of(ANN), sandboxed.clock.now(), sandboxed.clock.now() + DAY)
    sandboxed.mailer.answer(ANN)
    assert looked_at(sandboxed, started) is None


# -- strangers ---------------------------------------------------------------------------------------------------------


def test_an_address_gets_so_many_proof_mails_a_day_and_who_asks_cannot_tell(service: Service) -> None:
    service.mailer.proven.add(ANN)
    answers = [vars(service.use_cases.start_proof(email)).keys() for email in (ANN, "ANN@example.com") * 10]
    service.run()
    assert len(service.mailer.sent) == PROOFS_OF_ONE
    assert all(answer == answers[0] for answer in answers)
    service.clock.advance(DAY)
    begun(service)
    assert len(service.mailer.sent) == PROOFS_OF_ONE + 1


def test_ses_is_not_had_to_mail_more_than_that_either(sandboxed: Service) -> None:
    for _ in range(10):
        begun(sandboxed)
    assert sandboxed.mailer.asked == [ANN] * PROOFS_OF_ONE


def test_the_api_does_the_same_for_every_address(sandboxed: Service) -> None:
    """Whatever is known of it: what it writes, whom it wakes, what it asks of SES."""
    sandboxed.mailer.proven.add("known@example.com")
    proven(sandboxed, "proven@example.com")
    stopped = proven(sandboxed, "stopped@example.com")
    assert stopped
    sandboxed.addresses.stop(name_of("stopped@example.com"), sandboxed.clock.now(), sandboxed.clock.now() + DAY)
    for _ in range(5):
        begun(sandboxed, "often@example.com")
    emails = ["new@example.com", *(f"{kind}@example.com" for kind in ("known", "proven", "stopped", "often"))]
    asked, sent = list(sandboxed.mailer.asked), len(sandboxed.mailer.sent)
    told = set()
    for email in emails:
        before = (dict(sandboxed.addresses.rows), len(sandboxed.proofs.rows), len(sandboxed.log.events))
        sandboxed.use_cases.start_proof(email)
        after = (dict(sandboxed.addresses.rows), len(sandboxed.proofs.rows), len(sandboxed.log.events))
        assert after == (before[0], before[1] + 1, before[2] + 1)
        told.add(sandboxed.log.events[-1].event_name())
    assert (sandboxed.mailer.asked, len(sandboxed.mailer.sent)) == (asked, sent)
    assert (len(sandboxed.notifications.proofs), told) == (len(emails), {"proof_opened"})


def test_all_together_may_begin_so_many_proofs_a_day(service: Service) -> None:
    limited = service.use_cases.start_proof.limit
    service.counters.numbers[f"{limited.what}#all#2027-01-15"] = limited.most
    reached = refused(service.use_cases.start_proof, ANN)
    assert (reached.code, reached.status) == ("limit_reached", 429)
    assert service.use_cases.start_proof.proofs.get("0" * 31 + "1") is None


@pytest.mark.parametrize(
    "email",
    [
        "a@b.com\r\nBcc: c@d.com",
        "a@b.com\nx",
        "a@b",
        "=?utf-8?q?a?=@b.com",
        "a b@c.com",
        "a@b.com,c@d.com",
        "<a@b.com>",
    ],
)
def test_what_would_break_out_of_a_header_is_no_address(service: Service, email: str) -> None:
    assert refused(service.use_cases.start_proof, email).code == "invalid_email"
    assert not service.proofs.rows


def test_no_log_line_holds_an_address_or_a_token(sandboxed: Service) -> None:
    sandboxed.mailer.proven.add(ANN)
    started = begun(sandboxed)
    confirm, not_me = (link(sandboxed, started.proof_id, name) for name in ("confirm", "not-me"))
    issued = sandboxed.use_cases.confirm_proof(confirm)
    opened = sandboxed.open_request(WISH, issued.address_token)
    sandboxed.use_cases.stop_mails(not_me)
    other = begun(sandboxed, EVE)
    sandboxed.mailer.answer(EVE)
    looked_at(sandboxed, other)
    told = json.dumps([each.fields() for each in sandboxed.log.events])
    secrets = [confirm, not_me, issued.address_token, opened.access_token, started.proof_token, other.proof_token]
    for secret in (ANN, EVE, name_of(ANN), *secrets, *(each.partition(".")[2] for each in (confirm, not_me))):
        assert secret not in told


def test_what_is_kept_of_a_token_opens_nothing(service: Service) -> None:
    issued = proven(service)
    opened = service.open_request(WISH, issued.address_token)
    rows = repr((service.address_tokens.rows, service.proofs.rows, service.requests.rows))
    assert issued.address_token not in rows
    assert opened.access_token not in rows


# -- what goes wrong ---------------------------------------------------------------------------------------------------


def test_a_busy_ses_delays_a_proof_and_counts_it_once(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    service.mailer.proven.add(ANN)
    send = service.mailer.send

    def busy(*_: object) -> str:
        raise Throttled("come later")

    monkeypatch.setattr(service.mailer, "send", busy)
    started = service.use_cases.start_proof(ANN)
    for _ in range(10):
        with pytest.raises(Retryable):
            service.send_proof(started.proof_id)
    monkeypatch.setattr(service.mailer, "send", send)
    service.send_proof(started.proof_id)
    service.send_proof(started.proof_id)
    assert len(service.mailer.sent) == 1
    begun(service)
    assert len(service.mailer.sent) == 2


def test_two_deliveries_of_a_proof_send_one_mail(service: Service) -> None:
    started = service.use_cases.start_proof(ANN)
    now = service.clock.now()
    assert service.proofs.begin(started.proof_id, now=now, lease_until=now + 60)
    with pytest.raises(Retryable):
        service.send_proof(started.proof_id)


def test_ses_is_asked_once_a_second_by_all_together(sandboxed: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    proofs = [begun(sandboxed, f"reader{number}@example.com") for number in range(3)]
    asked: list[str] = []

    def verified(emails: list[str]) -> set[str]:
        asked.extend(emails)
        return set()

    monkeypatch.setattr(sandboxed.mailer, "verified", verified)
    for _ in range(10):
        for proof in proofs:
            assert sandboxed.use_cases.show_proof(proof.proof_id, proof.proof_token) is None
    assert len(asked) == 1


def test_who_does_not_answer_ses_within_a_day_is_forgotten_and_who_does_is_not(sandboxed: Service) -> None:
    begun(sandboxed)
    begun(sandboxed, EVE)
    sandboxed.mailer.answer(EVE)
    sandboxed.clock.advance(DAY)
    sandboxed.sweep()
    assert ANN in sandboxed.mailer.pending
    sandboxed.clock.advance(1)
    sandboxed.sweep()
    assert not sandboxed.mailer.pending
    assert sandboxed.mailer.proven == {EVE}
    assert sandboxed.addresses.get(name_of(EVE)).proven
    assert sandboxed.addresses.asked_before(sandboxed.clock.now()) == []


def test_an_account_in_the_sandbox_sends_no_links_to_strangers_and_says_so_in_the_log() -> None:
    service = Service(verification=Verification.LINK)
    service.mailer.sandbox = True
    begun(service)
    assert (service.mailer.sent, service.mailer.asked) == ([], [])
    assert "proof_unsent" in service.log.names()


# -- limits, and what is left of a request -----------------------------------------------------------------------------


def test_an_address_opens_so_many_requests_a_day_and_is_told_when_to_come_back(service: Service) -> None:
    token = proven(service).address_token
    service.counters.numbers[f"uploads#{name_of(ANN)}#2027-01-15"] = UPLOADS_OF_ONE
    assert refused(service.open_request, WISH, token).code == "limit_reached"
    assert service.counters.numbers.get("uploads#all#2027-01-15") is None
    service.clock.advance(DAY)
    assert service.open_request(WISH, token)


def test_the_front_door_must_be_used(service: Service) -> None:
    api = Api(service.use_cases, service.log, (hashed("a secret"), hashed("the next")))
    asked = event("http_api_post_uploads")
    asked["headers"].pop(FRONT_HEADER)
    nothing: dict[str, str] = {}
    for shown in (nothing, {FRONT_HEADER: ""}, {FRONT_HEADER: "another"}, {FRONT_HEADER: "a secre\udcff"}):
        answer = api({**asked, "headers": {**asked["headers"], **shown}})
        assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (403, "not_by_the_front_door")
    for secret in ("a secret", "the next"):
        answer = api({**asked, "headers": {**asked["headers"], FRONT_HEADER: secret}})
        assert json.loads(answer["body"])["code"] == "address_not_proven"
