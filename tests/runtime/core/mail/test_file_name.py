from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.core.mail.file_name import LONGEST, shown


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("page.jpg", "page.jpg"),
        ("  spaces\u00a0and more .png ", "spaces and more .png"),
        ("a\r\nb.png", "a\ufffd\ufffdb.png"),
        ("\u202egpj.exe", "\ufffdgpj.exe"),
        ("e\u0301t\u00e9.png", "été.png"),
        ("caf\udce9", "caf\ufffd"),
        ("👩\u200d👧.png", "👩\u200d👧.png"),
        ("", "a picture without a name"),
        (" ", "a picture without a name"),
    ],
)
def test_a_name_is_shown_as_people_know_it_but_nothing_in_it_acts(name: str, seen: str) -> None:
    assert shown(name) == seen


def test_a_long_name_loses_its_middle_and_keeps_its_end() -> None:
    seen = shown("holiday-" * 30 + "scan-0001.jpeg")
    assert len(seen) == LONGEST
    assert seen.startswith("holiday-holiday-")
    assert seen.endswith("…liday-scan-0001.jpeg")


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_every_name_becomes_one_short_line_that_can_be_written(name: str) -> None:
    seen = shown(name)
    assert 0 < len(seen) <= LONGEST
    assert seen.encode()
    assert not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in seen)
