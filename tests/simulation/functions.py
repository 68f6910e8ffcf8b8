"""The functions under test: what wakes each, how long it may take, what it does, and which calls of ports it makes.

A function more is one entry here, and its use case's ports in `ports.py` if they are new. Faults are planned for every
call that is listed; coverage fails when one is missing here, and when one never goes wrong. What brings a call about
that is seldom made is in `situations.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from runtime.core.limits import UPLOADS, Allowance, DailyLimit
from runtime.core.use_cases.bounces import NoteBounce
from runtime.core.use_cases.bulk import Bulk
from runtime.core.use_cases.count import Count
from runtime.core.use_cases.deadline import Deadline
from runtime.core.use_cases.failures import Failures
from runtime.core.use_cases.ingest import Ingest
from runtime.core.use_cases.notify import Notify
from runtime.core.use_cases.publish import Publish
from runtime.core.use_cases.requests import OpenRequest, ShowRequest
from runtime.handlers import bulk, count, deadline, ingest, notify, publish
from runtime.handlers.batch import body_of
from runtime.handlers.failures import read as dead_letters_from
from tests.runtime.service import DAY, SENDER, SITE, UPLOADS_OF_ALL, UPLOADS_OF_ONE
from tests.simulation.operators import CALLS as BY_HAND

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.simulation.ports import Ports

INGEST_LEASE: Final = 90.0
"""Seconds that a claim holds: more than `ingest` may take, less than its message stays hidden."""

MAIL_LEASE: Final = 60.0
"""Seconds that the right to send a mail holds."""

BULK_LEASE: Final = 300.0
"""Seconds that the right to start and settle runs holds: more than `bulk` may take."""

GATHER: Final = 30.0
"""Seconds that the first that waits for a run has to wait for others, at most."""

ABOVE: Final = 5
"""Words: where the engine is `auto`, a transcript of more is left to Glue."""

LATE_AFTER: Final = 300.0
"""Seconds after an upload in which its result is promised."""

KEEP: Final = 30 * DAY
FORM: Final = 600


@dataclass(frozen=True, eq=False)
class Function:
    """A function of the service that takes the messages of a queue with its own name.

    Attributes:
        work: Makes of the ports what is done with a message's body.
        timeout: Seconds after which it is stopped.
        calls: The calls of ports that it makes.
        in_bulk: Those that it makes only where counting is left to Glue.
        of_bounces: Those that it makes only where mails come back.
        batch: Messages in one event at most.
        delay: Seconds that each message stays hidden first.
        read: What of a message the work is handed.
        hears_of: How the keys of the objects begin and end that S3 tells it of.
    """

    name: str
    work: Callable[[Ports], Callable[[Any], None]]
    timeout: float
    calls: tuple[str, ...] = ()
    in_bulk: tuple[str, ...] = ()
    of_bounces: tuple[str, ...] = ()
    batch: int = 10
    delay: float = 0.0
    hears_of: tuple[str, str] | None = None
    read: Callable[[Mapping[str, Any]], Any] = body_of

    def hears(self, object_key: str) -> bool:
        """Whether S3 tells it of this object."""
        if self.hears_of is None:
            return False
        prefix, suffix = self.hears_of
        return object_key.startswith(prefix) and object_key.endswith(suffix)


BULK: Final = "bulk"
"""The function, and so the queue, that hears what waits for Glue, and of the ends of its runs."""

DEAD: Final = "failures"
"""The function, and so the queue, that messages die into."""


def arn(queue: str) -> str:
    """A queue's ARN."""
    return f"arn:aws:sqs:us-east-1:123456789012:{queue}"


def _nobody_proves(proof_id: str) -> None:
    """Addresses are proven before a history begins."""
    raise AssertionError(f"nobody has begun the proof {proof_id}")


