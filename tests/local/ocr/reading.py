"""Pictures through DetectDocumentText, as the service sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.ocr import detect_document_text

if TYPE_CHECKING:
    from local.ocr.blocks import Block
    from local.ocr.detect import DetectDocumentTextResponse


def answer_to(file: bytes) -> DetectDocumentTextResponse:
    def stored(_bucket: str, _key: str, _version: str | None) -> bytes:
        return file

    return detect_document_text({"Document": {"S3Object": {"Bucket": "bucket", "Name": "key"}}}, stored)


def blocks_of(answer: DetectDocumentTextResponse, kind: str) -> list[Block]:
    return [block for block in answer["Blocks"] if block["BlockType"] == kind]


def words_in(file: bytes) -> list[str]:
    return [block["Text"] for block in blocks_of(answer_to(file), "WORD") if "Text" in block]
