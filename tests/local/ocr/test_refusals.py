from __future__ import annotations

import base64
import io
import struct
import zlib
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from PIL import Image

from local.ocr import TextractError, detect_document_text
from tests.local.ocr.reading import answer_to
from tests.pictures import page, to_bytes

if TYPE_CHECKING:
    from tests.pictures import Format


def refusal_of(file: bytes) -> str:
    with pytest.raises(TextractError) as caught:
        answer_to(file)
    return caught.value.code


def nothing_stored(_bucket: str, _key: str, _version: str | None) -> NoReturn:
    raise AssertionError("nothing was to be read")


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"Document": {}},
        {"Document": "picture.png"},
        {"Document": {"Bytes": ""}},
        {"Document": {"Bytes": "not base64!"}},
        {"Document": {"Bytes": 7}},
        {"Document": {"S3Object": {}}},
        {"Document": {"S3Object": {"Bucket": "bucket"}}},
        {"Document": {"S3Object": {"Bucket": "", "Name": "key"}}},
        {"Document": {"S3Object": {"Bucket": "bucket", "Name": "key", "Version": 3}}},
        {"Document": {"S3Object": {"Bucket": "bucket", "Name": "key", "Region": "us-east-1"}}},
        {"Document": {"Bytes": "aGVsbG8=", "S3Object": {"Bucket": "bucket", "Name": "key"}}},
        {"Document": {"Bytes": "aGVsbG8="}, "FeatureTypes": ["TABLES"]},
    ],
)
def test_a_malformed_request_is_an_invalid_parameter(request_: dict[str, Any]) -> None:
    with pytest.raises(TextractError) as caught:
        detect_document_text(request_, nothing_stored)
    assert caught.value.code == "InvalidParameterException"


@pytest.mark.parametrize("reason", [KeyError("absent"), PermissionError("denied")])
def test_an_object_that_cannot_be_read_is_refused_in_the_words_of_aws_whatever_the_reason(reason: Exception) -> None:
    def unreadable(_bucket: str, _key: str, _version: str | None) -> bytes:
        raise reason

    with pytest.raises(TextractError) as caught:
        detect_document_text({"Document": {"S3Object": {"Bucket": "bucket", "Name": "key"}}}, unreadable)
    assert caught.value.code == "InvalidS3ObjectException"
    assert caught.value.message == (
        "Unable to get object metadata from S3. Check object key, region and/or access permissions."
    )


def test_the_object_is_read_by_the_bucket_key_and_version_of_the_request() -> None:
    asked: list[tuple[str, str, str | None]] = []

    def stored(bucket: str, key: str, version: str | None) -> bytes:
        asked.append((bucket, key, version))
        return to_bytes(page(""), "PNG")

    versions: list[dict[str, str]] = [{}, {"Version": "v1"}]
    for version in versions:
        detect_document_text({"Document": {"S3Object": {"Bucket": "b", "Name": "a/key", **version}}}, stored)
    assert asked == [("b", "a/key", None), ("b", "a/key", "v1")]


def test_bytes_in_the_request_are_read_as_a_stored_object_is() -> None:
    encoded = base64.b64encode(to_bytes(page("Sent along"), "PNG")).decode()
    answer = detect_document_text({"Document": {"Bytes": encoded}}, nothing_stored)
    assert [block["Text"] for block in answer["Blocks"] if "TextType" in block and "Text" in block] == ["Sent", "along"]


def test_a_stored_document_may_have_ten_mebibytes_and_no_more() -> None:
    picture = to_bytes(page("Heavy"), "PNG")
    # What follows a PNG's end is no part of the picture.
    assert answer_to(picture.ljust(10_485_760, b"\0"))["Blocks"]
    assert refusal_of(picture.ljust(10_485_761, b"\0")) == "DocumentTooLargeException"


def test_a_document_in_the_request_may_have_five_mebibytes_and_no_more() -> None:
    heavy = base64.b64encode(to_bytes(page("Heavy"), "PNG").ljust(5 * 1024 * 1024 + 1, b"\0")).decode()
    with pytest.raises(TextractError) as caught:
        detect_document_text({"Document": {"Bytes": heavy}}, nothing_stored)
    assert caught.value.code == "DocumentTooLargeException"


def gif() -> bytes:
    out = io.BytesIO()
    page("A GIF").save(out, "GIF")
    return out.getvalue()


@pytest.mark.parametrize(
    "file",
    [b"", b"plain text", b"%PDF-1.7\n%%EOF", gif(), b"II+\0\x08\0\0\0\x10" + bytes(60), b"\0" * 64, b"\x89PNG"],
    ids=["empty", "text", "PDF", "GIF", "BigTIFF", "zeros", "half a signature"],
)
def test_other_formats_are_unsupported(file: bytes) -> None:
    assert refusal_of(file) == "UnsupportedDocumentException"


def test_a_tiff_of_two_pages_is_unsupported() -> None:
    assert refusal_of(to_bytes(page("One"), "TIFF", save_all=True, append_images=[page("Two")])) == (
        "UnsupportedDocumentException"
    )


def test_a_tiff_of_endlessly_many_thumbnails_is_a_bad_document() -> None:
    length = 2 + 12 * 3 + 4
    parts = (
        struct.pack("<H HHII HHII HHII I", 3, 254, 4, 1, 1, 256, 4, 1, 9, 257, 4, 1, 9, 8 + length * number)
        for number in range(1, 50_000)
    )
    assert refusal_of(b"II*\0\x08\0\0\0" + b"".join(parts)) == "BadDocumentException"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_a_truncated_picture_is_a_bad_document(kind: Format) -> None:
    whole = to_bytes(page("Cut off in the middle of its pixels"), kind)
    assert refusal_of(whole[: len(whole) // 2]) == "BadDocumentException"


@pytest.mark.parametrize("magic", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*"])
def test_a_signature_without_a_picture_is_a_bad_document(magic: bytes) -> None:
    assert refusal_of(magic) == "BadDocumentException"
    assert refusal_of(magic + b"\x07" * 500) == "BadDocumentException"


def claimed(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header claims that many pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(10_001, 10), (10, 10_001), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_a_picture_that_claims_more_than_10000_pixels_a_side_is_refused_by_its_header(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def decoded(_image: Image.Image) -> NoReturn:
        raise AssertionError("the pixels were decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decoded)
    assert refusal_of(claimed(*size)) == "BadDocumentException"


def test_10000_pixels_a_side_are_taken() -> None:
    long = Image.new("1", (10_000, 60), 1)
    assert [block["BlockType"] for block in answer_to(to_bytes(long, "PNG"))["Blocks"]] == ["PAGE"]
