"""How results are shown to people: in colour on a terminal, as plain lines elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.text import Text

from runtime.core.mail.as_text import columns
from runtime.core.mail.file_name import shown
from runtime.core.reasons import CAME_BACK, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from cli.outcome import Outcome
    from cli.picture import Picture

_LONGEST_BAR: Final = 24
_KEPT: Final = "\n  The result is kept, as long as the cloud of `ocr-wordcount up` runs."
_VERIFY: Final = "\n    ocr-wordcount verify ADDRESS"
_RESEND: Final = "\n    ocr-wordcount resend {0.request_id}"
_AGAIN: Final[dict[str, str]] = {
    Reason.RECIPIENT_NOT_VERIFIED: f"{_KEPT} Verify the address and ask again:{_VERIFY}{_RESEND}",
    **dict.fromkeys(CAME_BACK, f"{_KEPT} Ask again once the address takes mail:{_RESEND}"),
}
"""What to do about a result that was not mailed."""
_KIBI: Final = 1024


def console(*, stderr: bool = False) -> Console:
    """Where to print; what an old terminal cannot show is replaced rather than failing."""
    made = Console(stderr=stderr, highlight=False, soft_wrap=True)
    reconfigure = getattr(made.file, "reconfigure", None)
    if reconfigure:
        reconfigure(errors="replace")
    return made


def title(picture: Picture) -> Text:
    """The picture's name and size."""
    return Text.assemble((shown(picture.filename), "bold"), f"  {_size(picture.size)}")


def stage(seconds: float | None, service: str, what: str, column: int) -> Text:
    """A stage that was passed: when (None if nobody noted it), where, what."""
    when = " " * 8 if seconds is None else f"{seconds:6.2f} s"
    return Text.assemble((f"  {when}  ", "dim"), (f"{service:<{column}}  ", "cyan"), what)


def words(result: Mapping[str, Any], most: int, *, mailed: bool = True) -> Text:
    """The most frequent words, as a table with bars; where the others are, if they were mailed."""
    rows = [(row["word"], row["count"]) for row in result["words"][:most]]
    lines = [
        Text.assemble(f"  {word}  ", (count, "bold"), "  ", (length, "green"))
        for word, count, length in columns(rows, _LONGEST_BAR)
    ]
    left = len(result["words"]) - len(rows)
    if left:
        where = ", all in word-count.csv and word-count.json" if mailed else ""
        lines.append(Text(f"  and {left:,} more{where}", "dim"))
    return Text("\n").join(lines)


def summary(outcome: Outcome) -> Text:
    """The outcome in one line."""
    if not outcome.got_result or outcome.result is None:
        reason = f" ({outcome.reason})" if outcome.reason else ""
        kept = _AGAIN.get(outcome.reason, "").format(outcome) if outcome.reason and outcome.result else ""
        return Text.assemble("  ", (f"{outcome.state}{reason}", "bold red"), f"\n  {outcome.message or ''}", kept)
    total, unique = outcome.result["total_words"], outcome.result["unique_words"]
    counted = f"{total:,} {'word' if total == 1 else 'words'}, {unique:,} different" if total else "no words found"
    sure = outcome.result["mean_confidence"]
    return Text.assemble(
        "  ",
        (counted, "bold green"),
        "" if sure is None else f", {sure:.1f} % sure",
        f" · {known(outcome)} · mail after {outcome.seconds or 0:.1f} s",
    )


def known(outcome: Outcome) -> str:
    """Whether this picture cost anything."""
    if outcome.cached:
        return "seen before, no OCR"
    if outcome.joined and not outcome.ocr_calls:
        return "read for another upload just then"
    return f"new, {outcome.ocr_calls} OCR {'call' if outcome.ocr_calls == 1 else 'calls'}"


def files(outcome: Outcome) -> Text:
    """Where the mail's parts lie."""
    if not outcome.mail:
        return Text("  no mail came", "dim")
    folder = outcome.mail.files[0].parent
    return Text.assemble((f"  {nearby(folder)}/", "cyan"), "  ", "  ".join(path.name for path in outcome.mail.files))


def nearby(path: Path) -> Path:
    """The path from here, if it lies below."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _size(size: int) -> str:
    return f"{size / _KIBI:,.0f} kB" if size >= _KIBI else f"{size} bytes"
