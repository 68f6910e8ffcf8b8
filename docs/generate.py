"""Write the documents that are made from the code, or, with `--check`, fail if one of them is stale.

python docs/generate.py [--check]
"""

from __future__ import annotations

import inspect
import sys
import textwrap
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Final

from components.setting import has_default, required_of, settings_of
from components.settings import REGION, SECTIONS, STACK_NAME_RULE, TOGETHER, settings_in
from components.stack_file import SettingsError, StackFile, yaml_of
from runtime.core import events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from components.setting import Meaning

DOCS: Final = Path(__file__).parent

_EVENTS_HEAD: Final = """# Log events

Made from `runtime/core/events.py` by `make docs`; not edited by hand.

Every function writes one JSON object a line to its log group. Each has `event`, `level`, `timestamp` (UTC), `function`
and `invocation` (Lambda's request id), and the fields below. No event has a place for an address, a file name, a token
or a text. `request_id` and `digest` lead from one function's log to the next.

| event | level | fields | what happened |
|---|---|---|---|
"""


def log_events() -> str:
    """`log-events.md`."""
    kinds = [kind for _, kind in inspect.getmembers(events, _is_event)]
    return _EVENTS_HEAD + "".join(_row(kind) for kind in kinds)


def _is_event(thing: object) -> bool:
    return inspect.isclass(thing) and issubclass(thing, events.Event) and thing is not events.Event


def _row(kind: type[events.Event]) -> str:
    told = " ".join((inspect.getdoc(kind) or "").split())
    names = ", ".join(f"`{field.name}`" for field in fields(kind))
    return f"| `{kind.event_name()}` | {kind.level} | {names} | {told} |\n"


_PROJECT: Final = "ocr-wordcount"

_SETTINGS_HEAD: Final = """# Settings

Made from `components/settings.py` by `make docs`; not edited by hand.

The settings of a stack stand in `Pulumi.<stack>.yaml`: one object for each component, and the region. Environments
differ by these values alone; the name of a stack decides nothing. There is a default only where one is right for
everyone. Keys that nobody reads are refused, so a misspelt one cannot pass for a default. No setting is a secret.
"""


def settings() -> str:
    """`settings.md`."""
    return "\n".join(
        [
            _SETTINGS_HEAD,
            "The stack's name is part of the names of buckets and functions, and has to fit:",
            f"{STACK_NAME_RULE}.\n",
            _table("aws:region", "The region.", {"": (REGION, None)}),
            *(_table(f"{_PROJECT}:{name}", *_told_of(section)) for name, section in SECTIONS.items()),
            "## What goes together\n",
            *(f"- {_first_line(goes)}" for goes in TOGETHER),
            "\n## The least that a file holds\n",
            "With an address of yours for the sender, and it or its domain for the identity, this is a whole file:\n",
            _fenced(yaml_of(least_file()), "yaml"),
            "## When something is wrong\n",
            "Before anything is touched, `pulumi preview` and `pulumi up` stop with all that is wrong, and with the",
            "lines to write instead. To the stack `dev`, if its file had no region, and this among the rest,",
            "",
            _fenced(yaml_of(_WRONG), "yaml"),
            "they would say:",
            "",
            _fenced(example_of_a_message(), "text"),
        ]
    )


def least_file() -> dict[str, object]:
    """The least that a stack's file may say: full key to value, or to the keys and values of its object."""
    sections = {
        f"{_PROJECT}:{name}": {key: meaning.example for key, meaning in required_of(section).items()}
        for name, section in SECTIONS.items()
        if required_of(section)
    }
    return {"aws:region": REGION.example, **sections}


_WRONG: Final[dict[str, dict[str, object]]] = {
    f"{_PROJECT}:cache": {"ttlDays": 3, "keepOnTeardown": "no", "pointInTimeRecovery": False},
    f"{_PROJECT}:mail": {
        "sendr": "words@example.com",
        "identity": "example.com",
        "maximumConcurrency": 2,
        "retentionDays": 14,
    },
}


def example_of_a_message() -> str:
    """What the program says to a file with some mistakes."""
    values = {**least_file(), **_WRONG}
    del values["aws:region"]
    try:
        settings_in(StackFile(_PROJECT, "dev", values))
    except SettingsError as error:
        return str(error)
    raise AssertionError("the example of a wrong file is none")


def _told_of(section: type[object]) -> tuple[str, dict[str, tuple[Meaning, str | None]]]:
    rows = {
        key: (meaning, _code(field.default) if has_default(field) else None)
        for key, (field, meaning) in settings_of(section).items()
    }
    return _first_line(section), rows


def _table(title: str, told: str, rows: dict[str, tuple[Meaning, str | None]]) -> str:
    return "\n".join([f"## `{title}`\n", f"{told}\n", *_rows(rows), ""])


def _rows(rows: dict[str, tuple[Meaning, str | None]]) -> Iterator[str]:
    named = any(rows)
    yield f"|{' key |' if named else ''} what it means | it must be | default | example |"
    yield f"|{'---|' if named else ''}---|---|---|---|"
    for key, (meaning, default) in rows.items():
        cells = (meaning.means, meaning.allowed.words, default or "required", _code(meaning.example))
        yield f"|{f' `{key}` |' if named else ''} {' | '.join(cells)} |"


def _code(value: object) -> str:
    """A value as YAML spells it."""
    return f"`{yaml_of({'key': value}).partition('key: ')[2]}`"


def _first_line(thing: object) -> str:
    return (inspect.getdoc(thing) or "").partition("\n")[0]


def _fenced(text: str, language: str) -> str:
    return f"```{language}\n{textwrap.dedent(text)}\n```\n"


DOCUMENTS: Final[dict[str, Callable[[], str]]] = {"log-events.md": log_events, "settings.md": settings}


def main() -> int:
    """Write or check; the exit code."""
    stale = [name for name, make in DOCUMENTS.items() if not _same(DOCS / name, make())]
    if "--check" in sys.argv[1:]:
        for name in stale:
            sys.stderr.write(f"docs/{name} is stale: run `make docs` and commit it\n")
        return 1 if stale else 0
    for name in stale:
        (DOCS / name).write_text(DOCUMENTS[name](), encoding="utf-8")
    return 0


def _same(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
