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


@pytest.mark.parametrize("answer", [{}, {"Blocks": None}, {"Blocks": "PAGE"}, {"Blocks": {"0": PAGE}}])
def test_what_has_no_blocks_is_no_answer_and_no_blank_page(answer: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="no list of blocks"):
        parse({"DocumentMetadata": {"Pages": 1}, **answer})


def test_a_word_is_counted_once_however_many_lines_claim_it_and_however_often() -> None:
    blocks = [line("1", "a b", "x", "y", "x", "1", "2"), line("2", "b", "y"), word("x", "a"), word("y", "b")]
    assert [[read.text for read in each.words] for each in parse({"Blocks": blocks}).lines] == [["a", "b"], []]


def test_words_without_an_id_are_all_there() -> None:
    blocks = [{"BlockType": "WORD", "Text": text, "Confidence": 99.0} for text in ("one", "two")]
    assert [each.text for each in parse({"Blocks": blocks}).lines] == ["one", "two"]


def test_a_line_without_text_has_that_of_its_words() -> None:
    assert parse({"Blocks": [line("1", "", "x", "y"), word("x", "to"), word("y", "be")]}).text() == "to be\n"


def test_text_is_one_line_and_can_be_encoded() -> None:
    blocks = [line("1", "one\r\ntwo\u2028three\ud800", "x"), word("x", "half\udc00\n")]
    reading = parse({"Blocks": blocks})
    assert reading.text().encode().decode() == "one two three\N{REPLACEMENT CHARACTER}\n"
    assert reading.lines[0].words[0].text == "half\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("told", "taken"),
    [
        (97.5, 97.5),
        (100, 100.0),
        (101, 100.0),
        (float("inf"), 100.0),
        (10**400, 100.0),
        (-1, 0.0),
        (float("-inf"), 0.0),
        (float("nan"), 0.0),
        ("99.5", 0.0),
        ([99.5], 0.0),
    ],
)
def test_confidence_is_a_share_of_a_hundred(told: object, taken: float) -> None:
    reading = parse({"Blocks": [{**word("x", "a"), "Confidence": told}]})
    assert reading.lines[0].words[0].confidence == taken


@pytest.mark.parametrize("told", [None, 0, -1, 10**30, True, "2", 2.5, [2], {}])
def test_a_page_number_that_is_none_counts_as_absent(told: object) -> None:
    reading = parse(
        {"DocumentMetadata": {"Pages": told}, "Blocks": [word("x", "a", Page=told), word("y", "b", Page=7)]}
    )
    assert reading.pages == 7
    assert [each.page for each in reading.lines] == [1, 7]


def test_what_is_of_another_type_than_it_should_be_costs_no_more_than_itself() -> None:
    blocks: list[Any] = [
        None,
        "WORD",
        7,
        [],
        {"BlockType": ["WORD"], "Text": "no word"},
        {"BlockType": "LINE", "Text": 5, "Relationships": "CHILD"},
        {"BlockType": "LINE", "Text": None, "Relationships": [None, "CHILD", {"Type": "CHILD", "Ids": "x"}]},
        {"BlockType": "LINE", "Text": "a", "Relationships": [{"Type": "CHILD", "Ids": [["x"], None, 1, "x"]}]},
        {"BlockType": "WORD", "Id": ["y"], "Text": {"a": 1}},
        word("x", "a"),
    ]
    reading = parse({"DocumentMetadata": [1], "Blocks": blocks})
    assert [each.text for each in reading.lines] == ["", "", "a", ""]
    assert [read.text for each in reading.lines for read in each.words] == ["a", ""]
