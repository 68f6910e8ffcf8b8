"""S3's browser forms: uploads by POST with a signed policy, checked as S3 checks them. moto checks nothing of it.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote
from xml.sax.saxutils import escape

from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from local.http_message import Response
from local.iam.calls import object_arn
from local.iam.statements import Ask

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local.account import Account
    from local.clock import Clock
    from local.credentials import Credentials, KeyRing
    from local.http_message import Request

LARGEST_FIELDS: Final = 20_000
"""Bytes that the fields before the file may have together."""

_UNCHECKED: Final = frozenset({"x-amz-signature", "file", "policy", "awsaccesskeyid", "signature", "bucket"})
"""Fields that need no condition in the policy."""


class S3Error(Exception):
    """An answer in S3's words."""

    def __init__(self, status: int, code: str, message: str, **details: object) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.details = details

    def response(self) -> Response:
        """As S3 sends it."""
        parts = {"Code": self.code, "Message": self.message, **self.details, "RequestId": secrets.token_hex(8).upper()}
        inner = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in parts.items())
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'
        return Response(self.status, body.encode(), [("Content-Type", "application/xml")])


class PresignedPosts:
    """Takes what people upload by form."""

    def __init__(self, account: Account, clock: Clock, keys: KeyRing) -> None:
        self._account = account
        self._clock = clock
        self._keys = keys

    def handle(self, request: Request, bucket: str) -> Response:
        """Check a form and store its file, or answer as S3 refuses it."""
        try:
            response = self._store(request, bucket)
        except S3Error as error:
            response = error.response()
        with self._account.locked():
            response.headers.extend(self._cors_headers(request, bucket))
        return response

    def _store(self, request: Request, bucket: str) -> Response:
        fields, file = parse_form(request)
        with self._account.locked():
            if self._account.bucket(bucket) is None:
                raise S3Error(404, "NoSuchBucket", "The specified bucket does not exist", BucketName=bucket)
        signer, key = self.authorise(fields, bucket, len(file)), fields["key"]
        if denied := self._account.access.refusal(signer, [Ask("s3:PutObject", object_arn(bucket, key))]):
            raise S3Error(403, "AccessDenied", denied.message)
        with self._account.locked():
            stored = self._account.s3().put_object(bucket, key, file, request_method="POST")
            stored.set_metadata(_metadata(fields))
            etag = stored.etag
        location = f"http://{request.header('Host')}/{bucket}/{quote(key)}"
        headers = [("ETag", etag), ("Location", location)]
        return _success(fields, bucket, key, headers)

    def authorise(self, fields: Mapping[str, str], bucket: str, size: int) -> Credentials:
        """Whoever signed the form, if the form keeps to what they signed.

        Raises:
            S3Error: It doesn't, or nobody did.
        """
        if "policy" not in fields:
            raise S3Error(403, "AccessDenied", "Access Denied")
        signer = self._signer(fields)
        policy = _read_policy(fields["policy"])
        if _expiration(policy) <= self._clock.now():
            raise S3Error(403, "AccessDenied", "Invalid according to Policy: Policy expired.")
        _check_conditions(policy["conditions"], {**fields, "bucket": bucket}, size)
        return signer

    def _signer(self, fields: Mapping[str, str]) -> Credentials:
        needed = ("x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature")
        missing = next((name for name in needed if name not in fields), None)
        if missing is not None and "awsaccesskeyid" in fields:
            message = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
            raise S3Error(400, "InvalidRequest", message)
        if missing is not None:
            raise _field_missing(missing)
        if fields["x-amz-algorithm"] != "AWS4-HMAC-SHA256":
            raise S3Error(400, "InvalidArgument", 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"')
        access_key, _, scope = fields["x-amz-credential"].partition("/")
        match scope.split("/"):
            case [date, region, "s3", "aws4_request"] if date == fields["x-amz-date"][:8]:
                pass
            case _:
                message = "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed."
                raise S3Error(400, "AuthorizationQueryParametersError", message)
        keys = self._keys.find(access_key)
        if keys is None:
            message = "The AWS Access Key Id you provided does not exist in our records."
            raise S3Error(403, "InvalidAccessKeyId", message, AWSAccessKeyId=access_key)
        if fields.get("x-amz-security-token", "") != (keys.session_token or ""):
            raise S3Error(400, "InvalidToken", "The provided token is malformed or otherwise invalid.")
        if not hmac.compare_digest(
            sign(keys.secret_access_key, date, region, fields["policy"]), fields["x-amz-signature"]
        ):
            message = "The request signature we calculated does not match the signature you provided."
            raise S3Error(403, "SignatureDoesNotMatch", f"{message} Check your key and signing method.")
        return keys

    def _cors_headers(self, request: Request, bucket: str) -> list[tuple[str, str]]:
        """What lets a page of another origin read the answer, if the bucket's rules do."""
        from moto.s3.utils import cors_matches_origin  # noqa: PLC0415 - with the rest of moto's S3

        origin, found = request.header("Origin"), self._account.bucket(bucket)
        if not origin or found is None:
            return []
        for rule in found.cors:
            methods, origins = _listed(rule.allowed_methods), _listed(rule.allowed_origins)
            if "POST" in methods and cors_matches_origin(origin, origins):
                allowed = "*" if "*" in origins else origin
                exposed = _listed(rule.exposed_headers)
                headers = [
                    ("Access-Control-Allow-Origin", allowed),
                    ("Access-Control-Allow-Methods", ", ".join(methods)),
                ]
                headers += [("Access-Control-Expose-Headers", ", ".join(exposed))] if exposed else []
                return [*headers, ("Vary", "Origin")]
        return []


def is_form_upload(request: Request) -> bool:
    """Whether a request is a browser form for a bucket (path-style, as every client of an IP address does it)."""
    is_form = request.header("Content-Type").lower().startswith("multipart/form-data")
    path = request.raw_path.strip("/")
    return request.method == "POST" and is_form and bool(path) and "/" not in path


def parse_form(request: Request) -> tuple[dict[str, str], bytes]:
    """The fields before the file, names in lower case, and the file; what follows it is ignored, as by S3.

    Raises:
        S3Error: There is no key, no file, or more fields than fit.
    """
    fields: dict[str, str] = {}
    for name, content, filename in _parts(request):
        if name == "file":
            if "key" not in fields:
                raise _field_missing("key")
            fields["key"] = fields["key"].replace("${filename}", filename)
            return fields, content
        fields[name] = content.decode("utf-8", "replace")
        if sum(map(len, fields.values())) > LARGEST_FIELDS:
            message = "Your POST request fields preceding the upload file were too large."
            raise S3Error(400, "MaxPostPreDataLengthExceeded", message, MaxPostPreDataLengthBytes=LARGEST_FIELDS)
    raise S3Error(400, "InvalidArgument", "POST requires exactly one file upload per request.", ArgumentName="file")


def _parts(request: Request) -> Iterator[tuple[str, bytes, str]]:
    """The form's parts in order: name in lower case, content, and the file name of a file."""
    _, options = parse_options_header(request.header("Content-Type"))
    decoder = MultipartDecoder(options.get("boundary", "").encode("latin-1", "replace"))
    decoder.receive_data(request.body)
    decoder.receive_data(None)
    name, content, filename = "", bytearray(), ""
    try:
        while True:
            match decoder.next_event():
                case Field() as field:
                    name, content, filename = field.name.lower(), bytearray(), ""
                case File() as file:
                    name, content, filename = file.name.lower(), bytearray(), file.filename
                case Data(data=data, more_data=more):
                    content += data
                    if not more:
                        yield name, bytes(content), filename
                case Epilogue() | NeedData():
                    return
    except ValueError as error:
        message = "The body of your POST request is not well-formed multipart/form-data."
        raise S3Error(400, "MalformedPOSTRequest", message) from error


def _field_missing(name: str) -> S3Error:
    message = f"Bucket POST must contain a field named '{name}'."
    hint = "  If it is specified, please check the order of the fields."
    return S3Error(400, "InvalidArgument", message + hint, ArgumentName=name, ArgumentValue="")


def sign(secret: str, date: str, region: str, policy: str) -> str:
    """The signature of a policy, as it stands in the form (still in base64).

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-UsingHTTPPOST.html
    """
    key = f"AWS4{secret}".encode()
    for part in (date, region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), hashlib.sha256)
    return hmac.digest(key, policy.encode(), hashlib.sha256).hex()


