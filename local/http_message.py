"""One HTTP request and one HTTP response, whole: what every part of the local cloud takes and gives."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http.client import parse_headers
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

if TYPE_CHECKING:
    from collections.abc import Iterable
    from http.client import HTTPMessage


@dataclass(frozen=True)
class Request:
    """A request, read to its end.

    Attributes:
        method: In upper case.
        raw_path: The path as it came, percent-encoded, without the query.
        raw_query: What followed the question mark, percent-encoded.
        headers: Looked up in any case.
        body: All of it, without transfer coding.
        peer: Address and port of the caller.
    """

    method: str
    raw_path: str
    raw_query: str
    headers: HTTPMessage
    body: bytes
    peer: tuple[str, int] = ("127.0.0.1", 0)

    @property
    def path(self) -> str:
        """The path, decoded."""
        return unquote(self.raw_path)

    @property
    def query(self) -> list[tuple[str, str]]:
        """The query's pairs in order, decoded."""
        return parse_qsl(self.raw_query, keep_blank_values=True)

    def header(self, name: str) -> str:
        """A header's value, empty when absent."""
        return self.headers.get(name, "")

    def json(self) -> dict[str, Any]:
        """The body as a JSON object.

        Raises:
            ValueError: It is none.
        """
        value = json.loads(self.body or b"{}")
        if not isinstance(value, dict):
            raise ValueError("the body must be a JSON object")  # noqa: TRY004 - the caller catches what json.loads raises too
        return value


@dataclass(frozen=True)
class Response:
    """A response; its Content-Length is computed when it is sent."""

    status: int
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)

    def header(self, name: str) -> str:
        """A header's value, empty when absent."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


def json_response(value: object, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> Response:
    """A response with a JSON body."""
    return Response(status, json.dumps(value).encode(), [("Content-Type", "application/json"), *headers])


def aws_json_error(status: int, code: str, message: str) -> Response:
    """An error as the services with a JSON protocol answer it: botocore raises its typed exception from it."""
    headers = [("x-amzn-ErrorType", code), ("Content-Type", "application/x-amz-json-1.1")]
    return Response(status, json.dumps({"__type": code, "message": message, "Message": message}).encode(), headers)


def make_headers(pairs: Iterable[tuple[str, str]]) -> HTTPMessage:
    """Headers, as a request holds them, from pairs."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in pairs)
    return parse_headers(BytesIO(f"{lines}\r\n".encode("latin-1")))