_WORKING: Final = (
    Function(
        "ingest",
        lambda ports: ingest.work(
            Ingest(
                uploads=ports.uploads,
                images=ports.images,
                reader=ports.reader,
                results=ports.results,
                records=ports.records,
                waiters=ports.waiters,
                requests=ports.requests,
                notifications=ports.notifications,
                clock=ports.clock,
                tokens=ports.tokens,
                log=ports.log,
                lease_seconds=INGEST_LEASE,
                keep_seconds=KEEP,
            )
        ),
        timeout=60.0,
        batch=1,
        hears_of=("uploads/", ""),
        calls=(
            "deliveries.postpone",
            "images.delete",
            "images.keep",
            "notifications.send",
            "reader.read",
            "records.claim",
            "records.failed",
            "records.get",
            "records.give_back",
            "records.transcribed",
            "requests.bind",
            "requests.get",
            "requests.hit",
            "requests.joined",
            "requests.kept",
            "requests.refuse",
            "results.complete",
            "results.delete_transcript",
            "results.read_count",
            "results.read_text",
            "results.write_count",
            "results.write_text",
            "results.write_transcript",
            "uploads.delete",
            "uploads.read",
            "waiters.add",
            "waiters.of",
            "waiters.remove",
        ),
    ),
    Function(
        "count",
        lambda ports: count.work(
            Count(
                ports.results,
                ports.records,
                ports.pending,
                ports.bulk,
                ports.clock,
                ports.log,
                engine=ports.engine,
                glue_above_words=ABOVE,
            )
        ),
        timeout=60.0,
        hears_of=("transcripts/", ".jsonl"),
        calls=(
            "deliveries.postpone",
            "records.get",
            "results.delete_transcript",
            "results.read_transcript",
            "results.write_count",
        ),
        in_bulk=("bulk.pending", "pending.add", "results.counted"),
    ),
    Function(
        "publish",
        lambda ports: publish.work(
            Publish(
                results=ports.results,
                records=ports.records,
                waiters=ports.waiters,
                notifications=ports.notifications,
                clock=ports.clock,
                log=ports.log,
                keep_seconds=KEEP,
            )
        ),
        timeout=30.0,
        hears_of=("results/", "/word-count.json"),
        calls=(
            "deliveries.postpone",
            "notifications.send",
            "records.ready",
            "results.delete_transcript",
            "results.read_count",
            "waiters.of",
            "waiters.remove",
        ),
    ),
    Function(
        "notify",
        lambda ports: notify.work(
            Notify(
                requests=ports.requests,
                records=ports.records,
                waiters=ports.waiters,
                results=ports.results,
                mailer=ports.mailer,
                clock=ports.clock,
                tokens=ports.tokens,
                log=ports.log,
                addresses=ports.addresses,
                sender=SENDER,
                site=SITE,
                lease_seconds=MAIL_LEASE,
            ),
            _nobody_proves,
            NoteBounce(ports.requests, ports.addresses, ports.clock, ports.log),
        ),
        timeout=30.0,
        calls=(
            "addresses.get",
            "addresses.unproven",
            "deliveries.postpone",
            "mailer.send",
            "records.get",
            "requests.begin_sending",
            "requests.get",
            "requests.settle",
            "requests.stop_sending",
            "results.read_count",
            "results.read_text",
            "waiters.add",
            "waiters.remove",
        ),
        of_bounces=("requests.bounced",),
    ),
    Function(
        "deadline",
        lambda ports: deadline.work(
            Deadline(
                requests=ports.requests,
                addresses=ports.addresses,
                mailer=ports.mailer,
                clock=ports.clock,
                log=ports.log,
                sender=SENDER,
                site=SITE,
                lease_seconds=MAIL_LEASE,
            )
        ),
        timeout=30.0,
        delay=LATE_AFTER,
        hears_of=("uploads/", ""),
        calls=(
            "addresses.get",
            "deliveries.postpone",
            "mailer.send",
            "requests.begin_late",
            "requests.get",
            "requests.late",
        ),
    ),
    Function(
        BULK,
        lambda ports: bulk.work(
            Bulk(
                pending=ports.pending,
                starters=ports.starters,
                manifests=ports.manifests,
                glue=ports.glue,
                queue=ports.bulk,
                results=ports.results,
                records=ports.records,
                waiters=ports.waiters,
                notifications=ports.notifications,
                clock=ports.clock,
                tokens=ports.tokens,
                log=ports.log,
                gather_seconds=GATHER,
                lease_seconds=BULK_LEASE,
            )
        ),
        timeout=240.0,
        in_bulk=(
            "bulk.look",
            "deliveries.postpone",
            "glue.find",
            "glue.start",
            "glue.state",
            "manifests.outcomes",
            "manifests.read",
            "manifests.write",
            "notifications.send",
            "pending.all",
            "pending.change",
            "pending.remove",
            "records.abandon",
            "records.get",
            "results.counted",
            "starters.begin",
            "starters.end",
            "starters.expect",
            "starters.get",
            "starters.release",
            "starters.take",
            "waiters.of",
            "waiters.remove",
        ),
    ),
)


