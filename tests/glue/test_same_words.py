"""The Lambda's and Spark's word counts are the same bytes, whatever the text."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glue import words as spark_words
from runtime.core import textract, words
from runtime.core.transcript import transcribe
from runtime.core.word_ranges import RANGES
from tests.glue.engines import both, differences
from tests.glue.hard_strings import hard_strings
from tests.shared_data import files, needs_shared_data

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pyspark.sql import SparkSession

_THOUSAND = list(hard_strings(1000))


def test_every_character_is_in_a_word_or_not_and_in_lower_case_the_same(spark: SparkSession) -> None:
    characters = [chr(code) for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]
    lines = [" ".join(characters[start : start + 500]) for start in range(0, len(characters), 500)]
    assert differences(spark, lines) == []


def test_a_thousand_hard_strings_hold_the_same_words(spark: SparkSession) -> None:
    assert differences(spark, _THOUSAND) == []


def test_a_thousand_hard_strings_are_the_same_bytes(spark: SparkSession, tmp_path: Path) -> None:
    by_lambda, by_spark = both(spark, _THOUSAND, tmp_path)
    assert by_lambda == by_spark


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 11))
def test_two_hundred_thousand_hard_strings_are_the_same(spark: SparkSession, tmp_path: Path, seed: int) -> None:
    texts = list(hard_strings(20_000, seed))
    assert differences(spark, texts) == []
    by_lambda, by_spark = both(spark, texts, tmp_path)
    assert by_lambda == by_spark


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(st.text(max_size=30), min_size=60, max_size=200))
def test_any_texts_are_the_same(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    normal = [words.normalise(text.encode("utf-8", "ignore").decode()) for text in texts]
    assert differences(spark, normal) == []
    by_lambda, by_spark = both(spark, normal, tmp_path_factory.mktemp("texts"))
    assert by_lambda == by_spark


@needs_shared_data
def test_real_texts_are_the_same_bytes(spark: SparkSession, tmp_path: Path) -> None:
    read = [path.read_text(encoding="utf-8") for folder in ("text", "truth") for path in files(folder, "*.txt")]
    texts = [words.normalise(word) for text in read for word in text.split()]
    by_lambda, by_spark = both(spark, texts, tmp_path)
    assert by_lambda == by_spark


@needs_shared_data
def test_real_answers_of_textract_are_the_same_bytes(spark: SparkSession, tmp_path: Path) -> None:
    answers = [json.loads(path.read_bytes()) for path in files("textract", "*.json")]
    pages = [page for answer in answers for page in (answer if isinstance(answer, list) else [answer])]
    texts = [row.text for page in pages for row in transcribe(textract.parse(page)).rows]
    by_lambda, by_spark = both(spark, texts, tmp_path)
    assert by_lambda == by_spark


# A change to either side alone is seen. Each is what somebody might well write.

_CHANGES: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "Spark alone folds no sigma": lambda patch: patch.setattr(spark_words, "fold", spark_words.F.lower),
    "Spark alone keeps capitals": lambda patch: patch.setattr(spark_words, "fold", spark_words.F.trim),
    "Spark alone takes Java's own word characters": lambda patch: patch.setattr(
        spark_words, "_WORD", words.pattern(r"\w")
    ),
    "Spark alone knows no marks": lambda patch: patch.setattr(spark_words, "_WORD", words.pattern(r"\p{L}\p{N}")),
    "Spark alone lacks the Han": lambda patch: patch.setattr(
        spark_words, "_WORD", words.pattern(spark_words.java_class([run for run in RANGES if run[0] != 0x4E00]))
    ),
    "Spark alone joins words at most 29 times": lambda patch: patch.setattr(
        spark_words, "_ASCII_WORD", spark_words._ASCII_WORD.replace("{0,30}", "{0,29}")
    ),
    "Spark alone takes points for joins": lambda patch: patch.setattr(
        spark_words, "_ASCII_WORD", spark_words._ASCII_WORD.replace("(?<=[0-9])[.,]", "[.,]")
    ),
    "Spark alone looks behind for any digit": lambda patch: patch.setattr(
        spark_words, "_WORD", spark_words._WORD.replace("(?<=[0-9])", r"(?<=\p{N})").replace("(?=[0-9])", r"(?=\p{N})")
    ),
    "the Lambda alone folds no sigma": lambda patch: patch.setattr(words, "fold", str.lower),
    "the Lambda alone folds by casefold": lambda patch: patch.setattr(words, "fold", str.casefold),
    "the Lambda alone joins words at most 29 times": lambda patch: patch.setattr(
        words, "_ASCII_WORD", words.re.compile(words._ASCII_WORD.pattern.replace("{0,30}", "{0,29}"))
    ),
    "the Lambda alone joins by a slash": lambda patch: patch.setattr(
        words, "_any_word", partial(words.re.compile, words._any_word().pattern.replace(r"['\-]", r"['\-/]"))
    ),
    "the Lambda alone takes Python's own word characters": lambda patch: patch.setattr(
        words, "_any_word", partial(words.re.compile, words.pattern(r"\w"))
    ),
}


@pytest.mark.parametrize("change", _CHANGES.values(), ids=list(_CHANGES))
def test_a_change_to_one_side_alone_is_seen(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch, change: Callable[[pytest.MonkeyPatch], None]
) -> None:
    change(monkeypatch)
    assert differences(spark, _THOUSAND)
