"""Keys of a stack's file that nobody reads: misspelt, in the wrong section, in none, or of no meaning at all.

Each would be a setting that somebody believes in and nobody follows.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from components.setting import settings_of
from components.stack_file import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from components.setting import Meaning
    from components.stack_file import StackFile


_TWICE: Final = ", which is there too? Keep one of them."


@dataclass(frozen=True)
class Known:
    """What a stack's file may say.

    Attributes:
        sections: A section's name to the dataclass of its settings.
        others: Full key to meaning, for what is in no section of ours.
    """

    sections: Mapping[str, type[object]]
    others: Mapping[str, Meaning]

    def meanings(self, section: str) -> dict[str, Meaning]:
        """The settings of a section, by key."""
        return {key: meaning for key, (_, meaning) in settings_of(self.sections[section]).items()}

    def owners(self, key: str) -> list[str]:
        """The sections that have a setting of this key."""
        return [section for section in self.sections if key in self.meanings(section)]


def misplaced(file: StackFile, known: Known) -> Iterator[Problem]:
    """What is wrong with a file's keys, outside of sections and in them."""
    keys = _Keys(file, known)
    for full, value in file.values.items():
        namespace, _, key = full.partition(":")
        if full in known.others or (namespace == file.project and key in known.sections):
            continue
        yield from keys.outside(key, value) if namespace == file.project else keys.of_others(full, value)
    for section in known.sections:
        for key, value in file.section(section).items():
            if key not in known.meanings(section):
                yield keys.inside(section, key, value)


@dataclass(frozen=True)
class _Keys:
    """The keys of a file, beside those that there are."""

    file: StackFile
    known: Known

    def outside(self, key: str, value: object) -> Iterator[Problem]:
        """A key of our project's that is no section."""
        full = self.file.key(key)
        section, _, inner = key.partition(".")  # what `pulumi config set` writes when `--path` is forgotten
        if section in self.known.sections and inner in self.known.meanings(section):
            yield self._moved(f"{full} stands in no section", [section], inner, value)
        elif owners := self.known.owners(key):
            yield self._moved(f"{full} stands in no section", owners, key, value)
        elif near := _nearest(key, [*self.known.others, *map(self.file.key, self.known.sections)]):
            yield self._renamed(full, near, value)
        else:
            yield Problem(f"{full} is no setting: take it out. There are: {', '.join(self.known.sections)}.")

    def of_others(self, full: str, value: object) -> Iterator[Problem]:
        """A key of a provider's, or of another project's: no concern of ours, unless one that we need is not there."""
        namespace, _, key = full.partition(":")
        siblings = [other for other in self.known.others if other.startswith(f"{namespace}:")]
        near = self.file.key(key) if key in self.known.sections else _nearest(key, siblings)
        if near and near not in self.file.values:
            yield self._renamed(full, near, value)

    def inside(self, section: str, key: str, value: object) -> Problem:
        """A key in a section that is none of its settings."""
        full, label = self.file.key(section), f"{self.file.key(section)}.{key}"
        if owners := self.known.owners(key):
            return self._moved(f"{label} stands in the wrong section", owners, key, value)
        if key in self.known.sections:
            return Problem(
                f"{label} is no setting, but a section of its own: it stands beside {full}, not in it.",
                {self.file.key(key): value} if isinstance(value, Mapping) and value else {},
            )
        meanings = self.known.meanings(section)
        there_are = f"There are: {', '.join(meanings)}."
        near = _nearest(key, meanings)
        if not near:
            return Problem(f"{label} is no setting: take it out. {there_are}")
        twice = near in self.file.section(section)
        return Problem(
            f"{label} is no setting. Did you mean {near}{_TWICE if twice else '?'} {there_are}",
            {} if twice else {full: {near: meanings[near].meant_by(value)}},
        )

    def _moved(self, stands: str, owners: Sequence[str], key: str, value: object) -> Problem:
        """A setting that belongs to other sections than where it stands."""
        lacking = [owner for owner in owners if key not in self.file.section(owner)]
        its = " and ".join(map(self.file.key, owners))
        return Problem(
            f"{stands}: it is a setting of {its}{'.' if lacking else ', and there already: take it out here.'}",
            {self.file.key(owner): {key: self.known.meanings(owner)[key].meant_by(value)} for owner in lacking},
        )

    def _renamed(self, full: str, near: str, value: object) -> Problem:
        """A key that seems to be meant for `near`, which is a section's or another's full key."""
        twice = near in self.file.values
        told = f"{full} is no setting. Did you mean {near}{_TWICE if twice else '?'}"
        if near in self.known.others:
            return Problem(told, {} if twice else {near: self.known.others[near].meant_by(value)})
        section = near.removeprefix(self.file.key(""))
        meanings = self.known.meanings(section)
        given = value if isinstance(value, Mapping) else {}
        kept = {
            key: meanings[key].meant_by(inner)
            for key, inner in given.items()
            if key in meanings and key not in self.file.section(section)
        }
        return Problem(f"{told} There are: {', '.join(self.known.sections)}.", {near: kept} if kept else {})


def _nearest(key: str, choices: Iterable[str]) -> str | None:
    """Which of the choices a misspelt key means, however its words are joined; of a full key, its last part counts."""
    alike = {_letters(choice.rpartition(":")[2]): choice for choice in choices}
    near = difflib.get_close_matches(_letters(key), list(alike), n=1)
    return alike[near[0]] if near else None


def _letters(key: str) -> str:
    return "".join(filter(str.isalnum, key)).lower()
