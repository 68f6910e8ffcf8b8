"""Counting in bulk, as values: what waits for a run on Glue, the run, and the one row that runs are started by."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Engine(StrEnum):
    """What counts transcripts: a Lambda at once, runs on Glue for many at a time, or whichever fits the transcript."""

    AUTO = "auto"
    LAMBDA = "lambda"
    GLUE = "glue"


@dataclass(frozen=True)
class Document:
    """A transcript that waits to be counted in bulk.

    Attributes:
        key: The picture's cache key.
        generation: The attempt that wrote the transcript.
        since: Since when it waits.
        failed_in: The run, by our name of it, that has ended without finishing it; empty if none has.
    """

    key: str
    generation: int
    since: float
    failed_in: str = ""


@dataclass(frozen=True)
class Run:
    """A run on Glue.

    Attributes:
        name: Ours: it names the manifest.
        began_at: When it was noted, before Glue was asked for it.
        job_run: Glue's id of it; empty as long as Glue's answer is not noted.
    """

    name: str
    began_at: float
    job_run: str = ""


@dataclass(frozen=True)
class Starter:
    """The one row that all who start runs go by.

    Attributes:
        run: The run that is under way, or has ended and is not settled yet.
        look_at: Until then a look is on its way: what waits is to gather first.
        attempt: Who has the right to change the row, and so to start and settle runs.
        lease_until: Until then, unless it is given back.
    """

    run: Run | None = None
    look_at: float = 0.0
    attempt: str = ""
    lease_until: float = 0.0


QUIET_SECONDS: Final = 3.0
"""So long after the last that came, nothing more is expected to come with it."""

SUCCEEDED: Final = "SUCCEEDED"
UNDER_WAY: Final = frozenset({"STARTING", "RUNNING", "STOPPING", "WAITING"})
"""Glue's words. All others (`FAILED`, `TIMEOUT`, `STOPPED`, `ERROR`, `EXPIRED`) say that a run has ended in vain.

https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html
"""
LOST: Final = "LOST"
"""Glue does not know such a run (any more)."""
