"""What would cost a deployed stack its data: URNs that vanish, or change without Pulumi being told."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from tests.components.recorder import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tests.components.recorder import RecordedStack

LIST = PROJECT / "components" / "urns.txt"

UPLOADED_FILE = "aws:s3/bucketObjectv2:BucketObjectv2"
"""A file of the page, or the code of a job: what vanishes is uploaded again, or was taken out on purpose."""


def listed() -> list[str]:
    """Every URN that there ever was, less the part that names the stack."""
    return [line for line in LIST.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


def made(stack: RecordedStack) -> set[str]:
    """The URNs that the program makes, less the part that names the stack, and but for uploaded files."""
    return {resource.urn.partition("::")[2] for resource in stack.resources if resource.type != UPLOADED_FILE}


def complaints(
    now: Iterable[str], known: Sequence[str], renamed: Mapping[str, str], removed: Mapping[str, str]
) -> Iterator[str]:
    """What is not right between the URNs that there are, those that there ever were, and what became of them."""
    there = set(now)
    yield from _lost(there, known, renamed, removed)
    if new := sorted(there - set(known)):
        yield "Once deployed, a URN must last. Add to components/urns.txt, in order:\n" + "\n".join(new)
    if list(known) != sorted(set(known)):
        yield "The lines of components/urns.txt are not in order, or one is there twice."
    yield from _wrong_renames(there, known, renamed, removed)
    for urn, reason in removed.items():
        if urn in there:
            yield f"REMOVED has {urn}, but it is there: take the entry out."
        if urn not in known:
            yield f"REMOVED has {urn}, but components/urns.txt does not: nothing was ever called so."
        if not reason.strip():
            yield f"REMOVED has {urn} without a reason."


def _lost(
    there: set[str], known: Sequence[str], renamed: Mapping[str, str], removed: Mapping[str, str]
) -> Iterator[str]:
    new = there - set(known)
    for urn in known:
        if urn in there or urn in renamed or urn in removed:
            continue
        alike = difflib.get_close_matches(urn, new, n=1) or ["<what it is now>"]
        yield (
            f"{urn}\nis no more. A deployed stack would delete it, with all that is in it.\n"
            "Has it another name, type or parent now, write in RENAMED in components/renames.py:\n"
            f'    "{urn}":\n        "{alike[0]}",\n'
            "Is it to be deleted, write in REMOVED there:\n"
            f'    "{urn}":\n        "<why, and what becomes of what is in it>",'
        )


def _wrong_renames(
    there: set[str], known: Sequence[str], renamed: Mapping[str, str], removed: Mapping[str, str]
) -> Iterator[str]:
    for old, new in renamed.items():
        if old in there:
            yield f"RENAMED has {old}, but it is there still: two would be one."
        if old in removed:
            yield f"{old} is both in RENAMED and in REMOVED."
        if old not in known:
            yield f"RENAMED has {old}, but components/urns.txt does not: nothing was ever called so."
        if others := [other for other in renamed if other < old and renamed[other] == new]:
            yield f"RENAMED makes one of {others[0]} and {old}: {new}."
        if not _leads_somewhere(old, renamed, {*there, *removed}):
            yield f"RENAMED has {old}, but leads to nothing that is there: {new}."


def _leads_somewhere(urn: str, renamed: Mapping[str, str], ends: set[str]) -> bool:
    """Whether a URN's successors come to an end that is one, and not back to themselves."""
    passed: set[str] = set()
    while urn in renamed and urn not in passed:
        passed.add(urn)
        urn = renamed[urn]
    return urn in ends and urn not in passed
