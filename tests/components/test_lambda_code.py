from __future__ import annotations

import ast
import importlib.metadata
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from components import lambda_code
from tests.components.recorder import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

OWN = f"python{sys.version_info.major}.{sys.version_info.minor}"
NOT_HERE = "python3.99"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what is built from, whose files have times and modes of their own."""
    shutil.copytree(PROJECT / "runtime", tmp_path / "runtime")
    for number, path in enumerate(sorted((tmp_path / "runtime").rglob("*.py"))):
        os.utime(path, (1_000_000_000 + number, 1_000_000_000 + number))
        path.chmod(0o600)
    return tmp_path


def entries(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_same_sources_give_the_same_zip_whenever_and_wherever_they_were_written(project: Path) -> None:
    here = lambda_code.read_sources(PROJECT)
    lambda_code.write_zip(project / "here.zip", here)
    there = lambda_code.build(project, NOT_HERE)
    assert there.path.read_bytes() == (project / "here.zip").read_bytes()


def test_with_bytecode_or_without_it_is_the_same_code(project: Path) -> None:
    plain, compiled = lambda_code.build(project, NOT_HERE), lambda_code.build(project, OWN)
    sources = {name: data for name, data in entries(compiled.path).items() if not name.endswith(".pyc")}
    assert compiled.path != plain.path
    assert sources == entries(plain.path)
    assert compiled.sources_hash == plain.sources_hash


def test_one_byte_more_is_other_code(project: Path) -> None:
    before = lambda_code.build(project, NOT_HERE)
    with (project / "runtime" / "__init__.py").open("a") as source:
        source.write("\n")
    after = lambda_code.build(project, NOT_HERE)
    assert (before.sources_hash, before.path) != (after.sources_hash, after.path)


def test_every_source_has_its_bytecode_which_no_clock_can_spoil(project: Path) -> None:
    found = entries(lambda_code.build(project, OWN).path)
    tag = sys.implementation.cache_tag
    for name in found:
        if name.endswith(".py"):
            path = Path(name)
            bytecode = found[f"{path.parent.as_posix()}/__pycache__/{path.stem}.{tag}.pyc"]
            assert bytecode[4:8] == b"\x01\0\0\0", f"{name}: not by hash, or the hash is checked"


def test_tracebacks_name_files_where_lambda_has_them(project: Path) -> None:
    found = entries(lambda_code.build(project, OWN).path)
    bytecode = found[f"runtime/__pycache__/__init__.{sys.implementation.cache_tag}.pyc"]
    assert b"/var/task/runtime/__init__.py" in bytecode


def test_the_zip_has_all_of_runtime_and_nothing_of_this_machine(project: Path) -> None:
    (project / "runtime" / "__pycache__").mkdir(exist_ok=True)
    (project / "runtime" / "__pycache__" / "old.cpython-311.pyc").write_bytes(b"old")
    found = entries(lambda_code.build(project, NOT_HERE).path)
    wanted = {path.relative_to(project).as_posix() for path in (project / "runtime").rglob("*.py")}
    assert wanted <= set(found)
    assert {name.partition("/")[0] for name in found} == {
        "runtime",
        "structlog",
        f"structlog-{importlib.metadata.version('structlog')}.dist-info",
    }
    assert not [name for name in found if "__pycache__" in name or name.endswith(("RECORD", "INSTALLER"))]
    assert [name for name in found if "LICENSE" in name]


def imported(source: bytes) -> Iterator[str]:
    """The top-level packages that a module imports when it runs."""
    pending: list[ast.AST] = [ast.parse(source)]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            pending.extend(node.orelse)
            continue
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
        pending.extend(ast.iter_child_nodes(node))


def test_what_runtime_imports_is_in_the_zip_or_lambdas_own() -> None:
    sources = lambda_code.read_sources(PROJECT)
    there = {name.partition("/")[0] for name in sources} | {"boto3", "botocore"} | sys.stdlib_module_names
    runtime = {name: set(imported(data)) for name, data in sources.items() if name.startswith("runtime/")}
    assert {name: packages - there for name, packages in runtime.items() if packages - there} == {}


def test_packages_work_from_the_zip_where_nothing_is_installed(project: Path) -> None:
    zipped = lambda_code.build(project, NOT_HERE).path
    nothing_installed = (sys.executable, "-I", "-S", "-c")
    code = "import sys; sys.path.insert(0, sys.argv[1]); import structlog; print(structlog.__file__)"
    command = (*nothing_installed, code, str(zipped))
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own interpreter
    assert done.stdout.startswith(str(zipped))


def test_a_zip_that_is_there_is_not_built_again(project: Path) -> None:
    first = lambda_code.build(project, OWN).path
    before = first.stat()
    again = lambda_code.build(project, OWN).path
    assert (again, again.stat().st_ino, again.stat().st_mtime_ns) == (first, before.st_ino, before.st_mtime_ns)


def test_no_unfinished_zip_stays(project: Path) -> None:
    built = lambda_code.build(project, OWN).path
    assert list((project / "build").iterdir()) == [built]


def test_an_interpreter_that_does_not_run_is_none(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shims = project / "shims"
    shims.mkdir()
    (shims / NOT_HERE).write_text("#!/bin/sh\nexit 127\n")
    (shims / NOT_HERE).chmod(0o755)
    monkeypatch.setenv("PATH", str(shims))
    found = entries(lambda_code.build(project, NOT_HERE).path)
    assert not [name for name in found if name.endswith(".pyc")]


def test_a_package_with_compiled_parts_is_refused(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lambda_code, "PACKAGES", ("pyyaml",))
    with pytest.raises(lambda_code.NotPurePythonError, match="PyYAML has compiled parts"):
        lambda_code.build(project, NOT_HERE)
