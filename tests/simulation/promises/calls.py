"""What must hold before and after calls of ports, and what the other promises need to know of them.

Each look is given the world, who is at work, after a call its answer, and what the port was given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.core import keys
from runtime.core.addresses import name_of
from runtime.core.reasons import MAX_BYTES, Reason
from runtime.core.types import MAX_ATTEMPTS, RecordState, RequestState
from runtime.core.words import VERSION
from tests.runtime.service import DAY
from tests.simulation.functions import DEAD, KEEP
from tests.simulation.operators import SWEEP
from tests.simulation.pictures import BY_CONTENT, BY_DATA
from tests.simulation.promises import bulk
from tests.simulation.promises.broken import check
from tests.simulation.promises.causes import (
    a_picture_fails_for_its_own_reason,
    a_request_is_refused_for_a_reason,
    permanent,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.core.addresses import Standing
    from runtime.core.dead_letter import DeadLetter
    from runtime.core.transcript import Transcript
    from runtime.core.types import Claim, Content, Record, Request
    from runtime.core.word_count import WordCount
    from tests.simulation.invocation import Invocation
    from tests.simulation.world import World

_SOON: Final = 1800.0
"""Seconds before a record's end in which somebody may have kept bytes that a new claim is to read."""

_LONGER: Final = 7 * DAY
"""Seconds that the bucket keeps a result longer than its record lives."""


def an_upload_is_read_only_if_somebody_asked(world: World, here: Invocation, object_key: str, etag: str) -> None:
    """What has no request is deleted unread. Who misses its bytes may act on that, even if they come back."""
    asked = keys.request_of_upload(object_key) in world.requests.rows
    check("an_upload_is_read_only_if_somebody_asked", asked, f"{here} reads {object_key}")
    present = world.uploads.objects.get(object_key)
    if present is None or BY_DATA[present].content.md5 != etag:
        here.missed.add(object_key)
        return
    small = BY_DATA[present].told_size <= MAX_BYTES
    check("what_is_too_large_is_not_read", small, f"{here} reads {object_key}")


def an_upload_is_deleted_only_when_nobody_needs_it(world: World, here: Invocation, object_key: str, etag: str) -> None:
    """Deleted only once its bytes are kept, or refused, or were never its request's (3)."""
    request = world.requests.rows.get(keys.request_of_upload(object_key) or "")
    present = world.uploads.objects.get(object_key)
    if request is None or present is None or request.state.settled or request.reason:
        return
    if BY_DATA[present].content.md5 != etag:
        return
    needed = request.etag is None or (request.etag == etag and request.key is None)
    promise = "an_upload_is_deleted_only_when_nobody_needs_it"
    check(promise, not needed, f"{here} deletes {object_key}, which is neither kept nor refused")


def an_image_is_kept_under_its_own_key(
    _world: World, here: Invocation, key: str, data: bytes, content: Content
) -> None:
    """Bytes are kept under their MD5, or if that is taken, and only then, under the twin's key (4)."""
    true = BY_DATA[data].content
    seen = here.seen.get(true.md5)
    other = seen is not None and seen.content != true and seen.expires_at > here.began_at
    twin = key == true.twin_key and (other or true.md5 in here.taken)
    right = content == true and (key == true.md5 or twin)
    check("an_image_is_kept_under_its_own_key", right, f"{here} keeps {BY_DATA[data].name!r} at {key}")


def an_image_is_deleted_only_when_read_or_refused(world: World, here: Invocation, key: str) -> None:
    """Deleted only once its transcript is durable or a permanent failure recorded (3)."""
    kept = world.images.kept.get(key)
    if kept is None:
        return
    content, record = kept[1], world.records.rows.get(key)
    durable = (key, content.sha256) in world.facts.durable
    if record is None or world.now >= record.expires_at:
        needless = durable
    elif record.content != content:
        needless = True
    elif record.state is RecordState.FAILED:
        # Its transcript was durable, and was given up: who saw it before that cannot know.
        needless = permanent(record) or (durable and key in world.facts.given_up)
    else:
        # Who hit a result just before it was lost cannot know, and its claimant keeps the bytes again.
        lost = any(key == each for each, _ in world.facts.lost)
        needless = lost or (durable and record.state is not RecordState.CLAIMED)
    promise = "an_image_is_deleted_only_when_read_or_refused"
    check(promise, needless, f"{here} deletes images/{key}, whose record is {record and record.state}")
    if record and record.content == content and record.state is not RecordState.FAILED and key not in here.claims:
        ends = record.expires_at - world.now
        promise = "an_image_is_left_where_a_claim_may_soon_need_it"
        check(promise, ends > _SOON, f"{here} deletes images/{key}, whose record ends in {ends} s")


