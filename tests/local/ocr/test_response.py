from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from botocore.model import StructureShape
from botocore.session import Session
from botocore.validate import ParamValidator
from PIL import Image

from tests.local.ocr.reading import answer_to, blocks_of
from tests.pictures import page, to_bytes

if TYPE_CHECKING:
    from local.ocr.blocks import Block
    from local.ocr.detect import DetectDocumentTextResponse

TEXT = "The (quick) brown fox jumps!\n\nOver the <lazy> dog"


@pytest.fixture(scope="module")
def answer() -> DetectDocumentTextResponse:
    return answer_to(to_bytes(page(TEXT), "PNG"))


def test_the_answer_is_of_the_shape_in_the_aws_service_model(answer: DetectDocumentTextResponse) -> None:
    model = Session().get_service_model("textract")
    shape = model.shape_for("DetectDocumentTextResponse")
    report = ParamValidator().validate(dict(answer), shape)
    assert not report.has_errors(), report.generate_report()
    block = model.shape_for("Block")
    assert isinstance(block, StructureShape)
    assert all(set(own) <= set(block.members) for own in answer["Blocks"])
    assert answer["DocumentMetadata"] == {"Pages": 1}
    assert answer["DetectDocumentTextModelVersion"] == "1.0"


def test_the_page_comes_first_then_all_lines_then_all_words(answer: DetectDocumentTextResponse) -> None:
    kinds = [block["BlockType"] for block in answer["Blocks"]]
    assert kinds == ["PAGE", "LINE", "LINE", *["WORD"] * 9]


def test_words_keep_the_punctuation_that_hangs_on_them(answer: DetectDocumentTextResponse) -> None:
    assert [block.get("Text") for block in blocks_of(answer, "WORD")] == TEXT.split()


def test_a_line_is_made_of_its_words_and_the_page_of_its_lines(answer: DetectDocumentTextResponse) -> None:
    by_id = {block["Id"]: block for block in answer["Blocks"]}
    (sheet,) = blocks_of(answer, "PAGE")
    lines = blocks_of(answer, "LINE")
    assert children(sheet) == [line["Id"] for line in lines]
    for line in lines:
        assert line.get("Text") == " ".join(by_id[child].get("Text", "") for child in children(line))
    assert [child for line in lines for child in children(line)] == [word["Id"] for word in blocks_of(answer, "WORD")]


def test_ids_are_random_uuids_and_never_repeat(answer: DetectDocumentTextResponse) -> None:
    ids = [block["Id"] for block in answer["Blocks"]]
    assert len(set(ids)) == len(ids)
    assert {uuid.UUID(own).version for own in ids} == {4}


def test_each_kind_of_block_has_the_fields_that_textract_gives_it(answer: DetectDocumentTextResponse) -> None:
    fields = {block["BlockType"]: set(block) for block in answer["Blocks"]}
    shared = {"BlockType", "Geometry", "Id"}
    assert fields["PAGE"] == {*shared, "Relationships"}
    assert fields["LINE"] == {*shared, "Confidence", "Text", "Relationships"}
    assert fields["WORD"] == {*shared, "Confidence", "Text", "TextType"}
    assert {word.get("TextType") for word in blocks_of(answer, "WORD")} == {"PRINTED"}


def test_confidence_is_a_share_of_a_hundred(answer: DetectDocumentTextResponse) -> None:
    confidences = [word["Confidence"] for word in blocks_of(answer, "WORD") if "Confidence" in word]
    assert len(confidences) == 9
    assert all(isinstance(confidence, float) and 50 < confidence <= 100 for confidence in confidences)


def test_a_blank_page_is_a_page_without_lines() -> None:
    answer = answer_to(to_bytes(page(""), "PNG"))
    assert [block["BlockType"] for block in answer["Blocks"]] == ["PAGE"]
    assert "Relationships" not in answer["Blocks"][0]


@pytest.mark.parametrize(
    ("degrees", "corner"), [(0, (0.25, 0.25)), (90, (0.25, 0.75)), (180, (0.75, 0.75)), (270, (0.75, 0.25)), (7, None)]
)
def test_geometry_points_into_the_picture_as_it_was_sent(degrees: int, corner: tuple[float, float] | None) -> None:
    sheet = Image.new("L", (1200, 1200), 255)
    text = page("Several words stand in the first quarter of this sheet, and nowhere else on it, so that it is plain")
    sheet.paste(text.resize((560, 560 * text.height // text.width)), (20, 200))
    answer = answer_to(to_bytes(sheet.rotate(degrees, expand=True, fillcolor=255), "PNG"))
    words = blocks_of(answer, "WORD")
    assert len(words) > 15
    boxes = [word["Geometry"]["BoundingBox"] for word in words]
    assert all(0 <= box["Left"] <= box["Left"] + box["Width"] <= 1 for box in boxes)
    assert all(0 <= box["Top"] <= box["Top"] + box["Height"] <= 1 for box in boxes)
    if corner is not None:
        across = sum(box["Left"] + box["Width"] / 2 for box in boxes) / len(boxes)
        down = sum(box["Top"] + box["Height"] / 2 for box in boxes) / len(boxes)
        assert (across, down) == pytest.approx(corner, abs=0.08)


def test_the_polygon_surrounds_the_ink_of_its_word() -> None:
    sheet = Image.new("L", (1000, 500), 255)
    word = page("Lighthouse").crop((50, 50, 260, 110))
    sheet.paste(word, (600, 300))
    (block,) = blocks_of(answer_to(to_bytes(sheet, "PNG")), "WORD")
    left, top, right, bottom = sheet.point([255 * (level < 128) for level in range(256)]).getbbox() or (0, 0, 0, 0)
    box = block["Geometry"]["BoundingBox"]
    assert (box["Left"] * 1000, box["Top"] * 500) == pytest.approx((left, top), abs=6)
    assert (box["Width"] * 1000, box["Height"] * 500) == pytest.approx((right - left, bottom - top), abs=8)
    corners = [(point["X"], point["Y"]) for point in block["Geometry"]["Polygon"]]
    assert corners[0] == pytest.approx((box["Left"], box["Top"]))
    assert corners[2] == pytest.approx((box["Left"] + box["Width"], box["Top"] + box["Height"]))


def children(block: Block) -> list[str]:
    return [own for relationship in block.get("Relationships", []) for own in relationship["Ids"]]
