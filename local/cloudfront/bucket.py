"""A bucket as an origin: its objects, as far as its policy lets the distribution read them.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from local.http_message import Response
from local.iam import refusals

if TYPE_CHECKING:
    from moto.s3.models import FakeKey

    from local.account import Account
    from local.cloudfront.distribution import Distribution, Origin
    from local.http_message import Request

_SERVICE: Final = "cloudfront.amazonaws.com"
_SIGNED_WITH: Final = "x-amz-content-sha256"


def read(account: Account, distribution: Distribution, origin: Origin, bucket: str, request: Request) -> Response:
    """S3's answer to the distribution, which asks for a visitor."""
    key = f"{origin.path}{request.path}".removeprefix("/")

    def may(action: str, arn: str) -> bool:
        # That CloudFront tells its account is written nowhere.
        told = {"source_arn": distribution.arn, "source_account": ""}
        return origin.signed and account.access.service_may(_SERVICE, action, arn, **told)

    if not may("s3:GetObject", f"arn:aws:s3:::{bucket}/{key}"):
        return refusals.hidden(request)
    with account.locked():
        found = account.s3().get_object(bucket, key) if account.bucket(bucket) else None
        if found is not None:
            return _told(found, request)
    if not may("s3:ListBucket", f"arn:aws:s3:::{bucket}"):
        return refusals.hidden(request)
    return refusals.s3_error(request, HTTPStatus.NOT_FOUND, "NoSuchKey", "The specified key does not exist.")


def _told(found: FakeKey, request: Request) -> Response:
    etag = str(found.etag)
    headers = [("etag", etag), ("last-modified", str(found.last_modified_RFC1123))]
    # moto keeps what the upload was signed with among the object's metadata.
    headers += [(name.lower(), str(value)) for name, value in found.metadata.items() if name.lower() != _SIGNED_WITH]
    # Weakly, as RFC 9110 has it: what was sent smaller is the same.
    asked = {one.strip().removeprefix("W/") for one in request.header("If-None-Match").split(",")}
    if etag in asked:
        return Response(HTTPStatus.NOT_MODIFIED, b"", [one for one in headers if one[0] != "content-type"])
    if request.method == "HEAD":
        return Response(HTTPStatus.OK, b"", [*headers, ("content-length", str(found.size))])
    return Response(HTTPStatus.OK, bytes(found.value), headers)