def _read_policy(encoded: str) -> dict[str, Any]:
    try:
        policy = json.loads(base64.b64decode(encoded, validate=True))
    except (ValueError, binascii.Error) as error:
        raise S3Error(400, "InvalidPolicyDocument", "Invalid Policy: Invalid JSON.") from error
    if not isinstance(policy, dict) or "expiration" not in policy:
        raise S3Error(400, "InvalidPolicyDocument", "Invalid Policy: Policy missing expiration.")
    if not isinstance(policy.get("conditions"), list):
        raise S3Error(400, "InvalidPolicyDocument", "Invalid Policy: Policy missing conditions.")
    return policy


def _expiration(policy: dict[str, Any]) -> datetime:
    try:
        moment = datetime.fromisoformat(str(policy["expiration"]))
    except ValueError as error:
        message = f"Invalid Policy: Invalid 'expiration' value: '{policy['expiration']}'"
        raise S3Error(400, "InvalidPolicyDocument", message) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _check_conditions(conditions: list[Any], fields: Mapping[str, str], size: int) -> None:
    named: set[str] = set()
    for condition in conditions:
        match condition:
            case {**pairs} if len(pairs) == 1:
                ((name, wanted),) = pairs.items()
                operator, name = "eq", str(name).lower()
            case [str(operator), int(least), int(most)] if operator.lower() == "content-length-range":
                _check_size(size, least, most)
                continue
            case [str(operator), str(name), wanted] if operator.lower() in {"eq", "starts-with"} and name.startswith(
                "$"
            ):
                operator, name = operator.lower(), name[1:].lower()
            case _:
                raise S3Error(
                    400, "InvalidPolicyDocument", f"Invalid Policy: Invalid condition: {json.dumps(condition)}."
                )
        named.add(name)
        value = fields.get(name, "")
        if not (value == str(wanted) if operator == "eq" else value.startswith(str(wanted))):
            shown = json.dumps([operator, f"${name}", wanted])
            raise S3Error(403, "AccessDenied", f"Invalid according to Policy: Policy Condition failed: {shown}")
    extra = sorted(name for name in fields if name not in named | _UNCHECKED and not name.startswith("x-ignore-"))
    if extra:
        raise S3Error(403, "AccessDenied", f"Invalid according to Policy: Extra input fields: {', '.join(extra)}")


