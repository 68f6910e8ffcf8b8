"""Answers visitors as CloudFront does: by the behaviours of their distribution, from its origins.

A distribution answers by its host names. On the cloud's own address answers that of the stack that was deployed first
of those that are there.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from local import http_api
from local.cloudfront import bucket, compression, headers
from local.cloudfront.distribution import Distribution, hosts_of
from local.http_message import Request, Response, make_headers

if TYPE_CHECKING:
    from moto.cloudfront.models import Distribution as Deployed

    from local.account import Account
    from local.cloudfront.distribution import Behaviour
    from local.http_api import HttpApis

_LOCALHOST: Final = "localhost"

_BETWEEN_TWO: Final = frozenset(
    {
        "connection",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that are not passed on."""


class Edge:
    """Answers for every distribution of the account."""

    def __init__(self, account: Account, apis: HttpApis, endpoint: str) -> None:
        self._account = account
        self._apis = apis
        self._endpoint = endpoint
        self.default_hosts: tuple[str, ...] = ()
        """The first of these that exists answers on the cloud's own address; if none does, the only one there is."""

    def is_asked(self, request: Request) -> bool:
        """Whether a request is a visitor's: by its host, or on the cloud's own address by what AWS is never asked.

        AWS's callers sign; and an unsigned look into a bucket is left to S3, which refuses it.
        """
        if _is_signed(request):
            return False
        with self._account.locked():
            if self._named(request) is not None:
                return True
            if http_api.HOST.match(request.header("Host")) or self._default() is None:
                return False
            if request.raw_path.startswith("/api/"):
                return True
            first = request.path.lstrip("/").partition("/")[0]
            return request.method in {"GET", "HEAD"} and not self._account.owner_of_bucket(first)

    def handle(self, request: Request) -> Response:
        """Answer a visitor."""
        with self._account.locked():
            deployed = self._named(request) or self._default()
            distribution = Distribution.of(deployed, self._account.cloudfront()) if deployed else None
        if distribution is None or not distribution.enabled:
            return _error(HTTPStatus.FORBIDDEN, "The distribution is not there, or not enabled.")
        if request.method == "GET" and request.header("Host").partition(":")[0] == _LOCALHOST:
            # The page's forms go to this machine's address: to the browser that is another origin than its name.
            query = f"?{request.raw_query}" if request.raw_query else ""
            target = f"{self._endpoint}{request.raw_path}{query}"
            return Response(HTTPStatus.TEMPORARY_REDIRECT, b"", [("location", target)])
        if request.raw_path == "/" and distribution.root:
            request = replace(request, raw_path=f"/{distribution.root}")
        behaviour = next(one for one in distribution.behaviours if one.fits(request.raw_path))
        if request.method not in behaviour.methods:
            response = _error(
                HTTPStatus.FORBIDDEN, f"This distribution is not configured to allow {request.method} here."
            )
        else:
            response = self._with_error_page(distribution, self._from_origin(distribution, behaviour, request))
        if behaviour.compress:
            response = compression.compressed(request, response)
        own = [("x-cache", "Miss from cloudfront"), ("via", "1.1 local.cloudfront.net (CloudFront)")]
        return replace(response, headers=[*headers.applied(behaviour.response_headers, response.headers), *own])

    def _named(self, request: Request) -> Deployed | None:
        return self._answering_to(request.header("Host").partition(":")[0].lower())

    def _default(self) -> Deployed | None:
        deployed = self._account.distributions()
        only = deployed[0] if len(deployed) == 1 else None
        return next(filter(None, map(self._answering_to, self.default_hosts)), only)

    def _answering_to(self, host: str) -> Deployed | None:
        return next((one for one in self._account.distributions() if host in hosts_of(one)), None)

    def _from_origin(self, distribution: Distribution, behaviour: Behaviour, request: Request) -> Response:
        origin = behaviour.origin
        if http_api.HOST.match(origin.domain):
            return self._apis.handle(_as_origin_sees(request, behaviour))
        name, s3, _ = origin.domain.partition(".s3.")
        if s3:
            return bucket.read(self._account, distribution, origin, name, request)
        return _error(HTTPStatus.BAD_GATEWAY, f"CloudFront wasn't able to connect to the origin {origin.domain}.")

    def _with_error_page(self, distribution: Distribution, response: Response) -> Response:
        page = distribution.error_pages.get(response.status)
        if page is None:
            return response
        request = Request("GET", page.path, "", make_headers([]), b"")
        behaviour = next(one for one in distribution.behaviours if one.fits(page.path))
        instead = self._from_origin(distribution, behaviour, request)
        return replace(instead, status=page.status) if instead.status == HTTPStatus.OK else response


def _as_origin_sees(request: Request, behaviour: Behaviour) -> Request:
    """A visitor's request as an API gets it.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html
    """
    origin = behaviour.origin
    own = {name.lower() for name in origin.headers}
    passed = [
        (name, value)
        for name, value in request.headers.items()
        if behaviour.all_headers and name.lower() not in _BETWEEN_TWO | own | {"x-forwarded-for", "via"}
    ]
    forwarded = [*request.headers.get_all("X-Forwarded-For", []), request.peer[0]]
    told = [
        ("Host", origin.domain),
        *passed,
        *origin.headers.items(),
        ("X-Forwarded-For", ", ".join(forwarded)),
        ("Via", "1.1 local.cloudfront.net (CloudFront)"),
        ("X-Amz-Cf-Id", secrets.token_urlsafe(42)),
    ]
    query = request.raw_query if behaviour.all_headers else ""
    return replace(request, raw_path=f"{origin.path}{request.raw_path}", raw_query=query, headers=make_headers(told))


def _is_signed(request: Request) -> bool:
    by_query = any(f"{name}=" in request.raw_query for name in ("X-Amz-Signature", "AWSAccessKeyId"))
    return by_query or bool(request.header("Authorization").startswith("AWS4-") or request.header("X-Amz-Target"))


def _error(status: HTTPStatus, message: str) -> Response:
    page = f"<!doctype html><title>{status.phrase}</title><h1>{status.value} {status.phrase}</h1><p>{message}</p>"
    return Response(status.value, page.encode(), [("content-type", "text/html"), ("server", "CloudFront")])
