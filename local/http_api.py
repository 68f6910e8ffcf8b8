"""API Gateway's HTTP APIs: requests are routed as the APIs deployed in moto say, and answered by their functions.

Each API answers where its URL says, by the host name `<api id>.execute-api.<anything>`. On the cloud's own address,
under `/api/`, answers the API of the stack that was deployed first of those that are there.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from local.access_log import AccessLogSettings
from local.http_message import Response, json_response
from local.lambda_service import NoSuchFunctionError, ThrottledError
from local.throttle import Rate, Throttle

if TYPE_CHECKING:
    from moto.apigatewayv2.models import Api

    from local.access_log import AccessLog
    from local.account import Account
    from local.clock import Clock
    from local.http_message import Request
    from local.lambda_service import LambdaService

LARGEST_PAYLOAD: Final = 10 * 1024 * 1024
HOST: Final = re.compile(r"^([a-z0-9]+)\.execute-api\.")

_TEXT: Final = re.compile(r"^(text/.*|application/(json|xml|javascript|.*\+json|.*\+xml))(;.*)?$", re.IGNORECASE)
_PARAMETER: Final = re.compile(r"\{([^}+]+)(\+?)\}")


@dataclass(frozen=True)
class Match:
    """A route that fits a request."""

    route_key: str
    function_arn: str
    parameters: dict[str, str]
    stage_variables: dict[str, str]
    api_arn: str

    @property
    def api_id(self) -> str:
        """The API's own part of its ARN."""
        return self.api_arn.rpartition(":")[2]

    @property
    def account_id(self) -> str:
        """Whose the API is."""
        return self.api_arn.split(":")[4]


_SERVICE: Final = "apigateway.amazonaws.com"


class HttpApis:
    """Answers for every HTTP API of the account."""

    def __init__(self, account: Account, service: LambdaService, clock: Clock, log: AccessLog) -> None:
        self._log = log
        self._account = account
        self._service = service
        self._clock = clock
        self._throttle = Throttle()
        self.default_api_ids: tuple[str, ...] = ()
        """The first of these that exists answers on the cloud's own address; if none does, the only one there is."""

    def crowd(self, *, there: bool) -> None:
        """Have a crowd use up all that routes with a rate let through, or go again."""
        self._throttle.crowded = there

    def handle(self, request: Request) -> Response:
        """Route a request to its function, and log it as its stage asks for."""
        began, now = time.monotonic(), self._clock.now()
        request_id = secrets.token_urlsafe(11) + "="
        with self._account.locked():
            arn, api = self._api(request)
            stage = None if api is None else api.stages.get("$default")
            match = None if api is None else match_route(api, arn, request)
            settings = None if stage is None else AccessLogSettings.of(stage.access_log_settings)
            rate = None if stage is None or match is None else Rate.of(stage, match.route_key)
        if match and rate and not self._throttle.admits(arn, match.route_key, rate):
            response, wrong = json_response({"message": "Too Many Requests"}, 429), ""
        else:
            response, wrong = self._answer(match, request, request_id)
        if settings is not None:
            values = {
                "requestId": request_id,
                "requestTime": f"{now:%d/%b/%Y:%H:%M:%S %z}",
                "requestTimeEpoch": str(int(now.timestamp() * 1000)),
                "routeKey": match.route_key if match else "-",
                "httpMethod": request.method,
                "path": request.path,
                "protocol": "HTTP/1.1",
                "status": str(response.status),
                "responseLength": str(len(response.body)),
                "responseLatency": str(int((time.monotonic() - began) * 1000)),
                "integrationErrorMessage": wrong or "-",
                "stage": "$default",
                "identity.sourceIp": request.peer[0],
                "identity.userAgent": request.header("User-Agent"),
            }
            self._log.write(settings, values)
        return response

    def _answer(self, match: Match | None, request: Request, request_id: str) -> tuple[Response, str]:
        """The response, and what went wrong with the integration, if anything did."""
        if len(request.body) > LARGEST_PAYLOAD:
            return json_response({"message": "Request Entity Too Large"}, 413), ""
        if match is None:
            return json_response({"message": "Not Found"}, 404), ""
        return self._invoke(match, self._event(match, request, request_id), request_id)

    def _api(self, request: Request) -> tuple[str, Api | None]:
        """The API that a request is for, with its ARN."""
        apis = {api.api_id: (arn, api) for arn, api in self._account.http_apis().items()}
        nobodys = ("", None)
        if named := HOST.match(request.header("Host")):
            return apis.get(named.group(1), nobodys)
        ours = {api_id: found for api_id, found in apis.items() if found[0].split(":")[4] == self._account.id}
        only = list(ours.values()) if len(ours) == 1 else []
        defaults = [ours[api_id] for api_id in self.default_api_ids if api_id in ours]
        return next(iter([*defaults, *only]), nobodys)

    def _invoke(self, match: Match, event: dict[str, Any], request_id: str) -> tuple[Response, str]:
        own = [("Apigw-Requestid", request_id)]
        if not self._may_call(match):
            message = "The API has no permission to invoke the function"
            return json_response({"message": "Internal Server Error"}, 500, own), message
        try:
            outcome = self._service.invoke(match.function_arn, json.dumps(event).encode())
        except NoSuchFunctionError:
            return json_response({"message": "Internal Server Error"}, 500, own), "The function does not exist"
        except ThrottledError:
            return json_response({"message": "Service Unavailable"}, 503, own), "The function was throttled"
        if not outcome.ok:
            return json_response({"message": "Internal Server Error"}, 500, own), "The function failed"
        return function_response(outcome.payload, own), ""

    def _may_call(self, match: Match) -> bool:
        """Whether the function's policy lets this API in.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
        """
        method, _, path = match.route_key.partition(" ")
        source = f"{match.api_arn}/$default/{method}{path}"
        return self._account.access.service_may(
            _SERVICE, "lambda:InvokeFunction", match.function_arn, source_arn=source, source_account=""
        )

    def _event(self, match: Match, request: Request, request_id: str) -> dict[str, Any]:
        """The event for the function, in payload format 2.0."""
        now = self._clock.now()
        host = request.header("Host")
        event: dict[str, Any] = {
            "version": "2.0",
            "routeKey": match.route_key,
            "rawPath": request.path,
            "rawQueryString": request.raw_query,
            "headers": _joined([(k.lower(), v) for k, v in request.headers.items() if k.lower() != "cookie"]),
            "requestContext": {
                "accountId": match.account_id,
                "apiId": match.api_id,
                "domainName": host,
                "domainPrefix": host.partition(".")[0],
                "http": {
                    "method": request.method,
                    "path": request.path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": request.peer[0],
                    "userAgent": request.header("User-Agent"),
                },
                "requestId": request_id,
                "routeKey": match.route_key,
                "stage": "$default",
                "time": f"{now:%d/%b/%Y:%H:%M:%S %z}",
                "timeEpoch": int(now.timestamp() * 1000),
            },
            "isBase64Encoded": False,
        }
        if cookies := request.headers.get_all("Cookie"):
            event["cookies"] = [one.strip() for line in cookies for one in line.split(";")]
        if request.query:
            event["queryStringParameters"] = _joined(request.query)
        if match.parameters:
            event["pathParameters"] = match.parameters
        if match.stage_variables:
            event["stageVariables"] = match.stage_variables
        if request.body:
            is_text = bool(_TEXT.match(request.header("Content-Type") or "application/octet-stream"))
            event["isBase64Encoded"] = not is_text
            body = request.body.decode("utf-8", "replace") if is_text else base64.b64encode(request.body).decode()
            event["body"] = body
        return event


