"""The service's HTTP API, as the command uses it: the same calls as the hosted page's."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

import urllib3

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cli.picture import Picture

_SECONDS: Final = 30.0
_BUSY: Final = 503
_TRIES: Final = 5
_LONGEST_PAUSE: Final = 5.0


class RefusedError(Exception):
    """The service, or S3 in its name, refused what was sent.

    Attributes:
        code: Stable, for programs.
        detail: A sentence, for people.
        request_id: Of the request that was opened all the same, to tell its person by mail; None if none was.
        access_token: That request's.
    """

    def __init__(self, code: str, detail: str, request_id: str | None = None, access_token: str | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.request_id = request_id
        self.access_token = access_token


class UnreachableError(Exception):
    """Nobody answers, or somebody else than the service does."""


@dataclass(frozen=True)
class Opened:
    """A request that was opened, with the form that can write its one object."""

    request_id: str
    access_token: str
    url: str
    fields: Mapping[str, str]


class Service:
    """The API at an address.

    Args:
        address: Where it answers.
        host: Its name there, if several answer at that address.
    """

    def __init__(self, address: str, host: str = "") -> None:
        self._address = address.rstrip("/")
        self._host = {"host": host} if host else {}
        self._http = urllib3.PoolManager(maxsize=16, timeout=_SECONDS, retries=False)

    def open(self, picture: Picture, email: str) -> Opened:
        """Open a request for a picture.

        Raises:
            RefusedError: The service takes no such picture, or writes to no such address.
            UnreachableError: There is no service.
        """
        wish = {
            "email": email,
            "filename": picture.filename,
            "content_type": picture.content_type,
            "size": picture.size,
        }
        answer = self._call("POST", "/api/uploads", {"content-type": "application/json"}, json.dumps(wish))
        form = answer["upload"]
        return Opened(answer["request_id"], answer["access_token"], form["url"], form["fields"])

    def upload(self, opened: Opened, picture: Picture) -> None:
        """Send the picture's bytes with the request's form, straight to S3.

        Raises:
            RefusedError: S3 found the form, or what was sent with it, wrong.
            UnreachableError: Nobody answers.
        """
        # S3 reads the fields up to the file; the name of the file would only be kept as part of a key.
        parts = [*opened.fields.items(), ("file", ("picture", picture.data, picture.content_type))]
        body, content_type = urllib3.encode_multipart_formdata(parts)
        answer = self._send("POST", opened.url, {"content-type": content_type}, body)
        if answer.status // 100 != 2:  # noqa: PLR2004  any success is one
            raise _refused_by_s3(answer.data, answer.status)

    def status(self, request_id: str, access_token: str) -> dict[str, Any]:
        """How far a request is, and its result once there is one.

        Raises:
            RefusedError: The service knows of no such request.
            UnreachableError: There is no service.
        """
        headers = {"authorization": f"Bearer {access_token}"}
        return self._call("GET", f"/api/requests/{request_id}", headers)

    def _call(self, method: str, path: str, headers: Mapping[str, str], body: str | None = None) -> dict[str, Any]:
        for attempt in range(1, _TRIES + 1):
            answer = self._send(method, self._address + path, {**headers, **self._host}, body)
            if answer.status != _BUSY or attempt == _TRIES:
                break
            time.sleep(_pause(answer.headers.get("retry-after")))
        try:
            told = json.loads(answer.data)
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise UnreachableError(f"{self._address} answered {answer.status}, but it is no service of ours.")
        if answer.status >= 400:  # noqa: PLR2004  HTTP's own bound
            code = str(told.get("code") or f"http_{answer.status}")
            detail = str(told.get("detail") or told.get("message") or "The service gave no reason.")
            raise RefusedError(code, detail, told.get("request_id"), told.get("access_token"))
        return told

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: str | bytes | None
    ) -> urllib3.BaseHTTPResponse:
        try:
            return self._http.request(method, url, headers=dict(headers), body=body, redirect=False)
        except urllib3.exceptions.HTTPError as error:
            raise UnreachableError(f"{url} does not answer: {error}") from error


def _pause(retry_after: str | None) -> float:
    return min(float(retry_after), _LONGEST_PAUSE) if retry_after and retry_after.isdigit() else 1.0


def _refused_by_s3(answer: bytes, status: int) -> RefusedError:
    try:
        error = ET.fromstring(answer)  # noqa: S314  from the endpoint that we were sent to, which holds our picture anyway
    except ET.ParseError:
        return RefusedError(f"http_{status}", f"S3 refused the upload with status {status}.")
    code = error.findtext("Code") or f"http_{status}"
    return RefusedError(code, f"S3 refused the upload: {error.findtext('Message') or code}")
