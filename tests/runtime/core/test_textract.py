"""Textract's answers, as they really come."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from runtime.core.textract import parse
from runtime.core.transcript import ReadLine, ReadWord
from tests.shared_data import files, needs_shared_data

if TYPE_CHECKING:
    from pathlib import Path


def word(id_: str, text: str, **more: object) -> dict[str, Any]:
    return {"BlockType": "WORD", "Id": id_, "Text": text, "Confidence": 99.5, **more}


def line(id_: str, text: str, *children: str, **more: object) -> dict[str, Any]:
    related = [{"Type": "CHILD", "Ids": list(children)}]
    return {"BlockType": "LINE", "Id": id_, "Text": text, "Confidence": 99.0, "Relationships": related, **more}


PAGE = {"BlockType": "PAGE", "Id": "p"}


def test_lines_keep_their_order_and_hold_their_words() -> None:
    blocks = [
        PAGE,
        line("1", "to be", "b", "c"),
        line("2", "or", "d"),
        word("d", "or"),
        word("b", "to"),
        word("c", "be"),
    ]
    reading = parse({"DocumentMetadata": {"Pages": 1}, "Blocks": blocks})
    assert reading.pages == 1
    assert reading.lines == (
        ReadLine(1, "to be", (ReadWord("to", 99.5), ReadWord("be", 99.5))),
        ReadLine(1, "or", (ReadWord("or", 99.5),)),
    )
    assert reading.text() == "to be\nor\n"


def test_a_page_without_text_has_no_lines() -> None:
    assert parse({"DocumentMetadata": {"Pages": 1}, "Blocks": [PAGE]}).lines == ()


def test_a_dangling_child_is_passed_over_and_a_word_of_no_line_is_not_lost() -> None:
    reading = parse({"Blocks": [PAGE, line("1", "a", "x", "gone"), word("x", "a"), word("y", "stray")]})
    assert [each.text for each in reading.lines] == ["a", "stray"]
    assert [read.text for each in reading.lines for read in each.words] == ["a", "stray"]


def test_ids_that_repeat_on_another_page_are_not_mixed_up() -> None:
    blocks = [
        line("1", "one", "x", Page=1),
        word("x", "one", Page=1),
        line("1", "two", "x", Page=2),
        word("x", "two", Page=2),
    ]
    reading = parse({"DocumentMetadata": {"Pages": 2}, "Blocks": blocks})
    assert [(each.page, each.words[0].text) for each in reading.lines] == [(1, "one"), (2, "two")]


def test_nulls_are_absent_fields() -> None:
    nulls: dict[str, Any] = {"Page": None, "Text": None, "Confidence": None, "Relationships": None}
    blocks = [{**PAGE, **nulls}, {"BlockType": "LINE", "Id": "1", **nulls}, {"BlockType": "WORD", "Id": "2", **nulls}]
    reading = parse({"DocumentMetadata": None, "Blocks": blocks})
    assert reading.pages == 1
    assert [each.text for each in reading.lines] == ["", ""]


@needs_shared_data
@pytest.mark.parametrize("path", files("textract", "*.json"), ids=lambda path: path.name)
def test_words_of_real_answers_grouped_by_line_are_that_lines_text(path: Path) -> None:
    stored = json.loads(path.read_text())
    for answer in stored if isinstance(stored, list) else [stored]:
        reading = parse(answer)
        assert reading.pages == answer["DocumentMetadata"]["Pages"]
        assert reading.lines
        for each in reading.lines:
            assert " ".join(read.text for read in each.words) == each.text
        told = [block for block in answer["Blocks"] if block["BlockType"] == "WORD"]
        assert sum(len(each.words) for each in reading.lines) == len(told)
