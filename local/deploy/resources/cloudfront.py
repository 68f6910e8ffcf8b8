"""CloudFront: distributions, their policies, and how they read buckets. Its lists say how long they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.deploy.creation import Created
from local.deploy.inputs import Nested, Through
from local.deploy.kind import Kind

if TYPE_CHECKING:
    from local.deploy.creation import Creation
    from local.deploy.deletion import Deleter, Deletion
    from local.deploy.inputs import Inputs, Shape

_LONGEST_NAME = 128
_LONGEST_ACCESS_NAME = 64
_HOSTED_ZONE = "Z2FDTNDATAQYW2"
"""CloudFront's own, the same for all: https://docs.aws.amazon.com/general/latest/gr/cf_region.html."""


def _counted(items: object) -> dict[str, Any]:
    listed = list(items) if isinstance(items, list) else []
    return {"Quantity": len(listed), "Items": listed}


def _overriding(name: str, more: Shape) -> Nested:
    return Nested(name, {**more, "override": "Override"})


_ACCESS: Shape = {
    "description": "Description",
    "originAccessControlOriginType": "OriginAccessControlOriginType",
    "signingBehavior": "SigningBehavior",
    "signingProtocol": "SigningProtocol",
}
_CACHE: Shape = {
    "comment": "Comment",
    "defaultTtl": "DefaultTTL",
    "maxTtl": "MaxTTL",
    "minTtl": "MinTTL",
    "parametersInCacheKeyAndForwardedToOrigin": Nested(
        "ParametersInCacheKeyAndForwardedToOrigin",
        {
            "cookiesConfig": Nested("CookiesConfig", {"cookieBehavior": "CookieBehavior"}),
            "enableAcceptEncodingBrotli": "EnableAcceptEncodingBrotli",
            "enableAcceptEncodingGzip": "EnableAcceptEncodingGzip",
            "headersConfig": Nested("HeadersConfig", {"headerBehavior": "HeaderBehavior"}),
            "queryStringsConfig": Nested("QueryStringsConfig", {"queryStringBehavior": "QueryStringBehavior"}),
        },
    ),
}
_SECURITY_HEADERS: Shape = {
    "contentSecurityPolicy": _overriding("ContentSecurityPolicy", {"contentSecurityPolicy": "ContentSecurityPolicy"}),
    "contentTypeOptions": _overriding("ContentTypeOptions", {}),
    "frameOptions": _overriding("FrameOptions", {"frameOption": "FrameOption"}),
    "referrerPolicy": _overriding("ReferrerPolicy", {"referrerPolicy": "ReferrerPolicy"}),
    "strictTransportSecurity": _overriding(
        "StrictTransportSecurity",
        {
            "accessControlMaxAgeSec": "AccessControlMaxAgeSec",
            "includeSubdomains": "IncludeSubdomains",
            "preload": "Preload",
        },
    ),
}
_HEADER: Shape = {"header": "Header", "override": "Override", "value": "Value"}
_BEHAVIOUR: Shape = {
    "cachePolicyId": "CachePolicyId",
    "compress": "Compress",
    "originRequestPolicyId": "OriginRequestPolicyId",
    "pathPattern": "PathPattern",
    "responseHeadersPolicyId": "ResponseHeadersPolicyId",
    "targetOriginId": "TargetOriginId",
    "viewerProtocolPolicy": "ViewerProtocolPolicy",
}
_ORIGIN: Shape = {
    "connectionAttempts": "ConnectionAttempts",
    "connectionTimeout": "ConnectionTimeout",
    "customOriginConfig": Nested(
        "CustomOriginConfig",
        {
            "httpPort": "HTTPPort",
            "httpsPort": "HTTPSPort",
            "originKeepaliveTimeout": "OriginKeepaliveTimeout",
            "originProtocolPolicy": "OriginProtocolPolicy",
            "originReadTimeout": "OriginReadTimeout",
            "originSslProtocols": Through("OriginSslProtocols", _counted),
        },
    ),
    "domainName": "DomainName",
    "originAccessControlId": "OriginAccessControlId",
    "originId": "Id",
    "originPath": "OriginPath",
}
_ERROR: Shape = {
    "errorCachingMinTtl": "ErrorCachingMinTTL",
    "errorCode": "ErrorCode",
    "responsePagePath": "ResponsePagePath",
}
_DISTRIBUTION: Shape = {
    "aliases": Through("Aliases", _counted),
    "comment": "Comment",
    "defaultRootObject": "DefaultRootObject",
    "enabled": "Enabled",
    "httpVersion": "HttpVersion",
    "isIpv6Enabled": "IsIPV6Enabled",
    "priceClass": "PriceClass",
    "viewerCertificate": Nested(
        "ViewerCertificate",
        {
            "acmCertificateArn": "ACMCertificateArn",
            "cloudfrontDefaultCertificate": "CloudFrontDefaultCertificate",
            "minimumProtocolVersion": "MinimumProtocolVersion",
            "sslSupportMethod": "SSLSupportMethod",
        },
    ),
}


def _as_it_is(kind: str) -> Deleter:
    """A deleter for one kind, which CloudFront deletes only for who knows how it is now."""

    def delete(deletion: Deletion) -> None:
        found = deletion.call("cloudfront", f"get_{kind}", Id=deletion.id)
        deletion.call("cloudfront", f"delete_{kind}", Id=deletion.id, IfMatch=found["ETag"])

    return delete


