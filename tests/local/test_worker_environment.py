from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from local import worker_environment
from local.worker_environment import WorkerEnvironmentError, environment_folder, make_environment, worker_python

REPOSITORY = Path(__file__).resolve().parents[2]


def test_workers_have_the_locked_packages_and_nothing_else() -> None:
    locked = {line.split("==")[0] for line in worker_environment.LOCK.read_text().splitlines() if "==" in line}
    listing = "import importlib.metadata as m; print(*(d.metadata['Name'] for d in m.distributions()))"

    command = [str(worker_python()), "-P", "-c", listing]
    installed = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own command, no shell

    assert {name.lower() for name in installed.split()} == locked


def test_the_environment_lies_outside_the_repository() -> None:
    assert not environment_folder().is_relative_to(REPOSITORY)


def test_an_environment_that_is_there_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    python = worker_python()
    monkeypatch.setattr(worker_environment, "make_environment", None)  # to be called would be an error

    assert worker_python() == python


def test_another_lock_is_another_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = environment_folder()
    changed = tmp_path / "worker.txt"
    changed.write_bytes(worker_environment.LOCK.read_bytes() + b"\n")
    monkeypatch.setattr(worker_environment, "LOCK", changed)

    assert environment_folder() != before
    assert environment_folder().parent == before.parent


def test_an_environment_whose_interpreter_is_gone_is_made_anew(tmp_path: Path) -> None:
    folder, nothing = tmp_path / "worker", tmp_path / "nothing.txt"
    nothing.write_text("")
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(tmp_path / "removed")

    make_environment(folder, nothing)

    assert (folder / "bin" / "python").exists()
    assert set(tmp_path.iterdir()) == {nothing, folder}


def test_a_package_without_its_hash_is_not_installed_and_nothing_is_left(tmp_path: Path) -> None:
    unhashed = tmp_path / "unhashed.txt"
    unhashed.write_text("six==1.17.0\n")

    with pytest.raises(WorkerEnvironmentError, match="hash"):
        make_environment(tmp_path / "worker", unhashed)

    assert list(tmp_path.iterdir()) == [unhashed]
