"""What must hold when a function has ended that was handed messages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from runtime.core import keys
from runtime.core.addresses import name_of
from runtime.core.types import RecordState, RequestState, Stage
from tests.simulation.functions import BULK, DEAD
from tests.simulation.promises.broken import check
from tests.simulation.promises.lines import DUE_LINES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulation.facts import Sent
    from tests.simulation.invocation import Invocation
    from tests.simulation.queues import Message
    from tests.simulation.world import World

_OFTEN: Final = 50
_SOMETIMES_MORE: Final = frozenset({"mail_bounced", "picture_refused"})
_LINES: Final = frozenset(DUE_LINES.values()) - _SOMETIMES_MORE
"""What is logged of these calls and of nothing else."""


def failed_of(here: Invocation) -> set[str]:
    """The numbers of the messages that a function says failed."""
    answer = here.answer
    promise = "each_message_is_handled_and_answered_for"
    check(promise, len(here.handled) == len(here.messages), f"{here} has not handled each of its messages")
    check(promise, isinstance(answer, dict) and "batchItemFailures" in answer, f"{here} answers {answer}")
    return {each["itemIdentifier"] for each in answer["batchItemFailures"]}


def only_what_went_well_is_acknowledged(_world: World, here: Invocation, failed: set[str]) -> None:
    """And all of it: each message for itself."""
    wanted = {str(message.number) for message, well in zip(here.messages, here.handled, strict=True) if not well}
    promise = "only_what_went_well_is_acknowledged"
    check(promise, failed == wanted, f"{here} says that {sorted(failed)} failed, and it were {sorted(wanted)}")


def what_comes_later_is_postponed(_world: World, here: Invocation, failed: set[str]) -> None:
    """A message that a busy service sends back does not wait for as long as a function may take (6)."""
    if here.slow or here.lines["message_failed"]:
        return
    for message, receipt in zip(here.messages, here.receipts, strict=True):
        comes_later = str(message.number) in failed and message.receipt == receipt  # else it has come already
        promise = "what_comes_later_is_postponed"
        check(promise, message.postponed or not comes_later, f"{here} leaves {message.number} to the queue")


def messages_do_not_circle(world: World, here: Invocation, _failed: set[str]) -> None:
    """Each comes to its end; who waits for a sweep may have to wait for the tenth, if each of them dies."""
    most = max(message.receives for message in here.messages)
    enough = _OFTEN * (3 if world.facts.is_stuck_for_a_reason else 1)
    check("messages_do_not_circle", most <= enough, f"{here} has a message that was received {most} times")


def what_is_done_is_logged(_world: World, here: Invocation, _failed: set[str]) -> None:
    """Line for line, unless something went wrong in between."""
    if here.interrupted:
        return
    for line in here.due_lines.keys() | (here.lines.keys() & _LINES):
        logged, due = here.lines[line], here.due_lines[line]
        right = logged == due if line in _LINES else logged >= due
        check("what_is_done_is_logged", right, f"{here} logged {line} {logged} times, for {due} such calls")


def every_message_leaves_a_line(world: World, here: Invocation, _failed: set[str]) -> None:
    """So that whoever asks where a picture is can be told."""
    if here.interrupted or here.function == DEAD:
        return
    goes_on = any(row.key and request_id not in here.answered for request_id, row in here.found.items())
    if here.function == "ingest" and goes_on:
        return  # an earlier delivery has left them, and this one finds its work done
    told_of = [each.body for each in here.messages if '"Records"' in each.body or '"request_id"' in each.body]
    due = len(told_of) + len(_bounces(world, here))
    check("every_message_leaves_a_line", here.lines.total() >= due, f"{here} had {due} messages and says nothing")


def nothing_is_put_off_without_a_reason(world: World, here: Invocation, failed: set[str]) -> None:
    """A message that could be handled now is."""
    if not failed or here.hurt or here.function == DEAD:
        return
    sent_by_another = here.denied & {"requests.begin_sending", "requests.begin_late"}
    waits = here.function == "notify" and (here.unended or _is_just_being_sent(world, here, failed))
    waits = waits or (here.function == BULK and _is_another_at_it(here))
    reason = sent_by_another or waits or (here.function == "ingest" and _is_at_work_elsewhere(here))
    check("nothing_is_put_off_without_a_reason", reason, f"{here} sends {sorted(failed)} back")


def _bounces(world: World, here: Invocation) -> list[tuple[Message, Sent]]:
    """What it was handed that says that an outcome's mail came back, and which mail's."""
    told = [each for each in here.messages if '"eventType"' in each.body]
    return [(message, sent) for message in told for sent in world.facts.sent if sent.is_told_of(message.body)]


def _is_just_being_sent(world: World, here: Invocation, failed: set[str]) -> bool:
    """Whether all that failed are bounces of mails whose senders had not noted yet that they were sent."""
    told = _bounces(world, here)
    return failed <= {str(message.number) for message, sent in told if sent.letter.request_id in here.being_sent}


def _is_another_at_it(here: Invocation) -> bool:
    """Whether `bulk` has seen that another has the right, that a run is under way, or that an attempt is alive."""
    rights = {f"starters.{change}" for change in ("take", "begin", "end", "expect")}
    alive = any(each and each.state is RecordState.CLAIMED for each in here.seen.values())
    return bool(alive or here.denied & (rights | {"glue.start", "glue.state", "records.abandon"}))


def _is_at_work_elsewhere(here: Invocation) -> bool:
    """Whether `ingest` has seen that another delivery is at work, or that a record went away under it."""
    if here.claims:
        return False
    unkept = any(row.etag and not row.key for row in here.found.values())
    own = any(each and each.state is RecordState.CLAIMED and each.claimant in here.found for each in here.seen.values())
    contents = {row.content for row in here.found.values()}
    went = any(each is None or each.content not in contents for each in here.seen.values())
    return unkept or own or went


def who_holds_a_right_and_ends_gives_it_back(world: World, here: Invocation, _failed: set[str]) -> None:
    """A picture that is not read, or a mail that is not sent, waits for nobody's lease to end (6)."""
    if not here.only_busy:
        return
    promise = "who_holds_a_right_and_ends_gives_it_back"
    denied = here.denied & {"records.claim", "requests.begin_sending"}  # done twice, and the second answer was a no
    if denied:
        return
    if not (here.busy["records.transcribed"] or here.busy["records.give_back"]):
        for key, attempt in here.claims.items():
            record = world.records.rows.get(key)
            held = record and record.attempt == attempt and record.state is RecordState.CLAIMED and record.lease_until
            check(promise, not held, f"{here} has ended and holds the claim on {key}")
    if not (here.busy["requests.settle"] or here.busy["requests.stop_sending"]):
        for request_id, attempt in here.sending.items():
            sending = world.requests.rows[request_id].state is RequestState.SENDING
            held = sending and world.requests.senders[request_id][0] == attempt
            check(promise, not held, f"{here} has ended and holds the right to send {request_id}'s mail")
    if here.right and not here.busy["starters.release"]:
        row = world.starters.row
        held = row.attempt == here.right and row.lease_until > world.now
        check(promise, not held, f"{here} has ended and holds the right to start runs")