def _access(creation: Creation) -> Created:
    config = {"Name": creation.named(longest=_LONGEST_ACCESS_NAME), **creation.inputs.translate(_ACCESS)}
    answer = creation.call("cloudfront", "create_origin_access_control", OriginAccessControlConfig=config)
    return Created(answer["OriginAccessControl"]["Id"], {"etag": answer["ETag"], "name": config["Name"]})


def _cache_policy(creation: Creation) -> Created:
    config = {"Name": creation.named(longest=_LONGEST_NAME), "MinTTL": 0, **creation.inputs.translate(_CACHE)}
    answer = creation.call("cloudfront", "create_cache_policy", CachePolicyConfig=config)
    return Created(answer["CachePolicy"]["Id"], {"etag": answer["ETag"], "name": config["Name"]})


def _headers_policy(creation: Creation) -> Created:
    inputs = creation.inputs
    config: dict[str, Any] = {
        "Name": creation.named(longest=_LONGEST_NAME),
        **inputs.translate(
            {"comment": "Comment", "securityHeadersConfig": Nested("SecurityHeadersConfig", _SECURITY_HEADERS)}
        ),
    }
    if custom := [one.translate(_HEADER) for one in inputs.block("customHeadersConfig").blocks("items")]:
        config["CustomHeadersConfig"] = _counted(custom)
    if removed := [one.translate(_HEADER) for one in inputs.block("removeHeadersConfig").blocks("items")]:
        config["RemoveHeadersConfig"] = _counted(removed)
    answer = creation.call("cloudfront", "create_response_headers_policy", ResponseHeadersPolicyConfig=config)
    return Created(answer["ResponseHeadersPolicy"]["Id"], {"etag": answer["ETag"], "name": config["Name"]})


def _distribution(creation: Creation) -> Created:
    inputs = creation.inputs
    inputs.flag("waitForDeployment")  # there is nothing to wait for
    restriction = inputs.block("restrictions").block("geoRestriction")
    config = {
        "CallerReference": creation.urn,
        "Comment": "",
        **inputs.translate(_DISTRIBUTION),
        "Origins": _counted([_origin(one) for one in inputs.blocks("origins")]),
        "DefaultCacheBehavior": _behaviour(inputs.block("defaultCacheBehavior")),
        "CacheBehaviors": _counted([_behaviour(one) for one in inputs.blocks("orderedCacheBehaviors")]),
        "CustomErrorResponses": _counted([_error(one) for one in inputs.blocks("customErrorResponses")]),
        "Restrictions": {
            "GeoRestriction": {
                "RestrictionType": restriction.text("restrictionType"),
                **_counted(restriction.plain("locations")),
            }
        },
    }
    answer = creation.call(
        "cloudfront",
        "create_distribution_with_tags",
        DistributionConfigWithTags={"DistributionConfig": config, "Tags": {"Items": creation.tag_list() or []}},
    )
    made = answer["Distribution"]
    return Created(
        made["Id"],
        {
            "arn": made["ARN"],
            "domainName": made["DomainName"],
            "etag": answer["ETag"],
            "hostedZoneId": _HOSTED_ZONE,
            "status": made["Status"],
        },
    )


def _delete_distribution(deletion: Deletion) -> None:
    """As CloudFront wants it: one that is enabled cannot be deleted."""
    found = deletion.call("cloudfront", "get_distribution_config", Id=deletion.id)
    off = {**found["DistributionConfig"], "Enabled": False}
    answer = deletion.call(
        "cloudfront", "update_distribution", Id=deletion.id, IfMatch=found["ETag"], DistributionConfig=off
    )
    deletion.call("cloudfront", "delete_distribution", Id=deletion.id, IfMatch=answer["ETag"])


def _origin(block: Inputs) -> dict[str, Any]:
    headers = [one.translate({"name": "HeaderName", "value": "HeaderValue"}) for one in block.blocks("customHeaders")]
    origin = {**block.translate(_ORIGIN), "CustomHeaders": _counted(headers)}
    # CloudFront wants the one or the other; with an access control the older one is empty.
    return origin if "CustomOriginConfig" in origin else {**origin, "S3OriginConfig": {"OriginAccessIdentity": ""}}


def _behaviour(block: Inputs) -> dict[str, Any]:
    methods = {**_counted(block.plain("allowedMethods")), "CachedMethods": _counted(block.plain("cachedMethods"))}
    return {**block.translate(_BEHAVIOUR), "AllowedMethods": methods}


def _error(block: Inputs) -> dict[str, Any]:
    code = block.plain("responseCode")
    return {**block.translate(_ERROR), **({} if code is None else {"ResponseCode": str(code)})}


KINDS: dict[str, Kind] = {
    "aws:cloudfront/cachePolicy:CachePolicy": Kind(_cache_policy, _as_it_is("cache_policy")),
    "aws:cloudfront/distribution:Distribution": Kind(_distribution, _delete_distribution),
    "aws:cloudfront/originAccessControl:OriginAccessControl": Kind(_access, _as_it_is("origin_access_control")),
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": Kind(
        _headers_policy, _as_it_is("response_headers_policy")
    ),
}
