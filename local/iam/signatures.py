"""Who asks: AWS's Signature Version 4, in a header or in a link.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from botocore.utils import normalize_url_path

if TYPE_CHECKING:
    from local.clock import Clock
    from local.credentials import Credentials, KeyRing
    from local.http_message import Request

_HEADER: Final = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<credential>[^,\s]+), ?"
    r"SignedHeaders=(?P<headers>[^,\s]+), ?Signature=(?P<signature>\w+)"
)
_LONGEST_LINK: Final = 7 * 86_400
"""Seconds for which a presigned link can be made."""
_MOST_AHEAD: Final = timedelta(minutes=15)
"""How far a link may be dated ahead of the clock."""
_UNSIGNED: Final = "UNSIGNED-PAYLOAD"
_HASHED: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Scope:
    """What a signature is for."""

    service: str
    region: str


@dataclass(frozen=True)
class Caller:
    """Who asks, and by a signature for what."""

    credentials: Credentials
    scope: Scope


class SignatureError(Exception):
    """Nobody whom we know has signed this request.

    Attributes:
        code: AWS's code of it, as S3 has it; other services have other words for some.
    """

    def __init__(self, code: str, message: str, service: str, status: int = HTTPStatus.FORBIDDEN) -> None:
        super().__init__(message)
        self.code = code
        self.service = service
        self.status = int(status)


def identify(request: Request, keys: KeyRing, clock: Clock) -> Caller | None:
    """Who has signed a request; None when it bears no signature.

    A header's time is not compared with ours: the cloud's clock can be moved, and whoever calls goes by another.

    Raises:
        SignatureError: The signature is nobody's, is not of this request, or its time is over.
    """
    query, authorization = dict(request.query), request.header("Authorization")
    of_old = authorization.startswith("AWS ") or "AWSAccessKeyId" in query
    if of_old or (authorization and not _HEADER.fullmatch(authorization)):
        message = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
        raise SignatureError("InvalidRequest", message, "", HTTPStatus.BAD_REQUEST)
    if authorization and "X-Amz-Signature" in query:
        raise SignatureError("InvalidArgument", "Only one auth mechanism allowed", "", HTTPStatus.BAD_REQUEST)
    if signed := _HEADER.fullmatch(authorization):
        credential, names, signature = signed.group("credential", "headers", "signature")
        moment, token = request.header("X-Amz-Date"), request.header("X-Amz-Security-Token")
        return _verified(request, keys, (credential, names, signature, moment, token), "")
    if "X-Amz-Signature" not in query:
        return None
    credential, names = query.get("X-Amz-Credential", ""), query.get("X-Amz-SignedHeaders", "")
    signature, moment = query["X-Amz-Signature"], query.get("X-Amz-Date", "")
    caller = _verified(
        request, keys, (credential, names, signature, moment, query.get("X-Amz-Security-Token", "")), _UNSIGNED
    )
    if caller.scope.service != "s3":
        # moto takes what has no header for S3's, whatever else we were to make of it.
        raise SignatureError("NotImplemented", "Only S3's links are known here", "", HTTPStatus.NOT_IMPLEMENTED)
    _refuse_untimely(query, clock, caller.scope.service)
    return caller


def _refuse_untimely(query: dict[str, str], clock: Clock, service: str) -> None:
    try:
        made = datetime.strptime(query.get("X-Amz-Date", ""), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        seconds = int(query.get("X-Amz-Expires", ""))
    except ValueError as error:
        message = "X-Amz-Date and X-Amz-Expires must be a date in the ISO8601 Long Format and a number"
        raise SignatureError("AuthorizationQueryParametersError", message, service, HTTPStatus.BAD_REQUEST) from error
    if not 0 < seconds <= _LONGEST_LINK:
        message = "X-Amz-Expires must be less than a week (in seconds)"
        raise SignatureError("AuthorizationQueryParametersError", message, service, HTTPStatus.BAD_REQUEST)
    if made - _MOST_AHEAD > clock.now():
        raise SignatureError("AccessDenied", "Request is not valid yet", service)
    if made + timedelta(seconds=seconds) <= clock.now():
        raise SignatureError("AccessDenied", "Request has expired", service)


def _verified(request: Request, keys: KeyRing, signed: tuple[str, str, str, str, str], payload: str) -> Caller:
    credential, names, signature, moment, token = signed
    access_key, _, written = credential.partition("/")
    match written.split("/"):
        case [date, region, service, "aws4_request"] if date == moment[:8]:
            scope = Scope(service, region)
        case _:
            message = (
                "Error parsing the Credential; it should be of the form access-key/date/region/service/aws4_request"
            )
            raise SignatureError("AuthorizationHeaderMalformed", message, "", HTTPStatus.BAD_REQUEST)
    _refuse_unsigned_headers(request, names.split(";"), service)
    credentials = keys.find(access_key)
    if credentials is None:
        message = "The AWS Access Key Id you provided does not exist in our records."
        raise SignatureError("InvalidAccessKeyId", message, service)
    if (credentials.session_token or "") != token:
        message = "The provided token is malformed or otherwise invalid."
        raise SignatureError("InvalidToken", message, service, HTTPStatus.BAD_REQUEST)
    if not hmac.compare_digest(_signature(request, credentials, scope, names.split(";"), moment, payload), signature):
        message = "The request signature we calculated does not match the signature you provided."
        raise SignatureError("SignatureDoesNotMatch", f"{message} Check your key and signing method.", service)
    return Caller(credentials, scope)


def _refuse_unsigned_headers(request: Request, names: list[str], service: str) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html on CanonicalHeaders."""
    if "host" not in names:
        message = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
        raise SignatureError("SignatureDoesNotMatch", message, service)
    of_amazon = {name.lower() for name in request.headers if name.lower().startswith("x-amz-")}
    # The hash of the body is a part of what is signed by itself.
    if service == "s3" and of_amazon - {"x-amz-content-sha256", *names}:
        raise SignatureError("AccessDenied", "There were headers present in the request which were not signed", service)


