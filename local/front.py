"""The front: the one address that plays AWS. It answers what must be real here, and leaves the rest to moto."""

from __future__ import annotations

import dataclasses
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from local import event_sources, http_api, mail_service, presigned_post, queues, schedules
from local.http_message import Response, aws_json_error, json_response, make_headers
from local.iam import calls, refusals
from local.iam.links import Links
from local.iam.patterns import UnknownPolicyError
from local.lambda_service import NoSuchFunctionError, ThrottledError
from local.long_poll import receive_messages

if TYPE_CHECKING:
    from local.account import Account
    from local.cloudfront.edge import Edge
    from local.control import Control
    from local.credentials import Credentials
    from local.event_sources import EventSources
    from local.glue_service import GlueService
    from local.http_api import HttpApis
    from local.http_message import Request
    from local.iam.gate import Gate
    from local.iam.signatures import Caller
    from local.lambda_service import LambdaService
    from local.mail_service import MailService
    from local.presigned_post import PresignedPosts
    from local.schedules import Schedules
    from local.textract_service import TextractService

_INVOKE: Final = re.compile(r"^/2015-03-31/functions/([^/]+)/invocations$")
_FUNCTIONS: Final = re.compile(r"^/\d{4}-\d\d-\d\d/(functions|event-source-mappings)(/|$)")
_PERMISSION: Final = re.compile(r"^/2015-03-31/functions/([^/]+)/policy$")
_MOTOS_OWN: Final = ("/moto-api", "/latest/meta-data/", "/latest/api/")
"""Where moto has an interface of its own, whoever signs and for whatever."""
_ASKED_BY_BROWSERS: Final = frozenset(
    {"host", "origin", "access-control-request-method", "access-control-request-headers"}
)
_LARGEST_EVENT: Final = 6 * 1024 * 1024
"""Bytes of a synchronous invocation's payload."""


