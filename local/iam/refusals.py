"""A no, in each service's words."""

from __future__ import annotations

import secrets
import sys
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from local.http_message import Response, aws_json_error

if TYPE_CHECKING:
    from local.http_message import Request
    from local.iam.signatures import SignatureError
    from local.iam.statements import Ask, Decision

_QUERY_SERVICES: Final = {
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "ses": "http://ses.amazonaws.com/doc/2010-12-01/",
    "sns": "http://sns.amazonaws.com/doc/2010-03-31/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}
"""Services that answer in XML, with its namespace."""
_REST_JSON_SERVICES: Final = frozenset({"lambda", "apigateway"})

_OF_SIGNATURES: Final = {
    "InvalidAccessKeyId": ("UnrecognizedClientException", "The security token included in the request is invalid."),
    "InvalidToken": ("UnrecognizedClientException", "The security token included in the request is invalid."),
    "SignatureDoesNotMatch": ("InvalidSignatureException", ""),
}
"""What S3 calls by a name of its own: code and message elsewhere."""


@dataclass(frozen=True)
class Denied:
    """Somebody may not do what they asked for."""

    who: str
    ask: Ask
    decision: Decision

    @property
    def message(self) -> str:
        """AWS's sentence.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
        """
        if self.decision.denying:
            kind = "an identity-based" if self.decision.denying[0].principals is None else "a resource-based"
            why = f"with an explicit deny in {kind} policy"
        else:
            kind = "resource-based" if self.decision.lacks_resources_leave else "identity-based"
            why = f"because no {kind} policy allows the {self.ask.action} action"
        return (
            f"User: {self.who} is not authorized to perform: {self.ask.action} on resource: {self.ask.resource} {why}"
        )


def denial(request: Request, service: str, denied: Denied) -> Response:
    """The answer to somebody who may not."""
    if service == "s3":
        return s3_error(request, HTTPStatus.FORBIDDEN, "AccessDenied", denied.message)
    if service in _QUERY_SERVICES and request.raw_path == "/":
        # SNS has its own word for it: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors
        code = "AuthorizationError" if service == "sns" else "AccessDenied"
        return _query(service, HTTPStatus.FORBIDDEN, code, denied.message)
    if service in _REST_JSON_SERVICES | {"ses"}:
        return aws_json_error(HTTPStatus.FORBIDDEN, "AccessDeniedException", denied.message)
    response = aws_json_error(HTTPStatus.BAD_REQUEST, "AccessDeniedException", denied.message)
    if service == "sqs":  # its clients still know it by the name it had in XML
        response.headers.append(("x-amzn-query-error", "AccessDenied;Sender"))
    return response


def unsigned(request: Request) -> Response:
    """The answer to somebody who signs nothing: S3 has rights for everybody, of which we give none."""
    if request.header("X-Amz-Target"):
        return aws_json_error(
            HTTPStatus.BAD_REQUEST, "MissingAuthenticationTokenException", "Missing Authentication Token"
        )
    return s3_error(request, HTTPStatus.FORBIDDEN, "AccessDenied", "Access Denied")


def bad_signature(request: Request, error: SignatureError) -> Response:
    """The answer to somebody whose signature we cannot follow."""
    if error.service in {"s3", ""}:
        return s3_error(request, error.status, error.code, str(error))
    code, message = _OF_SIGNATURES.get(error.code, (error.code, ""))
    if error.service in _QUERY_SERVICES and request.raw_path == "/":
        code = "InvalidClientTokenId" if code == "UnrecognizedClientException" else error.code
        return _query(error.service, HTTPStatus.FORBIDDEN, code, message or str(error))
    status = HTTPStatus.FORBIDDEN if error.service in _REST_JSON_SERVICES else HTTPStatus.BAD_REQUEST
    return aws_json_error(status, code, message or str(error))


def cannot_tell(request: Request, service: str, error: Exception) -> Response:
    """Neither a yes nor a no: said to whoever asks, and in the cloud's log."""
    message = f"The local cloud cannot tell whether this is allowed: {error}"
    sys.stderr.write(f"{message}\n")
    status, code = HTTPStatus.NOT_IMPLEMENTED, "NotImplemented"
    if service == "s3":
        return s3_error(request, status, code, message)
    if service in _QUERY_SERVICES and request.raw_path == "/":
        return _query(service, status, code, message)
    return aws_json_error(status, code, message)


def hidden(request: Request) -> Response:
    """What S3 says of a missing object to somebody who may not list its bucket."""
    return s3_error(request, HTTPStatus.FORBIDDEN, "AccessDenied", "Access Denied")


def s3_error(request: Request, status: int, code: str, message: str) -> Response:
    """An error as S3 writes it."""
    inner = (
        f"<Code>{code}</Code><Message>{escape(message)}</Message><RequestId>{secrets.token_hex(8).upper()}</RequestId>"
    )
    body = "" if request.method == "HEAD" else f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'
    return Response(int(status), body.encode(), [("Content-Type", "application/xml")])


def _query(service: str, status: int, code: str, message: str) -> Response:
    parts = f"<Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message>"
    inner = f"<Error>{parts}</Error><RequestId>{secrets.token_hex(8)}</RequestId>"
    body = f'<ErrorResponse xmlns="{_QUERY_SERVICES[service]}">{inner}</ErrorResponse>'
    return Response(int(status), body.encode(), [("Content-Type", "text/xml")])
