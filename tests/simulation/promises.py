"""What must hold, whatever happens in between: each a function named after what it promises.

Those in `BEFORE` and `AFTER` look at a call of a port, `record_changes` and `request_changes` at every change of a row,
and those in `AT_REST` at what is left when nothing is in flight any more. The numbers are those of the promises in the
architecture:

    1  every accepted upload ends in exactly one outcome that the person is told of
    2  while nothing fails, one image costs one OCR call
    3  nothing of an upload is kept longer than it is needed, or shorter
    4  `READY` means that the result is there and is this image's
    5  mail goes only to the address that asked, and only if verified; once, unless a crash cuts its record off
    6  throttling never fails a document
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from runtime.core import keys
from runtime.core.reasons import Reason
from runtime.core.types import MAX_ATTEMPTS, RecordState, RequestState, Stage
from tests.simulation.pictures import BY_ETAG, PICTURES
from tests.simulation.plan import Between

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from runtime.core.reasons import Reason as Why
    from runtime.core.types import Claim, Record, Request
    from runtime.core.word_count import WordCount
    from tests.simulation.letters import Letter
    from tests.simulation.pictures import Picture
    from tests.simulation.world import World


class BrokenPromiseError(BaseException):
    """A promise does not hold. No `Exception`: the code under test must not catch it."""

    def __init__(self, promise: str, detail: str) -> None:
        super().__init__(f"{promise}: {detail}")
        self.promise = promise
        self.detail = detail


def _check(promise: str, holds: object, detail: str) -> None:
    if not holds:
        raise BrokenPromiseError(promise, detail)


def _picture(record: Record) -> Picture:
    return next(picture for picture in PICTURES if picture.content == record.content)


# -- while it happens --------------------------------------------------------------------------------------------------

_RANK: Final = {RecordState.CLAIMED: 0, RecordState.TRANSCRIBED: 1, RecordState.FAILED: 2, RecordState.READY: 3}


def record_changes(world: World, old: Record | None, new: Record) -> None:
    """Records only move forward within a generation, and generations only up; `READY` is never `FAILED` (4)."""
    if old is None:
        return
    if world.writing is not None:
        _check(
            "an_overtaken_attempt_changes_nothing",
            world.writing == old.claim,
            f"generation {world.writing.generation} wrote on {old.key}, which is at {old.generation}",
        )
    promise = "a_record_only_moves_forward"
    if new.generation == old.generation:
        _check(promise, _RANK[new.state] >= _RANK[old.state], f"{old.state} became {new.state}")
        _check(promise, new.content == old.content, "other content in the same generation")
        return
    _check(promise, new.generation == old.generation + 1, f"generation {old.generation} became {new.generation}")
    _check(promise, new.state is RecordState.CLAIMED, f"a new generation began as {new.state}")
    if old.state is RecordState.CLAIMED and old.lease_until:
        _check(
            "a_claim_is_its_attempts_until_its_lease_ends",
            old.lease_until <= world.now,
            f"{old.key} was claimed anew {old.lease_until - world.now} s before its lease ended",
        )
        world.covered["take-overs"] += 1
    elif old.state is RecordState.CLAIMED:
        world.covered["claims after a claim was given back"] += 1
    else:
        world.covered[f"claims anew of {old.state}"] += 1


def request_changes(world: World, old: Request | None, new: Request) -> None:
    """A request has one outcome, is bound once, and keeps its first reason (1)."""
    world.last_seen[new.request_id] = new
    if old is None:
        return
    promise = "a_request_has_one_outcome"
    _check(promise, not old.state.settled, f"changed after {old.state}: {new}")
    _check(promise, old.etag in (None, new.etag), "bound to other bytes")
    _check(promise, old.reason in (None, new.reason), f"{old.reason} became {new.reason}")
    _check(promise, new.state is not RequestState.OPEN or old.state is RequestState.OPEN, "opened again")
    here = world.current
    if here is None:
        return
    if new.state.settled:
        world.settled[new.request_id] = world.numbers
        _recorded(here.unrecorded, new.request_id, ("result", "failure"))
        if new.state is RequestState.UNDELIVERABLE:
            _check(
                "undeliverable_only_when_unproven",
                new.email in world.lost_proof,
                f"{new.email} is proven, and yet {new.request_id} was not delivered",
            )
    elif Stage.LATE in new.times and Stage.LATE not in old.times:
        _recorded(here.unrecorded, new.request_id, ("late",))


def _recorded(unrecorded: list[Any], request_id: str, kinds: Iterable[str]) -> None:
    for sent in tuple(unrecorded):
        if sent.letter.request_id == request_id and sent.letter.kind in kinds:
            sent.recorded = True
            unrecorded.remove(sent)


def an_upload_is_deleted_only_when_nobody_needs_it(world: World, object_key: str, etag: str) -> None:
    """Deleted only once its bytes are kept, or refused, or were never its request's (3)."""
    request_id = keys.request_of_upload(object_key)
    request = world.requests.rows.get(request_id) if request_id else None
    present = world.uploads.objects.get(object_key)
    if request is None or present is None or request.state.settled or request.reason:
        return
    held = next(picture for picture in PICTURES if picture.data == present)
    if held.content.md5 != etag:
        return
    needed = request.etag is None or (request.etag == etag and request.key is None)
    _check(
        "an_upload_is_deleted_only_when_nobody_needs_it",
        not needed,
        f"{object_key} was deleted before its bytes were kept or refused",
    )


