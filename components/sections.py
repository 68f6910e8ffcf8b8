"""Reading a stack's file: all that is wrong with it told at once, or each section as its dataclass."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

from components.misplaced import misplaced
from components.setting import required_of, settings_of
from components.stack_file import Problem, refusal, to_write

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from components.misplaced import Known
    from components.setting import Meaning
    from components.stack_file import StackFile

SectionT = TypeVar("SectionT")


def check(file: StackFile, known: Known) -> None:
    """Refuse a file in which anything is misplaced, wrong or missing.

    Raises:
        SettingsError: It is.
    """
    problems = [*misplaced(file, known), *_wrong(file, known)]
    problems += _missing(file, known, problems)
    if problems:
        raise refusal(file, problems)


def read(file: StackFile, name: str, section: type[SectionT]) -> SectionT:
    """One section of a file that was checked."""
    known = settings_of(section)
    return section(**{known[key][0].name: value for key, value in file.section(name).items()})


def _wrong(file: StackFile, known: Known) -> Iterator[Problem]:
    for key, meaning in known.others.items():
        if file.values.get(key) is not None and not meaning.allowed.test(file.values[key]):
            yield Problem(_told(key, file.values[key], meaning), {key: meaning.meant_by(file.values[key])})
    for name, section in known.sections.items():
        given = file.values.get(file.key(name))
        if not _is_empty(given) and not isinstance(given, Mapping):
            yield Problem(
                f"{file.key(name)} is {json.dumps(given)}, but must be an object of settings.",
                {file.key(name): _examples(section)},
            )
        meanings = known.meanings(name)
        for key, value in file.section(name).items():
            meaning = meanings.get(key)
            if meaning and not meaning.allowed.test(value):
                write = {file.key(name): {key: meaning.meant_by(value)}}
                yield Problem(_told(f"{file.key(name)}.{key}", value, meaning), write)


def _told(key: str, value: object, meaning: Meaning) -> str:
    given = "has no value" if value is None else f"is {json.dumps(value, ensure_ascii=False)}"
    return f"{key} {given}, but must be {meaning.allowed.words}."


def _examples(section: type[object]) -> dict[str, object]:
    """What a section has to hold; or, of one that may be left out, what it may."""
    every = {key: meaning.example for key, (_, meaning) in settings_of(section).items()}
    return {key: every[key] for key in required_of(section) or every}


def _missing(file: StackFile, known: Known, problems: Sequence[Problem]) -> Iterator[Problem]:
    """What has to be written, is not, and is not asked for already by one of the problems."""
    asked = to_write(problems)
    for key, meaning in known.others.items():
        if file.values.get(key) is None and key not in asked:
            yield Problem(f"{key} is missing. It must be {meaning.allowed.words}.", {key: meaning.example})
    for name, section in known.sections.items():
        label = file.key(name)
        planned = asked.get(label)
        there = {**file.section(name), **(planned if isinstance(planned, Mapping) else {})}
        lacking = {key: meaning for key, meaning in required_of(section).items() if key not in there}
        if lacking and not there:
            empty = "empty" if label in file.values else "missing"
            yield Problem(f"{label} is {empty}.", {label: {key: meaning.example for key, meaning in lacking.items()}})
            continue
        for key, meaning in lacking.items():
            told = f"{label}.{key} is missing. It must be {meaning.allowed.words}."
            yield Problem(told, {label: {key: meaning.example}})


def _is_empty(value: object) -> bool:
    return value is None or value == ""
