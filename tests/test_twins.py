from __future__ import annotations

import hashlib

import pytest

from runtime.core import pictures
from tests.local.ocr.reading import words_in
from tests.twins import FIRST_WORDS, SECOND_WORDS, twins

FIRST, SECOND = twins()


def test_the_twins_share_their_md5_and_their_size() -> None:
    assert hashlib.md5(FIRST, usedforsecurity=False).digest() == hashlib.md5(SECOND, usedforsecurity=False).digest()
    assert len(FIRST) == len(SECOND)


def test_the_twins_are_told_apart_by_sha_256() -> None:
    assert hashlib.sha256(FIRST).digest() != hashlib.sha256(SECOND).digest()


@pytest.mark.parametrize(("file", "words"), [(FIRST, FIRST_WORDS), (SECOND, SECOND_WORDS)], ids=["first", "second"])
def test_each_twin_is_a_picture_of_its_own_words(file: bytes, words: tuple[str, ...]) -> None:
    pictures.check(file)
    assert tuple(words_in(file)) == words
