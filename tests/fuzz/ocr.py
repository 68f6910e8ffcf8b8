"""Mutated pictures and the local OCR: each is read or refused in Textract's words, and the process lives."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Final

from local.demo.typesetting import Style
from local.ocr import TextractError, detect_document_text
from local.ocr.picture import MAX_SIDE, open_picture
from runtime.core import pictures as screen
from runtime.core.errors import Rejected
from runtime.core.reasons import MAX_BYTES, Reason
from tests.fuzz import pictures
from tests.pictures import page

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from tests.fuzz.pictures import Seed

REFUSALS: Final = {"BadDocumentException", "UnsupportedDocumentException", "DocumentTooLargeException"}


@cache
def seeds() -> tuple[list[Seed], list[Seed], list[bytes]]:
    """Files with a word in them, files of other formats, and all of their bytes."""
    picture = page("Word", Style(size=36, width=200, margin=8))
    ours, others = pictures.seeds(picture), pictures.foreign(picture)
    return ours, others, [seed.data for seed in (*ours, *others)]


def file(rng: Random) -> bytes:
    """A mutated one."""
    ours, others, all_bytes = seeds()
    return pictures.mutated(rng, rng.choice(ours if rng.random() < 0.9 else others), all_bytes)


def read(rng: Random) -> None:
    """It is read, or refused with a code of Textract's."""
    data = file(rng)

    def stored(_bucket: str, _key: str, _version: str | None) -> bytes:
        return data

    try:
        answer = detect_document_text({"Document": {"S3Object": {"Bucket": "bucket", "Name": "key"}}}, stored)
    except TextractError as error:
        check_refusal(error)
        return
    json.dumps(answer, allow_nan=False).encode()
    kinds = [block["BlockType"] for block in answer["Blocks"]]
    assert kinds[0] == "PAGE"
    assert set(kinds[1:]) <= {"LINE", "WORD"}
    ids = {block["Id"] for block in answer["Blocks"]}
    for block in answer["Blocks"]:
        assert {child for related in block.get("Relationships", []) for child in related["Ids"]} <= ids
        box = block["Geometry"]["BoundingBox"]
        assert 0 <= box["Left"] <= box["Left"] + box["Width"] < 1.001
        assert 0 <= box["Top"] <= box["Top"] + box["Height"] < 1.001


def look(rng: Random) -> None:
    """What can be opened, the service does not turn away as anything but damaged: Pillow forgives more than most."""
    data = file(rng)
    try:
        picture = open_picture(data)
    except TextractError as error:
        check_refusal(error)
        return
    assert max(picture.size) <= MAX_SIDE
    assert len(data) <= MAX_BYTES
    reason = screened(data)
    assert reason in (None, Reason.UNREADABLE), f"{reason}: {picture.size} of {picture.mode}"


def check_refusal(error: TextractError) -> None:
    assert error.code in REFUSALS, error.code


def screened(data: bytes) -> Reason | None:
    """Why the service turns a file away."""
    try:
        screen.check(data)
    except Rejected as error:
        return error.reason
    return None


KINDS: Final[dict[str, Callable[[Random], None]]] = {"ocr": read, "pixels": look}
