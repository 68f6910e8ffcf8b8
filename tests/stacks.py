"""Stacks of the program with settings of a test's own."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from local.cloud import PROJECT

if TYPE_CHECKING:
    from pathlib import Path


def project_with_stack(folder: Path, stack: str, config: str) -> Path:
    """A folder with the program's project file and one stack of its own."""
    shutil.copyfile(PROJECT / "Pulumi.yaml", folder / "Pulumi.yaml")
    with (folder / "Pulumi.yaml").open("a") as file:
        file.write(f"main: {PROJECT}\n")
    (folder / f"Pulumi.{stack}.yaml").write_text(config)
    return folder
