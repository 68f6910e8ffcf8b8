"""How fast words are counted: `python -m bench.wordcount [--gb GB] [--documents N] [--growth GB,GB,…] [--write]`.

Everything counts the same words, one after the other on this machine. `--write` puts it into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.contestants import DIGEST
from bench.corpus_data import chunks, generate
from bench.measured import measured
from runtime.core import keys
from runtime.core.manifest import Document, dump_documents
from runtime.core.transcript import Transcript, TranscriptRow

if TYPE_CHECKING:
    from bench.corpus_data import Data
    from bench.measured import Measured

_OUT: Final = Path(__file__).parents[1] / "docs" / "benchmarks.md"
_NAMES: Final = {
    "ours": "our job (Spark): exact rule, mean confidence, the result's file",
    "quick": "the same, Java as on the laptop: its quick compiler alone",
    "origin": "the origin's job (Spark), rebuilt",
    "pandas": "pandas, lower case only",
    "polars": "polars, lower case only",
    "duckdb": "DuckDB, lower case only",
    "counter": "Python's `Counter`, split at spaces",
    "tr": "`tr`, `sort`, `uniq -c`",
    "wc": "`wc -w` (counts none apart)",
}
_ROUNDS: Final = 2
"""How often one large text is counted by each; the quicker run is told."""

_WORDS: Final = 500
"""Words of a document: a page's."""
_LAMBDA_GB_SECOND: Final = 0.0000166667
_WHOLE_PROCESSOR_GB: Final = 1.769
_GLUE_DPU_HOUR: Final = 0.44
_GLUE_DPUS: Final = 2
_GLUE_MINIMUM: Final = 60.0
_GLUE_START: Final = 30.0


@dataclass
class Report:
    """Markdown, printed as it grows."""

    lines: list[str] = field(default_factory=list)

    def add(self, *lines: str) -> None:
        """Print and keep."""
        self.lines += lines
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        sys.stdout.flush()


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description="How fast words are counted.")
    parser.add_argument("--gb", type=float, default=1.0, help="of the origin's CSV, 1e9 bytes each")
    parser.add_argument("--documents", type=int, default=10_000, help="how many pages in one run; 0 for none")
    parser.add_argument("--growth", default="0.1,1,4", help="sizes at which our job is timed; empty for none")
    parser.add_argument("--write", action="store_true", help=f"write docs/{_OUT.name}")
    options = parser.parse_args()
    report = Report()
    report.add(
        "# Benchmarks",
        "",
        f"Made by `{_command(options)}`",
        f"on {os.cpu_count()} cores. Seconds of work, without the start of processes or of Spark's session;",
        "processor seconds are of all processors together, and the measure when other work goes on;",
        "memory is the most that all processes of a run held at once.",
    )
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as scratch:
        _one_text(report, Path(scratch), options.gb)
        if options.documents:
            _many_documents(report, Path(scratch), options.documents)
        if options.growth:
            _growth(report, Path(scratch), [float(size) for size in options.growth.split(",")])
        _crossover(report, Path(scratch))
    if options.write:
        _OUT.write_text("\n".join([*report.lines, ""]), encoding="utf-8")


def _command(options: argparse.Namespace) -> str:
    return f"python -m bench.wordcount --gb {options.gb:g} --documents {options.documents} --growth '{options.growth}'"


def _run(name: str, folder: Path) -> Measured:
    shutil.rmtree(folder / "results", ignore_errors=True)  # a result that is there is not written again
    os.sync()  # what was generated is on the disk, and not on its way there
    return measured([sys.executable, "-m", "bench.contestants", name, str(folder)])


def _text(folder: Path, gigabytes: float) -> Data:
    data = generate(folder, gigabytes)
    _ask(folder, [Document(DIGEST, 1, f"{folder}/", keys.transcript(DIGEST, 1))])
    return data


def _ask(folder: Path, documents: list[Document]) -> None:
    (folder / "manifest.jsonl").write_bytes(dump_documents(documents))


def _one_text(report: Report, scratch: Path, gigabytes: float) -> None:
    with tempfile.TemporaryDirectory(dir=scratch) as name:
        folder = Path(name)
        data = _text(folder, gigabytes)
        ours = (folder / keys.transcript(DIGEST, 1)).stat().st_size
        report.add(
            "",
            "## One large text",
            "",
            f"{data.words:,} words: {data.csv.stat().st_size / 1e9:.2f} GB as the origin's CSV, {ours / 1e9:.2f} GB as",
            f"our transcript, {data.text.stat().st_size / 1e9:.2f} GB as text. Our job reads its transcript,",
            "the origin's and the tables the CSV, `Counter` and the shell the text.",
            f"Of each the quicker of {_ROUNDS} runs.",
            f"`python -m bench.wordcount --gb {gigabytes:g} --documents 0 --growth ''`",
            "",
            "| | seconds | of the origin's | processor seconds | of the origin's | memory, MB |",
            "|---|---|---|---|---|---|",
        )
        runs = {who: min((_run(who, folder) for _ in range(_ROUNDS)), key=lambda run: run.seconds) for who in _NAMES}
        for who, run in runs.items():
            clock, work = run.seconds / runs["origin"].seconds, run.processor / runs["origin"].processor
            took = f"{run.seconds:.1f} | {clock:.2f} | {run.processor:.1f} | {work:.2f}"
            report.add(f"| {_NAMES[who]} | {took} | {run.megabytes:,.0f} |")
        clock = runs["origin"].seconds / runs["ours"].seconds
        work = runs["origin"].processor / runs["ours"].processor
        report.add("", f"Our job is {clock:.1f} times as fast as the origin's, for {work:.1f} times less work.")