def _signature(  # noqa: PLR0913, PLR0917 - a signature is made of all of these
    request: Request, credentials: Credentials, scope: Scope, names: list[str], moment: str, payload: str
) -> str:
    """The signature that this request must bear, as botocore makes it."""
    hashed = hashlib.sha256(request.body).hexdigest()
    stated = request.header("X-Amz-Content-SHA256") if scope.service == "s3" else hashed
    if not payload and not (stated == _UNSIGNED or _HASHED.fullmatch(stated)):
        message = (
            f"x-amz-content-sha256 must be UNSIGNED-PAYLOAD, or a valid sha256 value, and not {stated or 'missing'}"
        )
        raise SignatureError("InvalidArgument", message, scope.service, HTTPStatus.BAD_REQUEST)
    if _HASHED.fullmatch(stated) and stated != hashed:
        message = "The provided 'x-amz-content-sha256' header does not match what was computed."
        raise SignatureError("XAmzContentSHA256Mismatch", message, scope.service, HTTPStatus.BAD_REQUEST)
    canonical = _canonical(request, scope, names, payload or stated)
    boto = BotoCredentials(credentials.access_key_id, credentials.secret_access_key)
    auth, dated = SigV4Auth(boto, scope.service, scope.region), AWSRequest()
    dated.context["timestamp"] = moment
    signature: str = auth.signature(auth.string_to_sign(dated, canonical), dated)
    return signature


def _canonical(request: Request, scope: Scope, names: list[str], payload: str) -> str:
    """The request in the form that is signed, over just the headers that were signed."""
    # S3 signs the path as it is sent; all others encode it once more.
    path = request.raw_path if scope.service == "s3" else quote(normalize_url_path(request.raw_path), safe="/~")
    pairs = [(quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in request.query]
    query = "&".join(f"{name}={value}" for name, value in sorted(pairs) if name != "X-Amz-Signature")
    values = {name: ",".join(" ".join(value.split()) for value in request.headers.get_all(name, [])) for name in names}
    headers = "".join(f"{name}:{value}\n" for name, value in values.items())
    return "\n".join([request.method, path, query, headers, ";".join(names), payload])
