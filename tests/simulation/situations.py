"""What brings calls about that are seldom made: a history in which one of them is to go wrong is drawn with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from runtime.core.bulk import SUCCEEDED
from runtime.core.manifest import Cause
from tests.simulation.functions import BULK, CALLS_IN_BULK, CALLS_OF_DEAD
from tests.simulation.operators import CALLS as BY_HAND
from tests.simulation.operators import RESEND
from tests.simulation.plan import TRANSCRIPT, TRIES, Between, Kind


@dataclass(frozen=True)
class Situation:
    """What a history needs.

    Attributes:
        faults: What goes wrong before: by which function, at which call, how.
        between: What happens to the records before somebody comes again.
        again: Whether somebody comes with the same picture when it has been read.
        picture: Which picture everybody has; None if that does not matter.
        says: Whether browsers tell the picture's size and kind.
        woken: Whether `notify` is woken early.
        looks: Whether people look how far their requests are.
        unproven: Whether everybody's address loses its proof, and is verified again after the mail failed.
        tries: How often messages are received before they die.
        lost: What is lost.
        sweeps: How often there is a sweep.
        redrive: Whether what died is replayed.
        ends: How the first runs on Glue end.
        troubles: Why runs cannot count the first documents.
    """

    faults: tuple[tuple[str, str, Kind], ...] = ()
    between: Between = Between.NOTHING
    again: bool = False
    picture: int | None = None
    says: bool = False
    woken: bool = False
    looks: bool = False
    unproven: bool = False
    tries: int = TRIES
    lost: tuple[str, ...] = ()
    sweeps: int = 0
    redrive: bool = False
    ends: tuple[str, ...] = ()
    troubles: tuple[Cause, ...] = ()


def _busy(function: str, call: str) -> Situation:
    return Situation(faults=((function, call, Kind.THROTTLED),))


_AGAIN: Final = Situation(again=True)
_NEWER_COUNTER: Final = Situation(again=True, between=Between.NEWER_COUNTER)
_PAGE: Final = 0
_LETTER: Final = 7
_REFUSED: Final = 4
_TRANSCRIPT_LOST: Final = Situation(lost=("count", TRANSCRIPT))
_CLAIM_LOST: Final = Situation(faults=(("ingest", "reader.read", Kind.CRASH_BEFORE),), lost=("ingest",))


def _dead(*calls: tuple[str, str]) -> Situation:
    """Messages die of errors that nobody expects."""
    return Situation(faults=tuple((function, call, Kind.BROKEN) for function, call in calls), tries=1)


_DEAD_AND_REPLAYED: Final = replace(_dead(("ingest", "reader.read")), redrive=True)

_DIES: Final = Situation(ends=("FAILED",))
_BUSY: Final = Situation(troubles=3 * (Cause.UNAVAILABLE,), ends=2 * (SUCCEEDED,))
_UNCOUNTABLE: Final = Situation(troubles=(Cause.UNREADABLE,))

_IN_BULK: Final = {
    (BULK, "bulk.look"): _BUSY,
    (BULK, "deliveries.postpone"): _busy(BULK, "starters.get"),
    (BULK, "glue.find"): _busy(BULK, "glue.start"),
    (BULK, "pending.change"): _DIES,
    (BULK, "results.counted"): _DIES,
    (BULK, "starters.expect"): _BUSY,
    **{
        (BULK, call): _UNCOUNTABLE
        for call in ("notifications.send", "records.abandon", "records.get", "waiters.of", "waiters.remove")
    },
}
"""Of what is made only where counting is left to Glue."""

SITUATIONS: Final = {
    **{each: _IN_BULK.get(each, Situation()) for each in CALLS_IN_BULK},
    ("api", "notifications.send"): Situation(picture=_LETTER, says=True),
    ("api", "records.get"): Situation(looks=True),
    ("api", "requests.get"): Situation(looks=True),
    ("api", "results.read_count"): Situation(looks=True, again=True, picture=_PAGE),
    ("count", "deliveries.postpone"): _busy("count", "results.read_transcript"),
    ("count", "results.delete_transcript"): Situation(
        faults=(("ingest", "results.write_transcript", Kind.SLOW_BEFORE),)
    ),
    ("deadline", "deliveries.postpone"): _busy("deadline", "requests.get"),
    ("ingest", "deliveries.postpone"): _busy("ingest", "reader.read"),
    ("ingest", "notifications.send"): Situation(picture=_REFUSED),
    ("ingest", "requests.refuse"): Situation(picture=_REFUSED),
    ("ingest", "requests.joined"): Situation(picture=_PAGE),
    ("ingest", "waiters.of"): Situation(picture=_REFUSED),
    ("ingest", "waiters.remove"): Situation(picture=_REFUSED),
    ("ingest", "records.give_back"): _busy("ingest", "reader.read"),
    ("ingest", "records.failed"): Situation(picture=_REFUSED),
    ("ingest", "requests.hit"): _AGAIN,
    ("ingest", "results.complete"): _AGAIN,
    ("ingest", "results.delete_transcript"): Situation(faults=(("ingest", "reader.read", Kind.CRASH_AFTER),)),
    ("ingest", "results.read_count"): _NEWER_COUNTER,
    ("ingest", "results.read_text"): _NEWER_COUNTER,
    ("ingest", "results.write_count"): _NEWER_COUNTER,
    ("notify", "addresses.unproven"): Situation(unproven=True),
    ("notify", "deliveries.postpone"): _busy("notify", "mailer.send"),
    ("notify", "requests.stop_sending"): _busy("notify", "mailer.send"),
    ("notify", "waiters.add"): Situation(woken=True),
    ("notify", "waiters.remove"): Situation(woken=True, faults=(("notify", "waiters.add", Kind.SLOW_AFTER),)),
    ("publish", "deliveries.postpone"): _busy("publish", "records.ready"),
    **{("failures", call): _dead(("ingest", "reader.read")) for call in CALLS_OF_DEAD},
    ("failures", "deliveries.postpone"): Situation(
        faults=(("ingest", "reader.read", Kind.BROKEN), ("failures", "records.get", Kind.THROTTLED)), tries=1
    ),
    ("failures", "requests.begin_sending"): _dead(("notify", "mailer.send")),
    ("failures", "requests.refuse"): _dead(("ingest", "uploads.read")),
    ("failures", "requests.settle"): _dead(("notify", "mailer.send")),
    ("failures", "results.counted"): _dead(("count", "records.get")),
    ("failures", "waiters.add"): replace(_dead(("ingest", "requests.hit")), again=True),
    **{("resend", call): Situation(unproven=True) for call in BY_HAND[RESEND]},
    ("redrive", "dead_letters.forget"): _DEAD_AND_REPLAYED,
    ("redrive", "replays.send"): _DEAD_AND_REPLAYED,
    ("redrive", "requests.get"): replace(_dead(("notify", "mailer.send")), redrive=True),
    ("redrive", "requests.reopen"): replace(_dead(("notify", "mailer.send")), redrive=True),
    ("sweep", "bulk.look"): Situation(sweeps=2),
    ("sweep", "images.oldest"): Situation(sweeps=2),
    ("sweep", "notifications.send"): Situation(lost=("notify",), picture=_PAGE),
    ("sweep", "pending.has"): Situation(lost=("count",)),
    ("sweep", "records.abandon"): _TRANSCRIPT_LOST,
    ("sweep", "records.get"): Situation(lost=("count",)),
    ("sweep", "requests.get"): Situation(lost=("notify",)),
    ("sweep", "requests.refuse"): Situation(
        picture=_REFUSED, faults=(("ingest", "requests.refuse", Kind.CRASH_BEFORE),), lost=("ingest",)
    ),
    ("sweep", "results.counted"): Situation(lost=("count",)),
    ("sweep", "results.has_transcript"): Situation(lost=("count",)),
    ("sweep", "stages.counted"): Situation(lost=("publish",)),
    ("sweep", "stages.transcribed"): Situation(lost=("count",)),
    ("sweep", "stages.uploaded"): _CLAIM_LOST,
    ("sweep", "unfinished.record_driven"): Situation(lost=("count",)),
    ("sweep", "unfinished.records"): Situation(sweeps=2),
    ("sweep", "unfinished.request_driven"): Situation(lost=("notify",)),
    ("sweep", "unfinished.requests"): Situation(sweeps=2),
    ("sweep", "waiters.of"): _TRANSCRIPT_LOST,
    ("sweep", "waiters.remove"): Situation(lost=("notify",)),
}
