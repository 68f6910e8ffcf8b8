"""The ports that functions are wired with: the fakes, each of whose calls is the scheduler's, and some of our own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from runtime.adapters.queues import LONGEST_DELAY
from runtime.core.errors import Absent, AddressUnverified
from tests.runtime.fakes import CountedTokens
from tests.simulation.facts import Sent
from tests.simulation.mailboxes import mail_is_taken
from tests.simulation.pictures import BY_DATA
from tests.simulation.port_calls import call
from tests.simulation.promises.lines import line_is_logged
from tests.simulation.promises.mails import mail_is_sent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runtime.core import ports as core
    from runtime.core.bounce import MessageTags
    from runtime.core.bulk import Engine
    from runtime.core.events import Event
    from runtime.handlers.batch import Deliveries
    from tests.simulation.letters import Letter
    from tests.simulation.world import World


@dataclass(frozen=True, slots=True)
class Ports:
    """All that functions are wired with."""

    uploads: core.Uploads
    images: core.Images
    reader: core.Reader
    results: core.Results
    records: core.Records
    waiters: core.Waiters
    requests: core.Requests
    notifications: core.Notifications
    mailer: core.Mailer
    unfinished: core.Unfinished
    stages: core.Stages
    pending: core.Pending
    bulk: core.BulkQueue
    starters: core.Starters
    manifests: core.Manifests
    glue: core.Glue
    dead_letters: core.DeadLetters
    addresses: core.Addresses
    address_tokens: core.AddressTokens
    counters: core.Counters
    replays: core.Replays
    deliveries: Deliveries
    clock: core.Clock
    tokens: core.Tokens
    log: core.Log
    engine: Engine


def ports(world: World) -> Ports:
    """The ports of this world. Time, names and the log never fail: they are the machine itself."""
    return Ports(
        uploads=_watched(world, "uploads", world.uploads),
        images=_watched(world, "images", world.images),
        reader=_watched(world, "reader", _Ocr(world)),
        results=_watched(world, "results", world.results),
        records=_watched(world, "records", world.records),
        waiters=_watched(world, "waiters", world.waiters),
        requests=_watched(world, "requests", world.requests),
        notifications=_watched(world, "notifications", world.notifications),
        mailer=_watched(world, "mailer", _Ses(world)),
        unfinished=_watched(world, "unfinished", world.unfinished),
        stages=_watched(world, "stages", world.stages),
        pending=_watched(world, "pending", world.pending),
        bulk=_watched(world, "bulk", world.bulk),
        starters=_watched(world, "starters", world.starters),
        manifests=_watched(world, "manifests", world.manifests),
        glue=_watched(world, "glue", world.glue),
        dead_letters=_watched(world, "dead_letters", world.dead_letters),
        addresses=_watched(world, "addresses", world.addresses),
        address_tokens=_watched(world, "address_tokens", world.address_tokens),
        counters=_watched(world, "counters", world.counters),
        replays=_watched(world, "replays", world.replays),
        deliveries=_watched(world, "deliveries", _Sqs(world)),
        clock=_Clock(world),
        tokens=CountedTokens(),
        log=_Log(world),
        engine=world.plan.engine,
    )


class _Watched:
    """A port whose methods are given to it."""


def _watched(world: World, name: str, port: object) -> Any:  # noqa: ANN401  any port
    watched = _Watched()
    vars(watched).update(
        (method, partial(call, world, f"{name}.{method}", getattr(port, method))) for method in _methods(type(port))
    )
    return watched


@cache
def _methods(port: type) -> tuple[str, ...]:
    return tuple(name for name in dir(port) if not name.startswith("_") and callable(getattr(port, name)))


@dataclass(frozen=True, slots=True)
class _Clock:
    world: World

    def now(self) -> float:
        return self.world.now


@dataclass(frozen=True, slots=True)
class _Log:
    world: World

    def emit(self, event: Event) -> None:
        line_is_logged(self.world, event)


@dataclass(frozen=True, slots=True)
class _Ocr:
    world: World

    def read(self, key: str) -> Mapping[str, Any]:
        kept = self.world.images.kept.get(key)
        if kept is None:
            raise Absent(key)
        if "-" in key:
            self.world.covered["twins"] += 1
        return BY_DATA[kept[0]].read()


@dataclass(frozen=True, slots=True)
class _Ses:
    world: World

    def verified(self, addresses: Sequence[str]) -> set[str]:
        return {address for address in addresses if address in self.world.proven}

    def send(self, letter: Letter, recipient: str, tags: MessageTags) -> str:
        world = self.world
        if world.plan.sandbox and recipient not in world.proven:
            if world.current:
                world.current.refused.add(recipient)
            raise AddressUnverified
        sent = Sent(letter, world.now, tags)
        mail_is_sent(world, sent, recipient)
        world.facts.sent.append(sent)
        message_id = f"message-{len(world.facts.sent)}"
        mail_is_taken(world, sent, message_id)
        return message_id


@dataclass(frozen=True, slots=True)
class _Sqs:
    world: World

    def postpone(self, queue_arn: str, receipt_handle: str, receives: int) -> int:
        longest = min(LONGEST_DELAY, 2 ** min(receives, 10))
        seconds = longest - self.world.pick(longest)
        self.world.queues[queue_arn.rpartition(":")[2]].postpone(receipt_handle, self.world.now + seconds)
        return seconds
