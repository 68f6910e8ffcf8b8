"""The gate before moto: who asks is made sure of, and whether they may."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from local.iam import refusals
from local.iam.calls import UnknownCallError, accounts_named, asks_of
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
            return refusals.cannot_tell(request, caller.scope.service, error)
        return refusals.denial(request, caller.scope.service, denied) if denied else caller

    def _asks(self, request: Request, caller: Caller) -> list[Ask]:
        """What is to be decided. The account itself may do everything; so may another one, with what is its own."""
        who, scope = caller.credentials, caller.scope
        if who.role_arn is None and accounts_named(request, scope.service, self._account) <= {who.account_id}:
            return []
        return asks_of(request, scope, self._account, who.account_id)

    def veil(self, request: Request, caller: Credentials, response: Response) -> Response:
        """S3's answer, without telling that an object is missing to somebody who may not list its bucket.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html#API_GetObject_RequestSyntax: 404 with
        `s3:ListBucket`, else 403.
        """
        bucket, _, key = request.path.lstrip("/").partition("/")
        looks = request.method in {"GET", "HEAD"} or (request.method == "DELETE" and request.header("If-Match"))
        if response.status != HTTPStatus.NOT_FOUND or not key or not looks:
            return response
        # Without a prefix, for nothing says that S3 tells one here.
        listing = Ask("s3:ListBucket", f"arn:aws:s3:::{bucket}")
        with self._account.locked():
            there = self._account.owner_of_bucket(bucket)
            hidden = there and self._account.access.refusal(caller, [listing])
        return refusals.hidden(request) if hidden else response
