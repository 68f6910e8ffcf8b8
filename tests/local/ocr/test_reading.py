from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageChops

from bench.accuracy import accuracy
from bench.renderings import renderings
from local.demo.photograph import Camera, photograph
from local.demo.typesetting import Style
from local.ocr import TextractError
from tests.local.ocr.reading import answer_to, blocks_of, words_in
from tests.pictures import page, to_bytes
from tests.shared_data import OPEN, needs_shared_data

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.accuracy import Accuracy
    from bench.renderings import Rendering

# The bench shows these too; they tell no more than the others do, and take seconds.
SLOW = {"no text: noise", *(f"no text: leaves {number}" for number in range(2, 7))}
TEXT = (
    "It is a truth universally acknowledged, that a single man in possession of a good fortune, must be in want of a "
    "wife. However little known the feelings or views of such a man may be on his first entering a neighbourhood, this "
    "truth is so well fixed in the minds of the surrounding families, that he is considered the rightful property of "
    "some one or other of their daughters."
)
STYLE = Style(size=30, width=1000, margin=80)
PHOTO = Camera(tilt=1, perspective=0.03, curl=0.008, shade=0.4, shadow=0.3, noise=5, blur=0.6, desk=0.05, seed=4)


def reading_of(picture: Image.Image) -> Accuracy:
    return accuracy(TEXT, words_in(to_bytes(picture, "JPEG", quality=88)))


@pytest.mark.parametrize(
    "draw",
    [
        lambda: page(TEXT, STYLE),
        lambda: page(TEXT, replace(STYLE, face="sans", size=36, width=1400)),
        lambda: page(TEXT, replace(STYLE, face="typewriter", size=24)),
        lambda: page(TEXT, replace(STYLE, size=17, width=600, margin=30)),
        lambda: page(TEXT, STYLE).rotate(6, Image.Resampling.BICUBIC, expand=True, fillcolor=255),
        lambda: page(TEXT, STYLE).transpose(Image.Transpose.ROTATE_90),
        lambda: page(TEXT, STYLE).transpose(Image.Transpose.ROTATE_180),
        lambda: page(TEXT, STYLE).transpose(Image.Transpose.ROTATE_270),
        lambda: ImageChops.invert(page(TEXT, STYLE)),
        lambda: photograph(page(TEXT, STYLE), PHOTO),
        lambda: photograph(page(TEXT, STYLE), replace(PHOTO, shadow=0.6, shade=0.6)),
        lambda: photograph(page(TEXT, STYLE), Camera(paper=(60, 120, 200), ink=(235, 60, 50))),
    ],
    ids=[
        "serif", "sans", "typewriter", "600 px wide", "6° askew", "turned by 90°", "turned by 180°", "turned by 270°",
        "light on dark", "photographed", "in deep shadow", "red on blue",
    ],
)  # fmt: skip
def test_a_page_is_read_however_it_comes(draw: Callable[[], Image.Image]) -> None:
    result = reading_of(draw())
    assert min(result.recall, result.precision) >= 0.95, result


def test_columns_are_read_one_after_the_other() -> None:
    words = words_in(to_bytes(page(TEXT, replace(STYLE, size=24, columns=2)), "PNG"))
    assert words == TEXT.split()


def test_the_cells_of_a_table_are_lines_of_their_own() -> None:
    table = page("Apples   12\nPears   17\nOranges and lemons   143", replace(STYLE, tabs=True))
    lines = {line.get("Text") for line in blocks_of(answer_to(to_bytes(table, "PNG")), "LINE")}
    assert lines == {"Apples", "12", "Pears", "17", "Oranges and lemons", "143"}


def test_the_same_picture_is_always_read_the_same() -> None:
    first = to_bytes(photograph(page(TEXT, STYLE), PHOTO), "JPEG")
    before = words_in(first)
    words_in(to_bytes(page("Something else entirely, read in between"), "PNG"))
    assert words_in(first) == before


WITHOUT_TEXT = [own for own in renderings() if not own.truth and own.name not in SLOW]


@pytest.mark.parametrize("rendering", WITHOUT_TEXT, ids=lambda own: own.name)
def test_a_picture_without_text_has_no_words(rendering: Rendering) -> None:
    assert words_in(rendering.file()) == []


@needs_shared_data
def test_the_public_pictures_are_read_well() -> None:
    results: list[Accuracy] = []
    for entry in json.loads((OPEN / "manifest.json").read_text(encoding="utf-8"))["files"]:
        name = Path(entry["file"]).name
        # Faint labels on a photograph, and none: what is asked of those two stands elsewhere.
        if "truth" in entry and name not in {"Portrait_6.jpg", "flower.jpg"}:
            truth = (OPEN / entry["truth"]).read_text(encoding="utf-8")
            results.append(accuracy(truth, words_in((OPEN / entry["file"]).read_bytes())))
    assert sum(result.recall for result in results) / len(results) >= 0.95
    assert sum(result.precision for result in results) / len(results) >= 0.95


@needs_shared_data
def test_of_the_public_pictures_the_flower_has_no_words_and_the_tiff_of_two_pages_is_refused() -> None:
    assert words_in((OPEN / "images" / "flower.jpg").read_bytes()) == []
    with pytest.raises(TextractError) as caught:
        words_in((OPEN / "images" / "multi_page_tiff.tiff").read_bytes())
    assert caught.value.code == "UnsupportedDocumentException"
