"""`make demo`: a real page, twice. First it is new: read, counted, mailed. Then it is known: answered from the cache.

Usage: python -m cli.demo [IMAGE]
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final

from rich.text import Text

from cli import show
from cli.cloud import PROJECT, own, state_folder
from cli.errands import Errands
from cli.errors import CommandError
from cli.picture import load, named
from cli.process import exit_code
from cli.proof import Proofs
from cli.service import Service
from cli.tokens import KeptTokens
from runtime.core.types import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from cli.errands import Passed
    from cli.outcome import Outcome
    from cli.picture import Picture

PAGE: Final = PROJECT / "local" / "demo" / "page.jpg"
_EMAIL: Final = "you@example.com"
_OUT: Final = Path("ocr-wordcount-out")
_SECONDS: Final = 120.0
_MOST_FREQUENT: Final = 8
_COLUMN: Final = 20

_STAGES: Final = {
    Stage.OPENED: ("API Gateway → Lambda", "api: request opened; a form comes back"),
    Stage.UPLOADED: ("S3 → SNS → SQS", "picture uploaded; its event is on its way"),
    Stage.KEPT: ("Lambda → S3", "ingest: kept as {digest}…; upload deleted"),
    Stage.CLAIMED: ("DynamoDB", "ingest: not seen before, so claimed"),
    Stage.READ: ("Textract → S3", "ingest: text read; kept picture deleted"),
    Stage.COUNTED: ("SQS → Lambda → S3", "count: every word counted"),
    Stage.PUBLISHED: ("SQS → Lambda", "publish: record READY; who waits is woken"),
    Stage.LATE: ("SQS → Lambda → SES", "deadline: told by mail that it takes longer"),
    Stage.SENT: ("SQS → Lambda → SES", "notify: mailed to {email}"),
}
_HIT: Final = ("DynamoDB", "ingest: seen before, READY: no OCR, no count")


@dataclass(frozen=True)
class Story:
    """Tells what happens, on the console, as it happens."""

    console: Console

    def passed(self, _picture: Picture, passed: Passed) -> None:
        """One line a stage, with the services that it went through."""
        if passed.stage is Stage.SENT and passed.status["cached"]:
            self._line(None, *_HIT)
        where, what = _STAGES[passed.stage]
        digest = str(passed.status["digest"] or "")[:8]
        self._line(passed.seconds, where, what.format(digest=digest, email=_EMAIL))

    def chapter(self, number: int, title: str, picture: Picture) -> None:
        """A picture is about to be sent."""
        self.console.print()
        self.console.print(f"[bold]{number}  {title}[/]")
        self.console.print(show.title(picture))
        self.console.print()

    def _line(self, seconds: float | None, where: str, what: str) -> None:
        self.console.print(show.stage(seconds, where, what, _COLUMN))


def demo(image: str | None) -> int:
    """Run it.

    Args:
        image: The reader's own picture; ours if this is None.

    Returns:
        0 if the picture was read, counted and mailed, and then answered from the cache; else 1.

    Raises:
        CommandError: The picture cannot be read, or the cloud cannot start.
    """
    began = time.monotonic()
    console = show.console()
    path = image or os.path.relpath(PAGE)
    first, second = load(path), load(path, _another_name(path))
    console.print("[bold]OCR Word Count[/]: a picture of a page in, every word counted, in your inbox.")
    console.print(
        "The real Pulumi program and the real Lambda functions, run on this machine.\n"
        "AWS is emulated by moto, Textract by Tesseract: nothing leaves this machine.",
        style="dim",
    )
    story = Story(console)
    with console.status("Starting the cloud …"), own(state_folder()) as cloud:
        console.print(f"\nThe cloud is up after {time.monotonic() - began:.1f} s.", style="dim")
        service, kept = Service(cloud.endpoint), KeptTokens(cloud.state)
        proofs = Proofs(service, cloud.local, kept)
        errands = Errands(service, cloud.local, _EMAIL, _OUT, _SECONDS, story.passed, proofs, kept)
        story.chapter(1, "A new picture", first)
        new = errands.run(first)
        _finish(console, new)
        story.chapter(2, "The same bytes, under another name", second)
        known = errands.run(second)
        _finish(console, known)
        if not known.cached or known.ocr_calls:
            raise CommandError("The picture was read twice, though it was known: the cache does not work.")
        _epilogue(console, new)
    console.print(
        f"All in {time.monotonic() - began:.1f} s; the cloud is stopped, and nothing is left running.", style="dim"
    )
    return 0


def _finish(console: Console, outcome: Outcome) -> None:
    console.print()
    console.print(show.summary(outcome))
    if not outcome.got_result:
        raise CommandError("The demo ends here: there is no result to go on with.")
    if outcome.result and outcome.result["words"] and not outcome.cached:
        console.print()
        console.print(show.words(outcome.result, _MOST_FREQUENT))


_USES: Final = {
    "mail.html": "the mail as its reader sees it: open it in a browser",
    "word-count.csv": "every word with its count, for a spreadsheet",
    "word-count.json": "the same, for programs",
    "text.txt": "the text, line by line, as it was read",
}


def _epilogue(console: Console, new: Outcome) -> None:
    console.print("\n[bold]Where to look[/]")
    if new.mail:
        console.print(f"  {show.nearby(new.mail.files[0].parent)}/", style="cyan")
        _rows(console, ((f"  {path.name}", _USES.get(path.name, "")) for path in new.mail.files))
    console.print("\n[bold]What to try next[/]")
    _rows(
        console,
        (
            ("make demo IMAGE=photo.jpg", "a picture of yours"),
            (".venv/bin/ocr-wordcount run *.jpg", "many; --parallel 4, --json for programs"),
            (".venv/bin/ocr-wordcount up", "a cloud that stays, for `run` to join"),
            (str(show.nearby(state_folder() / "logs")), "what each Lambda function logged just now"),
        ),
    )
    console.print()


def _rows(console: Console, rows: Iterable[tuple[str, str]]) -> None:
    told = tuple(rows)
    width = max(len(what) for what, _ in told)
    for what, why in told:
        console.print(Text.assemble("  ", (f"{what:<{width}}", "cyan"), f"  {why}"))


def _another_name(path: str) -> str:
    name = PurePath(named(path))
    return f"{name.stem}-again{name.suffix}"


def main() -> int:
    """Run the demo on the picture that is named, else on ours."""
    parser = argparse.ArgumentParser(prog="python -m cli.demo", description="A picture, twice: first new, then known.")
    parser.add_argument(
        "image", nargs="?", metavar="IMAGE", help="a one-page PNG, JPEG or TIFF (default: a page of ours)"
    )
    image: str | None = parser.parse_args().image
    return exit_code(lambda: demo(image))


if __name__ == "__main__":
    sys.exit(main())
