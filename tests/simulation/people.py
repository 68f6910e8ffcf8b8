"""What people do: open a request, use its form, look how far it is; and lose the proof of their address."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from runtime.core import keys
from runtime.core.addresses import AddressToken, name_of
from runtime.core.errors import BadRequest, Retryable
from runtime.core.tokens import hashed
from runtime.core.types import RecordState
from runtime.core.use_cases.requests import RefusedAtTheDoor, Wish
from tests.runtime.service import DAY
from tests.simulation import waking
from tests.simulation.facts import Put
from tests.simulation.functions import API, API_TIMEOUT
from tests.simulation.invocation import Invocation
from tests.simulation.pictures import PICTURES
from tests.simulation.promises.status import what_is_shown_is_true
from tests.simulation.shown import short

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.core.use_cases.requests import Opened
    from tests.simulation.functions import Api
    from tests.simulation.plan import Person
    from tests.simulation.scheduler import Scheduler
    from tests.simulation.world import World

_IN_PROGRESS: Final = (RecordState.CLAIMED, RecordState.TRANSCRIBED)
_MOST_TRIES: Final = 20
_TRY_AGAIN: Final = 0.5


@dataclass(slots=True, eq=False)
class Actor:
    """A person at work.

    Attributes:
        opened: What the API answered; None as long as it has not.
        uses: How often the form was used.
        gone: Whether the API said that there is no use in trying again.
    """

    person: Person
    address: str
    opened: Opened | None = None
    uses: int = 0
    gone: bool = False

    @property
    def address_token(self) -> str:
        """What proves the address."""
        return f"token of {self.address}"


class People:
    """The people of one history."""

    def __init__(self, world: World, scheduler: Scheduler, api: Api) -> None:
        self._world = world
        self._scheduler = scheduler
        self._api = api

    def enter(self) -> None:
        """Have those begin who belong to this part of the history."""
        world = self._world
        for number, person in enumerate(world.plan.people):
            if person.part != world.part:
                continue
            actor = Actor(person, f"person{number}@example.com")
            world.actors.append(actor)
            self._prove(actor)
            world.later(person.uses[0].after, partial(self._open, actor))
            if person.unproven_after is not None:
                world.later(person.unproven_after, partial(self._lose_proof, actor))
            if person.woken_after is not None:
                world.later(person.woken_after, partial(self._wake_early, actor, _MOST_TRIES))
            if person.looks_after is not None:
                world.later(person.looks_after, partial(self._look, actor, _MOST_TRIES))

    def _prove(self, actor: Actor) -> None:
        """The address is proven, by SES and with us."""
        world, name = self._world, name_of(actor.address)
        world.proven.add(actor.address)
        world.addresses.proven(name, world.now)
        token = AddressToken(hashed(actor.address_token), name, issued_at=world.now, expires_at=world.now + 90 * DAY)
        world.address_tokens.keep(token)
        world.facts.tokens.add(actor.address_token)

    def _call(self, work: Callable[[], None], then: Callable[[], None] | None = None) -> None:
        now = self._world.now
        here = Invocation(self._world.number(), API, began_at=now, stops_at=now + API_TIMEOUT, then=then)
        self._scheduler.start(here, work)

    def _open(self, actor: Actor) -> None:
        self._world.say(f"{actor.address} opens a request")
        self._call(partial(self._ask, actor), partial(self._asked, actor))

    def _ask(self, actor: Actor) -> None:
        world, picture = self._world, PICTURES[actor.person.uses[0].picture]
        size, kind = (picture.told_size, picture.kind) if actor.person.says else (1000, "image/png")
        world.facts.wishes[actor.address] = picture
        try:
            actor.opened = self._api.open(Wish(actor.address, f"{picture.name}.png", kind, size), actor.address_token)
        except RefusedAtTheDoor as refused:
            world.say(f"{actor.address} is turned away: {refused.code}")
            world.covered["turned away"] += 1
            world.facts.turned_away.add(refused.request_id)
            actor.gone = True
        except BadRequest as refused:
            world.say(f"{actor.address} is turned away: {refused.code}")
            actor.gone = True
        except (Retryable, RuntimeError):
            world.say(f"{actor.address} is told to try again")

    def _asked(self, actor: Actor) -> None:
        """Go on with the form; who got no answer asks again."""
        if actor.opened:
            self._world.facts.tokens.add(actor.opened.access_token)
            self._use(actor)
        elif not actor.gone:
            self._world.later(0.0, partial(self._open, actor))

    def _use(self, actor: Actor) -> None:
        world, opened = self._world, actor.opened
        if opened is None:
            return
        picture = PICTURES[actor.person.uses[actor.uses].picture]
        if world.now < opened.expires_at:
            object_key = keys.upload(opened.request_id)
            world.covered["forms reused"] += actor.uses > 0
            world.facts.puts.setdefault(opened.request_id, []).append(Put(picture, world.now))
            world.say(f"{actor.address} uploads {picture.name!r} to {short(object_key)}")
            waking.object_written(world, object_key, world.uploads.put(object_key, picture.data), picture.told_size)
        actor.uses += 1
        if actor.uses < len(actor.person.uses):
            world.later(actor.person.uses[actor.uses].after, partial(self._use, actor))

    def _look(self, actor: Actor, tries: int) -> None:
        """Look how far the request is, once there is one."""
        if actor.opened:
            self._call(partial(self._see, actor.opened))
        elif tries and not actor.gone:
            self._world.later(_TRY_AGAIN, partial(self._look, actor, tries - 1))

    def _see(self, opened: Opened) -> None:
        try:
            status = self._api.show(opened.request_id, opened.access_token)
        except (Retryable, RuntimeError):
            return
        what_is_shown_is_true(status)

    def _lose_proof(self, actor: Actor) -> None:
        self._world.say(f"{actor.address} loses the proof of the address")
        self._world.facts.lost_proof.add(actor.address)
        self._world.proven.discard(actor.address)
        if not self._world.plan.sandbox:  # there SES itself refuses to write to it, which is how we learn of it
            self._world.addresses.unproven(name_of(actor.address), self._world.now)

    def _wake_early(self, actor: Actor, tries: int) -> None:
        """As somebody may who looks for what is stuck: `notify` finds work in progress, and waits again."""
        world = self._world
        request = world.requests.rows.get(actor.opened.request_id) if actor.opened else None
        record = world.records.rows.get(request.key) if request and request.key else None
        if request and record and record.content == request.content and record.state in _IN_PROGRESS:
            world.covered["early wakes"] += 1
            world.facts.woken.add(request.request_id)
            waking.notify(world, request.request_id)
        elif tries and not actor.gone:
            world.later(_TRY_AGAIN, partial(self._wake_early, actor, tries - 1))