def a_transcript_is_deleted_only_when_counted(world: World, here: Invocation, key: str, generation: int) -> None:
    """Deleted only once it is counted, or of an attempt that was overtaken or given up (3)."""
    if (key, generation) not in world.results.transcripts:
        return
    record, stored = world.records.rows.get(key), world.results.counts.get(key)
    needless = record is None or record.generation != generation or (stored and stored.generation >= generation)
    needless = needless or key in world.facts.given_up
    promise = "a_transcript_is_deleted_only_when_counted"
    check(promise, needless, f"{here} deletes transcripts/{key}/{generation}, which nobody has counted")


def one_image_costs_one_call(world: World, here: Invocation, key: str) -> None:
    """One attempt makes one OCR call, and another attempt only if that one was cut off (2)."""
    kept, record, attempt = world.images.kept.get(key), world.records.rows.get(key), here.claims.get(key)
    if kept is None:
        return
    facts, promise = world.facts, "one_image_costs_one_call"
    if record:
        an_upload_goes_as_soon_as_it_is_kept(world, here, record.claimant)
    check(promise, attempt, f"{here} reads {key} and has no claim")
    check(promise, attempt not in facts.attempts_read, f"{here} reads {key} again")
    if record and not here.slow:
        check("what_is_read_is_what_was_claimed", record.attempt == attempt, f"{here} reads {key} for another attempt")
        check("what_is_read_is_what_was_claimed", record.content == kept[1], f"{here} reads other bytes at {key}")
        check(
            "poison_is_given_up", facts.unended[key] <= MAX_ATTEMPTS, f"{here} is attempt {facts.unended[key]} on {key}"
        )
    for earlier in facts.reads[key]:
        was_cut_off = here.slow or earlier.cut_off or earlier.busy["records.transcribed"]
        check(promise, was_cut_off, f"{here} reads {key}, which {earlier} has read")
    facts.attempts_read.add(attempt or "")
    facts.reads[key].append(here)


def an_upload_goes_as_soon_as_it_is_kept(world: World, here: Invocation, request_id: str) -> None:
    """Before anything else is done for it (3)."""
    present = world.uploads.objects.get(keys.upload(request_id))
    request = world.facts.requests[request_id]
    puts = [put for put in world.facts.puts.get(request_id, ()) if put.picture.content.md5 == request.etag]
    again = len(puts) > 1  # the form may just have been used with the same picture, or a twin, again
    its_own = present is not None and BY_DATA[present].content == request.content
    promise = "an_upload_goes_as_soon_as_it_is_kept"
    check(promise, again or not its_own, f"{here} works for {request_id}, whose upload is still there")


def attempt_writes(world: World, _here: Invocation, claim: Claim, *_: object) -> None:
    """No promise; what `record_changes` needs to know."""
    world.facts.attempt = claim


def attempt_fails(world: World, here: Invocation, claim: Claim, reason: Reason, *_: object) -> None:
    """The same, of one that comes to nothing."""
    attempt_writes(world, here, claim)
    record = world.records.rows.get(claim.key)
    if record and record.claim == claim:  # else it was overtaken, and nothing is written
        a_picture_fails_for_its_own_reason(world, claim.key, reason)
        world.covered["pictures given up"] += reason is Reason.INTERNAL


