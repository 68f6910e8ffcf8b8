"""What must hold at every change of a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.core.addresses import name_of
from runtime.core.reasons import Reason
from runtime.core.types import RecordState, RequestState, Stage
from tests.simulation.functions import DEAD, INGEST_LEASE, KEEP
from tests.simulation.operators import REDRIVE, RESEND
from tests.simulation.plan import Between
from tests.simulation.promises.broken import check
from tests.simulation.promises.causes import permanent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.core.addresses import Standing
    from runtime.core.types import Record, Request
    from tests.simulation.invocation import Invocation
    from tests.simulation.world import World

_ROUNDING: Final = 1e-3
_RANK: Final = {RecordState.CLAIMED: 0, RecordState.TRANSCRIBED: 1, RecordState.FAILED: 2, RecordState.READY: 3}


def record_changes(world: World, old: Record | None, new: Record) -> None:
    """Records only move forward within a generation, and generations only up."""
    here = world.current
    if here is None:
        return  # what happens between the parts is nobody's doing
    if old is None or new.generation != old.generation:
        _a_claim_is_taken_only_when_it_is_free(world, here, old, new)
        _a_claim_is_written_as_it_should_be(world, here, old, new)
    else:
        _a_record_only_moves_forward(world, here, old, new)
    stages = {stage: time for stage, time in new.times.items() if old is None or old.times.get(stage) != time}
    counted = stages.pop(Stage.COUNTED, None)
    _stages_have_their_times(world, here, stages)
    if counted is not None:
        # The event may be that of an earlier count, which another has overwritten.
        written = world.facts.counted_at.get(new.key, ())
        check("stages_have_their_times", any(abs(at - counted) < _ROUNDING for at in written), f"counted: {counted}")


def _a_claim_is_taken_only_when_it_is_free(world: World, here: Invocation, old: Record | None, new: Record) -> None:
    """Not while somebody holds it, and not when there is an answer already (2, 4)."""
    if old is None:
        return
    fresh = world.now < old.expires_at
    kind = f"claims anew of {old.state}"
    if old.state is RecordState.CLAIMED:
        kind = "take-overs" if old.lease_until else "claims after a claim was given back"
        check(
            "a_claim_is_its_attempts_until_its_lease_ends",
            not fresh or old.lease_until <= world.now,
            f"{here} claimed {old.key} {old.lease_until - world.now:.2f} s before its lease ended",
        )
    elif fresh and old.state is RecordState.READY:
        complete = old.key in world.results.texts and old.key in world.results.counts
        check("what_is_answered_is_not_worked_on_again", not complete, f"{here} claimed {old.key}, which is READY")
    elif fresh and old.state is RecordState.FAILED:
        check("what_is_answered_is_not_worked_on_again", not permanent(old), f"{here} claimed {old.key}: {old.reason}")
    elif fresh:
        check("what_is_read_is_not_read_again", False, f"{here} claimed {old.key}, which is TRANSCRIBED")  # noqa: FBT003  never
    check("a_key_is_one_pictures", not fresh or old.content == new.content, f"{here} claimed {old.key} for other bytes")
    world.covered[kind] += 1


def _a_claim_is_written_as_it_should_be(world: World, here: Invocation, old: Record | None, new: Record) -> None:
    facts, key = world.facts, new.key
    promise = "generations_only_rise"
    check(promise, new.state is RecordState.CLAIMED, f"a generation of {key} began as {new.state}")
    check(promise, new.generation > facts.generations.get(key, 0), f"{new.generation} of {key} is no new generation")
    check(promise, old is None or new.generation == old.generation + 1, f"{old and old.generation}, {new.generation}")
    facts.generations[key] = new.generation
    _lives_as_long_as_it_should(world, here, new)
    check(
        "a_lease_is_as_long_as_it_should_be",
        here.began_at + INGEST_LEASE <= new.lease_until <= world.now + INGEST_LEASE,
        f"that on {key} is to end in {new.lease_until - world.now} s",
    )
    going_on = old is not None and world.now < old.expires_at and old.state is RecordState.CLAIMED
    seen = here.seen.get(key)
    given_back_meanwhile = going_on and old and not old.lease_until and seen and seen.lease_until
    facts.unended[key] = facts.unended[key] + 1 + bool(given_back_meanwhile) if going_on else 1
    if not going_on:
        facts.reads[key] = []
    check(
        "attempts_are_counted",
        new.attempts == facts.unended[key],
        f"{new.attempts} attempts on {key}, and it were {facts.unended[key]}",
    )
    here.claims[key] = new.attempt
    facts.claimed_by.add(new.claimant)


def _a_record_only_moves_forward(world: World, here: Invocation, old: Record, new: Record) -> None:
    """And an attempt that was overtaken changes nothing; `READY` is never `FAILED` (4)."""
    attempt = world.facts.attempt
    check(
        "an_overtaken_attempt_changes_nothing",
        attempt is None or attempt == old.claim,
        f"{here} wrote for generation {attempt and attempt.generation} of {old.key}, which is at {old.generation}",
    )
    promise = "a_record_only_moves_forward"
    check(promise, _RANK[new.state] >= _RANK[old.state], f"{old.state} became {new.state}")
    check(promise, new.content == old.content, f"{old.key} is of other bytes now")
    if new.state is RecordState.READY:
        _lives_as_long_as_it_should(world, here, new)
    elif new.state is RecordState.CLAIMED and not new.lease_until:
        world.facts.unended[new.key] -= 1


def _lives_as_long_as_it_should(world: World, here: Invocation, record: Record) -> None:
    check(
        "a_record_lives_as_long_as_it_should",
        here.began_at + KEEP <= record.expires_at <= world.now + KEEP,
        f"{record.key} is to expire in {record.expires_at - world.now} s",
    )


def request_changes(world: World, old: Request | None, new: Request) -> None:
    """A request has one outcome, is bound once, and keeps its first reason (1)."""
    facts, here = world.facts, world.current
    facts.requests[new.request_id] = new
    if here is None:
        return
    stages = {stage: time for stage, time in new.times.items() if old is None or old.times.get(stage) != time}
    uploaded = stages.pop(Stage.UPLOADED, None)
    _stages_have_their_times(world, here, stages)
    if uploaded is not None:
        puts = facts.puts.get(new.request_id, ())
        check(
            "stages_have_their_times", any(abs(put.at - uploaded) < _ROUNDING for put in puts), f"uploaded: {uploaded}"
        )
    if old is None:
        return
    promise = "a_request_has_one_outcome"
    back = _comes_back(world, here, old, new)
    taken_up = old.state is RequestState.UNDELIVERABLE and here.function in (RESEND, REDRIVE)
    if taken_up:
        facts.settled.pop(new.request_id, None)
        facts.undelivered.discard(new.request_id)
    only_late = here.function == "deadline" and (old.state, old.reason) == (new.state, new.reason)
    may_change = taken_up or only_late or back or not old.state.settled
    check(promise, may_change, f"{new.request_id} was {old.state} and is {new.state}")
    # Two letters about one request that are replayed together may come to two reasons; it is told one.
    stays = old.reason in (None, new.reason) or (world.facts.dead and new.state.settled)
    check(promise, taken_up or stays, f"{old.reason} became {new.reason}")
    check(
        promise,
        old.state is RequestState.OPEN or new.state is not RequestState.OPEN,
        f"{new.request_id} is opened again",
    )
    check("a_request_is_bound_once", old.etag in (None, new.etag), f"{new.request_id} is bound to other bytes")
    expiring = world.plan.between is Between.ALMOST_EXPIRED  # two deliveries may find the twin's record there, and gone
    check("a_request_has_one_key", expiring or old.key in (None, new.key), f"{new.request_id} has another key")
    check(
        "how_it_was_answered_stays",
        new.cached >= old.cached and new.joined >= old.joined,
        f"{new.request_id} forgot it",
    )
    if new.etag != old.etag:
        _bytes_are_its_own(world, new)
    if new.key != old.key:
        _kept_means_kept(world, new)
    if new.state.settled and not old.state.settled:
        _settled(world, here, new)
    elif Stage.LATE in new.times and Stage.LATE not in old.times:
        here.record(new.request_id, "late")


def _comes_back(world: World, here: Invocation, old: Request, new: Request) -> bool:
    """Whether it is only that the mail which told its outcome came back, as `notify` was just told (1)."""
    if here.function != "notify" or not old.state.settled or new.state is not RequestState.UNDELIVERABLE:
        return False
    sender, bodies = world.facts.senders[new.request_id], [message.body for message in here.messages]
    mails = [each for each in world.facts.sent if each.tags.attempt == sender]
    told = [each for each in mails if any(each.is_told_of(body) for body in bodies)]
    promise = "what_came_back_is_undeliverable_and_nothing_else"
    check(promise, told, f"{here} takes back the mail of {new.request_id}, which nobody has sent back")
    whys = {Reason.MAILBOX_GONE if each.for_good else Reason.BOUNCED for each in told}
    right = new.reason in ({old.reason} if old.reason else whys) and Stage.SENT not in new.times
    check(promise, right, f"{new.request_id} was {old.reason} and is {new.reason}: its mail came back")
    for each in told:
        each.taken_back = True
    world.facts.undelivered.add(new.request_id)
    world.covered["mails taken back"] += 1
    return True


def address_changes(world: World, old: Standing | None, new: Standing) -> None:
    """An address loses its proof if SES refuses it, or a mail came back for good that is younger than the proof (5)."""
    here = world.current
    if here is None or old is None or new.proven:
        return
    bodies = [message.body for message in here.messages]
    address = next(actor.address for actor in world.actors if name_of(actor.address) == new.name)
    mails = [each for each in world.facts.sent if each.letter.to == address and each.for_good]
    told = [each for each in mails if any(each.is_told_of(body) for body in bodies)]
    for each in told:
        each.held_against = True
    refused = address not in world.proven or address in here.refused
    reason = not old.proven or refused or any(old.proven_at <= each.at for each in told)
    check("an_address_loses_its_proof_for_a_reason", reason, f"{here}: {address} is proven no more")
    world.facts.lost_proof.add(address)


def _bytes_are_its_own(world: World, request: Request) -> None:
    puts = world.facts.puts.get(request.request_id, ())
    mine = [put.picture for put in puts if put.picture.content.md5 == request.etag]
    check("a_request_is_bound_to_its_own_bytes", mine, f"{request.request_id} is bound to {request.etag}")
    if request.content:
        contents = [picture.content for picture in mine]
        check(
            "a_request_is_bound_to_its_own_bytes",
            request.content in contents,
            f"{request.request_id}: {request.content}",
        )


def _kept_means_kept(world: World, request: Request) -> None:
    """Who has a key can count on the bytes being there, or on somebody having read them (3)."""
    key = request.key or ""
    kept, record = world.images.kept.get(key), world.records.rows.get(key)
    there = kept is not None and kept[1] == request.content
    read = record is not None and record.content == request.content and record.state is not RecordState.CLAIMED
    vanished = key in world.facts.vanished
    check("kept_means_kept", there or read or vanished, f"{request.request_id} has the key {key}, and nothing is there")


def _settled(world: World, here: Invocation, request: Request) -> None:
    world.facts.settled[request.request_id] = world.numbers
    promise, state = "an_outcome_is_written_when_it_is_told", request.state
    sent = {each.letter.kind for each in world.facts.sent if each.letter.request_id == request.request_id}
    if state is RequestState.UNDELIVERABLE:
        who = f"{request.email} is proven, and yet {request.request_id} was not delivered"
        died = here.function == DEAD
        check("undeliverable_only_when_unproven", died or request.email in world.facts.lost_proof, who)
        seen = here.seen.get(request.key) if request.key else None
        reasons = {Reason.RECIPIENT_NOT_VERIFIED, here.found[request.request_id].reason, seen and seen.reason}
        # It expired, and a twin may have its place by now: a mail that was replayed comes weeks after its picture.
        gone = seen is None or seen.content != request.content or (seen.key, seen.generation) in world.facts.lost
        lost = request.reason is Reason.INTERNAL and gone
        right = request.reason and (lost or request.reason in reasons)
        check(promise, died or right, f"{request.request_id} was not delivered because of {request.reason}")
    else:
        wanted = "result" if state is RequestState.SENT else "failure"
        check(promise, wanted in sent, f"{request.request_id} is {state}, and was sent {sorted(sent)}")
        check(
            promise,
            (request.reason is None) == (wanted == "result"),
            f"{request.request_id}: {state}, {request.reason}",
        )
    here.record(request.request_id, "result", "failure")


def _stages_have_their_times(world: World, here: Invocation, stages: Mapping[str, float]) -> None:
    """Each stage's time is when it was passed."""
    for stage, time in stages.items():
        check("stages_have_their_times", here.began_at <= time <= world.now, f"{stage}: {time - world.now} s off")
