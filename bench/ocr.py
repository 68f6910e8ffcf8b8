"""How well and how fast the local OCR reads: `python -m bench.ocr [FOLDER with manifest.json] [--only PART] [-v]`.

Without a folder, our own renderings. Seconds are of processor time: what a page costs one core.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from bench.accuracy import accuracy
from bench.renderings import renderings
from local.ocr import TextractError, detect_document_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.accuracy import Accuracy

_GOOD = 0.95


@dataclass(frozen=True)
class Case:
    """A file, and its text where that is known."""

    name: str
    file: bytes
    truth: str | None


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="How well and how fast the local OCR reads.")
    parser.add_argument("folder", nargs="?", type=Path, help="a folder with manifest.json; else our own renderings")
    parser.add_argument("--only", default="", metavar="PART", help="only pictures with this in their names")
    parser.add_argument("-v", "--verbose", action="store_true", help="show the words that were missed or invented")
    options = parser.parse_args()
    cases = _of_folder(options.folder) if options.folder else _of_our_own()
    _table((case for case in cases if options.only in case.name), verbose=options.verbose)


def read(file: bytes) -> list[str]:
    """The words of a file, as the service gets them.

    Raises:
        TextractError: It was refused.
    """

    def stored(_bucket: str, _key: str, _version: str | None) -> bytes:
        return file

    where = {"S3Object": {"Bucket": "bench", "Name": "picture"}}
    answer = detect_document_text({"Document": where}, stored)
    return [block["Text"] for block in answer["Blocks"] if block["BlockType"] == "WORD" and "Text" in block]


def _of_our_own() -> Iterator[Case]:
    for rendering in renderings():
        yield Case(rendering.name, rendering.file(), rendering.truth)


def _of_folder(folder: Path) -> Iterator[Case]:
    for entry in json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]:
        if "image" in entry:
            truth = (folder / entry["truth"]).read_text(encoding="utf-8") if "truth" in entry else None
            yield Case(entry["file"], (folder / entry["file"]).read_bytes(), truth)


def _table(cases: Iterator[Case], *, verbose: bool) -> None:
    table = Table("picture")
    for column in ("recall", "precision", "words", "seconds"):
        table.add_column(column, justify="right")
    judged: list[tuple[Accuracy, float]] = []
    notes: list[str] = []
    for case in cases:
        started = time.process_time()
        try:
            words = read(case.file)
        except TextractError as error:
            table.add_row(case.name, error.code)
            continue
        seconds = time.process_time() - started
        if case.truth is None:
            table.add_row(case.name, "", "", str(len(words)), f"{seconds:.2f}")
            continue
        result = accuracy(case.truth, words)
        judged.append((result, seconds))
        table.add_row(case.name, _share(result.recall), _share(result.precision), str(result.words), f"{seconds:.2f}")
        if result.missed or result.invented:
            notes.append(f"{case.name}: missed {' '.join(result.missed)}; invented {' '.join(result.invented)}")
    if judged:
        table.add_section()
        table.add_row(
            "average",
            _share(sum(result.recall for result, _ in judged) / len(judged)),
            _share(sum(result.precision for result, _ in judged) / len(judged)),
            str(sum(result.words for result, _ in judged)),
            f"{sum(seconds for _, seconds in judged) / len(judged):.2f}",
        )
    console = Console()
    console.print(table)
    if verbose:
        console.print("\n".join(notes), markup=False, highlight=False)


def _share(share: float) -> str:
    return f"{share:.3f}" if share >= _GOOD else f"[bold red]{share:.3f}[/]"


if __name__ == "__main__":
    main()
