"""The gate before moto: who asks is made sure of, and whether they may."""

from __future__ import annotations

import sys
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from local.http_message import json_response
from local.iam import refusals
from local.iam.calls import UnknownCallError, asks_of, queue_arn
from local.iam.patterns import UnknownPolicyError
from local.iam.signatures import SignatureError, identify
from local.iam.statements import Ask

if TYPE_CHECKING:
    from local.account import Account
    from local.clock import Clock
    from local.credentials import Credentials, KeyRing
    from local.http_message import Request, Response
    from local.iam.signatures import Caller


class Gate:
    """Lets in who has signed and may."""

    def __init__(self, account: Account, keys: KeyRing, clock: Clock) -> None:
        self._account = account
        self._keys = keys
        self._clock = clock

    def admit(self, request: Request) -> Caller | Response:
        """Who asks, if they may do what the request says; else the answer to them."""
        try:
            caller = identify(request, self._keys, self._clock)
        except SignatureError as error:
            return refusals.bad_signature(request, error)
        if caller is None:
            return refusals.unsigned(request)
        try:
            with self._account.locked():
                asks = self._asks(request, caller)
                denied = self._account.access.refusal(caller.credentials, asks)
        except (UnknownCallError, UnknownPolicyError) as error:
            return _cannot_tell(error)
        return refusals.denial(request, caller.scope.service, denied) if denied else caller

    def _asks(self, request: Request, caller: Caller) -> list[Ask]:
        """What is to be decided. The account itself may do everything; so may another one, with what is its own."""
        who, scope = caller.credentials, caller.scope
        if who.role_arn is None and not self._is_about_another(request, caller):
            return []
        return asks_of(request, scope, self._account, who.account_id)

    def _is_about_another(self, request: Request, caller: Caller) -> bool:
        """Whether a request names what belongs to another account than the caller's."""
        account, named = caller.credentials.account_id, ""
        match caller.scope.service:
            case "s3":
                named = self._account.owner_of_bucket(request.path.lstrip("/").partition("/")[0])
            case "sqs" if request.body:
                named = queue_arn(str(request.json().get("QueueUrl", "")), "").split(":")[4]
            case "sns" | "lambda" | "dynamodb" if account != self._account.id:
                named = (
                    self._account.id if self._account.id in f"{request.path}{request.body.decode('latin-1')}" else ""
                )
            case _:
                pass
        return named not in {"", account}

    def veil(self, request: Request, caller: Credentials, response: Response) -> Response:
        """S3's answer, without telling that an object is missing to somebody who may not list its bucket.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html#API_GetObject_RequestSyntax: 404 with
        `s3:ListBucket`, else 403.
        """
        bucket, _, key = request.path.lstrip("/").partition("/")
        looks = request.method in {"GET", "HEAD"} or (request.method == "DELETE" and request.header("If-Match"))
        if response.status != HTTPStatus.NOT_FOUND or caller.role_arn is None or not key or not looks:
            return response
        # Without a prefix, for nothing says that S3 tells one here.
        listing = Ask("s3:ListBucket", f"arn:aws:s3:::{bucket}")
        with self._account.locked():
            may = self._account.access.role_may(caller.role_arn, listing)
        return response if may else refusals.hidden(request)


_NOT_KNOWN: Final = "The local cloud cannot tell whether this is allowed: "


def _cannot_tell(error: Exception) -> Response:
    """Neither a yes nor a no: said to whoever asks, and in the cloud's log."""
    sys.stderr.write(f"{_NOT_KNOWN}{error}\n")
    message = {"__type": "NotImplemented", "message": f"{_NOT_KNOWN}{error}"}
    return json_response(message, HTTPStatus.NOT_IMPLEMENTED, [("x-amzn-ErrorType", "NotImplemented")])