class Front:
    """Tells each request from the others, and has the right one answer."""

    def __init__(  # noqa: PLR0913 - it joins all of these; each is used as it is
        self,
        account: Account,
        *,
        gate: Gate,
        service: LambdaService,
        sources: EventSources,
        schedules: Schedules,
        apis: HttpApis,
        edge: Edge,
        posts: PresignedPosts,
        mail: MailService,
        textract: TextractService,
        glue: GlueService,
        control: Control,
    ) -> None:
        self._account = account
        self._gate = gate
        self._service = service
        self._sources = sources
        self._schedules = schedules
        self._apis = apis
        self._edge = edge
        self._posts = posts
        self._mail = mail
        self._textract = textract
        self._glue = glue
        self._control = control
        self._links = Links(account)
        self.stopping = False

    def stop(self) -> None:
        """Let long polls end."""
        self.stopping = True
        queues.wake_all()

    def handle(self, request: Request) -> Response:
        """Answer one request: ours, or a visitor's, or one to AWS by somebody who has signed and may."""
        try:
            return self._handle(request)
        except UnknownPolicyError as error:
            return refusals.cannot_tell(request, "s3" if presigned_post.is_form_upload(request) else "", error)

    def _handle(self, request: Request) -> Response:
        if request.raw_path.startswith("/_local/"):
            return self._control.handle(request)
        if request.path.startswith(_MOTOS_OWN):
            return json_response({"message": "Not Found"}, HTTPStatus.NOT_FOUND)
        return self._visitors(request) or self._signed(request)

    def _visitors(self, request: Request) -> Response | None:
        """The answer to somebody who signs nothing; None if they should have."""
        if self._edge.is_asked(request):
            return self._edge.handle(request)
        if _is_for_http_api(request):
            return self._apis.handle(request)
        if presigned_post.is_form_upload(request):
            return self._posts.handle(request, request.path.strip("/"))
        if request.method == "OPTIONS":
            return self._preflight(request)
        return None

    def _preflight(self, request: Request) -> Response:
        """What a browser asks of a bucket before it sends: it signs nothing, so nothing else of it may count."""
        with self._account.locked():
            if not self._account.owner_of_bucket(request.path.lstrip("/").partition("/")[0]):
                return Response(HTTPStatus.FORBIDDEN)
        headers = [(name, value) for name, value in request.headers.items() if name.lower() in _ASKED_BY_BROWSERS]
        return self._account.handle(dataclasses.replace(request, raw_query="", headers=make_headers(headers), body=b""))

    def _signed(self, request: Request) -> Response:
        caller = self._gate.admit(request)
        if isinstance(caller, Response):
            return caller
        response = self._answer(request, caller)
        return self._gate.veil(request, caller.credentials, response) if caller.scope.service == "s3" else response

    def _answer(self, request: Request, caller: Caller) -> Response:  # noqa: PLR0911 - one return for each service
        """Have the service answer that the signature is for, as on AWS the host would: by that it was let in."""
        service, who = caller.scope.service, caller.credentials
        operation = request.header("X-Amz-Target").rpartition(".")[2]
        if service == "textract":
            return self._textract.handle(request, operation, who)
        if service == "glue" and self._glue.takes(operation):
            return self._glue.handle(request, operation, who.account_id)
        if service == "events":
            return self._events(request, operation, who)
        if service == "sqs":
            return self._sqs(request, operation, who)
        if service == "ses" and mail_service.takes(request):
            return self._mail.handle(request, who.account_id)
        if service == "lambda":
            return self._lambda(request, caller)
        refused = self._links.bad_notification(request) if service == "s3" else None
        return refused or self._account.handle(request, who.account_id)

    def _sqs(self, request: Request, operation: str, caller: Credentials) -> Response:
        owner = calls.owner_of_queue(request) or caller.account_id
        if operation == "ReceiveMessage":
            return receive_messages(self._account, request, owner, lambda: self.stopping)
        return self._account.handle(request, owner)

    def _lambda(self, request: Request, signed: Caller) -> Response:
        caller = signed.credentials
        if request.method == "POST" and (invoked := _INVOKE.match(request.raw_path)):
            arn = calls.function_arn(unquote(invoked.group(1)), signed.scope.region, caller.account_id)
            return self._invoke(request, arn)
        if request.method != "GET" and (resource := _FUNCTIONS.match(request.raw_path)):
            return self._deploy(request, resource.group(1), caller)
        return self._account.handle(request, caller.account_id)

    def _deploy(self, request: Request, resource: str, caller: Credentials) -> Response:
        """Make, change or remove a function or a mapping; the workers and pollers follow.

        A function that lets API Gateway in has a worker ahead of the first visitor. One that only a schedule, a delay
        or a dead letter calls starts when it is called, as on AWS.
        """
        if resource == "event-source-mappings" and request.body:
            reason = event_sources.why_unsupported(request.json())
            if reason:
                return _cannot("InvalidParameterValueException", reason)
        response = self._links.bad_function(request, caller.account_id) or self._account.handle(
            request, caller.account_id
        )
        if response.status >= HTTPStatus.BAD_REQUEST:
            return response
        permission = _PERMISSION.match(request.raw_path) if request.method == "POST" else None
        if permission and request.json().get("Principal") == "apigateway.amazonaws.com":
            self._service.warm(unquote(permission.group(1)))
        if request.method == "DELETE":
            self._service.forget_removed()
        self._sources.follow_account()
        return response

    def _events(self, request: Request, operation: str, caller: Credentials) -> Response:
        """Make, change or remove a rule; the schedules follow."""
        with self._account.locked():
            scheduled = {rule.name for rule in self._account.scheduled_rules()}
        reason = schedules.why_unsupported(operation, request.json(), scheduled)
        if reason:
            return _cannot("ValidationException", reason)
        response = self._account.handle(request, caller.account_id)
        self._schedules.follow_account()
        return response

    def _invoke(self, request: Request, arn: str) -> Response:
        """Lambda's Invoke: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html."""
        kind = request.header("X-Amz-Invocation-Type") or "RequestResponse"
        if len(request.body) > _LARGEST_EVENT:
            return aws_json_error(413, "RequestTooLargeException", "Request must be smaller than 6291456 bytes")
        if kind != "RequestResponse":
            message = f"The local cloud has no invocations of the type {kind}."
            return aws_json_error(400, "InvalidParameterValueException", message)
        try:
            outcome = self._service.invoke(arn, request.body or b"{}")
        except NoSuchFunctionError:
            return aws_json_error(404, "ResourceNotFoundException", f"Function not found: {arn}")
        except ThrottledError:
            return aws_json_error(429, "TooManyRequestsException", "Rate Exceeded.")
        headers = [("Content-Type", "application/json"), ("X-Amz-Executed-Version", "$LATEST")]
        if outcome.function_error:
            headers.append(("X-Amz-Function-Error", outcome.function_error))
        return Response(200, outcome.payload, headers)


def _cannot(code: str, reason: str) -> Response:
    return aws_json_error(400, code, f"The local cloud cannot do this: {reason}")


def _is_for_http_api(request: Request) -> bool:
    """Whether a request is for a deployed HTTP API: by its host, or by a path that no signed request has."""
    if http_api.HOST.match(request.header("Host")):
        return True
    signed = request.header("Authorization").startswith("AWS4-") or "X-Amz-Signature=" in request.raw_query
    return request.raw_path.startswith("/api/") and not signed
