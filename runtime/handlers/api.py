"""`api`: the HTTP API (payload format 2.0), for the page, the command line, and whoever reads its OpenAPI document.

    POST   /api/addresses                    begin to prove an address: a mail goes there
    GET    /api/addresses/{proof_id}         whether SES's own mail was answered
    POST   /api/addresses/confirm            the link in our mail was opened
    POST   /api/addresses/stop               "that was not me"
    POST   /api/uploads                      open a request; answers a form for its one object
    GET    /api/requests/{request_id}        how far it is, and its result
           …/word-count.json | word-count.csv | text.txt
    POST   /api/requests/{request_id}/resend
    DELETE /api/requests/{request_id}
    GET    /api/openapi.json

Errors are RFC 9457 problem details with a stable `code`.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from runtime.core import events, tokens
from runtime.core.described import described
from runtime.core.errors import BadRequest, Retryable
from runtime.core.limits import LimitReached
from runtime.core.reasons import Reason
from runtime.core.types import Stage
from runtime.core.use_cases.requests import DELETED, FILES, Wish, iso, message, problem
from runtime.handlers.openapi import document
from runtime.handlers.operations import BY_ROUTE, Bearer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runtime.core.ports import Log
    from runtime.core.use_cases.addresses import ConfirmProof, Issued, ShowProof, StartProof, StopMails
    from runtime.core.use_cases.requests import DeleteRequest, Download, OpenRequest, ShowRequest, Status
    from runtime.core.use_cases.resend import AskAgain
    from runtime.handlers.operations import Operation

FRONT_HEADER: Final = "x-front-secret"
"""What the front door adds: the API's own address is public, and everything that guards it stands before that door."""

_RETRY_AFTER: Final = 2
_BEARER: Final = "bearer "


@dataclass(frozen=True)
class UseCases:
    """What the API does."""

    start_proof: StartProof
    show_proof: ShowProof
    confirm_proof: ConfirmProof
    stop_mails: StopMails
    open_request: OpenRequest
    show_request: ShowRequest
    download: Download
    ask_again: AskAgain
    delete_request: DeleteRequest


@dataclass(frozen=True)
class Asked:
    """A request to the API: the fields of its body, its path's parameter, the token that it shows."""

    fields: Mapping[str, Any]
    about: str
    token: str