def an_image_is_deleted_only_when_read_or_refused(world: World, key: str) -> None:
    """Deleted only once its transcript is durable or a permanent failure recorded (3)."""
    kept = world.images.kept.get(key)
    if kept is None:
        return
    content, record = kept[1], world.records.rows.get(key)
    if record is None or not record.fresh(world.now):
        needless = (key, content.sha256) in world.durable
    elif record.content != content:
        needless = True
    elif record.state is RecordState.FAILED:
        needless = record.refused(world.now)
    else:
        needless = record.state is not RecordState.CLAIMED and (key, content.sha256) in world.durable
        needless = needless or key in {lost for lost, _ in world.lost}  # who hit it just before cannot know
    _check(
        "an_image_is_deleted_only_when_read_or_refused",
        needless,
        f"images/{key} was deleted while its record was {record and record.state}",
    )


def a_transcript_is_deleted_only_when_counted(world: World, key: str, generation: int) -> None:
    """Deleted only once it is counted, or of an attempt that was overtaken (3)."""
    if (key, generation) not in world.results.transcripts:
        return
    record, stored = world.records.rows.get(key), world.results.counts.get(key)
    _check(
        "a_transcript_is_deleted_only_when_counted",
        record is None or record.generation != generation or (stored and stored.generation >= generation),
        f"transcripts/{key}/{generation} was deleted uncounted",
    )


def an_attempt_reads_once(world: World, key: str) -> None:
    """One attempt, one OCR call, of the bytes that it claimed (2)."""
    record = world.records.rows.get(key)
    if record is None or key not in world.images.kept:
        return
    here = world.current
    if here is None or here.slow:
        return
    again = record.attempt in world.attempts_read
    _check("an_attempt_reads_once", not again, f"generation {record.generation} of {key} was read again")
    _check("an_attempt_reads_once", record.content == world.images.kept[key][1], "other bytes were read")


def attempt_writes(world: World, claim: Claim, *_: object) -> None:
    """Not a promise: what `record_changes` needs to know."""
    world.writing = claim


def attempt_wrote(world: World, *_: object) -> None:
    """The end of that."""
    world.writing = None


def generation_was_seen(world: World, answer: Record | None, key: str) -> None:
    """Not a promise: what the promises need to know."""
    if world.current:
        world.current.seen[key] = answer.generation if answer else 0


def what_is_overtaken_is_not_counted(world: World, count: WordCount, generation: int) -> None:
    """Nobody counts for another generation than the record had when it was looked at (4)."""
    seen = world.current.seen.get(count.key, generation) if world.current else generation
    _check(
        "what_is_overtaken_is_not_counted",
        seen == generation,
        f"generation {generation} of {count.key} was counted, and its record was at {seen}",
    )


def a_hit_is_of_a_record_that_lives(world: World, _answer: object, request_id: str) -> None:
    """Who is answered from the cache is answered from a record that had not expired when it was looked at (4)."""
    request, here = world.last_seen[request_id], world.current
    record = world.records.rows.get(request.key)
    if record and here:
        _check(
            "a_hit_is_of_a_record_that_lives",
            record.expires_at > here.began_at,
            f"{request_id} was answered from {record.key}, which had expired",
        )


def transcript_is_durable(world: World, _answer: object, claim: Claim, *_: object) -> None:
    """Not a promise: what the promises need to know."""
    record = world.records.rows.get(claim.key)
    if record:
        world.durable.add((claim.key, record.content.sha256))


def failure_is_recorded(world: World, answer: object, claim: Claim, reason: Why, *_: object) -> None:
    """Not a promise: what the promises need to know."""
    attempt_wrote(world)
    record = world.records.rows.get(claim.key)
    if answer and record and reason is not Reason.INTERNAL:
        world.durable.add((claim.key, record.content.sha256))


def ready_means_that_the_result_is_there(
    world: World, answer: object, count: WordCount, generation: int, **_: object
) -> None:
    """`READY` means that the result is there and is this image's, and that its attempt was not overtaken (4)."""
    record = world.records.rows.get(count.key)
    if answer and record:
        promise = "an_overtaken_attempt_changes_nothing"
        _check(promise, record.generation == generation, f"{count.key} became READY for generation {generation}")
        _ready(world, record)


