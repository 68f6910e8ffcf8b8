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
_JSON: Final = {"content-type": "application/json"}


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
class StartedProof:
    """A proof of an address that was begun."""

    proof_id: str
    proof_token: str


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

    def start_proof(self, email: str) -> StartedProof:
        """Begin to prove an address: a mail goes there, if it may get one.

        Raises:
            RefusedError: It is no address, or too many were asked for.
            UnreachableError: There is no service.
        """
        answer = self._call("POST", "/api/addresses", _JSON, json.dumps({"email": email}))
        return StartedProof(answer["proof_id"], answer["proof_token"])

    def look_at_proof(self, proof: StartedProof) -> str | None:
        """The address token, once SES has verified the address by the mail that it sent for this proof.

        Raises:
            RefusedError: There is no such proof any more.
            UnreachableError: There is no service.
        """
        answer = self._call("GET", f"/api/addresses/{proof.proof_id}", _bearing(proof.proof_token))
        return answer.get("address_token")

    def confirm(self, token: str) -> str:
        """The address token, for the token in the link of a proof's mail.

        Raises:
            RefusedError: The link is not known, or has expired.
            UnreachableError: There is no service.
        """
        answer = self._call("POST", "/api/addresses/confirm", _JSON, json.dumps({"token": token}))
        return str(answer["address_token"])

    def open(self, picture: Picture, email: str, address_token: str) -> Opened:
        """Open a request for a picture.

        Raises:
            RefusedError: The service takes no such picture, or the token does not prove the address.
            UnreachableError: There is no service.
        """
        wish = {
            "email": email,
            "filename": picture.filename,
            "content_type": picture.content_type,
            "size": picture.size,
        }
        answer = self._call("POST", "/api/uploads", {**_JSON, **_bearing(address_token)}, json.dumps(wish))
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
        return self._call("GET", f"/api/requests/{request_id}", _bearing(access_token))

    def resend(self, request_id: str, access_token: str) -> None:
        """Have a request's mail sent that could not be delivered.

        Raises:
            RefusedError: There is nothing to send again, or the address is still not verified.
            UnreachableError: There is no service.
        """
        self._call("POST", f"/api/requests/{request_id}/resend", _bearing(access_token))

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


def _bearing(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def _pause(retry_after: str | None) -> float:
    return min(float(retry_after), _LONGEST_PAUSE) if retry_after and retry_after.isdigit() else 1.0


def _refused_by_s3(answer: bytes, status: int) -> RefusedError:
    try:
        error = ET.fromstring(answer)  # noqa: S314  from the endpoint that we were sent to, which holds our picture anyway
    except ET.ParseError:
        return RefusedError(f"http_{status}", f"S3 refused the upload with status {status}.")
    code = error.findtext("Code") or f"http_{status}"
    return RefusedError(code, f"S3 refused the upload: {error.findtext('Message') or code}")
