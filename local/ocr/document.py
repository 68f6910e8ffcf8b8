"""The request's document: from the API's JSON to the file's bytes."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping

from local.ocr.errors import document_too_large, invalid_parameter, invalid_s3_object

# https://docs.aws.amazon.com/textract/latest/dg/limits-document.html and API_Document.html
MAX_OBJECT_BYTES = 10 * 1024 * 1024
MAX_INLINE_BYTES = 5 * 1024 * 1024

ReadObject = Callable[[str, str, str | None], bytes]
"""Bucket, key and version to bytes; KeyError when it is absent, PermissionError when the caller may not read it."""


def document_bytes(request: Mapping[str, object], read_object: ReadObject) -> bytes:
    """The bytes that the request names or brings along.

    Raises:
        TextractError: InvalidParameterException, InvalidS3ObjectException or DocumentTooLargeException.
    """
    document = request.get("Document")
    if set(request) != {"Document"} or not isinstance(document, Mapping):
        raise invalid_parameter()
    match dict(document):
        case {"Bytes": str() as encoded, **rest} if not rest:
            return _inline(encoded)
        case {"S3Object": Mapping() as where, **rest} if not rest:
            return _stored(where, read_object)
        case _:
            raise invalid_parameter()


def _inline(encoded: str) -> bytes:
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise invalid_parameter() from error
    if not data:
        raise invalid_parameter()
    return _within(data, MAX_INLINE_BYTES)


def _stored(where: Mapping[str, object], read_object: ReadObject) -> bytes:
    bucket, key, version = where.get("Bucket"), where.get("Name"), where.get("Version")
    if set(where) - {"Bucket", "Name", "Version"}:
        raise invalid_parameter()
    if not (isinstance(bucket, str) and bucket and isinstance(key, str) and key):
        raise invalid_parameter()
    if not (version is None or (isinstance(version, str) and version)):
        raise invalid_parameter()
    try:
        data = read_object(bucket, key, version)
    except (KeyError, PermissionError) as error:
        raise invalid_s3_object() from error
    return _within(data, MAX_OBJECT_BYTES)


def _within(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise document_too_large(limit)
    return data
