"""Requests as boto3 makes them, taken from it before they are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

import pytest

from local.http_message import Request, make_headers

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.awsrequest import AWSPreparedRequest


class _TakenError(Exception):
    def __init__(self, request: AWSPreparedRequest) -> None:
        super().__init__(request.url)
        self.request = request


def _take(request: AWSPreparedRequest, **_: object) -> NoReturn:
    raise _TakenError(request)


def made(call: Callable[..., object], **asked: object) -> Request:
    """The request that one of a client's methods would send."""
    events = call.__self__.meta.events  # type: ignore[attr-defined]  # a client's method is bound to it
    events.register("before-send", _take)
    try:
        with pytest.raises(_TakenError) as taken:
            call(**asked)
    finally:
        events.unregister("before-send", _take)
    sent = taken.value.request
    url, body = urlsplit(sent.url), sent.body or b""
    headers = [(name, value.decode() if isinstance(value, bytes) else value) for name, value in sent.headers.items()]
    return Request(sent.method, url.path, url.query, make_headers([*headers, ("Host", url.netloc)]), _bytes(body))


def _bytes(body: Any) -> bytes:  # noqa: ANN401 - text, bytes or a file, as it comes
    content: bytes = body.encode() if isinstance(body, str) else body.read() if hasattr(body, "read") else bytes(body)
    return content


def opened(link: str, method: str = "GET", body: bytes = b"", **headers: str) -> Request:
    """The request of somebody who opens a link."""
    url = urlsplit(link)
    pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return Request(method, url.path, url.query, make_headers([("Host", url.netloc), *pairs]), body)
