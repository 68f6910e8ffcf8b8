"""A distribution as it was deployed: what the edge needs to know to answer for it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.cloudfront.policies import CACHE, RESPONSE_HEADERS, config_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.cloudfront.models import CacheBehaviour, CloudFrontBackend, DefaultCacheBehaviour
    from moto.cloudfront.models import Distribution as Deployed
    from moto.cloudfront.models import Origin as DeployedOrigin


@dataclass(frozen=True)
class Origin:
    """Where answers come from.

    Attributes:
        domain: Its host name.
        path: What its paths begin with.
        signed: Whether CloudFront asks as the distribution (origin access control).
        headers: What it is told besides.
    """

    domain: str
    path: str
    signed: bool
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Behaviour:
    """What is done with requests of some paths.

    Attributes:
        pattern: The paths; `*` for any text, `?` for one character, case counts.
        origin: Whose they are.
        methods: Those that are taken.
        compress: Whether answers are sent smaller to who takes them so.
        all_headers: Whether the origin is told all that a visitor says, but for the host; else next to nothing.
        response_headers: The response-headers policy; empty without one.
    """

    pattern: str
    origin: Origin
    methods: frozenset[str]
    compress: bool
    all_headers: bool
    response_headers: Mapping[str, Any]

    def fits(self, path: str) -> bool:
        """Whether it is for a path, percent-encoded as it came."""
        parts = [{"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in self.pattern.lstrip("/")]
        return re.fullmatch("".join(parts), path.lstrip("/"), re.DOTALL) is not None


@dataclass(frozen=True)
class ErrorPage:
    """What is answered for an error of an origin's."""

    path: str
    status: int


@dataclass(frozen=True)
class Distribution:
    """One distribution.

    Attributes:
        arn: Its name for policies.
        hosts: The names that it answers to.
        enabled: Whether it answers at all.
        root: What a visitor to `/` gets.
        behaviours: In their order; the last is for all paths.
        error_pages: By the origin's status.
    """

    arn: str
    hosts: frozenset[str]
    enabled: bool
    root: str
    behaviours: tuple[Behaviour, ...]
    error_pages: Mapping[int, ErrorPage] = field(default_factory=dict)

    @classmethod
    def of(cls, deployed: Deployed, backend: CloudFrontBackend) -> Distribution:
        """Read a distribution from moto; hold the account's lock meanwhile."""
        config: Any = deployed.distribution_config
        origins = {origin.id: _origin(origin) for origin in config.Origins["Items"]}
        given: list[CacheBehaviour] = config.CacheBehaviors.get("Items") or []
        errors = config.CustomErrorResponses.get("Items") or []
        return cls(
            arn=deployed.arn,
            hosts=hosts_of(deployed),
            enabled=bool(config.Enabled),
            root=str(config.DefaultRootObject),
            behaviours=(
                *(_behaviour(one.path_pattern, one, origins, backend) for one in given),
                _behaviour("*", config.DefaultCacheBehavior, origins, backend),
            ),
            error_pages={
                int(one["ErrorCode"]): ErrorPage(one["ResponsePagePath"], int(one["ResponseCode"]))
                for one in errors
                if one.get("ResponsePagePath")
            },
        )


def hosts_of(deployed: Deployed) -> frozenset[str]:
    """The names that a distribution answers to."""
    config: Any = deployed.distribution_config
    return frozenset({deployed.domain_name, *(config.Aliases.get("Items") or [])})


def _origin(origin: DeployedOrigin) -> Origin:
    told: Any = origin
    return Origin(
        domain=told.domain_name,
        path=told.origin_path,
        signed=bool(told.origin_access_control_id),
        headers={one["HeaderName"]: one["HeaderValue"] for one in told.custom_headers.get("Items") or []},
    )


def _behaviour(
    pattern: str, behaviour: DefaultCacheBehaviour, origins: Mapping[str, Origin], backend: CloudFrontBackend
) -> Behaviour:
    cached = config_of(backend, CACHE, behaviour.cache_policy_id)["ParametersInCacheKeyAndForwardedToOrigin"]
    policy = behaviour.response_headers_policy_id
    return Behaviour(
        pattern=pattern,
        origin=origins[behaviour.target_origin_id],
        methods=frozenset(behaviour.allowed_methods.items),
        # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html: only what may
        # be cached compressed.
        compress=bool(behaviour.compress) and bool(cached["EnableAcceptEncodingGzip"]),
        all_headers=bool(behaviour.origin_request_policy_id),
        response_headers=config_of(backend, RESPONSE_HEADERS, policy) if policy else {},
    )
