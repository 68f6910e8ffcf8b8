"""What histories met, and what they should have met."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.simulation.calls import ALL_CALLS
from tests.simulation.plan import Between, Kind

if TYPE_CHECKING:
    from collections import Counter

NOTEWORTHY: Final = (
    "messages received again",
    "duplicated messages",
    "reordered messages",
    "batches of several",
    "crashes",
    "take-overs",
    "claims after a claim was given back",
    "claims anew of READY",
    "claims anew of FAILED",
    "twins",
    "forms reused",
    "early wakes",
    "rows expired away",
    "log claim_joined",
    "log cache_hit",
    "log overtaken",
    "log upload_gone",
    "log upload_unread",
    "log picture_refused",
    "log mail_undeliverable",
    "log message_postponed",
    "log message_failed",
    "late mails",
    "second copies after a crash",
    *(f"between: {between}" for between in Between if between is not Between.NOTHING),
)
"""Besides faults; a history that cannot meet these shows nothing."""


def uncovered(covered: Counter[str]) -> list[str]:
    """What never happened and should have, and calls that `calls.py` does not know."""
    met = {what.partition("|")[2] for what in covered if what.startswith("called|")}
    known = {f"{function} {call}" for function, call in ALL_CALLS}
    missing = [f"{kind} {what}" for what in sorted(known | met) for kind in _due(what) if not covered[f"{kind}|{what}"]]
    missing += [f"{what} is not in calls.py" for what in sorted(met - known)]
    return missing + [what for what in NOTEWORTHY if not covered[what]]


def _due(what: str) -> tuple[Kind, ...]:  # noqa: ARG001  all calls alike, so far
    return Kind.CRASH_BEFORE, Kind.CRASH_AFTER, Kind.THROTTLED


def report(covered: Counter[str]) -> str:
    """As a table."""
    lines = [f"{'':44}" + "".join(f"{kind:>17}" for kind in ("calls", *Kind))]
    for function, call in ALL_CALLS:
        what = f"{function} {call}"
        counts = [covered[f"called|{what}"], *(covered[f"{kind}|{what}"] for kind in Kind)]
        lines.append(f"{what:44}" + "".join(f"{count:>17,}" for count in counts))
    lines.append("")
    lines += [f"{what:44}{covered[what]:>17,}" for what in sorted(covered) if "|" not in what]
    return "\n".join(lines)
