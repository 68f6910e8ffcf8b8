"""The operation itself: DetectDocumentText's request in, its response out."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, TypedDict

from local.ocr.blocks import blocks
from local.ocr.document import document_bytes
from local.ocr.engine import Engines
from local.ocr.picture import open_picture
from local.ocr.reading import read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.ocr.blocks import Block
    from local.ocr.document import ReadObject


class DocumentMetadata(TypedDict):
    """How many pages were read: synchronously always one."""

    Pages: int


class DetectDocumentTextResponse(TypedDict):
    """The API's answer."""

    DocumentMetadata: DocumentMetadata
    Blocks: list[Block]
    DetectDocumentTextModelVersion: str


def detect_document_text(request: Mapping[str, object], read_object: ReadObject) -> DetectDocumentTextResponse:
    """Answer Textract's DetectDocumentText for a PNG, a JPEG or a TIFF of one page.

    May be called from many threads: as many pictures are read at once as there are cores, the others wait.

    Args:
        request: The API's JSON: `{"Document": {"S3Object": {"Bucket", "Name", "Version"}}}`, or `{"Bytes": base64}`.
        read_object: Fetches an object as the caller may: bucket, key, version to bytes; KeyError when it is absent,
            PermissionError when the caller may not read it.

    Raises:
        TextractError: As Textract refuses: InvalidParameterException, InvalidS3ObjectException,
            DocumentTooLargeException, UnsupportedDocumentException or BadDocumentException.
    """
    data = document_bytes(request, read_object)
    # The picture is decoded in an engine's place, so that no more than one a core lies in memory.
    with _engines().engine() as engine:
        picture = open_picture(data)
        lines = read(picture, engine)
    return {
        "DocumentMetadata": {"Pages": 1},
        "Blocks": blocks(lines, picture.size),
        "DetectDocumentTextModelVersion": "1.0",
    }


@cache
def _engines() -> Engines:
    return Engines()