def an_address_that_takes_no_mail_is_proven_no_more(world: World, here: Invocation, failed: set[str]) -> None:
    """Unless that was proven after the mail which came back for good (5)."""
    for message, sent in _bounces(world, here):
        if sent.for_good and sent.tags.attempt in here.taken_back and str(message.number) not in failed:
            standing = world.addresses.get(name_of(sent.letter.to))
            right = sent.held_against or standing.proven_at > sent.at
            check("an_address_that_takes_no_mail_is_proven_no_more", right, f"{here} leaves {sent.letter.to} proven")


def who_waits_too_long_is_told(world: World, here: Invocation, failed: set[str]) -> None:
    """A deadline that finds a request unanswered tells its person (1)."""
    if here.function != "deadline":
        return
    for message in here.messages:
        if str(message.number) in failed:
            continue
        for record in json.loads(message.body).get("Records", ()):
            told = record["s3"]["object"]
            request = world.requests.rows.get(keys.request_of_upload(told["key"]) or "")
            found = here.found.get(request.request_id) if request else None
            waited = found is not None and not found.state.settled  # else it was taken up again since
            if request and waited and not request.state.settled and request.etag in (None, told["eTag"]):
                done = Stage.LATE in request.times or request.email in world.facts.lost_proof
                check("who_waits_too_long_is_told", done, f"{here} says nothing to {request.request_id}, which waits")


def a_letter_is_kept_before_it_is_acknowledged(world: World, here: Invocation, failed: set[str]) -> None:
    """And whom it concerns is told (1)."""
    if here.function != DEAD:
        return
    told = {letter.message_id for letter in world.dead_letters.kept() if letter.told_at}
    for message in here.messages:
        number = str(message.number)
        kept = number in failed or number in told
        check("a_letter_is_kept_before_it_is_acknowledged", kept, f"{here} acknowledges {number}")
    if not here.hurt and not failed:
        _nobody_whom_it_concerns_is_left_out(world, here)


def _nobody_whom_it_concerns_is_left_out(world: World, here: Invocation) -> None:
    """All who waited for what was given up are woken, and whose upload it was is answered, woken or waits (1)."""
    promise = "nobody_whom_a_letter_concerns_is_left_out"
    left = here.to_be_told & {request_id for _, request_id in world.waiters.waiting}
    check(promise, not left, f"{here} leaves {sorted(left)} waiting")
    for request in here.found.values():
        now = world.facts.requests[request.request_id]
        waits = (now.key, now.request_id) in world.waiters.waiting
        bound = now.etag is None or any(now.etag in message.body for message in here.messages)
        woken = request.request_id in world.facts.notified or now.reason is not None
        woken = woken or any(each.function == "notify" and now.request_id in each.found for each in world.running)
        check(promise, now.state.settled or woken or waits or not bound, f"{here} leaves {now.request_id} out")


ENDED: Final[tuple[Callable[[World, Invocation, set[str]], None], ...]] = (
    only_what_went_well_is_acknowledged,
    what_comes_later_is_postponed,
    messages_do_not_circle,
    what_is_done_is_logged,
    every_message_leaves_a_line,
    nothing_is_put_off_without_a_reason,
    who_holds_a_right_and_ends_gives_it_back,
    an_address_that_takes_no_mail_is_proven_no_more,
    who_waits_too_long_is_told,
    a_letter_is_kept_before_it_is_acknowledged,
)
"""Each is given the world, who has ended, and the numbers of the messages that it says failed."""
