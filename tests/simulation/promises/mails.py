"""What must hold of every mail that SES takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.core.addresses import name_of
from runtime.core.reasons import Reason
from runtime.core.words import VERSION
from tests.simulation.functions import LATE_AFTER
from tests.simulation.pictures import BY_CONTENT
from tests.simulation.promises.broken import check
from tests.simulation.promises.causes import no_result_has_a_cause

if TYPE_CHECKING:
    from tests.simulation.facts import Sent
    from tests.simulation.invocation import Invocation
    from tests.simulation.letters import Letter
    from tests.simulation.world import World


def mail_is_sent(world: World, sent: Sent, recipient: str) -> None:
    """A mail is taken."""
    here, letter = world.current, sent.letter
    if here is None:
        raise AssertionError(f"nobody sends {letter}")
    mail_goes_to_the_asker_and_only_if_proven(world, here, letter, recipient)
    if letter.kind == "late":
        world.covered["late mails"] += 1
        lateness_is_told_in_time(world, here, letter)
    else:
        others = (each for each in world.facts.sent if each.letter.request_id == letter.request_id)
        world.covered["second copies after a crash"] += any(each.excused for each in others)
        what_came_back_is_sent_again_only_when_asked_for(world, here, letter)
        what_is_told_is_true(world, here, letter)
    sent.excused = here.slow
    here.unrecorded.append(sent)


def mail_goes_to_the_asker_and_only_if_proven(world: World, here: Invocation, letter: Letter, recipient: str) -> None:
    """Mail goes only to the address that asked, and only if verified just before (5)."""
    promise = "mail_goes_to_the_asker_and_only_if_proven"
    asker = world.facts.requests[letter.request_id].email
    check(promise, recipient == letter.to == asker, f"{here} sends mail for {asker} to {recipient}")
    check(promise, name_of(recipient) in here.checked, f"{here} has not looked whether {recipient} is proven")


def what_came_back_is_sent_again_only_when_asked_for(world: World, here: Invocation, letter: Letter) -> None:
    """A mailbox that sent a mail back gets none because of that (5)."""
    asked = here.slow or letter.request_id not in world.facts.undelivered
    promise = "what_came_back_is_sent_again_only_when_asked_for"
    check(promise, asked, f"{here} mails {letter.request_id} again, and nobody has asked for it")


def lateness_is_told_in_time(world: World, here: Invocation, letter: Letter) -> None:
    """When the promised time is over, and to nobody who had the answer when the deadline was looked at (1)."""
    request_id = letter.request_id
    answered = world.facts.settled.get(request_id)
    promise = "lateness_is_not_told_after_the_outcome"
    check(promise, answered is None or here.number <= answered, f"{here} tells {request_id}, which was answered")
    etag = here.found[request_id].etag
    puts = [put.at for put in world.facts.puts[request_id] if etag in (None, put.picture.content.md5)]
    over = min(puts) + LATE_AFTER <= world.now
    check("lateness_is_told_when_the_time_is_over", over, f"{here} tells {request_id} {world.now - min(puts)} s after")


def what_is_told_is_true(world: World, here: Invocation, letter: Letter) -> None:
    """Words, text, and until when they are kept, or the reason, are those of the picture that was uploaded (1, 4)."""
    request = world.facts.requests[letter.request_id]
    record = here.seen.get(request.key) if request.key else None
    picture = BY_CONTENT.get(request.content) if request.content else None
    promise = "every_outcome_is_the_pictures"
    if letter.count:
        older = world.facts.dead and letter.count.version != VERSION  # who was to count it again died
        same = picture and letter.count.words == picture.words
        check(promise, same or older, f"{here} sends {letter.request_id} other words")
        check(promise, picture and letter.text == picture.text, f"{here} sends {letter.request_id} another text")
        check(promise, record and letter.kept_until == record.expires_at, f"{here}: kept until {letter.kept_until}")
    elif letter.reason is Reason.INTERNAL:
        no_result_has_a_cause(world, here, request)
    else:
        puts = world.facts.puts.get(letter.request_id, ())
        reasons = {put.picture.reason for put in puts if request.etag in (None, put.picture.content.md5)}
        reasons |= set() if puts else {world.facts.wishes[request.email].turned_away}
        check(promise, letter.reason in reasons, f"{here} tells {letter.request_id} {letter.reason}, not {reasons}")