def only_what_nobody_works_on_is_given_up(world: World, here: Invocation, seen: Record, *_: object) -> None:
    """No live attempt, no end of one, and nothing that a sweep could drive on (1, 4)."""
    record = world.records.rows.get(seen.key)
    if record is None or (record.claim, record.state) != (seen.claim, seen.state):
        return  # it moved on, and nothing is written
    promise = "only_what_nobody_works_on_is_given_up"
    check(promise, not record.state.ended, f"{here} gives {seen.key} up, which is {record.state}")
    live = record.state is RecordState.CLAIMED and record.lease_until > world.now
    check(promise, not live, f"{here} gives {seen.key} up, whose lease ends in {record.lease_until - world.now} s")
    if here.function == SWEEP and not here.slow:
        stored = world.results.counts.get(seen.key)
        there = (seen.key, seen.generation) in world.results.transcripts
        counted = stored is not None and stored.generation == seen.generation
        check(promise, not (there or counted), f"{here} gives {seen.key} up, which can be driven on")
    bulk.what_runs_do_not_count_has_a_cause(world, here, seen)
    world.facts.given_up.add(seen.key)
    world.covered["pictures given up unfinished"] += 1


def what_is_overtaken_is_not_counted(_world: World, here: Invocation, count: WordCount, generation: int) -> None:
    """Nobody counts for another generation than the record had when it was looked at (4)."""
    seen = here.seen.get(count.key)
    right = seen is not None and seen.generation == generation
    promise = "what_is_overtaken_is_not_counted"
    check(promise, right, f"{here} counts {generation} of {count.key}, which is at {seen and seen.generation}")
    current = here.function == "ingest" and seen is not None and seen.version == VERSION
    check("what_is_current_is_not_counted_again", not current, f"{here} counts {count.key} again")


def a_transcript_is_written_under_its_own_claim(
    world: World, here: Invocation, claim: Claim, transcript: Transcript
) -> None:
    """An attempt writes what it read, and nowhere else (4)."""
    record = world.records.rows.get(claim.key)
    picture = BY_CONTENT.get(record.content) if record else None
    words = [row.text for row in transcript.rows]
    promise = "a_transcript_is_written_under_its_own_claim"
    check(promise, here.claims.get(claim.key) == claim.attempt, f"{here} writes for an attempt that is not its own")
    if picture:
        check(promise, words == picture.line.split(), f"{here} writes {words} for {picture.name!r}")


def only_who_is_proven_opens_a_request(_world: World, here: Invocation, request: Request) -> None:
    """The address is looked at first (5)."""
    proven = name_of(request.email) in here.checked
    check("only_who_is_proven_opens_a_request", proven, f"{here} opens a request for {request.email}")


def a_letter_names_nobody(_world: World, here: Invocation, letter: DeadLetter) -> None:
    """It is kept for weeks, even if its request is deleted (7)."""
    check("a_letter_names_nobody", "@" not in letter.body, f"{here} keeps an address with {letter.message_id}")


def request_is_refused(world: World, here: Invocation, request_id: str, reason: Reason) -> None:
    """For a reason."""
    request = world.requests.rows.get(request_id)
    if request and not request.state.settled and request.reason is None:
        a_request_is_refused_for_a_reason(world, here, here.found.get(request_id, request), reason)


def who_was_answered_is_not_woken_again(world: World, here: Invocation, request_id: str) -> None:
    """Nor is anything done for a request that was found to have its outcome (1)."""
    world.facts.notified.add(request_id)
    here.to_be_told.discard(request_id)
    looked = here.function == "ingest"  # others may wake it for something else than what they found
    check(
        "who_was_answered_is_not_woken_again",
        not (looked and request_id in here.answered),
        f"{here} wakes notify for {request_id}",
    )


def waiters_are_read_after_the_end_is_written(world: World, here: Invocation, key: str) -> None:
    """Else who joins in between is told by nobody: whoever joins looks at the record once more (1).

    Nobody joins a claim whose lease is over: of that it may be asked whether anybody waits for it at all.
    """
    record, seen = world.records.rows.get(key), here.seen.get(key)
    ended = record is None or record.state.ended or key in here.ends_written or (seen is not None and seen.state.ended)
    ended = ended or bool(record and record.state is RecordState.CLAIMED and record.lease_until <= world.now)
    check("waiters_are_read_after_the_end_is_written", ended, f"{here} asks who waits for {key}, which has not ended")