def match_route(api: Api, arn: str, request: Request) -> Match | None:
    """The route of an API's default stage that fits best: methods before ANY, literals before parameters.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
    """
    stage = api.stages.get("$default")
    if stage is None:
        return None
    best: tuple[tuple[int, ...], Match] | None = None
    for route in api.routes.values():
        fit = fit_route(route.route_key, request.method, request.raw_path)
        integration = api.integrations.get(str(route.target).removeprefix("integrations/"))
        if fit is None or integration is None:
            continue
        rank, parameters = fit
        if best is None or rank > best[0]:
            best = (
                rank,
                Match(
                    route_key=route.route_key,
                    function_arn=_function_arn(str(integration.integration_uri)),
                    parameters=parameters,
                    stage_variables=stage.stage_variables or {},
                    api_arn=arn,
                ),
            )
    return None if best is None else best[1]


def fit_route(route_key: str, method: str, raw_path: str) -> tuple[tuple[int, ...], dict[str, str]] | None:
    """How well a route fits a request (greater is better) and its path parameters; None when it doesn't."""
    if route_key == "$default":
        return (0,), {}
    wanted_method, _, pattern = route_key.partition(" ")
    fit = fit_path(pattern, raw_path) if wanted_method in {method, "ANY"} else None
    if fit is None:
        return None
    ranks, parameters = fit
    return (*ranks, 1 if wanted_method == method else 0), parameters


def fit_path(pattern: str, raw_path: str) -> tuple[tuple[int, ...], dict[str, str]] | None:
    """How well a path fits a route's pattern, part by part, and its parameters; None when it doesn't."""
    rank, parameters = [1], dict[str, str]()
    wanted, given = pattern.strip("/").split("/"), raw_path.strip("/").split("/")
    for number, part in enumerate(wanted):
        parameter = _PARAMETER.fullmatch(part)
        if parameter is not None and parameter.group(2):
            parameters[parameter.group(1)] = unquote("/".join(given[number:]))
            return ((*rank, 1), parameters) if given[number:] else None
        if number >= len(given) or not given[number]:
            return None
        if parameter is not None:
            parameters[parameter.group(1)] = unquote(given[number])
            rank.append(2)
        elif part == unquote(given[number]):
            rank.append(3)
        else:
            return None
    return (tuple(rank), parameters) if len(given) == len(wanted) else None


def function_response(payload: bytes, own_headers: list[tuple[str, str]]) -> Response:
    """What a function's answer (format 2.0) becomes; what it must not be becomes API Gateway's own 500."""
    try:
        answer = json.loads(payload)
    except ValueError:
        return json_response({"message": "Internal Server Error"}, 500, own_headers)
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return Response(200, payload, [("Content-Type", "application/json"), *own_headers])
    headers = [(str(name), str(value)) for name, value in (answer.get("headers") or {}).items()]
    headers += [("Set-Cookie", str(cookie)) for cookie in answer.get("cookies") or []]
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "text/plain;charset=utf-8"))
    body = answer.get("body") or ""
    try:
        content = base64.b64decode(body) if answer.get("isBase64Encoded") else _text(body).encode()
        return Response(int(answer["statusCode"]), content, [*headers, *own_headers])
    except (ValueError, TypeError, binascii.Error):
        return json_response({"message": "Internal Server Error"}, 500, own_headers)


def _text(body: object) -> str:
    if not isinstance(body, str):
        raise TypeError("a body is text")
    return body


def _function_arn(uri: str) -> str:
    """An integration names its function by ARN, or by the invocation path that holds it."""
    found = re.search(r"arn:aws:lambda:[^/]*:function:[^/]+", uri)
    return found.group(0) if found else uri


def _joined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Values of one name in one, joined by commas."""
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined
