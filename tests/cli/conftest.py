from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from tests.cli.fake_cloud import FakeCloud

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 1, 1)


@pytest.fixture
def png(tmp_path: Path) -> Path:
    file = tmp_path / "page.png"
    file.write_bytes(PNG)
    return file


@pytest.fixture
def fake_cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCloud]:
    """A cloud that the command takes for one that `up` keeps running."""
    state = tmp_path / "state"
    state.mkdir()
    monkeypatch.setenv("OCR_WORDCOUNT_STATE", str(state))
    with FakeCloud(tmp_path / "inbox") as cloud:
        cloud.announce(state)
        yield cloud