def _check_size(size: int, least: int, most: int) -> None:
    if size > most:
        message = "Your proposed upload exceeds the maximum allowed size"
        raise S3Error(400, "EntityTooLarge", message, ProposedSize=size, MaxSizeAllowed=most)
    if size < least:
        message = "Your proposed upload is smaller than the minimum allowed size"
        raise S3Error(400, "EntityTooSmall", message, ProposedSize=size, MinSizeAllowed=least)


def _metadata(fields: Mapping[str, str]) -> dict[str, str]:
    headers = ("Content-Type", "Cache-Control", "Content-Disposition", "Content-Encoding", "Expires")
    kept = {name: fields[name.lower()] for name in headers if name.lower() in fields}
    return kept | {name: value for name, value in fields.items() if name.startswith("x-amz-meta-")}


def _success(fields: Mapping[str, str], bucket: str, key: str, headers: list[tuple[str, str]]) -> Response:
    redirect = fields.get("success_action_redirect") or fields.get("redirect")
    etag = dict(headers)["ETag"]
    if redirect:
        joint = "&" if "?" in redirect else "?"
        target = f"{redirect}{joint}bucket={quote(bucket)}&key={quote(key, safe='')}&etag={quote(etag, safe='')}"
        return Response(303, b"", [("ETag", etag), ("Location", target)])
    status = fields.get("success_action_status")
    if status == "201":
        parts = {"Location": dict(headers)["Location"], "Bucket": bucket, "Key": key, "ETag": etag}
        inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in parts.items())
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse>{inner}</PostResponse>'
        return Response(201, body.encode(), [*headers, ("Content-Type", "application/xml")])
    return Response(200 if status == "200" else 204, b"", headers)


def _listed(value: str | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])
