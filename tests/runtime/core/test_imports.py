"""Who may import whom."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def imports(path: Path) -> set[str]:
    """The modules that a file names in its imports, those for type checking included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found |= {node.module or "", *(f"{node.module}.{name.name}" for name in node.names)}
    return found


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("path", modules("runtime/core"), ids=lambda path: str(path.relative_to(ROOT)))
def test_core_has_only_the_standard_library(path: Path) -> None:
    foreign = {name for name in imports(path) if name.partition(".")[0] not in {*sys.stdlib_module_names, "runtime"}}
    assert not foreign
    assert not {name for name in imports(path) if name.startswith("runtime.") and not name.startswith("runtime.core")}


@pytest.mark.parametrize("path", modules("runtime/adapters"), ids=lambda path: path.name)
def test_adapters_do_not_know_of_handlers(path: Path) -> None:
    assert not {name for name in imports(path) if name.startswith(("runtime.handlers", "runtime.bootstrap"))}


@pytest.mark.parametrize("path", modules("runtime/handlers"), ids=lambda path: path.name)
def test_handlers_do_not_know_of_adapters(path: Path) -> None:
    assert not {name for name in imports(path) if name.startswith(("runtime.adapters", "runtime.bootstrap", "boto"))}


@pytest.mark.parametrize("path", modules("components"), ids=lambda path: path.name)
def test_components_ship_the_runtime_and_do_not_import_it(path: Path) -> None:
    assert not {name for name in imports(path) if name.startswith("runtime")}


@pytest.mark.parametrize("folder", ["runtime", "components", "local", "cli", "bench"])
def test_nothing_imports_the_tests(folder: str) -> None:
    assert not {str(path) for path in modules(folder) if any(name.startswith("tests") for name in imports(path))}
