"""What a word is."""

from __future__ import annotations

import itertools
import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.core import words
from runtime.core.word_ranges import RANGES

# The table of docs/word-count.md, and what else was once counted wrongly somewhere.
READ: dict[str, list[str]] = {
    "don’t": ["don't"],
    "state-of-the-art": ["state-of-the-art"],
    "1,000.50": ["1,000.50"],
    "a@b.com": ["a", "b", "com"],
    "हिन्दी": ["हिन्दी"],
    "ﬁnance": ["finance"],
    "co\u00adop": ["coop"],
    "—": [],
    "____": [],
    "": [],
    "ΟΔΟΣ": ["οδοσ"],
    "a0Σ": ["a0σ"],
    "7.": ["7"],
    "3.14.": ["3.14"],
    "a.b": ["a", "b"],
    "-x-": ["x"],
    "rock'n'roll": ["rock'n'roll"],
    "non\u2011breaking": ["non-breaking"],
    "\u200bzero\u200dwidth\ufeff": ["zerowidth"],
    "e\u0301te\u0301": ["été"],
    "x²": ["x2"],
    "Straße": ["straße"],
    "İ": ["i\u0307"],
    "中文": ["中文"],
    "𐐀𐐁": ["𐐨𐐩"],
}


@pytest.mark.parametrize(("read", "found"), READ.items(), ids=list(READ))
def test_words_are_found_as_people_read_them(read: str, found: list[str]) -> None:
    assert words.find(words.normalise(read)) == found


def test_a_word_is_joined_at_most_thirty_times_so_that_java_survives_it() -> None:
    assert words.find("-".join("a" * 100)) == [
        "-".join("a" * 31),
        "-".join("a" * 31),
        "-".join("a" * 31),
        "-".join("a" * 7),
    ]


@given(st.text())
def test_ascii_or_not_the_same_words_are_found(text: str) -> None:
    """The quick pattern for ASCII text and the full one are one rule: a letter beyond ASCII forces the full one."""
    ascii_text = text.encode("ascii", "ignore").decode()
    assert words.find(ascii_text + " é") == [*words.find(ascii_text), "é"]


@given(st.text())
def test_a_word_is_made_of_letters_marks_and_numbers_and_is_found_again_in_itself(text: str) -> None:
    for word in words.find(words.normalise(text)):
        assert re.sub(r"['\-.,]", "", word)
        assert words.find(word) == [word]


@given(st.lists(st.sampled_from(["the", "The", "cat's", "a-b", "—", "1,5"])))
def test_counting_distinct_texts_once_is_counting_each(texts: list[str]) -> None:
    one_by_one = [word for text in texts for word in words.find(text)]
    assert words.count(texts) == {word: one_by_one.count(word) for word in set(one_by_one)}


def test_the_ranges_are_sorted_apart_and_letters_marks_and_numbers_to_this_python_too() -> None:
    assert all(first <= last for first, last in RANGES)
    assert all(left[1] + 1 < right[0] for left, right in itertools.pairwise(RANGES))
    inside = {code for first, last in RANGES for code in range(first, last + 1)}
    assert {unicodedata.category(chr(code))[0] for code in inside} == {"L", "M", "N"}
    newer = {code for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code))[0] in "LMN"} - inside
    assert all(unicodedata.category(chr(code)) != "Cn" for code in newer)
    assert not newer & set(range(0x870)), "what lies here was assigned long before Unicode 13"
