"""Pulumi's assets and archives as bytes."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.deploy.inputs import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Asset:
    """One file, given by its path or by its text."""

    path: Path | None = None
    text: str | None = None

    def content(self, root: Path) -> bytes:
        """The file's bytes; a relative path is counted from `root`, the program's folder."""
        if self.text is not None:
            return self.text.encode()
        if self.path is None:
            raise InputError("an asset needs a path or a text: others are not fetched")
        return _existing(root / self.path).read_bytes()


@dataclass(frozen=True)
class Archive:
    """Files in a zip: one that exists, a folder, or single assets and archives by name."""

    path: Path | None = None
    members: Mapping[str, Asset | Archive] | None = None

    def zipped(self, root: Path) -> bytes:
        """The zip; made here, it is the same for the same files. A relative path is counted from `root`."""
        if self.path is not None and _existing(root / self.path).is_file():
            if not zipfile.is_zipfile(root / self.path):
                raise InputError(f"{root / self.path} is not a zip")
            return (root / self.path).read_bytes()
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, content in sorted(self.files(root)):
                archive.writestr(zipfile.ZipInfo(name), content)
        return buffer.getvalue()

    def files(self, root: Path) -> Iterator[tuple[str, bytes]]:
        """Each file's name in the zip, and its bytes."""
        if self.path is not None:
            folder = root / self.path
            for file in folder.rglob("*"):
                if file.is_file():
                    yield file.relative_to(folder).as_posix(), file.read_bytes()
        elif self.members is not None:
            for name, member in self.members.items():
                if isinstance(member, Asset):
                    yield name, member.content(root)
                else:
                    yield from ((f"{name}/{inner}", content) for inner, content in member.files(root))
        else:
            raise InputError("an archive needs a path or assets: others are not fetched")


def _existing(path: Path) -> Path:
    if not path.exists():
        raise InputError(f"there is no {path}")
    return path
