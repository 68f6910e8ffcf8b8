"""What is done once in each of Spark's Python workers."""

from __future__ import annotations

import gc
import importlib
import sys
import zipfile
from typing import TYPE_CHECKING
from zipimport import zipimporter

from glue.workers import settle_in

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_zip_is_not_read_again_and_its_modules_are_found_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "modules.zip", "w") as archive:
        for name in ("__init__", "one", "two"):
            archive.writestr(f"zipped/{name}.py", f"name = {name!r}")
    monkeypatch.syspath_prepend(str(tmp_path / "modules.zip"))
    try:
        importlib.import_module("zipped.one")
        assert [finder for finder in sys.path_importer_cache.values() if isinstance(finder, zipimporter)]
        settle_in()
        assert not [finder for finder in sys.path_importer_cache.values() if isinstance(finder, zipimporter)]
        assert importlib.import_module("zipped.two").name == "two"
    finally:
        gc.unfreeze()  # this process is no worker
        for name in [name for name in sys.modules if name.partition(".")[0] == "zipped"]:
            del sys.modules[name]
