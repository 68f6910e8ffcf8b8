"""The workers' own Python environment: what AWS gives every Lambda function for nothing, and not one package more.

It lies outside the repository, so that a package missing from a function's zip is missing on the laptop too. Its name
holds the lock's hash and the Python version: a changed lock makes a new environment, and old ones can be deleted.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

LOCK: Final = Path(__file__).resolve().parent.parent / "locks" / "worker.txt"


class WorkerEnvironmentError(Exception):
    """The workers' environment could not be made; the message holds what pip said."""


def worker_python() -> Path:
    """The interpreter that runs Lambda functions, in an environment that is made if there is none yet.

    Returns:
        The path of the environment's `python`.

    Raises:
        WorkerEnvironmentError: pip could not install the locked packages.
    """
    folder = environment_folder()
    python = folder / "bin" / "python"
    if not python.exists():  # a symbolic link to an interpreter that is gone counts as absent
        print(f"Making the Lambda workers' environment ({folder}) …", file=sys.stderr, flush=True)  # noqa: T201 - told to the person who waits
        make_environment(folder, LOCK)
    return python


def environment_folder(lock: Path | None = None, kind: str = "worker") -> Path:
    """Where the environment for a lock (the workers' if None) and this interpreter belongs, there or not."""
    digest = hashlib.sha256((lock or LOCK).read_bytes()).hexdigest()[:16]
    version = f"{sys.implementation.cache_tag}-{os.uname().machine}"
    return _cache_folder() / f"{kind}-{version}-{digest}"


def make_environment(folder: Path, lock: Path, *options: str) -> None:
    """Make a virtual environment with exactly the lock's packages; it appears under its name only when complete.

    Args:
        folder: Where it shall be.
        lock: A requirements file with a hash for each package.
        options: Of pip's, more.

    Raises:
        WorkerEnvironmentError: pip could not install the locked packages.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    try:
        venv.create(unfinished, with_pip=False, symlinks=True)
        _install(unfinished / "bin" / "python", lock, options)
        _put_in_place(unfinished, folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _install(python: Path, lock: Path, options: Sequence[str]) -> None:
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-input"]
    command += ["--disable-pip-version-check", "--only-binary", ":all:", *options]
    command += ["--require-hashes", "--requirement", str(lock)]
    # The whole environment is kept here: pip may need a proxy, an index or certificates that it names.
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command, no shell
    if done.returncode != 0:
        raise WorkerEnvironmentError(
            f"pip could not install {lock.name}:\n{done.stderr.strip() or done.stdout.strip()}"
        )


def _put_in_place(unfinished: Path, folder: Path) -> None:
    if folder.exists() and not (folder / "bin" / "python").exists():
        shutil.rmtree(folder)  # its interpreter was removed or upgraded
    try:
        unfinished.rename(folder)
    except OSError:
        # Somebody else made the same environment meanwhile: theirs is as good as ours.
        if not (folder / "bin" / "python").exists():
            raise


def _cache_folder() -> Path:
    if named := os.environ.get("XDG_CACHE_HOME"):
        return Path(named) / "ocr-wordcount"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "ocr-wordcount"
    return Path.home() / ".cache" / "ocr-wordcount"


if __name__ == "__main__":
    try:
        worker_python()
    except WorkerEnvironmentError as error:
        sys.exit(str(error))
