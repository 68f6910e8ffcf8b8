"""Addresses, proofs, address tokens and counters: what the use cases rely on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from runtime.core.addresses import AddressToken, Proof, SentAs, Standing, name_of

if TYPE_CHECKING:
    from tests.runtime.contract.conftest import Ports

NOW = 1_800_000_000.0
LATER = NOW + 1000
EMAIL = "ann@example.com"
ANN = name_of(EMAIL)
ID = "0" * 31 + "1"
PROOF = Proof(ID, EMAIL, token_hash="hash", mail_secret="secret", opened_at=NOW)
TOKEN = AddressToken("hash", ANN, issued_at=NOW, expires_at=LATER)


def test_of_an_address_never_seen_nothing_is_known(ports: Ports) -> None:
    assert ports.addresses.get(ANN) == Standing(ANN)


def test_an_address_is_proven_until_it_is_found_not_to_be(ports: Ports) -> None:
    ports.addresses.proven(ANN, NOW)
    assert ports.addresses.get(ANN) == Standing(ANN, proven_at=NOW)
    ports.addresses.unproven(ANN, LATER)
    assert ports.addresses.get(ANN) == Standing(ANN)
    assert ports.addresses.get(name_of("bob@example.com")) == Standing(name_of("bob@example.com"))


def test_what_was_found_before_an_address_was_proven_does_not_count_against_it(ports: Ports) -> None:
    ports.addresses.unproven(ANN, LATER, unless_proven_after=NOW)
    assert ports.addresses.get(ANN) == Standing(ANN)
    ports.addresses.proven(ANN, NOW)
    ports.addresses.unproven(ANN, LATER, unless_proven_after=NOW - 0.5)
    assert ports.addresses.get(ANN) == Standing(ANN, proven_at=NOW)
    ports.addresses.unproven(ANN, LATER, unless_proven_after=NOW)
    assert ports.addresses.get(ANN) == Standing(ANN)


def test_an_address_that_is_stopped_is_proven_no_more_and_remembers_from_when_on_all_is_void(ports: Ports) -> None:
    ports.addresses.proven(ANN, NOW)
    ports.addresses.stop(ANN, NOW + 5, LATER)
    assert ports.addresses.get(ANN) == Standing(ANN, void_before=NOW + 5, stopped_until=LATER)
    ports.addresses.proven(ANN, NOW + 6)
    assert ports.addresses.get(ANN) == Standing(ANN, proven_at=NOW + 6, void_before=NOW + 5, stopped_until=LATER)


def test_whom_ses_was_asked_about_in_vain_is_found_until_it_is_proven(ports: Ports) -> None:
    ports.addresses.asked(ANN, EMAIL, NOW)
    assert ports.addresses.get(ANN) == Standing(ANN, asked_at=NOW, email=EMAIL)
    assert (ports.addresses.asked_before(NOW), ports.addresses.asked_before(NOW + 1)) == ([], [ANN])
    ports.addresses.proven(ANN, LATER)
    assert ports.addresses.asked_before(LATER) == []
    assert ports.addresses.get(ANN).email == ""


def test_who_was_asked_about_again_meanwhile_is_not_forgotten(ports: Ports) -> None:
    ports.addresses.asked(ANN, EMAIL, NOW)
    ports.addresses.asked(ANN, EMAIL, NOW + 7)
    ports.addresses.forget_asked(ANN, NOW)
    assert ports.addresses.get(ANN).asked_at == NOW + 7
    ports.addresses.forget_asked(ANN, NOW + 7)
    assert ports.addresses.get(ANN) == Standing(ANN)
    assert ports.addresses.asked_before(LATER) == []


def test_a_proof_is_read_back_as_it_was_opened_and_opened_once(ports: Ports) -> None:
    assert ports.proofs.get(ID) is None
    ports.proofs.open(PROOF)
    ports.proofs.open(replace(PROOF, email="bob@example.com"))
    assert ports.proofs.get(ID) == PROOF


def test_one_at_a_time_sends_a_proofs_mail_until_the_lease_is_over_or_given_back(ports: Ports) -> None:
    assert not ports.proofs.begin(ID, now=NOW, lease_until=NOW + 10)
    ports.proofs.open(PROOF)
    assert ports.proofs.begin(ID, now=NOW, lease_until=NOW + 10)
    assert not ports.proofs.begin(ID, now=NOW + 9, lease_until=NOW + 19)
    assert ports.proofs.begin(ID, now=NOW + 10, lease_until=NOW + 20)
    ports.proofs.give_back(ID)
    assert ports.proofs.begin(ID, now=NOW + 11, lease_until=NOW + 21)


def test_a_proof_whose_mail_is_decided_is_begun_no_more(ports: Ports) -> None:
    ports.proofs.open(PROOF)
    ports.proofs.counted(ID)
    ports.proofs.sent(ID, SentAs.SES)
    assert ports.proofs.get(ID) == replace(PROOF, counted=True, sent_as=SentAs.SES)
    assert not ports.proofs.begin(ID, now=LATER, lease_until=LATER + 10)


def test_nothing_is_noted_of_a_proof_that_is_not_there(ports: Ports) -> None:
    ports.proofs.counted(ID)
    ports.proofs.sent(ID, SentAs.LINK)
    ports.proofs.give_back(ID)
    assert ports.proofs.get(ID) is None


def test_a_token_is_kept_as_it_was_first(ports: Ports) -> None:
    assert ports.address_tokens.get("hash") is None
    ports.address_tokens.keep(TOKEN)
    ports.address_tokens.keep(replace(TOKEN, expires_at=LATER + 1))
    assert ports.address_tokens.get("hash") == TOKEN


def test_a_counter_counts_so_far_and_no_further(ports: Ports) -> None:
    assert [ports.counters.take("a", 2, expires_at=LATER) for _ in range(4)] == [True, True, False, False]
    assert ports.counters.take("b", 2, expires_at=LATER)


def test_a_turn_is_taken_once_in_its_time(ports: Ports) -> None:
    assert ports.counters.turn("a", now=NOW, seconds=1.0)
    assert not ports.counters.turn("a", now=NOW + 0.9, seconds=1.0)
    assert ports.counters.turn("a", now=NOW + 1.0, seconds=1.0)
    assert ports.counters.turn("b", now=NOW, seconds=1.0)
