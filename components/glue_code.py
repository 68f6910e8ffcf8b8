"""What AWS Glue runs: the job's entry as a script, and a zip of the modules that it imports."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from components.lambda_code import hash_of, write_zip

if TYPE_CHECKING:
    from pathlib import Path

_MODULES: Final = ("glue", "runtime/core", "runtime/adapters")
"""Folders whose modules go into the zip. What they import besides, Glue has."""

_SCRIPT: Final = "glue/word_count.py"


@dataclass(frozen=True)
class GlueCode:
    """A built job.

    Attributes:
        script: Its entry.
        modules: Where the zip lies.
        digest: Of all names and bytes: what tells it from other versions.
    """

    script: Path
    modules: Path
    digest: str


def build(project: Path) -> GlueCode:
    """Build the zip, unless it is there already.

    Args:
        project: The folder that holds `glue/` and `runtime/`; the zip lands in its `build/`.
    """
    sources = read_sources(project)
    digest = hash_of(sources).hex()[:16]
    path = project / "build" / f"glue-{digest}.zip"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        # Renamed when whole: another process may be building, or reading, the same zip.
        unfinished = path.with_suffix(f".{os.getpid()}")
        write_zip(unfinished, sources)
        unfinished.replace(path)
    return GlueCode(project / _SCRIPT, path, digest)


def read_sources(project: Path) -> dict[str, bytes]:
    """Name in the zip and bytes of every module, in the order of their names."""
    found = [path for folder in _MODULES for path in (project / folder).rglob("*.py")]
    files = {path.relative_to(project).as_posix(): path for path in (*found, project / "runtime" / "__init__.py")}
    return {name: files[name].read_bytes() for name in sorted(files)}
