from __future__ import annotations

from PIL import Image, ImageChops, ImageStat

from bench.accuracy import accuracy
from local.demo.make_page import PICTURE, TEXT, demo_page
from tests.local.ocr.reading import words_in


def test_the_page_that_is_committed_is_small_and_is_read_nearly_without_a_fault() -> None:
    file = PICTURE.read_bytes()
    assert len(file) < 500_000
    result = accuracy(TEXT.read_text(encoding="utf-8"), words_in(file))
    assert min(result.recall, result.precision) >= 0.97, result


def test_the_page_that_is_committed_is_the_one_that_is_made() -> None:
    made = demo_page()
    with Image.open(PICTURE) as committed:
        assert committed.size == made.size
        difference = ImageChops.difference(committed.convert("RGB"), made)
    # What JPEG leaves out, and nothing more.
    assert max(ImageStat.Stat(difference).mean) < 4


def test_every_font_comes_with_its_licence() -> None:
    fonts = sorted((PICTURE.parent / "fonts").glob("*.woff2"))
    assert len(fonts) > 1
    for font in fonts:
        licence = font.with_name(f"{font.stem.removesuffix('-italic')}.LICENSE").read_text(encoding="utf-8")
        assert "SIL OPEN FONT LICENSE" in licence.upper()
