"""Answers made smaller for the wire, as CloudFront does it (it knows Brotli, too).

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
"""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from local.http_message import Request, Response

_LEAST, _MOST = 1_000, 10_000_000
_TYPES: Final = re.compile(
    r"(text/(css|csv|html|javascript|js|plain|richtext|xml)|image/svg\+xml"
    r"|application/(javascript|json|manifest\+json|pdf|wasm|xhtml\+xml|xml))(;.*)?"
)
_GZIP: Final = re.compile(r"(^|,)\s*(gzip|\*)\s*(;\s*q=(?!0(\.0*)?\s*(,|$))[\d.]+)?\s*(,|$)", re.IGNORECASE)


def compressed(request: Request, response: Response) -> Response:
    """The answer as this visitor takes it."""
    fits = (
        response.status == HTTPStatus.OK
        and _LEAST <= len(response.body) <= _MOST
        and not response.header("Content-Encoding")
        and _TYPES.fullmatch(response.header("Content-Type"))
        and _GZIP.search(request.header("Accept-Encoding"))
    )
    if not fits:
        return response
    headers = [_weak(name, value) for name, value in response.headers if name.lower() != "content-length"]
    headers += [("content-encoding", "gzip"), ("vary", "Accept-Encoding")]
    return replace(response, body=gzip.compress(response.body, mtime=0), headers=headers)


def _weak(name: str, value: str) -> tuple[str, str]:
    """The same in other bytes is the same to who asks whether it has changed, and no more than that."""
    weak = name.lower() == "etag" and not value.startswith("W/")
    return (name, f"W/{value}") if weak else (name, value)
