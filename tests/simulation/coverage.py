"""What histories met, and what they should have met."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.simulation.functions import ALL_CALLS
from tests.simulation.plan import Between, Fate, Kind

if TYPE_CHECKING:
    from collections import Counter

ENOUGH: Final = 5000
"""So many histories meet everything."""

_DUE: Final = (Kind.CRASH_BEFORE, Kind.CRASH_AFTER, Kind.THROTTLED)
"""What befalls every call."""

_NOTEWORTHY: Final = (
    "batches of several",
    "claims after a claim was given back",
    "claims anew of FAILED",
    "claims anew of READY",
    "crashes",
    "documents counted_before",
    "documents failed",
    "duplicated messages",
    "early wakes",
    "forms reused",
    "joins",
    "late mails",
    "late mails that came back",
    "mails taken back",
    "messages received again",
    "pictures given up",
    "reorderings",
    "rows expired away",
    "runs of somebody else",
    "runs that died",
    "runs that wrote late",
    "runs whose end was not told",
    "second copies after a crash",
    "strays",
    "take-overs",
    "turned away",
    "twins",
    *(f"between: {between}" for between in Between),
    *(f"mails, {fate}" for fate in Fate if fate is not Fate.ARRIVES),
    *(
        f"log {line}"
        for line in ("cache_hit", "mail_undeliverable", "message_failed", "message_postponed", "overtaken")
    ),
    *(f"log {line}" for line in ("bulk_failed", "mail_bounced", "picture_refused", "upload_gone", "upload_unread")),
)
"""Histories that meet no such thing show nothing of it."""


def uncovered(covered: Counter[str]) -> list[str]:
    """What never happened and should have, and calls that `functions.py` does not know."""
    met = {what.partition("|")[2] for what in covered if what.startswith("called|")}
    known = {f"{function} {call}" for function, call in ALL_CALLS}
    return [
        *(f"{kind} {what}" for what in sorted(known) for kind in _DUE if not covered[f"{kind}|{what}"]),
        *(f"{what} is not in functions.py" for what in sorted(met - known)),
        *(what for what in _NOTEWORTHY if not covered[what]),
    ]


def report(covered: Counter[str]) -> str:
    """As tables: what befell which call, and what else happened."""
    lines = [f"{'':44}{'calls':>12}" + "".join(f"{kind:>17}" for kind in Kind)]
    for function, call in ALL_CALLS:
        what = f"{function} {call}"
        befell = "".join(f"{covered[f'{kind}|{what}']:>17,}" for kind in Kind)
        lines.append(f"{what:44}{covered[f'called|{what}']:>12,}{befell}")
    lines.append("")
    lines += [f"{what:44}{covered[what]:>12,}" for what in sorted(covered.keys() | set(_NOTEWORTHY)) if "|" not in what]
    return "\n".join(lines)