def _ready(world: World, record: Record) -> None:
    promise, key = "ready_means_that_the_result_is_there", record.key
    stored = world.results.counts.get(key)
    picture = _picture(record)
    _check(promise, stored is not None and key in world.results.texts, f"{key} is READY without its result")
    if stored:
        _check(promise, stored.count.words == picture.words, f"{key} has another picture's words")
        _check(promise, stored.generation == record.generation, f"{key} has another generation's count")
    text = f"{picture.line}\n" if picture.line else ""
    _check(promise, world.results.texts.get(key) == text, f"{key} has another picture's text")


def proof_was_seen(world: World, answer: object, address: str) -> None:
    """Not a promise: what the promises need to know."""
    if answer and world.current:
        world.current.checked.add(address)


def mail_goes_to_the_asker_and_only_if_proven(world: World, letter: Letter, recipient: str) -> None:
    """Mail goes only to the address that asked, and only if verified just before (5)."""
    promise = "mail_goes_to_the_asker_and_only_if_proven"
    asker = world.last_seen[letter.request_id].email
    _check(promise, recipient == letter.to == asker, f"mail for {asker} went to {recipient}")
    _check(promise, world.current and recipient in world.current.checked, f"nobody checked the proof of {recipient}")


def lateness_is_not_told_after_the_outcome(world: World, letter: Letter) -> None:
    """Who was answered before the deadline was looked at hears nothing of it (1)."""
    here = world.current
    answered = world.settled.get(letter.request_id)
    _check(
        "lateness_is_not_told_after_the_outcome",
        here is None or answered is None or here.number <= answered,
        f"{letter.request_id} was answered, and then told that it takes longer",
    )


def who_waits_too_long_is_told(world: World, done: list[str]) -> None:
    """A deadline that finds a request unanswered tells its person (1)."""
    for told_of in done:
        object_key, etag = told_of.split()
        request = next((row for row in world.last_seen.values() if row.request_id.endswith(object_key[8:])), None)
        if request is None or request.state.settled or not (request.etag or "").startswith(etag):
            continue
        told = Stage.LATE in request.times or request.email in world.lost_proof
        _check("who_waits_too_long_is_told", told, f"{request.request_id} waits, and its deadline said nothing")


BEFORE: Final[dict[str, Callable[..., None]]] = {
    "uploads.delete": an_upload_is_deleted_only_when_nobody_needs_it,
    "images.delete": an_image_is_deleted_only_when_read_or_refused,
    "results.delete_transcript": a_transcript_is_deleted_only_when_counted,
    "reader.read": an_attempt_reads_once,
    "records.transcribed": attempt_writes,
    "records.failed": attempt_writes,
    "records.give_back": attempt_writes,
    "results.write_count": what_is_overtaken_is_not_counted,
}

AFTER: Final[dict[str, Callable[..., None]]] = {
    "results.write_transcript": transcript_is_durable,
    "records.get": generation_was_seen,
    "records.transcribed": attempt_wrote,
    "records.give_back": attempt_wrote,
    "records.failed": failure_is_recorded,
    "requests.hit": a_hit_is_of_a_record_that_lives,
    "records.ready": ready_means_that_the_result_is_there,
    "mailer.verified": proof_was_seen,
}


# -- at rest -----------------------------------------------------------------------------------------------------------


def _accepted(world: World) -> Iterator[tuple[Request, list[Picture]]]:
    for request_id, pictures in world.puts.items():
        yield world.last_seen[request_id], pictures


def every_accepted_upload_has_an_outcome(world: World) -> None:
    """Every accepted upload ends in an outcome (1)."""
    for request, _ in _accepted(world):
        _check(
            "every_accepted_upload_has_an_outcome",
            request.state.settled,
            f"{request.email} ({request.request_id}) is left {request.state}",
        )


def every_outcome_is_told_once(world: World) -> None:
    """The person is told, once; again only if a crash cut the record of the mail off (1, 5)."""
    promise = "every_outcome_is_told_once"
    for request, _ in _accepted(world):
        sent = [each for each in world.sent if each.letter.request_id == request.request_id]
        outcomes = [each for each in sent if each.letter.kind != "late"]
        inexcusable = [each for each in outcomes if not each.excused]
        kinds = [each.letter.kind for each in outcomes]
        who = f"{request.email} ({request.request_id}, {request.state})"
        _check(promise, len(inexcusable) <= 1, f"{who} got {kinds}")
        if request.state is RequestState.UNDELIVERABLE:
            _check(promise, not inexcusable, f"{who} got {kinds}")
        else:
            wanted = "result" if request.state is RequestState.SENT else "failure"
            _check(promise, wanted in kinds, f"{who} got {kinds}")


