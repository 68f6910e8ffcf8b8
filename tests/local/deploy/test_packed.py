"""Archives as the zips that Lambda takes."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from local.deploy.inputs import InputError
from local.deploy.packed import Archive, Asset


def _members(archive: Archive, root: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive.zipped(root))) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def test_a_zip_is_taken_byte_for_byte(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "code.zip", "w") as zipped:
        zipped.writestr("main.py", "code")

    assert Archive(path=Path("code.zip")).zipped(tmp_path) == (tmp_path / "code.zip").read_bytes()


def test_a_folder_and_single_assets_are_zipped_under_their_names(tmp_path: Path) -> None:
    (tmp_path / "lib" / "deep").mkdir(parents=True)
    (tmp_path / "lib" / "deep" / "b.py").write_text("b")
    (tmp_path / "a.py").write_text("a")
    archive = Archive(members={"main.py": Asset(path=Path("a.py")), "lib": Archive(path=Path("lib"))})

    assert _members(archive, tmp_path) == {"main.py": b"a", "lib/deep/b.py": b"b"}


def test_the_same_files_make_the_same_zip(tmp_path: Path) -> None:
    one = Archive(members={"a": Asset(text="1"), "b": Asset(text="2")})
    other = Archive(members={"b": Asset(text="2"), "a": Asset(text="1")})

    assert one.zipped(tmp_path) == other.zipped(tmp_path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no"):
        Archive(path=Path("missing.zip")).zipped(tmp_path)


def test_a_file_that_is_no_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "code.zip").write_text("text")

    with pytest.raises(InputError, match="is not a zip"):
        Archive(path=Path("code.zip")).zipped(tmp_path)
