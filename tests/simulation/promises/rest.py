"""What must hold when nothing is in flight any more: queues empty, no lease held, the clock past every deadline."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from runtime.core.errors import BadRequest
from runtime.core.reasons import CAME_BACK, Reason
from runtime.core.types import RecordState, RequestState, Stage
from runtime.core.use_cases.requests import ShowRequest
from runtime.core.words import VERSION
from tests.simulation.functions import DEAD
from tests.simulation.pictures import BY_ETAG
from tests.simulation.plan import Between
from tests.simulation.promises.broken import check
from tests.simulation.promises.bulk import nothing_waits_for_a_run
from tests.simulation.promises.calls import result_is_there
from tests.simulation.promises.causes import permanent
from tests.simulation.promises.status import what_is_shown_is_true

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runtime.core.types import Request
    from tests.simulation.facts import Sent
    from tests.simulation.world import World


def _accepted(world: World) -> Iterator[Request]:
    """Whose form was used, and who was told at once that this is of no use."""
    for request_id in (*world.facts.puts, *world.facts.turned_away):
        yield world.facts.requests[request_id]


def _named(request: Request) -> str:
    return f"{request.email} ({request.request_id}, {request.state}, {request.reason})"


def every_accepted_upload_has_an_outcome(world: World) -> None:
    """Every accepted upload ends in an outcome (1)."""
    for request in _accepted(world):
        check("every_accepted_upload_has_an_outcome", request.state.settled, f"{_named(request)} is left waiting")


def every_outcome_is_told_once(world: World) -> None:
    """The person is told, once; again only if a crash cut the record of the mail off (1, 5)."""
    promise = "every_outcome_is_told_once"
    for request in _accepted(world):
        sent = [each for each in world.facts.sent if each.letter.request_id == request.request_id]
        outcomes = [each for each in sent if each.is_outcome and not _is_known_to_be_back(world, each)]
        inexcusable = [each for each in outcomes if not each.excused]
        kinds = [each.letter.kind for each in outcomes]
        undeliverable = request.state is RequestState.UNDELIVERABLE
        check(promise, len(inexcusable) <= (0 if undeliverable else 1), f"{_named(request)} got {kinds}")
        wanted = "result" if request.state is RequestState.SENT else "failure"
        check(promise, undeliverable or wanted in kinds, f"{_named(request)} got {kinds}")


def _is_known_to_be_back(world: World, sent: Sent) -> bool:
    """Whether a mail came back, and the message that says so has not died, or was not the only one."""
    died = any(sent.is_told_of(letter.body) for letter in world.dead_letters.kept())
    return sent.taken_back or (sent.came_back and not died)


def what_came_back_is_undeliverable_and_nothing_else(world: World) -> None:
    """Whose last mail came back has it `UNDELIVERABLE`, with that for a reason or its own; nobody else (1)."""
    promise = "what_came_back_is_undeliverable_and_nothing_else"
    for request in _accepted(world):
        sender = world.facts.senders.get(request.request_id)
        last = [each for each in world.facts.sent if each.is_outcome and each.tags.attempt == sender]
        due = any(_is_known_to_be_back(world, each) for each in last)
        undeliverable = request.state is RequestState.UNDELIVERABLE
        check(promise, undeliverable or not due, f"{_named(request)}, and its mail came back")
        check(promise, request.reason or not due, f"{_named(request)} does not know that its mail came back")
        right = request.reason not in CAME_BACK or (undeliverable and any(each.came_back for each in last))
        check(promise, right, f"{_named(request)}, and its mail did not come back")


def lateness_is_told_once(world: World) -> None:
    """Who waits too long is told so once; again only if a crash cut the record of the mail off (5)."""
    sent = (each for each in world.facts.sent if each.letter.kind == "late" and not each.excused)
    for request_id, times in Counter(each.letter.request_id for each in sent).items():
        check("lateness_is_told_once", times <= 1, f"{request_id} was told {times} times that it takes longer")


def every_request_is_bound_to_its_own_bytes(world: World) -> None:
    """Whose form was used is bound to what was uploaded with it (1)."""
    for request_id, puts in world.facts.puts.items():
        request = world.facts.requests[request_id]
        own = request.etag in {put.picture.content.md5 for put in puts}
        own = own or (request.etag is None and world.facts.dead)
        check("every_request_is_bound_to_its_own_bytes", own, f"{_named(request)} is bound to {request.etag}")


def every_outcome_is_the_pictures(world: World) -> None:
    """A result is there for pictures that can be read, and those alone, and every other has its reason (1)."""
    promise = "every_outcome_is_the_pictures"
    for request_id, puts in world.facts.puts.items():
        request = world.facts.requests[request_id]
        if request.etag is None:
            check(promise, request.reason is Reason.INTERNAL, f"{_named(request)} is bound to nothing")
            continue
        mine = [put.picture for put in puts if put.picture in BY_ETAG[request.etag]]
        reasons = {picture.reason for picture in mine}
        if request.state is RequestState.SENT:
            check(promise, None in reasons, f"{_named(request)} got a result")
        elif request.reason not in {Reason.INTERNAL, Reason.RECIPIENT_NOT_VERIFIED, *CAME_BACK}:
            check(promise, request.reason in reasons, f"{_named(request)} should have been told {reasons}")


def every_stage_has_its_time(world: World) -> None:
    """On the rows, from the first day."""
    promise = "every_stage_has_its_time"
    for request in _accepted(world):
        due = {Stage.OPENED}
        due |= set() if request.state is RequestState.UNDELIVERABLE else {Stage.SENT}
        due |= {Stage.UPLOADED} if request.etag else set()
        due |= {Stage.KEPT} if request.key else set()
        check(promise, due <= request.times.keys(), f"{_named(request)} has the times {sorted(request.times)}")
    for key, record in world.records.rows.items():
        due = {Stage.CLAIMED}
        due |= {Stage.COUNTED, Stage.PUBLISHED} if record.state is RecordState.READY else set()
        check(promise, due <= record.times.keys(), f"{key} has the times {sorted(record.times)}")


def how_it_was_answered_is_known(world: World) -> None:
    """By work of its own, by another's that was waited for, or from the cache; the first to know may be too late."""
    promise = "how_it_was_answered_is_known"
    interrupted = world.plan.sway > 1
    if world.facts.faults or interrupted:
        return
    for request in _accepted(world):
        claimed = request.request_id in world.facts.claimed_by
        if request.state is RequestState.SENT and request.request_id not in world.facts.woken:
            check(promise, claimed or request.joined or request.cached, f"{_named(request)}: nobody knows how")
            ways = claimed + request.joined + request.cached
            expiring = world.plan.between is Between.ALMOST_EXPIRED  # what a hit found may be gone, and is made again
            check(promise, ways == 1 or expiring, f"{_named(request)} is said to have been answered in {ways} ways")


