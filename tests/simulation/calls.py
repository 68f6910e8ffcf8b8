"""Every call of a port that a function makes: where faults are planned. Coverage fails when one is missing here."""

from __future__ import annotations

from typing import Final

CALLS: Final[dict[str, tuple[str, ...]]] = {
    "api": ("mailer.verified", "requests.open", "uploads.form"),
    "ingest": (
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
    "count": (
        "deliveries.postpone",
        "records.get",
        "results.delete_transcript",
        "results.read_transcript",
        "results.write_count",
    ),
    "publish": (
        "deliveries.postpone",
        "notifications.send",
        "records.ready",
        "results.delete_transcript",
        "results.read_count",
        "waiters.of",
        "waiters.remove",
    ),
    "notify": (
        "deliveries.postpone",
        "mailer.send",
        "mailer.verified",
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
    "deadline": (
        "deliveries.postpone",
        "mailer.send",
        "mailer.verified",
        "requests.begin_late",
        "requests.get",
        "requests.late",
    ),
}

ALL_CALLS: Final = tuple((function, call) for function, calls in CALLS.items() for call in calls)

LEADS_TO: Final = {
    ("ingest", "records.give_back"): ("ingest", "reader.read"),
    ("notify", "requests.stop_sending"): ("notify", "mailer.send"),
    ("ingest", "deliveries.postpone"): ("ingest", "reader.read"),
    ("count", "deliveries.postpone"): ("count", "results.read_transcript"),
    ("publish", "deliveries.postpone"): ("publish", "records.ready"),
    ("notify", "deliveries.postpone"): ("notify", "mailer.send"),
    ("deadline", "deliveries.postpone"): ("deadline", "requests.get"),
}
"""Calls that are only made when another is throttled: a fault of the first brings that with it."""