@dataclass(frozen=True)
class Api:
    """Routes to use cases, outcomes to answers.

    Attributes:
        do: What it does.
        log: Where it is told what went wrong.
        front_digests: SHA-256 of each secret that the front door may add to what it passes on, in `FRONT_HEADER`: that
            of now, and the next one.
    """

    do: UseCases
    log: Log
    front_digests: tuple[str, ...]

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one HTTP request."""
        route = event["routeKey"]
        try:
            self._admit(event)
            return self._answers[route](_asked(event, BY_ROUTE[route]))
        except LimitReached as error:
            return _refused(error, retry_after=max(1, round(error.seconds)))
        except BadRequest as error:
            return _refused(error)
        except Retryable:
            busy = BadRequest("try_again", "The service is busy; try again in a moment.", 503)
            return _refused(busy, retry_after=_RETRY_AFTER)
        except Exception as error:  # noqa: BLE001  Lambda would log it with its message, which may hold an address
            self.log.emit(events.RequestFailed(route=route, **described(error)))
            return _refused(BadRequest(Reason.INTERNAL, "Something went wrong on our side; try again later.", 500))

    @property
    def _answers(self) -> dict[str, Callable[[Asked], dict[str, Any]]]:
        return {
            "POST /api/addresses": self._start_proof,
            "GET /api/addresses/{proof_id}": self._show_proof,
            "POST /api/addresses/confirm": self._confirm_proof,
            "POST /api/addresses/stop": self._stop_mails,
            "POST /api/uploads": self._open,
            "GET /api/requests/{request_id}": self._show,
            **{f"GET /api/requests/{{request_id}}/{name}": self._download(name) for name in FILES},
            "POST /api/requests/{request_id}/resend": self._ask_again,
            "DELETE /api/requests/{request_id}": self._delete,
            "GET /api/openapi.json": lambda _: _answer(200, document()),
        }

    def _admit(self, event: Mapping[str, Any]) -> None:
        shown = _header(event, FRONT_HEADER)
        if not any(tokens.same(digest, shown) for digest in self.front_digests):
            raise BadRequest("not_by_the_front_door", "Come by the address of the page.", 403)

    def _start_proof(self, asked: Asked) -> dict[str, Any]:
        started = self.do.start_proof(asked.fields["email"])
        told = {"proof_id": started.proof_id, "proof_token": started.proof_token}
        return _answer(202, {**told, "expires_at": iso(started.expires_at), "verification": started.verification})

    def _show_proof(self, asked: Asked) -> dict[str, Any]:
        issued = self.do.show_proof(asked.about, asked.token)
        if issued is None:
            return _answer(200, {"state": "pending"})
        return _answer(200, {"state": "proven", **_issued(issued)})

    def _confirm_proof(self, asked: Asked) -> dict[str, Any]:
        issued = self.do.confirm_proof(asked.fields["token"])
        return _answer(200, {**_issued(issued), "email": issued.email})

    def _stop_mails(self, asked: Asked) -> dict[str, Any]:
        self.do.stop_mails(asked.fields["token"])
        return _answer(200, {})

    def _open(self, asked: Asked) -> dict[str, Any]:
        fields: dict[str, Any] = {**asked.fields, "filename": _text(asked.fields["filename"])}
        opened = self.do.open_request(Wish(**fields), asked.token)
        return _answer(
            201,
            {
                "request_id": opened.request_id,
                "access_token": opened.access_token,
                "upload": {"url": opened.form.url, "fields": dict(opened.form.fields)},
                "expires_at": iso(opened.expires_at),
            },
        )

    def _show(self, asked: Asked) -> dict[str, Any]:
        return _answer(200, _shown(self.do.show_request(asked.about, asked.token)))

    def _download(self, name: str) -> Callable[[Asked], dict[str, Any]]:
        def answer(asked: Asked) -> dict[str, Any]:
            file = self.do.download(asked.about, asked.token, name)
            disposition = {"content-disposition": f'attachment; filename="{file.name}"'}
            return _response(200, file.data.decode(), file.content_type, disposition)

        return answer

    def _ask_again(self, asked: Asked) -> dict[str, Any]:
        self.do.ask_again(asked.about, asked.token)
        return _answer(202, {})

    def _delete(self, asked: Asked) -> dict[str, Any]:
        kept = self.do.delete_request(asked.about, asked.token)
        told = [{"what": each.what, "why": each.why, "until": iso(each.until)} for each in kept]
        return _answer(200, {"deleted": list(DELETED), "kept": told})


def _asked(event: Mapping[str, Any], operation: Operation) -> Asked:
    """What the operation is to be done with; who does not prove an address is no other than who proves another."""
    authorization = _header(event, "authorization")
    bears = authorization.lower().startswith(_BEARER)
    if operation.bearer in (Bearer.PROOF, Bearer.ACCESS) and not bears:
        told = f"Send the {operation.bearer} in the header `Authorization: Bearer <{operation.bearer}>`."
        raise BadRequest("no_token", told, 401)
    about = next(iter((event.get("pathParameters") or {}).values()), "")
    fields = operation.read(_json(event)) if operation.takes else {}
    return Asked(fields, about, authorization[len(_BEARER) :].strip() if bears else "")


def _header(event: Mapping[str, Any], name: str) -> str:
    return str((event.get("headers") or {}).get(name, ""))


def _text(told: str) -> str:
    """JSON can spell half a character, which is no text and cannot be stored. An address with one is none."""
    return told.encode("utf-8", "replace").decode()


def _issued(issued: Issued) -> dict[str, Any]:
    return {"address_token": issued.address_token, "expires_at": iso(issued.expires_at)}


def _shown(status: Status) -> dict[str, Any]:
    request = status.request
    return {
        "request_id": request.request_id,
        "state": request.state,
        "reason": request.reason,
        "message": message(request),
        "filename": request.filename,
        "digest": request.key,
        "cached": request.cached,
        "joined": request.joined,
        "late": Stage.LATE in request.times,
        "low_confidence": status.low_confidence,
        "expires_at": iso(request.expires_at),
        "kept_until": None if status.kept_until is None else iso(status.kept_until),
        "times": {stage: iso(time) for stage, time in sorted(status.times.items(), key=_when)},
        "result": json.loads(status.count.dump()) if status.count else None,
    }


def _when(passed: tuple[str, float]) -> tuple[float, int]:
    """By time, and within the same moment in the order of the way through."""
    stage, time = passed
    return time, list(Stage).index(Stage(stage))


def _json(event: Mapping[str, Any]) -> object:
    raw = event.get("body") or ""
    try:
        body: object = json.loads(base64.b64decode(raw, validate=True) if event.get("isBase64Encoded") else raw)
    except (ValueError, binascii.Error, RecursionError):
        return None  # no JSON is no object either
    return body


def _refused(error: BadRequest, *, retry_after: int | None = None) -> dict[str, Any]:
    headers = {} if retry_after is None else {"retry-after": str(retry_after)}
    body = json.dumps(problem(error), ensure_ascii=False)
    return _response(error.status, body, "application/problem+json", headers)


def _answer(status: int, body: Mapping[str, Any]) -> dict[str, Any]:
    return _response(status, json.dumps(body, ensure_ascii=False), "application/json", {})


def _response(status: int, body: str, content_type: str, headers: Mapping[str, str]) -> dict[str, Any]:
    common = {"content-type": content_type, "cache-control": "no-store", "x-content-type-options": "nosniff"}
    return {"statusCode": status, "headers": {**common, **headers}, "body": body}