def who_is_answered_is_shown_it(world: World) -> None:
    """The page shows what the mail says, to who holds the token and nobody else (1)."""
    show = ShowRequest(world.requests, world.records, world.results)
    promise = "who_is_answered_is_shown_it"
    for actor in world.actors:
        if actor.person.part != world.part or actor.opened is None:
            continue
        request_id = actor.opened.request_id
        status = show(request_id, actor.opened.access_token)
        what_is_shown_is_true(status)
        check(promise, status.request == world.facts.requests[request_id], f"{request_id} is shown another request")
        lives = status.record is not None and world.now < status.record.expires_at
        mailed = status.request.state is RequestState.SENT or status.request.reason in CAME_BACK
        due = lives and mailed
        check(promise, status.count or not due, f"{_named(status.request)} is shown no words")
        try:
            show(request_id, "another's token")
        except BadRequest:
            continue
        check(promise, False, f"{request_id} is shown to somebody else")  # noqa: FBT003  never


def no_upload_is_left(world: World) -> None:
    """Uploads are deleted (3)."""
    left = list(world.uploads.objects)
    lifecycles = world.facts.is_stuck_for_a_reason  # its message is gone or dead
    check("no_upload_is_left", not left or lifecycles, f"left: {left}")


def no_image_is_left(world: World) -> None:
    """Images are deleted, but for those that a replay will need (3)."""
    replayed = [row.content for row in world.facts.requests.values() if row.reason is Reason.INTERNAL]
    almost = world.part == 1 and world.plan.between in (Between.EXPIRED, Between.ALMOST_EXPIRED)
    for key, (_, content) in world.images.kept.items():
        record = world.records.rows.get(key)
        failed = record is not None and record.content == content and record.state is RecordState.FAILED
        keeper = world.facts.kept_by[key]
        lifecycles = almost or keeper.slow  # its message may be gone, so that nobody comes again
        # Its request has another key, and whoever has the same bytes may be about to claim this one.
        lifecycles = lifecycles or (record is None and "requests.kept" in keeper.denied)
        for_replay = content in replayed or (record is not None and failed and not permanent(record))
        lifecycles = lifecycles or world.facts.is_stuck_for_a_reason  # its message is gone or dead, the same
        check("no_image_is_left", for_replay or lifecycles, f"images/{key} is left; it is {record and record.state}")


