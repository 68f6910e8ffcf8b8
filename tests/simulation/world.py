"""What there is in a history: time, rows and objects, queues, who is at work, and the facts that promises look at."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from greenlet import getcurrent

from tests.runtime import fakes
from tests.simulation.facts import Facts
from tests.simulation.functions import FUNCTIONS
from tests.simulation.promises.rows import address_changes, record_changes, request_changes
from tests.simulation.queues import Queue
from tests.simulation.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulation.invocation import Invocation
    from tests.simulation.people import Actor
    from tests.simulation.plan import Fault, Plan

START: Final = 1_800_000_000.0


@dataclass(slots=True, eq=False)
class Appointment:
    """Something that happens of itself, at a time or any time after."""

    at: float
    do: Callable[[], None]


class WatchedRows(dict[str, Any]):
    """Rows, each of whose changes is looked at."""

    def __init__(self, world: World, look: Callable[[World, Any, Any], None]) -> None:
        super().__init__()
        self._world = world
        self._look = look

    def __setitem__(self, key: str, row: object) -> None:
        self._look(self._world, self.get(key), row)
        super().__setitem__(key, row)

    def setdefault(self, key: str, default: Any = None) -> Any:  # noqa: ANN401  as dict's
        if key not in self:
            self[key] = default
        return self[key]


class World:
    """One history's world.

    Args:
        plan: What is to happen.
        pick: Chooses one of so many options (`choices.py`).
        told: Where to tell each step, for a reader; None if there is none.
    """

    def __init__(self, plan: Plan, pick: Callable[[int], int], told: list[str] | None) -> None:
        self.plan = plan
        self.pick = pick
        self.told = told
        self.now = START
        self.part = 0
        self.forgets = False  # whether DynamoDB deletes expired rows soon
        self.numbers = 0
        self.covered: Counter[str] = Counter()
        self.facts = Facts()

        self.uploads = fakes.MemoryUploads()
        self.images = fakes.MemoryImages(now=lambda: self.now)
        self.results = fakes.MemoryResults()
        self.records = fakes.MemoryRecords(WatchedRows(self, record_changes))
        self.requests = fakes.MemoryRequests(WatchedRows(self, request_changes))
        self.waiters = fakes.MemoryWaiters()
        self.notifications = fakes.MemoryNotifications()
        self.unfinished = fakes.MemoryUnfinished(self.requests.rows, self.records.rows)
        self.stages = fakes.MemoryStages()
        self.pending = fakes.MemoryPending()
        self.bulk = fakes.MemoryBulkQueue()
        self.starters = fakes.MemoryStarters()
        self.manifests = fakes.MemoryManifests()
        self.glue = Runs(self)
        self.dead_letters = fakes.MemoryDeadLetters()
        self.replays = fakes.MemoryReplays()
        self.addresses = fakes.MemoryAddresses(WatchedRows(self, address_changes))
        self.address_tokens = fakes.MemoryAddressTokens()
        self.counters = fakes.MemoryCounters()
        self.proven: set[str] = set()

        self.queues = {function.name: Queue(function) for function in FUNCTIONS}
        self.agenda: list[Appointment] = []
        self.actors: list[Actor] = []
        self.running: list[Invocation] = []
        self.current: Invocation | None = None
        self.scheduler = getcurrent()

        self.calls: dict[tuple[str, str], int] = {}
        self.faults: dict[tuple[str, str], list[Fault]] = {}
        for fault in plan.faults:
            self.faults.setdefault((fault.function, fault.call), []).append(fault)

    def number(self) -> int:
        """The next one, of messages and invocations alike."""
        self.numbers += 1
        return self.numbers

    def later(self, seconds: float, do: Callable[[], None]) -> None:
        """Have something happen of itself, so many seconds from now or any time after."""
        self.agenda.append(Appointment(self.now + seconds, do))

    def say(self, line: str) -> None:
        """Tell a reader."""
        if self.told is not None:
            self.told.append(line)

    def hand_over(self) -> None:
        """Let the scheduler decide what happens next; whoever calls this goes on when it is picked again."""
        self.scheduler.switch()