def lateness_is_told_once(world: World) -> None:
    """Who waits too long is told so once; again only if a crash cut the record of the mail off (5)."""
    late = Counter(sent.letter.request_id for sent in world.sent if sent.letter.kind == "late" and not sent.excused)
    for request_id, times in late.items():
        _check("lateness_is_told_once", times <= 1, f"{request_id} was told {times} times that it takes longer")


def every_outcome_is_the_bound_pictures(world: World) -> None:
    """The result is that of the picture the request was bound to, and so is the reason (1, 4, 6)."""
    promise = "every_outcome_is_the_bound_pictures"
    for request, put in _accepted(world):
        who = f"{request.email} ({request.request_id}, {request.state}, {request.reason})"
        _check(promise, request.etag in {picture.content.md5 for picture in put}, f"{who} is bound to nothing of its own")
        mine = [picture for picture in BY_ETAG[request.etag or ""] if picture in put]
        reasons = {picture.reason for picture in mine}
        for each in world.sent:
            letter = each.letter
            if letter.request_id != request.request_id or letter.kind == "late":
                continue
            if letter.count:
                words = [picture.words for picture in mine if picture.reason is None]
                _check(promise, letter.count.words in words, f"{who} got another picture's words")
            elif letter.reason is Reason.INTERNAL:
                _check("internal_has_a_cause", _went_wrong(world, put), f"{who}, and nothing went wrong")
            else:
                _check(promise, letter.reason in reasons, f"{who} was told {letter.reason}")


def _went_wrong(world: World, put: list[Picture]) -> bool:
    """Whether something happened that may cost a person the result."""
    return (
        (world.faults_met > 0 and len({picture.data for picture in put}) > 1)  # bound, then overwritten
        or world.faults_met - world.delays_met >= MAX_ATTEMPTS
        or (world.part == 1 and world.plan.between in (Between.EXPIRED, Between.ALMOST_EXPIRED))
        or (world.faults_met > 0 and bool(world.lost))
    )


def one_image_costs_one_call(world: World) -> None:
    """While nothing fails, one image costs one OCR call, however many upload it; a fault costs one more at most (2)."""
    lives = {
        Between.NOTHING: 1,
        Between.NEWER_COUNTER: 1,
        Between.ALMOST_EXPIRED: 3,
    }.get(world.plan.between, 2)
    for key, asked in world.ocr_calls.items():
        _check(
            "one_image_costs_one_call",
            asked <= lives + world.faults_met,
            f"{key} was read {asked} times, with {world.faults_met} faults",
        )


def no_upload_is_left(world: World) -> None:
    """Uploads are deleted (3)."""
    _check("no_upload_is_left", not world.uploads.objects, f"left: {list(world.uploads.objects)}")


def no_image_is_left(world: World) -> None:
    """Images are deleted, but for those that a replay will need (3)."""
    replayed = [row.content for row in world.last_seen.values() if row.reason is Reason.INTERNAL]
    for key, (_, content) in world.images.kept.items():
        record = world.records.rows.get(key)
        for_replay = (
            record is not None and record.content == content and record.state is RecordState.FAILED
        ) and not record.refused(world.now)
        for_replay = for_replay or content in replayed
        almost = world.part == 1 and world.plan.between in (Between.EXPIRED, Between.ALMOST_EXPIRED)
        state = record and (record.state, record.generation)
        _check("no_image_is_left", for_replay or almost, f"images/{key} is left; its record: {state}")


def no_transcript_is_left(world: World) -> None:
    """Transcripts are deleted once they are counted (3)."""
    _check("no_transcript_is_left", not world.results.transcripts, f"left: {list(world.results.transcripts)}")


def nobody_is_left_waiting(world: World) -> None:
    """No waiter is left, and no record on which a later one would wait for ever (1)."""
    _check("nobody_is_left_waiting", not world.waiters.waiting, f"waiting: {sorted(world.waiters.waiting)}")
    for key, record in world.records.rows.items():
        stuck = record.state is RecordState.TRANSCRIBED and record.fresh(world.now)
        _check("nobody_is_left_waiting", not stuck, f"{key} is transcribed and nobody counts it")


def what_is_ready_has_its_result(world: World) -> None:
    """As `ready_means_that_the_result_is_there`, at the end (4)."""
    for record in world.records.rows.values():
        if record.ready(world.now) and (record.key, record.generation) not in world.lost:
            _ready(world, record)


AT_REST: Final = (
    every_accepted_upload_has_an_outcome,
    every_outcome_is_told_once,
    every_outcome_is_the_bound_pictures,
    one_image_costs_one_call,
    no_upload_is_left,
    no_image_is_left,
    no_transcript_is_left,
    nobody_is_left_waiting,
    what_is_ready_has_its_result,
    lateness_is_told_once,
)