BEFORE: Final[dict[str, Callable[..., None]]] = {
    "dead_letters.keep": a_letter_names_nobody,
    "glue.start": bulk.one_run_at_a_time_is_started,
    "images.delete": an_image_is_deleted_only_when_read_or_refused,
    "images.keep": an_image_is_kept_under_its_own_key,
    "manifests.write": bulk.a_document_is_in_two_runs_at_most,
    "notifications.send": who_was_answered_is_not_woken_again,
    "pending.add": bulk.document_waits,
    "pending.remove": bulk.what_waits_is_never_forgotten,
    "reader.read": one_image_costs_one_call,
    "records.abandon": only_what_nobody_works_on_is_given_up,
    "records.failed": attempt_fails,
    "records.give_back": attempt_writes,
    "records.transcribed": attempt_writes,
    "requests.open": only_who_is_proven_opens_a_request,
    "requests.refuse": request_is_refused,
    "results.delete_transcript": a_transcript_is_deleted_only_when_counted,
    "results.write_count": what_is_overtaken_is_not_counted,
    "results.write_transcript": a_transcript_is_written_under_its_own_claim,
    "uploads.delete": an_upload_is_deleted_only_when_nobody_needs_it,
    "uploads.read": an_upload_is_read_only_if_somebody_asked,
    "waiters.of": waiters_are_read_after_the_end_is_written,
}


def record_is_seen(_world: World, here: Invocation, answer: Record | None, key: str) -> None:
    """No promise; what the others need to know."""
    here.seen[key] = answer
    if answer and not answer.state.ended:
        here.unended.add(key)


def image_is_kept(world: World, here: Invocation, answer: object, key: str, *_: object) -> None:
    """The same."""
    if answer:
        world.facts.kept_by[key] = here
    else:
        here.taken.add(key)


def text_is_written(world: World, _here: Invocation, _answer: object, key: str, _text: str) -> None:
    """The same."""
    world.facts.text_at[key] = world.now


def sending_begins(world: World, here: Invocation, answer: object, request_id: str, attempt: str) -> None:
    """The same."""
    if answer:
        here.sending[request_id] = attempt
        world.facts.senders[request_id] = attempt


def mail_is_taken_back(_world: World, here: Invocation, answer: object, _: str, attempt: str, *_reason: object) -> None:
    """The same."""
    if answer:
        here.taken_back.add(attempt)


def request_is_bound(world: World, here: Invocation, answer: object, request_id: str, *_: object) -> None:
    """The same."""
    if answer:
        world.facts.bound_by[request_id] = here


def request_is_found(_world: World, here: Invocation, answer: Request | None, request_id: str) -> None:
    """The same."""
    if answer:
        if answer.state.settled and request_id not in here.found:
            here.answered.add(request_id)
        if answer.state is RequestState.SENDING:
            here.being_sent.add(request_id)
        here.found[request_id] = answer


def attempt_wrote(world: World, *_: object) -> None:
    """The end of `attempt_writes`."""
    world.facts.attempt = None


def attempt_failed(world: World, here: Invocation, answer: object, claim: Claim, reason: Reason, *_: object) -> None:
    """The end of `attempt_fails`."""
    world.facts.attempt = None
    record = world.records.rows.get(claim.key)
    if answer:
        here.ends_written.add(claim.key)
    if answer and record and reason is not Reason.INTERNAL:
        world.facts.durable.add((claim.key, record.content.sha256))


def transcript_is_durable(world: World, _here: Invocation, _answer: object, claim: Claim, *_: object) -> None:
    """No promise; what the others need to know."""
    record = world.records.rows.get(claim.key)
    if record:
        world.facts.durable.add((claim.key, record.content.sha256))


def count_is_written(world: World, _here: Invocation, answer: object, count: WordCount, *_: object) -> None:
    """No promise; what the others need to know."""
    if answer:
        world.facts.counted_at.setdefault(count.key, set()).add(world.now)


def a_hit_is_of_a_record_that_lives(world: World, here: Invocation, _answer: object, request_id: str) -> None:
    """Who is answered from the cache is answered from a result of the same bytes that had not expired (4)."""
    request = world.facts.requests[request_id]
    if request.state.settled:
        return  # somebody was quicker, and nothing was written
    an_upload_goes_as_soon_as_it_is_kept(world, here, request_id)
    record = here.seen.get(request.key or "")
    lives = record is not None and record.state is RecordState.READY and record.expires_at > here.began_at
    same = record is not None and record.content == request.content
    there = request.key in world.results.texts and request.key in world.results.counts
    right = lives and same and there
    check("a_hit_is_of_a_record_that_lives", right, f"{here} answers {request_id} from {request.key}")


