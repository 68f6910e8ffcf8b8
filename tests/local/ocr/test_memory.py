"""How much memory the largest pictures take, each measured in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.fuzz.worker import ROOT
from tests.pictures import to_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from tests.pictures import Format

MOST = 768 * 1024 * 1024
"""Bytes: the pixels as Pillow holds them (400 MB), and what it takes to look at a blank page in every way there is."""

READ = """
import sys
from pathlib import Path
from local.ocr import detect_document_text
from tests.fuzz.worker import peak_memory
data = Path(sys.argv[1]).read_bytes()
detect_document_text({"Document": {"S3Object": {"Bucket": "bucket", "Name": "key"}}}, lambda *_: data)
print(peak_memory())
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "mode", "side"),
    [
        ("PNG", "RGBA", 10_000),
        ("PNG", "P", 10_000),
        ("JPEG", "RGB", 10_000),
        ("TIFF", "RGB", 10_000),
        ("PNG", "RGB", 9_599),
    ],
)
def test_the_largest_pictures_take_not_even_twice_the_memory_of_their_pixels(
    kind: Format, mode: str, side: int, tmp_path: Path
) -> None:
    options = {"compression": "tiff_lzw"} if kind == "TIFF" else {}
    file = tmp_path / "picture"
    file.write_bytes(to_bytes(Image.new(mode, (side, side), "white"), kind, **options))
    told = subprocess.run([sys.executable, "-c", READ, file], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert told.returncode == 0, told.stderr
    assert int(told.stdout) < MOST
