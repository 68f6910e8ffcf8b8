"""`settings.md`: what a stack's file may say."""

from __future__ import annotations

import inspect
import textwrap
from typing import TYPE_CHECKING, Final

from components.setting import has_default, required_of, settings_of
from components.settings import REGION, SECTIONS, STACK_NAME_RULE, TOGETHER, settings_in
from components.stack_file import SettingsError, StackFile, yaml_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.setting import Meaning

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