def who_joins_waits_for_another(world: World, here: Invocation, _answer: object, request_id: str) -> None:
    """Joining is waiting for what another request began."""
    request = world.facts.requests[request_id]
    if request.state.settled:
        return  # somebody was quicker, and nothing was written
    an_upload_goes_as_soon_as_it_is_kept(world, here, request_id)
    record = here.seen.get(request.key or "")
    other = record is not None and record.claimant != request_id
    check("who_joins_waits_for_another", other, f"{here} has {request_id} join itself")
    world.covered["joins"] += 1


def ready_means_that_the_result_is_there(
    world: World, here: Invocation, answer: object, count: WordCount, generation: int
) -> None:
    """And is this image's, and that its attempt was not overtaken (4)."""
    record = world.records.rows.get(count.key)
    if answer:
        here.ends_written.add(count.key)
    if answer and record:
        right = record.generation == generation
        check("an_overtaken_attempt_changes_nothing", right, f"{here} publishes {generation} of {count.key}")
        if world.facts.dead and world.part:
            return  # a letter may be replayed that is so old that what it tells of is not there any more
        result_is_there(world, record)
        lives = world.facts.text_at[record.key] + KEEP + _LONGER >= record.expires_at
        check("a_result_lives_as_long_as_its_record", lives, f"the text of {record.key} will be gone")


def result_is_there(world: World, record: Record) -> None:
    """What a `READY` record points at is there, is its picture's and its attempt's."""
    promise, key = "ready_means_that_the_result_is_there", record.key
    picture, stored = BY_CONTENT[record.content], world.results.counts.get(key)
    check(promise, key in world.results.texts, f"{key} is READY without its text")
    check(promise, stored, f"{key} is READY without its word count")
    check(promise, world.results.texts[key] == picture.text, f"{key} has another picture's text")
    if stored:
        check(promise, stored.count.words == picture.words, f"{key} has another picture's words")
        check(promise, stored.generation == record.generation, f"{key} has another generation's word count")


def proof_is_seen(_world: World, here: Invocation, answer: Standing, name: str) -> None:
    """No promise; what the others need to know."""
    if answer.proven:
        here.checked.add(name)


def an_end_is_written(world: World, here: Invocation, answer: object, seen: Record, *_: object) -> None:
    """No promise; what the others need to know."""
    if answer:
        here.ends_written.add(seen.key)
        here.to_be_told |= {request_id for key, request_id in world.waiters.waiting if key == seen.key}


def waiters_are_seen(world: World, here: Invocation, answer: list[str], key: str) -> None:
    """No promise; who is no longer there has found the end, and whoever comes now finds it."""
    if here.function in (DEAD, SWEEP):
        others = {name for name in here.to_be_told if world.facts.requests[name].key != key}
        here.to_be_told = others | set(answer)


def letter_is_replayed(world: World, _here: Invocation, _answer: object, letter: DeadLetter) -> None:
    """The same."""
    world.facts.replayed.add(letter.message_id)


AFTER: Final[dict[str, Callable[..., None]]] = {
    "images.keep": image_is_kept,
    "records.abandon": an_end_is_written,
    "replays.send": letter_is_replayed,
    "addresses.get": proof_is_seen,
    "glue.state": bulk.run_is_seen,
    "records.failed": attempt_failed,
    "records.get": record_is_seen,
    "records.give_back": attempt_wrote,
    "records.ready": ready_means_that_the_result_is_there,
    "records.transcribed": attempt_wrote,
    "requests.begin_sending": sending_begins,
    "requests.bind": request_is_bound,
    "requests.bounced": mail_is_taken_back,
    "requests.get": request_is_found,
    "requests.hit": a_hit_is_of_a_record_that_lives,
    "requests.joined": who_joins_waits_for_another,
    "results.write_count": count_is_written,
    "results.write_text": text_is_written,
    "results.write_transcript": transcript_is_durable,
    "starters.take": bulk.right_is_taken,
    "waiters.of": waiters_are_seen,
}
