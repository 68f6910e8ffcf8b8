"""What moto's CloudFront lacks: cache and response-headers policies, and who may read an origin.

It is put into moto, and so is a part of the account: made, told and deleted by AWS's own calls.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from moto.cloudfront import urls
from moto.cloudfront.exceptions import CloudFrontException
from moto.cloudfront.models import CloudFrontBackend, Origin, random_id
from moto.cloudfront.responses import CloudFrontResponse
from moto.core.responses import ActionResult, EmptyResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CACHE: Final = "CachePolicy"
RESPONSE_HEADERS: Final = "ResponseHeadersPolicy"

CACHING_DISABLED: Final = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST: Final = "b689b0a8-53d0-40ab-baf2-68738e2966ac"

_MANAGED: Final[dict[str, dict[str, dict[str, Any]]]] = {
    CACHE: {
        CACHING_DISABLED: {
            "Name": "Managed-CachingDisabled",
            "ParametersInCacheKeyAndForwardedToOrigin": {
                "EnableAcceptEncodingGzip": False,
                "EnableAcceptEncodingBrotli": False,
                "CookiesConfig": {"CookieBehavior": "none"},
                "HeadersConfig": {"HeaderBehavior": "none"},
                "QueryStringsConfig": {"QueryStringBehavior": "none"},
            },
        }
    },
    RESPONSE_HEADERS: {},
}
"""AWS's own policies that are known here.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
"""


@dataclass(frozen=True)
class Policy:
    """A policy as it was made."""

    id: str
    config: dict[str, Any]
    etag: str = field(default_factory=random_id)


def config_of(backend: CloudFrontBackend, kind: str, policy_id: str) -> dict[str, Any]:
    """What a policy says.

    Raises:
        CloudFrontException: There is none; of AWS's own, none that is known here.
    """
    return _MANAGED[kind].get(policy_id) or _find(backend, kind, policy_id).config


def install() -> None:
    """Add it to moto. More than once is fine."""
    for kind, path in ((CACHE, "cache-policy"), (RESPONSE_HEADERS, "response-headers-policy")):
        urls.url_paths[f"{{0}}/2020-05-31/{path}$"] = CloudFrontResponse.dispatch
        urls.url_paths[f"{{0}}/2020-05-31/{path}/(?P<policy_id>[^/]+)$"] = CloudFrontResponse.dispatch
        for name, answer in _calls(kind):
            setattr(CloudFrontResponse, name, answer)
    if not hasattr(Origin, "remembers_access_control"):
        _amend_distributions()


def _calls(kind: str) -> Iterator[tuple[str, Callable[[CloudFrontResponse], ActionResult]]]:
    """AWS's calls about one kind of policy, by moto's names of them."""
    name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind).lstrip("_")

    def told(policy: Policy) -> ActionResult:
        described = {"Id": policy.id, "LastModifiedTime": "2020-05-31T00:00:00Z", f"{kind}Config": policy.config}
        return ActionResult({kind: described, "ETag": policy.etag})

    def create(response: CloudFrontResponse) -> ActionResult:
        config, known = response._get_param(f"{kind}Config", {}), _policies(response.backend, kind)  # noqa: SLF001 - moto's own way
        if any(policy.config["Name"] == config["Name"] for policy in known.values()):
            raise CloudFrontException(f"{kind}AlreadyExists", f"A policy named {config['Name']} exists already.")
        policy = Policy(f"policy-{random_id()}", config)
        known[policy.id] = policy
        return told(policy)

    def get(response: CloudFrontResponse) -> ActionResult:
        return told(_find(response.backend, kind, response._get_param("Id")))  # noqa: SLF001 - moto's own way

    def delete(response: CloudFrontResponse) -> ActionResult:
        policy = _find(response.backend, kind, response._get_param("Id"))  # noqa: SLF001 - moto's own way
        if policy.id in set(_used(response.backend)):
            raise CloudFrontException(f"{kind}InUse", "The policy is attached to a distribution.")
        del _policies(response.backend, kind)[policy.id]
        return EmptyResult()

    def list_all(response: CloudFrontResponse) -> ActionResult:
        found = [
            {
                "Type": "custom",
                kind: {"Id": one.id, "LastModifiedTime": "2020-05-31T00:00:00Z", f"{kind}Config": one.config},
            }
            for one in _policies(response.backend, kind).values()
        ]
        return ActionResult({f"{kind}List": {"MaxItems": 100, "Quantity": len(found), "Items": found}})

    yield f"create_{name}", create
    yield f"get_{name}", get
    yield f"delete_{name}", delete
    yield f"list_{name[:-1]}ies", list_all


def _policies(backend: CloudFrontBackend, kind: str) -> dict[str, Policy]:
    """The account's policies of a kind. With the backend they go."""
    policies: dict[str, Policy] = vars(backend).setdefault(f"policies_of_{kind}", {})
    return policies


def _find(backend: CloudFrontBackend, kind: str, policy_id: str) -> Policy:
    policy = _policies(backend, kind).get(policy_id)
    if policy is None:
        raise CloudFrontException(f"NoSuch{kind}", f"The policy {policy_id} does not exist.")
    return policy


def _used(backend: CloudFrontBackend) -> Iterator[str]:
    for distribution in backend.distributions.values():
        config: Any = distribution.distribution_config
        for behaviour in [config.DefaultCacheBehavior, *config.CacheBehaviors.get("Items", [])]:
            yield from (behaviour.cache_policy_id, behaviour.response_headers_policy_id)


def _amend_distributions() -> None:
    """Have moto remember who reads an origin, and refuse what points to nothing."""
    made, create = Origin.__init__, CloudFrontBackend.create_distribution

    @functools.wraps(made)
    def remembering(origin: Origin, config: dict[str, Any]) -> None:
        made(origin, config)
        origin.origin_access_control_id = config.get("OriginAccessControlId", "")  # type: ignore[attr-defined]  # it is what is added

    @functools.wraps(create)
    def checking(backend: CloudFrontBackend, distribution_config: dict[str, Any], tags: list[dict[str, str]]) -> object:
        for behaviour in [
            distribution_config["DefaultCacheBehavior"],
            *(distribution_config.get("CacheBehaviors", {}).get("Items") or []),
        ]:
            for kind in (CACHE, RESPONSE_HEADERS):
                if named := behaviour.get(f"{kind}Id"):
                    config_of(backend, kind, named)
            if behaviour.get("OriginRequestPolicyId", ALL_VIEWER_EXCEPT_HOST) != ALL_VIEWER_EXCEPT_HOST:
                raise CloudFrontException("NoSuchOriginRequestPolicy", "The specified policy does not exist.")
        for origin in distribution_config["Origins"]["Items"]:
            if control := origin.get("OriginAccessControlId"):
                backend.get_origin_access_control(control)
        return create(backend, distribution_config, tags)

    Origin.__init__ = remembering  # type: ignore[method-assign]
    CloudFrontBackend.create_distribution = checking  # type: ignore[method-assign,assignment]
    Origin.remembers_access_control = True  # type: ignore[attr-defined]