def no_transcript_is_left(world: World) -> None:
    """Transcripts are deleted once they are counted (3)."""
    # One that no run could count is left to its lifecycle, for whoever looks into it: `bulk` deletes no transcripts.
    left = [each for each in world.results.transcripts if each not in world.facts.uncounted]
    lifecycles = world.facts.is_stuck_for_a_reason  # its message is gone or dead
    check("no_transcript_is_left", not left or lifecycles, f"left: {left}")


def nobody_is_left_waiting(world: World) -> None:
    """No waiter is left, and no record on which a later one would wait for ever (1)."""
    promise = "nobody_is_left_waiting"
    for key, request_id in sorted(world.waiters.waiting):
        # Who waited again for what had just ended may die, or have outlived its message; the row expires.
        answered = world.facts.requests[request_id].state.settled
        excused = answered and world.facts.faults and (world.facts.slow or request_id in world.facts.woken)
        excused = excused or (answered and world.facts.is_stuck_for_a_reason)
        check(promise, excused, f"{request_id} waits for {key}")
    for key, record in world.records.rows.items():
        stuck = record.state is RecordState.TRANSCRIBED and world.now < record.expires_at
        check(promise, not stuck, f"{key} is transcribed and nobody counts it")


def ready_means_that_the_result_is_there(world: World) -> None:
    """At the end too (4)."""
    for record in world.records.rows.values():
        lives = record.state is RecordState.READY and world.now < record.expires_at and record.version == VERSION
        if lives and (record.key, record.generation) not in world.facts.lost:
            result_is_there(world, record)


def what_died_is_kept_and_told(world: World) -> None:
    """Every dead letter is a row, and whom it concerns has been told, until it is replayed (1)."""
    check("what_died_is_kept_and_told", not world.queues[DEAD].messages, "a dead letter is left in its queue")
    kept = {letter.message_id for letter in world.dead_letters.kept()}
    lost = world.facts.died - kept - world.facts.replayed
    check("what_died_is_kept_and_told", not lost, f"neither kept nor replayed: {sorted(lost)}")
    for letter in world.dead_letters.kept():
        check("what_died_is_kept_and_told", letter.told_at, f"nobody was told of {letter.queue} {letter.message_id}")


def who_asks_again_is_answered(world: World) -> None:
    """Whose address is verified again has the mail by now (1)."""
    for actor in world.actors:
        request = world.facts.requests.get(actor.opened.request_id) if actor.opened else None
        if request and actor.person.asks_again and not world.facts.faults:
            answered = request.state is not RequestState.UNDELIVERABLE
            check("who_asks_again_is_answered", answered, f"{_named(request)} has asked again")


AT_REST: Final[tuple[Callable[[World], None], ...]] = (
    every_accepted_upload_has_an_outcome,
    what_came_back_is_undeliverable_and_nothing_else,
    every_outcome_is_told_once,
    lateness_is_told_once,
    every_request_is_bound_to_its_own_bytes,
    every_outcome_is_the_pictures,
    every_stage_has_its_time,
    how_it_was_answered_is_known,
    who_is_answered_is_shown_it,
    no_upload_is_left,
    no_image_is_left,
    no_transcript_is_left,
    nobody_is_left_waiting,
    nothing_waits_for_a_run,
    what_died_is_kept_and_told,
    who_asks_again_is_answered,
    ready_means_that_the_result_is_there,
)
