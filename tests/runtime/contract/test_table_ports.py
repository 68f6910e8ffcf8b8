"""Records, waiters and requests: what the use cases rely on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from runtime.core.dead_letter import DeadLetter, Queue, Subject
from runtime.core.reasons import Reason
from runtime.core.transcript import Transcript, TranscriptRow
from runtime.core.types import Content, Record, RecordState, Request, RequestState, Stage
from runtime.core.word_count import tally

if TYPE_CHECKING:
    from runtime.core.types import Claim
    from tests.runtime.contract.conftest import Ports

NOW = 1_800_000_000.0
LATER = NOW + 1000
CONTENT = Content.of(b"picture")
KEY = CONTENT.md5
ID = "0" * 31 + "1"
COUNT = tally(KEY, Transcript(1, (TranscriptRow(1, 1, "word", 99.0),)))


def claim(ports: Ports, attempt: str = "a", seen: Record | None = None) -> Claim | None:
    """Claim the picture in the next generation."""
    claimed = Record(
        key=KEY,
        content=CONTENT,
        state=RecordState.CLAIMED,
        generation=seen.generation + 1 if seen else 1,
        expires_at=LATER,
        attempt=attempt,
        claimant=ID,
        lease_until=NOW + 100,
        attempts=seen.attempts + 1 if seen else 1,
        times={Stage.CLAIMED: NOW},
    )
    return claimed.claim if ports.records.claim(claimed, seen) else None


def ready(ports: Ports, generation: int) -> bool:
    return ports.records.ready(COUNT, generation, counted=NOW + 1, now=NOW + 2, expires_at=LATER)


def get(ports: Ports) -> Record:
    record = ports.records.get(KEY)
    assert record is not None
    return record


def request(ports: Ports) -> Request:
    found = ports.requests.get(ID)
    assert found is not None
    return found


@pytest.fixture
def opened(ports: Ports) -> Request:
    wish = Request(
        request_id=ID,
        email="ann@example.com",
        filename="a b'\"<ü>.png",
        token_hash="hash",
        form_expires_at=NOW + 600,
        expires_at=LATER,
        times={Stage.OPENED: NOW},
    )
    ports.requests.open(wish)
    return wish


def test_a_record_that_was_never_written_is_none(ports: Ports) -> None:
    assert ports.records.get(KEY) is None


def test_a_claim_is_read_back_as_it_was_made(ports: Ports) -> None:
    taken = claim(ports)
    record = get(ports)
    assert taken == record.claim
    assert (record.generation, record.attempts) == (1, 1)
    assert record.state is RecordState.CLAIMED
    assert (record.content, record.attempt, record.claimant) == (CONTENT, "a", ID)
    assert (record.lease_until, record.expires_at) == (NOW + 100, LATER)
    assert record.times == {Stage.CLAIMED: NOW}


def test_of_two_claims_on_nothing_one_wins(ports: Ports) -> None:
    assert claim(ports, "a")
    assert claim(ports, "b") is None
    assert get(ports).attempt == "a"


def test_of_two_claims_on_the_same_old_record_one_wins_in_a_new_generation(ports: Ports) -> None:
    claim(ports, "a")
    seen = get(ports)
    assert claim(ports, "b", seen)
    assert claim(ports, "c", seen) is None
    assert (get(ports).attempt, get(ports).generation, get(ports).attempts) == ("b", 2, 2)


def test_a_claim_on_what_became_ready_meanwhile_is_refused(ports: Ports) -> None:
    claim(ports, "a")
    seen = get(ports)
    ready(ports, 1)
    assert claim(ports, "b", seen) is None
    assert get(ports).state is RecordState.READY


def test_a_claim_given_back_is_free_and_was_no_attempt(ports: Ports) -> None:
    taken = claim(ports, "a")
    assert taken
    ports.records.give_back(taken)
    assert get(ports).claimable(NOW)
    assert (get(ports).attempts, get(ports).first_generation) == (0, taken.generation + 1)
    assert claim(ports, "b", get(ports))


def test_an_overtaken_attempt_changes_nothing(ports: Ports) -> None:
    old = claim(ports, "a")
    assert old
    new = claim(ports, "b", get(ports))
    assert new
    ports.records.give_back(old)
    assert not ports.records.transcribed(old, NOW)
    assert not ports.records.failed(old, Reason.INTERNAL, NOW)
    assert not ready(ports, old.generation)
    assert (get(ports).state, get(ports).lease_until) == (RecordState.CLAIMED, NOW + 100)


def test_a_record_moves_from_claimed_to_transcribed_to_ready_with_its_times(ports: Ports) -> None:
    taken = claim(ports)
    assert taken
    assert ports.records.transcribed(taken, NOW + 0.25)
    assert get(ports).state is RecordState.TRANSCRIBED
    assert ready(ports, 1)
    record = get(ports)
    assert (record.state, record.version) == (RecordState.READY, COUNT.version)
    assert (record.total_words, record.unique_words) == (1, 1)
    assert record.times == {
        Stage.CLAIMED: NOW,
        Stage.READ: NOW + 0.25,
        Stage.COUNTED: NOW + 1,
        Stage.PUBLISHED: NOW + 2,
    }


def test_later_stages_may_be_faster_than_the_attempt_that_woke_them(ports: Ports) -> None:
    taken = claim(ports)
    assert taken
    assert ready(ports, 1)
    assert ports.records.transcribed(taken, NOW)
    assert get(ports).state is RecordState.READY


def test_a_ready_record_never_becomes_failed(ports: Ports) -> None:
    taken = claim(ports)
    assert taken
    ready(ports, 1)
    assert not ports.records.failed(taken, Reason.UNREADABLE, NOW)
    assert get(ports).state is RecordState.READY


def test_a_ready_record_may_be_published_again(ports: Ports) -> None:
    claim(ports)
    assert ready(ports, 1)
    assert ready(ports, 1)
    assert get(ports).times[Stage.PUBLISHED] == NOW + 2


def test_publishing_a_picture_without_a_record_is_refused(ports: Ports) -> None:
    assert not ready(ports, 1)
    assert ports.records.get(KEY) is None


def test_a_failed_record_keeps_its_reason_and_forgets_its_attempts(ports: Ports) -> None:
    taken = claim(ports)
    assert taken
    assert ports.records.failed(taken, Reason.UNREADABLE, NOW)
    assert (get(ports).state, get(ports).reason, get(ports).attempts) == (RecordState.FAILED, Reason.UNREADABLE, 0)


def test_a_failed_record_that_becomes_ready_after_all_has_no_reason(ports: Ports) -> None:
    taken = claim(ports)
    assert taken
    ports.records.failed(taken, Reason.INTERNAL, NOW)
    assert ready(ports, 1)
    assert (get(ports).state, get(ports).reason) == (RecordState.READY, None)


def test_waiters_are_listed_until_they_are_removed(ports: Ports, opened: Request) -> None:
    other = replace(opened, request_id="f" * 32)
    ports.waiters.add(KEY, opened)
    ports.waiters.add(KEY, opened)
    ports.waiters.add(KEY, other)
    ports.waiters.add("another", opened)
    assert sorted(ports.waiters.of(KEY)) == [ID, "f" * 32]
    ports.waiters.remove(KEY, ID)
    ports.waiters.remove(KEY, ID)
    assert ports.waiters.of(KEY) == ["f" * 32]


def test_a_request_is_read_back_as_it_was_opened(ports: Ports, opened: Request) -> None:
    assert request(ports) == opened


def test_a_request_that_was_never_opened_is_none(ports: Ports) -> None:
    assert ports.requests.get(ID) is None


def test_opening_a_request_twice_does_not_change_it(ports: Ports, opened: Request) -> None:
    ports.requests.open(replace(opened, email="eve@example.com"))
    assert request(ports).email == opened.email


@pytest.mark.usefixtures("opened")
def test_the_first_bytes_bind_a_request_and_no_others_can(ports: Ports) -> None:
    assert ports.requests.bind(ID, "first", CONTENT, uploaded=NOW + 1, now=NOW + 1.5)
    assert not ports.requests.bind(ID, "second", Content.of(b"other"), uploaded=NOW + 2, now=NOW + 2)
    assert ports.requests.bind(ID, "first", CONTENT, uploaded=NOW + 1, now=NOW + 1.5)
    bound = request(ports)
    assert (bound.etag, bound.content, bound.state) == ("first", CONTENT, RequestState.WAITING)
    assert (bound.times[Stage.UPLOADED], bound.bound_at) == (NOW + 1, NOW + 1.5)


def test_a_request_that_does_not_exist_cannot_be_bound(ports: Ports) -> None:
    assert not ports.requests.bind(ID, "first", CONTENT, uploaded=NOW, now=NOW)
    assert ports.requests.get(ID) is None


@pytest.mark.usefixtures("opened")
def test_marks_of_the_way_through_are_kept(ports: Ports) -> None:
    ports.requests.bind(ID, "first", CONTENT, uploaded=NOW, now=NOW)
    assert ports.requests.kept(ID, KEY, NOW + 1)
    ports.requests.joined(ID)
    ports.requests.hit(ID)
    ports.requests.late(ID, NOW + 300)
    marked = request(ports)
    assert (marked.key, marked.joined, marked.cached) == (KEY, True, True)
    assert (marked.times[Stage.KEPT], marked.times[Stage.LATE]) == (NOW + 1, NOW + 300)


@pytest.mark.usefixtures("opened")
def test_the_key_that_the_bytes_were_first_kept_under_stays(ports: Ports) -> None:
    ports.requests.bind(ID, "first", CONTENT, uploaded=NOW, now=NOW)
    assert ports.requests.kept(ID, KEY, NOW + 1)
    assert not ports.requests.kept(ID, "another", NOW + 2)
    assert ports.requests.kept(ID, KEY, NOW + 3)
    assert (request(ports).key, request(ports).times[Stage.KEPT]) == (KEY, NOW + 3)


@pytest.mark.usefixtures("opened")
def test_one_at_a_time_has_the_right_to_send(ports: Ports) -> None:
    assert ports.requests.begin_sending(ID, "a", now=NOW, lease_until=NOW + 10)
    assert not ports.requests.begin_sending(ID, "b", now=NOW + 9, lease_until=NOW + 19)
    assert request(ports).state is RequestState.SENDING


@pytest.mark.usefixtures("opened")
def test_the_right_to_send_passes_on_when_its_lease_runs_out_and_the_old_holder_settles_nothing(ports: Ports) -> None:
    ports.requests.begin_sending(ID, "a", now=NOW, lease_until=NOW + 10)
    assert ports.requests.begin_sending(ID, "b", now=NOW + 10, lease_until=NOW + 20)
    ports.requests.settle(ID, "a", RequestState.SENT, NOW + 11)
    assert request(ports).state is RequestState.SENDING
    ports.requests.settle(ID, "b", RequestState.SENT, NOW + 12)
    assert request(ports).state is RequestState.SENT
    assert request(ports).times[Stage.SENT] == NOW + 12


@pytest.mark.usefixtures("opened")
def test_the_right_to_send_can_be_given_back(ports: Ports) -> None:
    ports.requests.begin_sending(ID, "a", now=NOW, lease_until=NOW + 10)
    ports.requests.stop_sending(ID, "b")
    assert request(ports).state is RequestState.SENDING
    ports.requests.stop_sending(ID, "a")
    assert request(ports).state is RequestState.WAITING
    assert ports.requests.begin_sending(ID, "b", now=NOW + 1, lease_until=NOW + 20)


@pytest.mark.usefixtures("opened")
def test_a_settled_request_changes_no_more_but_for_a_late_mail_that_crossed_its_outcome(ports: Ports) -> None:
    ports.requests.begin_sending(ID, "a", now=NOW, lease_until=NOW + 10)
    ports.requests.settle(ID, "a", RequestState.FAILED, NOW + 1, Reason.UNREADABLE)
    settled = request(ports)
    ports.requests.refuse(ID, Reason.INTERNAL)
    ports.requests.hit(ID)
    assert not ports.requests.bind(ID, "etag", CONTENT, uploaded=NOW, now=NOW)
    assert not ports.requests.begin_sending(ID, "b", now=NOW + 99, lease_until=NOW + 199)
    assert request(ports) == settled
    assert (settled.state, settled.reason) == (RequestState.FAILED, Reason.UNREADABLE)
    ports.requests.late(ID, NOW + 300)
    assert request(ports) == replace(settled, times={**settled.times, Stage.LATE: NOW + 300})


@pytest.mark.usefixtures("opened")
def test_the_first_reason_stays(ports: Ports) -> None:
    ports.requests.refuse(ID, Reason.NOT_AN_IMAGE)
    ports.requests.refuse(ID, Reason.INTERNAL)
    assert request(ports).reason is Reason.NOT_AN_IMAGE


@pytest.mark.usefixtures("opened")
def test_a_refused_request_keeps_its_reason_when_it_is_settled(ports: Ports) -> None:
    ports.requests.refuse(ID, Reason.EMPTY)
    ports.requests.begin_sending(ID, "a", now=NOW, lease_until=NOW + 10)
    ports.requests.settle(ID, "a", RequestState.FAILED, NOW + 1)
    assert request(ports).reason is Reason.EMPTY


@pytest.mark.usefixtures("opened")
def test_a_twin_with_the_same_etag_does_not_bind_a_bound_request(ports: Ports) -> None:
    twin = replace(CONTENT, sha256="0" * 64)
    assert ports.requests.bind(ID, "same", CONTENT, uploaded=NOW, now=NOW)
    assert not ports.requests.bind(ID, "same", twin, uploaded=NOW, now=NOW)
    assert not ports.requests.bind(ID, "same", None, uploaded=NOW, now=NOW)
    assert request(ports).content == CONTENT


@pytest.mark.usefixtures("opened")
def test_a_request_may_be_bound_to_bytes_that_nobody_read(ports: Ports) -> None:
    assert ports.requests.bind(ID, "huge", None, uploaded=NOW, now=NOW)
    assert ports.requests.bind(ID, "huge", None, uploaded=NOW, now=NOW)
    assert not ports.requests.bind(ID, "huge", CONTENT, uploaded=NOW, now=NOW)


@pytest.mark.usefixtures("opened")
def test_one_at_a_time_may_say_that_it_takes_longer_and_only_once(ports: Ports) -> None:
    assert ports.requests.begin_late(ID, now=NOW, lease_until=NOW + 60)
    assert not ports.requests.begin_late(ID, now=NOW + 59, lease_until=NOW + 120)
    assert ports.requests.begin_late(ID, now=NOW + 60, lease_until=NOW + 120)
    ports.requests.late(ID, NOW + 61)
    assert not ports.requests.begin_late(ID, now=NOW + 999, lease_until=NOW + 1999)


def test_a_write_whose_answer_was_lost_may_be_repeated(ports: Ports) -> None:
    taken = claim(ports)
    assert taken
    assert ports.records.failed(taken, Reason.UNREADABLE, NOW)
    assert ports.records.failed(taken, Reason.UNREADABLE, NOW)


# -- giving up, taking up again, what is unfinished, dead letters ------------------------------------------------------


def test_what_nobody_works_on_is_given_up_and_can_be_claimed_anew(ports: Ports) -> None:
    claim(ports)
    assert ports.records.abandon(get(ports), Reason.INTERNAL, NOW)
    assert (get(ports).state, get(ports).reason, get(ports).attempts) == (RecordState.FAILED, Reason.INTERNAL, 0)
    assert claim(ports, "b", get(ports))


def test_what_moved_on_is_not_given_up(ports: Ports) -> None:
    claim(ports)
    claimed = get(ports)
    taken = claimed.claim
    ports.records.transcribed(taken, NOW)
    assert not ports.records.abandon(claimed, Reason.INTERNAL, NOW)
    transcribed = get(ports)
    ready(ports, 1)
    assert not ports.records.abandon(transcribed, Reason.INTERNAL, NOW)
    assert get(ports).state is RecordState.READY


def test_what_was_taken_over_is_not_given_up(ports: Ports) -> None:
    claim(ports)
    seen = get(ports)
    claim(ports, "b", seen)
    assert not ports.records.abandon(seen, Reason.INTERNAL, NOW)
    assert get(ports).attempt == "b"


def test_nothing_is_given_up_where_there_is_nothing(ports: Ports) -> None:
    claim(ports)
    gone = replace(get(ports), key="0" * 32)
    assert not ports.records.abandon(gone, Reason.INTERNAL, NOW)
    assert ports.records.get("0" * 32) is None


def undeliverable(ports: Ports, reason: Reason) -> None:
    ports.requests.bind(ID, "etag", CONTENT, uploaded=NOW, now=NOW)
    assert ports.requests.begin_sending(ID, "a", now=NOW, lease_until=NOW + 60)
    ports.requests.settle(ID, "a", RequestState.UNDELIVERABLE, NOW, reason)


@pytest.mark.parametrize(("forget", "left"), [(True, None), (False, Reason.UNREADABLE)])
def test_what_is_undeliverable_is_taken_up_again(
    ports: Ports, opened: Request, *, forget: bool, left: Reason | None
) -> None:
    undeliverable(ports, Reason.UNREADABLE)
    assert not ports.requests.reopen(opened, forget_reason=forget)
    assert not ports.requests.reopen(replace(opened, reason=Reason.BOUNCED), forget_reason=forget)
    found = request(ports)
    assert ports.requests.reopen(found, forget_reason=forget)
    assert (request(ports).state, request(ports).reason) == (RequestState.WAITING, left)
    assert ports.unfinished.requests(LATER) == [ID]
    assert not ports.requests.reopen(found, forget_reason=forget)
    assert ports.requests.begin_sending(ID, "b", now=NOW, lease_until=NOW + 60)


def test_what_is_not_undeliverable_is_not_taken_up_again(ports: Ports, opened: Request) -> None:
    assert not ports.requests.reopen(opened, forget_reason=True)
    assert not ports.requests.reopen(replace(opened, request_id="f" * 32), forget_reason=True)
    assert ports.requests.get("f" * 32) is None
    assert request(ports) == opened


@pytest.mark.parametrize(
    ("settled", "reason", "left"),
    [(RequestState.SENT, None, Reason.BOUNCED), (RequestState.FAILED, Reason.UNREADABLE, Reason.UNREADABLE)],
)
def test_what_was_mailed_and_came_back_is_undeliverable(
    ports: Ports, opened: Request, settled: RequestState, reason: Reason | None, left: Reason
) -> None:
    ports.requests.bind(ID, "etag", CONTENT, uploaded=NOW, now=NOW)
    ports.requests.begin_sending(ID, "a", now=NOW, lease_until=NOW + 60)
    assert not ports.requests.bounced(opened.request_id, "a", Reason.BOUNCED)
    ports.requests.settle(ID, "a", settled, NOW, reason)
    assert not ports.requests.bounced(opened.request_id, "b", Reason.BOUNCED)
    assert request(ports).state is settled
    for _ in range(2):
        assert ports.requests.bounced(opened.request_id, "a", Reason.BOUNCED)
        assert (request(ports).state, request(ports).reason) == (RequestState.UNDELIVERABLE, left)
        assert Stage.SENT not in request(ports).times
    assert ports.unfinished.requests(LATER) == []
    assert ports.requests.reopen(request(ports), forget_reason=True)
    assert not ports.requests.bounced(opened.request_id, "a", Reason.BOUNCED)


def test_nothing_came_back_where_there_is_no_request(ports: Ports) -> None:
    assert not ports.requests.bounced("f" * 32, "a", Reason.BOUNCED)
    assert ports.requests.get("f" * 32) is None


def test_a_request_is_unfinished_from_its_upload_to_its_outcome(ports: Ports, opened: Request) -> None:
    assert ports.unfinished.requests(LATER) == []
    ports.requests.bind(opened.request_id, "etag", CONTENT, uploaded=NOW, now=NOW + 1)
    assert ports.unfinished.requests(NOW + 1) == []
    assert ports.unfinished.requests(NOW + 2) == [ID]
    ports.requests.begin_sending(ID, "a", now=NOW, lease_until=NOW + 60)
    assert ports.unfinished.requests(NOW + 2) == [ID]
    ports.requests.settle(ID, "a", RequestState.SENT, NOW)
    assert ports.unfinished.requests(LATER) == []


def test_a_request_refused_at_the_door_is_unfinished_until_its_mail_is_out(ports: Ports, opened: Request) -> None:
    other = "f" * 32
    ports.requests.open(
        replace(opened, request_id=other, state=RequestState.WAITING, bound_at=NOW, reason=Reason.EMPTY)
    )
    assert ports.unfinished.requests(LATER) == [other]


def test_a_request_that_was_never_bound_and_is_refused_is_unfinished_until_its_mail_is_out(
    ports: Ports, opened: Request
) -> None:
    ports.requests.refuse(opened.request_id, Reason.INTERNAL)
    assert ports.unfinished.requests(LATER) == [ID]
    assert ports.requests.begin_sending(ID, "a", now=NOW, lease_until=NOW + 60)
    assert (request(ports).sending_until, ports.unfinished.requests(LATER)) == (NOW + 60, [ID])
    ports.requests.settle(ID, "a", RequestState.FAILED, NOW)
    assert ports.unfinished.requests(LATER) == []


def test_what_is_driven_on_counts_from_then_and_what_has_ended_does_not_come_back(
    ports: Ports, opened: Request
) -> None:
    taken = claim(ports)
    assert taken
    ports.requests.bind(opened.request_id, "etag", CONTENT, uploaded=NOW, now=NOW)
    ports.unfinished.record_driven(KEY, NOW + 50)
    ports.unfinished.request_driven(ID, NOW + 60)
    assert (ports.unfinished.records(NOW + 50), ports.unfinished.records(NOW + 51)) == ([], [KEY])
    assert (ports.unfinished.requests(NOW + 60), ports.unfinished.requests(NOW + 61)) == ([], [ID])
    ready(ports, 1)
    ports.requests.begin_sending(ID, "a", now=NOW, lease_until=NOW + 60)
    ports.requests.settle(ID, "a", RequestState.SENT, NOW)
    ports.unfinished.record_driven(KEY, NOW + 70)
    ports.unfinished.request_driven(ID, NOW + 70)
    assert (ports.unfinished.records(LATER), ports.unfinished.requests(LATER)) == ([], [])


def test_a_record_is_unfinished_from_its_claim_to_its_end(ports: Ports) -> None:
    taken = claim(ports)
    assert taken
    assert ports.unfinished.records(NOW) == []
    assert ports.unfinished.records(NOW + 1) == [KEY]
    ports.records.transcribed(taken, NOW + 5)
    assert ports.unfinished.records(NOW + 5) == []
    assert ports.unfinished.records(NOW + 6) == [KEY]
    ready(ports, 1)
    assert ports.unfinished.records(LATER) == []


@pytest.mark.parametrize("end", ["failed", "abandoned"])
def test_a_record_that_failed_is_finished_until_it_is_claimed_anew(ports: Ports, end: str) -> None:
    taken = claim(ports)
    assert taken
    if end == "failed":
        ports.records.failed(taken, Reason.INTERNAL, NOW)
    else:
        ports.records.abandon(get(ports), Reason.INTERNAL, NOW)
    assert ports.unfinished.records(LATER) == []
    claim(ports, "b", get(ports))
    assert ports.unfinished.records(LATER) == [KEY]


def letter(message_id: str = "m", queue: Queue = Queue.INGEST, sent_at: float = NOW) -> DeadLetter:
    subjects = (Subject("uploads/x", "etag"), Subject("uploads/y"))
    return DeadLetter(message_id, queue, "arn", '{"ü": 1}', 200, sent_at, NOW + 9, subjects=subjects)


def test_a_dead_letter_is_kept_as_it_is_until_it_is_forgotten(ports: Ports) -> None:
    assert ports.dead_letters.kept() == []
    ports.dead_letters.keep(letter())
    ports.dead_letters.keep(replace(letter(), died_at=NOW + 20, receives=201))
    assert ports.dead_letters.kept() == [letter()]
    ports.dead_letters.told(letter(), NOW + 30)
    assert ports.dead_letters.kept() == [replace(letter(), told_at=NOW + 30)]
    ports.dead_letters.forget(letter())
    ports.dead_letters.forget(letter())
    assert ports.dead_letters.kept() == []


def test_what_is_forgotten_does_not_come_back_when_it_is_told(ports: Ports) -> None:
    ports.dead_letters.told(letter(), NOW)
    assert ports.dead_letters.kept() == []


def test_dead_letters_are_told_queue_by_queue_and_the_oldest_first(ports: Ports) -> None:
    letters = [
        letter("a", Queue.COUNT, NOW + 2),
        letter("b", Queue.COUNT, NOW + 1),
        letter("c", Queue.UNKNOWN),
        letter("d", Queue.NOTIFY),
    ]
    for each in letters:
        ports.dead_letters.keep(each)
    assert [each.message_id for each in ports.dead_letters.kept()] == ["b", "a", "d", "c"]


def test_a_deleted_request_is_gone_and_no_later_write_brings_it_back(ports: Ports, opened: Request) -> None:
    ports.requests.delete(opened.request_id)
    ports.requests.delete(opened.request_id)
    assert not ports.requests.bind(ID, "etag", CONTENT, uploaded=NOW, now=NOW)
    assert not ports.requests.begin_sending(ID, "a", now=NOW, lease_until=LATER)
    assert not ports.requests.reopen(opened, forget_reason=True)
    ports.requests.kept(ID, KEY, NOW)
    ports.requests.joined(ID)
    ports.requests.hit(ID)
    ports.requests.refuse(ID, Reason.INTERNAL)
    ports.requests.settle(ID, "a", RequestState.SENT, NOW)
    ports.requests.late(ID, NOW)
    ports.unfinished.request_driven(ID, NOW)
    assert ports.requests.get(ID) is None
    assert ports.unfinished.requests(LATER) == []