FUNCTIONS: Final = (
    *_WORKING,
    Function(
        DEAD,
        lambda ports: Failures(
            dead_letters=ports.dead_letters,
            results=ports.results,
            records=ports.records,
            waiters=ports.waiters,
            requests=ports.requests,
            notifications=ports.notifications,
            clock=ports.clock,
            tokens=ports.tokens,
            log=ports.log,
            mail_lease_seconds=MAIL_LEASE,
        ),
        timeout=60.0,
        read=dead_letters_from({arn(each.name): each.name for each in _WORKING}),
        calls=(
            "dead_letters.keep",
            "dead_letters.told",
            "deliveries.postpone",
            "notifications.send",
            "records.abandon",
            "records.get",
            "requests.begin_sending",
            "requests.get",
            "requests.refuse",
            "requests.settle",
            "results.counted",
            "waiters.add",
            "waiters.of",
            "waiters.remove",
        ),
    ),
)


CALLS_OF_DEAD: Final = FUNCTIONS[-1].calls


@dataclass(frozen=True, slots=True)
class Api:
    """What people call. No queue: who gets no answer asks again."""

    open: OpenRequest
    show: ShowRequest


API: Final = "api"
API_TIMEOUT: Final = 10.0
API_CALLS: Final = (
    "address_tokens.get",
    "addresses.get",
    "counters.take",
    "notifications.send",
    "records.get",
    "requests.get",
    "requests.open",
    "results.read_count",
    "uploads.form",
)


def api(ports: Ports) -> Api:
    """The API on these ports."""
    return Api(
        open=OpenRequest(
            requests=ports.requests,
            uploads=ports.uploads,
            notifications=ports.notifications,
            addresses=ports.addresses,
            address_tokens=ports.address_tokens,
            allowance=Allowance(
                DailyLimit(ports.counters, UPLOADS, UPLOADS_OF_ONE),
                DailyLimit(ports.counters, UPLOADS, UPLOADS_OF_ALL),
            ),
            clock=ports.clock,
            tokens=ports.tokens,
            log=ports.log,
            form_seconds=FORM,
            keep_seconds=KEEP,
        ),
        show=ShowRequest(ports.requests, ports.records, ports.results),
    )


CALLS_IN_PLACE: Final = tuple(
    (name, call)
    for name, calls in ((API, API_CALLS), *((each.name, each.calls) for each in FUNCTIONS), *BY_HAND.items())
    for call in calls
)
"""Function and call: where something can go wrong whatever counts."""

CALLS_IN_BULK: Final = tuple((each.name, call) for each in FUNCTIONS for call in each.in_bulk)
"""Where something can go wrong besides, if counting is left to Glue."""

CALLS_OF_BOUNCES: Final = tuple((each.name, call) for each in FUNCTIONS for call in each.of_bounces)
"""The same, if mails come back."""

ALL_CALLS: Final = CALLS_IN_PLACE + CALLS_IN_BULK + CALLS_OF_BOUNCES
"""Everywhere that something can go wrong."""
