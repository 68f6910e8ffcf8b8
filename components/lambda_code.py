"""The zip that all functions share: `runtime/` and the pure-Python packages it needs, the same bytes on every machine.

Beside each source lies its bytecode where the runtime's Python is found on this machine: without it a cold start takes
twice as long. Bytecode may differ between patch releases, so it takes no part in what counts as a change: that is
`sources_hash`.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGES: Final = ("structlog",)
"""Third-party distributions in the zip. boto3 is Lambda's own."""

_UNPACKED: Final = "/var/task"
"""Where Lambda unpacks the zip: tracebacks name files there."""


class NotPurePythonError(Exception):
    """A package that has compiled parts, and so would run on this machine's processor only."""


@dataclass(frozen=True)
class LambdaCode:
    """A built zip.

    Attributes:
        path: Where it lies.
        sources_hash: Base64 of the SHA-256 over all names and bytes but bytecode; the same on every machine.
    """

    path: Path
    sources_hash: str


def build(project: Path, runtime: str) -> LambdaCode:
    """Build the zip, unless it is there already.

    Args:
        project: The folder that holds `runtime/`; the zip lands in its `build/`.
        runtime: Lambda's name of the Python version, such as `python3.13`.

    Raises:
        NotPurePythonError: A package cannot run on Lambda's processor.
    """
    sources = read_sources(project)
    digest = hash_of(sources)
    interpreter = _find(runtime)
    name = hashlib.sha256(f"{digest.hex()} {interpreter}".encode()).hexdigest()[:16]
    path = project / "build" / f"functions-{name}.zip"
    if not path.exists():
        entries = dict(sources)
        if interpreter and _runs(interpreter):
            entries.update(compiled(sources, interpreter))
        path.parent.mkdir(exist_ok=True)
        # Renamed when whole: another process may be building, or reading, the same zip.
        unfinished = path.with_suffix(f".{os.getpid()}")
        write_zip(unfinished, entries)
        unfinished.replace(path)
    return LambdaCode(path, base64.b64encode(digest).decode())


def _find(runtime: str) -> str | None:
    """The path of the interpreter of that version, if this machine seems to have it."""
    own = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return sys.executable if runtime == own else shutil.which(runtime)


def _runs(interpreter: str) -> bool:
    """Whether it does: a version manager's shim is found even where that version is not installed."""
    probe = (interpreter, "-I", "-c", "")
    return subprocess.run(probe, check=False, capture_output=True).returncode == 0  # noqa: S603 -- found on PATH under a fixed name


def read_sources(project: Path) -> dict[str, bytes]:
    """Name in the zip and bytes of every file but bytecode, in the order of their names."""
    files = {
        path.relative_to(project).as_posix(): path
        for path in (project / "runtime").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    for package in PACKAGES:
        files.update(_files_of(importlib.metadata.distribution(package)))
    return {name: files[name].read_bytes() for name in sorted(files)}


def _files_of(distribution: importlib.metadata.Distribution) -> dict[str, Path]:
    name = distribution.metadata["Name"]
    wheel = distribution.read_text("WHEEL") or ""
    if "Root-Is-Purelib: true" not in wheel.splitlines():
        raise NotPurePythonError(f"{name} has compiled parts; functions ship pure-Python packages only")
    files = {}
    for file in distribution.files or ():
        folder = file.parts[0]
        # Of the metadata only what the package's author wrote: the rest is the installer's, and differs.
        author_wrote = not folder.endswith(".dist-info") or file.name == "METADATA" or "licenses" in file.parts
        if folder != ".." and "__pycache__" not in file.parts and author_wrote:
            files[file.as_posix()] = Path(str(distribution.locate_file(file)))
    return files


def hash_of(sources: Mapping[str, bytes]) -> bytes:
    """SHA-256 over names and bytes."""
    digest = hashlib.sha256()
    for name, data in sorted(sources.items()):
        digest.update(f"{name} {len(data)}\n".encode())
        digest.update(data)
    return digest.digest()


def compiled(sources: Mapping[str, bytes], interpreter: str) -> dict[str, bytes]:
    """The sources' bytecode, for that interpreter.

    It is not checked against its source's time or hash when loaded: the zip fixes the times, and holds both.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, data in sources.items():
            if name.endswith(".py"):
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_bytes(data)
        compile_all = ("-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "-s", folder, "-p", _UNPACKED)
        subprocess.run((interpreter, "-I", *compile_all, folder), check=True)  # noqa: S603 -- as above, on our own files
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*.pyc"))}


def write_zip(path: Path, entries: Mapping[str, bytes]) -> None:
    """Write a zip whose bytes depend on names and contents alone."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(entries):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, entries[name])
