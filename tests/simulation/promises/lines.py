"""What must hold of the log: that it tells what was done, and nothing that must not be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.core.events import LeftToSweep, MailSent, MessageFailed, MessageIgnored, MessagePostponed, SweepFailed
from tests.simulation.pictures import PICTURES
from tests.simulation.promises.broken import check

if TYPE_CHECKING:
    from runtime.core.events import Event
    from tests.simulation.invocation import Invocation
    from tests.simulation.world import World

DUE_LINES: Final = {
    ("api", "requests.open"): "request_opened",
    ("ingest", "records.claim"): "claim_taken",
    ("ingest", "records.failed"): "picture_refused",
    ("ingest", "records.give_back"): "claim_returned",
    ("ingest", "records.transcribed"): "picture_read",
    ("ingest", "requests.hit"): "cache_hit",
    ("ingest", "requests.joined"): "claim_joined",
    ("ingest", "requests.kept"): "upload_kept",
    ("count", "results.write_count"): "words_counted",
    ("count", "bulk.pending"): "left_to_glue",
    ("bulk", "records.abandon"): "bulk_failed",
    ("publish", "records.ready"): "result_published",
    ("notify", "mailer.send"): "mail_sent",
    ("notify", "requests.bounced"): "mail_bounced",
    ("deadline", "mailer.send"): "mail_sent",
}
"""By function and call: what is logged of a call that did what it should."""

_ROUNDING: Final = 2e-3

DUE_WHEN_DENIED: Final = {
    ("ingest", "records.transcribed"): "overtaken",
    ("ingest", "records.failed"): "overtaken",
    ("count", "results.write_count"): "overtaken",
    ("publish", "records.ready"): "overtaken",
    ("notify", "requests.bounced"): "mail_bounced",
}
"""The same of one that was answered with a no."""

_EXPECTED_ERRORS: Final = frozenset({"RuntimeError", "Retryable", "Throttled"})
"""What faults raise; a message that fails of anything else fails by itself."""

_PRIVATE: Final = frozenset(
    {picture.line for picture in PICTURES if picture.line} | {f"{p.name}.png" for p in PICTURES}
)


def line_is_logged(world: World, event: Event) -> None:
    """A line of the log."""
    name, here = event.event_name(), world.current
    world.covered[f"log {name}"] += 1
    for value in vars(event).values():
        private = isinstance(value, str) and ("@" in value or value in _PRIVATE or value in world.facts.tokens)
        check("nothing_private_is_logged", not private, f"{name}: {value}")
    if here:
        here.lines[name] += 1
        if isinstance(event, MessageFailed | MessageIgnored | MessagePostponed):
            check("lines_name_their_queue", event.queue == here.function, f"{here}: {event.queue}")
        if isinstance(event, MessageFailed):
            planned = here.hurt and event.error in _EXPECTED_ERRORS
            check("no_message_fails_by_itself", planned, f"{here}: {event.fields()}")
        elif isinstance(event, MailSent):
            _seconds_are_since_the_upload(world, here, event)
        elif isinstance(event, SweepFailed):
            planned = here.hurt and event.error in _EXPECTED_ERRORS
            check("no_sweep_fails_by_itself", planned, f"{here}: {event.fields()}")
        elif isinstance(event, LeftToSweep):
            world.facts.left_to_sweep = True


def _seconds_are_since_the_upload(world: World, here: Invocation, event: MailSent) -> None:
    """What is measured is what it is called."""
    seconds = event.seconds_since_upload
    puts = world.facts.puts.get(event.request_id, ())
    if seconds is None or not puts:
        return
    right = any(here.began_at - put.at - _ROUNDING <= seconds <= world.now - put.at + _ROUNDING for put in puts)
    check("seconds_are_since_the_upload", right, f"{here} says {seconds} of {event.request_id}")
