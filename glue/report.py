"""What a person gets of a corpus: the vocabulary as files, a table of the top words, a plot."""

from __future__ import annotations

import html
import io
import json
import warnings
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from matplotlib.figure import Figure

from glue.stores import write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyspark.sql import Row

    from glue.corpus import Corpus

TOP: Final = 100
"""How many words the table shows."""

_BARS: Final = 20
_BATCH: Final = 100_000
_SCHEMA: Final = pa.schema([("word", pa.string()), ("count", pa.int64()), ("documents", pa.int64())])
_PAGE: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Vocabulary</title>
<style>body{{font:16px system-ui;max-width:50em;margin:2em auto;padding:0 1em}}
td,th{{padding:.2em .8em;text-align:right}}
td:nth-child(2),th:nth-child(2){{text-align:left}}
svg{{width:100%;height:auto}}</style>
<h1>Vocabulary</h1>
<p>{documents:,} documents, {total_words:,} words, {unique_words:,} different ones.{unreadable}</p>
{plot}
{table}
</html>
"""


def save(corpus: Corpus, out: str) -> None:
    """Write it all: `vocabulary.parquet`, `vocabulary.jsonl`, `summary.json`, `top-words.csv`, `report.html`.

    Args:
        corpus: What was counted.
        out: A folder, or `s3://bucket/prefix/`.
    """
    folder = out if out.endswith("/") else f"{out}/"
    parquet, lines, ranks = _files(corpus.vocabulary.toLocalIterator())
    table = top_words(ranks[:TOP], corpus.total_words)
    summary = corpus.summary() | {"top_words": [{"word": word, "count": count} for word, count, _ in ranks[:TOP]]}
    write(f"{folder}vocabulary.parquet", parquet, "application/vnd.apache.parquet")
    write(f"{folder}vocabulary.jsonl", lines, "application/jsonl")
    write(f"{folder}top-words.csv", table.to_csv(index=False).encode(), "text/csv; charset=utf-8")
    page = _page(corpus, table, plot(ranks))
    write(f"{folder}report.html", page.encode(), "text/html; charset=utf-8")
    write(f"{folder}summary.json", f"{json.dumps(summary, ensure_ascii=False)}\n".encode(), "application/json")


def top_words(ranks: Iterable[tuple[str, int, int]], total: int) -> pd.DataFrame:
    """Of each word its rank, count, documents, and its share of all words and that of all down to it, in percent."""
    table = pd.DataFrame(list(ranks), columns=["word", "count", "documents"])
    table.insert(0, "rank", range(1, len(table) + 1))
    table["percent"] = (100 * table["count"] / max(total, 1)).round(2)
    table["percent_so_far"] = (100 * table["count"].cumsum() / max(total, 1)).round(2)
    return table


def plot(ranks: list[tuple[str, int, int]]) -> str:
    """The most frequent words as bars, and each word's count by its rank, as SVG."""
    figure = Figure(figsize=(10, 4.5), layout="constrained")
    bars, zipf = figure.subplots(1, 2)
    top = ranks[:_BARS][::-1]
    bars.barh([_plain(word) for word, _, _ in top], [count for _, count, _ in top])
    bars.set_xlabel("count")
    zipf.set_xlabel("rank")
    zipf.set_ylabel("count")
    if ranks:
        zipf.set_xscale("log")
        zipf.set_yscale("log")
        shown = sorted({min(len(ranks), round(1.02**step)) for step in range(1000)})
        zipf.plot(shown, [ranks[rank - 1][1] for rank in shown])
    out = io.StringIO()
    as_text = {"svg.fonttype": "none", "svg.hashsalt": "vocabulary"}  # and no outlines: any script is shown
    with mpl.rc_context(as_text), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that its own font lacks a letter, which the reader's need not
        figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()[out.getvalue().index("<svg") :]


def _plain(word: str) -> str:
    return word.replace("$", r"\$")


def _files(rows: Iterator[Row]) -> tuple[bytes, bytes, list[tuple[str, int, int]]]:
    """The vocabulary as Parquet and as JSON Lines, and as it is. It fits the driver's memory: it is one archive's."""
    ranks = [(row["word"], row["count"], row["documents"]) for row in rows]
    out = io.BytesIO()
    with pq.ParquetWriter(out, _SCHEMA, compression="zstd") as parquet:
        for start in range(0, len(ranks), _BATCH):
            columns = zip(*ranks[start : start + _BATCH], strict=True)
            parquet.write_table(pa.table([list(column) for column in columns], schema=_SCHEMA))
    lines = "".join(f"{_line(*rank)}\n" for rank in ranks).encode()
    return out.getvalue(), lines, ranks


def _line(word: str, count: int, documents: int) -> str:
    told: dict[str, Any] = {"word": word, "count": count, "documents": documents}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _page(corpus: Corpus, table: pd.DataFrame, svg: str) -> str:
    missing = f" {len(corpus.unreadable):,} could not be read: see summary.json." if corpus.unreadable else ""
    shown = table.to_html(index=False, border=0, escape=True)
    return _PAGE.format(
        documents=corpus.documents,
        total_words=corpus.total_words,
        unique_words=corpus.unique_words,
        unreadable=html.escape(missing),
        plot=svg,
        table=shown,
    )
