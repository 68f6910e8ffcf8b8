"""`api`: the HTTP API (payload format 2.0).

    POST /api/uploads               open a request; answers a form for its one object
    GET /api/requests/{request_id}  how far it is, and its result

Errors are RFC 9457 problem details with a stable `code`.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from runtime.core import events
from runtime.core.described import described
from runtime.core.errors import BadRequest, Retryable
from runtime.core.reasons import Reason
from runtime.core.types import Stage
from runtime.core.use_cases.requests import Wish, message, problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runtime.core.ports import Log
    from runtime.core.use_cases.requests import OpenRequest, ShowRequest, Status

_RETRY_AFTER: Final = 2
_BEARER: Final = "bearer "


@dataclass(frozen=True)
class Api:
    """Routes to use cases, outcomes to answers."""

    open_request: OpenRequest
    show_request: ShowRequest
    log: Log

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one HTTP request."""
        routes: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "POST /api/uploads": self._open,
            "GET /api/requests/{request_id}": self._show,
        }
        try:
            return routes[event["routeKey"]](event)
        except BadRequest as error:
            return _refused(error)
        except Retryable:
            answer = _refused(BadRequest("try_again", "The service is busy; try again in a moment.", 503))
            answer["headers"]["retry-after"] = str(_RETRY_AFTER)
            return answer
        except Exception as error:  # noqa: BLE001  Lambda would log it with its message, which may hold an address
            self.log.emit(events.RequestFailed(route=event["routeKey"], **described(error)))
            return _refused(BadRequest(Reason.INTERNAL, "Something went wrong on our side; try again later.", 500))

    def _open(self, event: Mapping[str, Any]) -> dict[str, Any]:
        opened = self.open_request(_wish(_json_body(event)))
        return _answer(
            201,
            {
                "request_id": opened.request_id,
                "access_token": opened.access_token,
                "upload": {"url": opened.form.url, "fields": dict(opened.form.fields)},
                "expires_at": _iso(opened.expires_at),
            },
        )

    def _show(self, event: Mapping[str, Any]) -> dict[str, Any]:
        authorization = event.get("headers", {}).get("authorization", "")
        if not authorization.lower().startswith(_BEARER):
            told = "Send the request's access token in the header `Authorization: Bearer <access_token>`."
            raise BadRequest("no_token", told, 401)
        status = self.show_request(event["pathParameters"]["request_id"], authorization[len(_BEARER) :].strip())
        return _answer(200, _shown(status))


def _shown(status: Status) -> dict[str, Any]:
    request = status.request
    return {
        "request_id": request.request_id,
        "state": request.state,
        "reason": request.reason,
        "message": message(request),
        "digest": request.key,
        "cached": request.cached,
        "joined": request.joined,
        "times": {stage: _iso(time) for stage, time in sorted(status.times.items(), key=_when)},
        "result": json.loads(status.count.dump()) if status.count else None,
    }


def _when(passed: tuple[str, float]) -> tuple[float, int]:
    """By time, and within the same moment in the order of the way through."""
    stage, time = passed
    return time, list(Stage).index(Stage(stage))


def _wish(body: Mapping[str, Any]) -> Wish:
    try:
        size = body["size"]
        wrong = [name for name in ("email", "filename", "content_type") if not isinstance(body[name], str)]
        if wrong or isinstance(size, bool) or not isinstance(size, int):
            raise BadRequest("invalid_request", f"Wrong type: {', '.join(wrong) or 'size'}; {_FORM}")
        return Wish(body["email"], _text(body["filename"]), body["content_type"], size)
    except KeyError as error:
        raise BadRequest("invalid_request", f"Missing: {error.args[0]}; {_FORM}") from error


def _text(told: str) -> str:
    """JSON can spell half a character, which is no text and cannot be stored."""
    return told.encode("utf-8", "replace").decode()


_FORM: Final = 'send {"email": string, "filename": string, "content_type": string, "size": number of bytes}.'


def _json_body(event: Mapping[str, Any]) -> Mapping[str, Any]:
    raw = event.get("body") or ""
    try:
        body = json.loads(base64.b64decode(raw, validate=True) if event.get("isBase64Encoded") else raw)
    except (ValueError, binascii.Error, RecursionError) as error:
        raise BadRequest("invalid_request", f"The body is not JSON; {_FORM}") from error
    if not isinstance(body, dict):
        raise BadRequest("invalid_request", f"The body is no JSON object; {_FORM}")
    return body


def _refused(error: BadRequest) -> dict[str, Any]:
    return _answer(error.status, problem(error), content_type="application/problem+json")


def _answer(status: int, body: Mapping[str, Any], content_type: str = "application/json") -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"content-type": content_type, "cache-control": "no-store"},
        "body": json.dumps(body, ensure_ascii=False),
    }


def _iso(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