def _many_documents(report: Report, scratch: Path, number: int) -> None:
    with tempfile.TemporaryDirectory(dir=scratch) as name:
        folder = Path(name)
        documents = _pages(folder, number)
        _ask(folder, documents[:1])
        one = _run("ours", folder)
        _ask(folder, documents)
        all_of_them = _run("ours", folder)
    each = one.wall * number
    work = f"{all_of_them.seconds:.1f} of them work; {all_of_them.megabytes:,.0f} MB"
    report.add(
        "",
        "## Many documents",
        "",
        f"{number:,} documents of {_WORDS} words to {number:,} results, whole runs with the start of their session:",
        f"`python -m bench.wordcount --documents {number} --growth ''`",
        "",
        "| | seconds | |",
        "|---|---|---|",
        f"| one run | {all_of_them.wall:.1f} | {work} |",
        f"| a run each | {each:,.0f} | extrapolated: one such run took {one.wall:.1f} |",
        "",
        f"One run is {each / all_of_them.wall:,.0f} times as fast. On AWS each run would wait for Glue to start, too.",
    )


def _pages(folder: Path, number: int) -> list[Document]:
    documents: list[Document] = []
    for words in chunks(seed=2):
        texts, confidences = words["text"].to_list(), words["confidence"].round(2).to_list()
        for start in range(0, len(texts), _WORDS):
            if len(documents) == number:
                return documents
            digest = f"{len(documents):032x}"
            row = zip(texts[start : start + _WORDS], confidences[start : start + _WORDS], strict=True)
            rows = tuple(TranscriptRow(1, at // 10 + 1, text, sure) for at, (text, sure) in enumerate(row))
            document = Document(digest, 1, f"{folder}/", keys.transcript(digest, 1))
            path = folder / document.transcript
            path.parent.mkdir(parents=True)
            path.write_bytes(Transcript(1, rows).dump())
            documents.append(document)
    raise AssertionError("there is always more")


def _growth(report: Report, scratch: Path, sizes: list[float]) -> None:
    report.add(
        "",
        "## Growth",
        "",
        "Our job, by the size of the origin's CSV of the same words:",
        f"`python -m bench.wordcount --documents 0 --growth {','.join(f'{size:g}' for size in sizes)}`",
        "",
        "| GB | words | seconds | processor seconds | the same, a million words | memory, MB |",
        "|---|---|---|---|---|---|",
    )
    for size in sizes:
        with tempfile.TemporaryDirectory(dir=scratch) as name:
            data = _text(Path(name), size)
            run = _run("ours", Path(name))
        took = f"{run.seconds:.1f} | {run.processor:.1f} | {run.processor / data.words * 1e6:.2f}"
        report.add(f"| {size:g} | {data.words:,} | {took} | {run.megabytes:,.0f} |")


def _crossover(report: Report, scratch: Path) -> None:
    """Where a document is better counted by Glue: what its words cost the Lambda, in time, memory and money."""
    runs: list[tuple[int, Measured]] = []
    for size in (0.003, 0.03, 0.1):
        with tempfile.TemporaryDirectory(dir=scratch) as name:
            data = _text(Path(name), size)
            runs.append((data.words, _run("lambda", Path(name))))
    (few, small), (many, large) = runs[0], runs[-1]
    per_million = (large.seconds - small.seconds) / (many - few) * 1e6
    megabytes = (large.megabytes - small.megabytes) / (many - few) * 1e6
    price = per_million * _WHOLE_PROCESSOR_GB * _LAMBDA_GB_SECOND
    glue = _GLUE_DPUS * _GLUE_DPU_HOUR * _GLUE_MINIMUM / 3600
    report.add(
        "",
        "## Lambda or Glue (`count.glueAboveWords`)",
        "",
        "What the Lambda's code takes for one document, on one core here:",
        "",
        "| words | seconds | memory, MB |",
        "|---|---|---|",
        *(f"| {words:,} | {run.seconds:.2f} | {run.megabytes:,.0f} |" for words, run in runs),
        "",
        f"So a million words more take {per_million:.2f} s, {megabytes:,.0f} MB and ${price:.6f} ",
        f"(x86, a whole processor: 1,769 MB, ${_LAMBDA_GB_SECOND:.10f} a GB-second). A Glue run",
        f"takes about {_GLUE_START:.0f} s to start, is billed",
        f"for a minute at least: ${glue:.4f} for {_GLUE_DPUS} DPU at ${_GLUE_DPU_HOUR} an hour. Prices: us-east-1.",
        "For one document alone",
        "",
        f"- Glue is quicker from about {_GLUE_START / per_million * 1e6:,.0f} words on,",
        f"- Glue is cheaper from about {glue / price * 1e6:,.0f} words on,",
        f"- 1,024 MB are full at about {(1024 - small.megabytes) / megabytes * 1e6:,.0f} words.",
    )


if __name__ == "__main__":
    main()
