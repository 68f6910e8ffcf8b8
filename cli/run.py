"""`ocr-wordcount run`: images in, word counts out."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from cli.cloud import joined_or_own, state_folder
from cli.errands import Errands
from cli.errors import BAD_USAGE, FAILED, CommandError
from cli.picture import load
from cli.proof import Proofs
from cli.service import Service
from cli.tokens import KeptTokens
from cli.verify import check_address
from runtime.core.mail.file_name import shown
from runtime.core.types import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from cli.errands import Passed
    from cli.outcome import Outcome
    from cli.picture import Picture

_MOST_FREQUENT: Final = 20
_NAME_COLUMN: Final = 24

_STAGES: Final = {
    Stage.OPENED: "request opened",
    Stage.UPLOADED: "uploaded",
    Stage.KEPT: "kept",
    Stage.CLAIMED: "claimed: nobody is reading it yet",
    Stage.READ: "read",
    Stage.COUNTED: "counted",
    Stage.PUBLISHED: "published",
    Stage.LATE: "late: told so by mail",
    Stage.SENT: "mailed",
}


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    images: Sequence[str]
    email: str
    out: Path
    parallel: int
    timeout: float
    unverified: bool = False
    engine: str | None = None


class Report(Protocol):
    """Where it all is shown."""

    def busy(self, what: str) -> AbstractContextManager[object]:
        """Something takes a while."""
        ...

    def passed(self, picture: Picture, passed: Passed) -> None:
        """A stage was passed; called from any thread."""
        ...

    def done(self, picture: Picture, outcome: Outcome) -> None:
        """An image has its outcome; called in the images' order."""
        ...


class JsonReport:
    """One JSON object a line, and nothing else. ASCII alone: no encoding of the reader's can hurt it."""

    def busy(self, what: str) -> AbstractContextManager[object]:
        """Programs need no comfort."""
        return nullcontext(what)

    def passed(self, picture: Picture, passed: Passed) -> None:
        """Programs wait for the outcome."""

    def done(self, picture: Picture, outcome: Outcome) -> None:
        """One line."""
        sys.stdout.write(json.dumps(outcome.as_json()) + "\n")
        sys.stdout.flush()
        if outcome.message:
            sys.stderr.write(f"ocr-wordcount: {picture.filename!a}: {outcome.message}\n")


class PeopleReport:
    """Lines that a person likes to read."""

    def __init__(self, options: Options) -> None:
        from cli import show  # noqa: PLC0415  rich is not needed for --json

        self._show = show
        self._console = show.console()
        self._together = options.parallel > 1 and len(options.images) > 1
        self._titled: Picture | None = None

    def busy(self, what: str) -> AbstractContextManager[object]:
        """A line on a terminal that goes when it is over."""
        return self._console.status(what)

    def passed(self, picture: Picture, passed: Passed) -> None:
        """One line; whose it is, is said once, or in each line when several are under way."""
        if not self._together:
            self._title(picture)
        label, width = (shown(picture.filename), _NAME_COLUMN) if self._together else ("", 0)
        self._console.print(self._show.stage(passed.seconds, label, _STAGES[passed.stage], width))

    def done(self, picture: Picture, outcome: Outcome) -> None:
        """The result."""
        self._title(picture)
        self._console.print()
        self._console.print(self._show.summary(outcome))
        if outcome.result and outcome.result["words"]:
            self._console.print()
            self._console.print(self._show.words(outcome.result, _MOST_FREQUENT, mailed=outcome.mail is not None))
        self._console.print()
        self._console.print(self._show.files(outcome))
        self._console.print()

    def _title(self, picture: Picture) -> None:
        if self._titled is not picture:
            self._titled = picture
            self._console.print(self._show.title(picture))


def run(options: Options, *, as_json: bool) -> int:
    """Send the images, show what becomes of them.

    Returns:
        0 when every image got its result, else 1.

    Raises:
        CommandError: An image cannot be read, or the address is none; nothing was sent.
    """
    _check(options)
    pictures = [load(image) for image in options.images]
    report: Report = JsonReport() if as_json else PeopleReport(options)
    with ExitStack() as stack:
        with report.busy("Starting the cloud on this machine …"):
            cloud = stack.enter_context(joined_or_own(state_folder(), options.engine))
        service, kept = Service(cloud.endpoint), KeptTokens(state_folder())
        errands = Errands(
            service,
            cloud,
            options.email,
            options.out,
            options.timeout,
            report.passed,
            Proofs(service, cloud, kept),
            kept,
            options.unverified,
        )
        outcomes = []
        with report.busy("Waiting for the mail …"):
            for picture, outcome in zip(pictures, _outcomes(errands, pictures, options.parallel), strict=True):
                report.done(picture, outcome)
                outcomes.append(outcome)
    return 0 if all(outcome.got_result for outcome in outcomes) else FAILED


def _outcomes(errands: Errands, pictures: Sequence[Picture], parallel: int) -> Iterator[Outcome]:
    """The outcomes in the pictures' order, each as soon as it and those before it are there."""
    with ThreadPoolExecutor(max_workers=parallel) as pool:
        try:
            yield from pool.map(errands.run, pictures)
        finally:  # if somebody lost patience, nobody else is waited for
            errands.cancelled.set()


def _check(options: Options) -> None:
    check_address(options.email)
    if options.unverified and options.parallel > 1:
        raise CommandError("--unverified sends one picture after the other; leave --parallel out.", BAD_USAGE)
