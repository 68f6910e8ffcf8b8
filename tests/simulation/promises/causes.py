"""Whether there is reason to tell a person that there is no result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.core import keys
from runtime.core.reasons import Reason
from runtime.core.types import MAX_ATTEMPTS, RecordState
from tests.simulation.functions import DEAD
from tests.simulation.pictures import BY_CONTENT
from tests.simulation.promises.broken import check

if TYPE_CHECKING:
    from runtime.core.types import Record, Request
    from tests.simulation.invocation import Invocation
    from tests.simulation.world import World


def permanent(record: Record) -> bool:
    """Whether the same bytes will fail again."""
    return record.state is RecordState.FAILED and record.reason is not Reason.INTERNAL


def a_picture_fails_for_its_own_reason(world: World, key: str, reason: Reason) -> None:
    """Or because it was tried too often, or its bytes went away; never because a service was busy (1, 6)."""
    record = world.records.rows.get(key)
    picture = BY_CONTENT.get(record.content) if record else None
    if reason is Reason.INTERNAL:
        poison = world.facts.unended[key] > MAX_ATTEMPTS
        # It was read, and what was read is lost, or its bytes are; somebody may have kept the same again meanwhile.
        gone = key in world.facts.given_up or key in world.facts.vanished
        unwanted = not any(waited == key for waited, _ in world.waiters.waiting)  # so that nobody begins to wait for it
        cause = poison or gone or unwanted
        check("internal_has_a_cause", cause, f"{key} is given up, and nothing went wrong")
    elif picture:
        check("every_reason_is_the_pictures", reason is picture.refused, f"{picture.name!r} is given up as {reason}")


def a_request_is_refused_for_a_reason(world: World, here: Invocation, request: Request, reason: Reason) -> None:
    """Its own picture's, or that of the record it waits for, or because its bytes are lost (1, 6)."""
    seen = here.seen.get(request.key) if request.key else None
    if reason is not Reason.INTERNAL:
        puts = world.facts.puts.get(request.request_id, ())
        reasons = {put.picture.reason for put in puts if request.etag in (None, put.picture.content.md5)}
        check("every_reason_is_the_pictures", reason in reasons, f"{request.request_id} is refused as {reason}")
    elif here.function == DEAD:
        return  # its message died, and that is why
    elif request.key is None:
        lost = here.forbidden or keys.upload(request.request_id) in here.missed or _bytes_are_lost(world, request)
        check("internal_has_a_cause", lost, f"{request.request_id}, and its bytes are there")
        keeper = world.facts.bound_by.get(request.request_id)
        alive = keeper in world.running and keeper is not here and not (keeper and keeper.slow)
        check("internal_has_a_cause", not alive, f"{request.request_id}, and {keeper} is about to keep its bytes")
    else:
        # A passing reason stays on the record: who finds it there may find a result a moment later.
        taken = seen is not None and seen.content != request.content
        check("internal_has_a_cause", taken, f"{request.request_id}, and nothing went wrong")


def _bytes_are_lost(world: World, request: Request) -> bool:
    """Bound, and overwritten before they were kept."""
    held = world.uploads.objects.get(keys.upload(request.request_id))
    content = BY_CONTENT.get(request.content) if request.content else None
    return request.etag is not None and (content is None or held != content.data)


def no_result_has_a_cause(world: World, here: Invocation, request: Request) -> None:
    """A mail that says that something went wrong on our side: what it points at failed, expired or was lost (1, 6)."""
    seen = here.seen.get(request.key) if request.key else None
    if request.reason is Reason.INTERNAL:
        return  # looked at when that was written
    if seen is None:
        cause = request.key in world.facts.forgotten or world.facts.dead  # or its message died before it was claimed
    elif seen.content != request.content:
        cause = True
    elif seen.state is RecordState.FAILED:
        cause = seen.reason is Reason.INTERNAL
    else:
        cause = (seen.key, seen.generation) in world.facts.lost
    check("internal_has_a_cause", cause, f"{request.request_id}, and nothing went wrong")
