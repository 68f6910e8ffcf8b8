"""The page: over HTTPS only, from a bucket that CloudFront alone reads, strict; and nothing of the API's kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from runtime.core.tokens import hashed
from tests.components.rules import kinds
from tests.components.rules.reading import asked, by, read, resource_policies, variables_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.components.recorder import Recorded, RecordedStack

PASSED_ON: Final = ("4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "b689b0a8-53d0-40ab-baf2-68738e2966ac")
"""AWS's own policies CachingDisabled and AllViewerExceptHostHeader.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html and
using-managed-origin-request-policies.html
"""

ERRORS: Final = frozenset({400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504})
"""https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html"""

SECURITY: Final = frozenset(
    {"contentSecurityPolicy", "contentTypeOptions", "frameOptions", "referrerPolicy", "strictTransportSecurity"}
)
SOURCES: Final = frozenset({"'none'", "'self'", "blob:", "data:"})
"""What the page may load from, besides the bucket that takes pictures."""
LOADS: Final = frozenset({"img-src"})
"""What it may make out of thin air."""
CLOSED: Final = frozenset({"default-src", "form-action", "base-uri", "frame-ancestors"})


def _behaviours(distribution: Recorded) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """How a distribution treats requests, each with the origin that it asks."""
    origins = {origin["originId"]: origin for origin in distribution.inputs["origins"]}
    given = [distribution.inputs["defaultCacheBehavior"], *distribution.inputs.get("orderedCacheBehaviors", ())]
    return [(behaviour, origins[behaviour["targetOriginId"]]) for behaviour in given]


def sites_are_over_https_only(stack: RecordedStack) -> Iterator[str]:
    for site in stack.of(kinds.DISTRIBUTION):
        for behaviour, origin in _behaviours(site):
            if behaviour["viewerProtocolPolicy"] not in {"https-only", "redirect-to-https"}:
                yield f"{site.name} answers for {origin['originId']} over plain HTTP"
            custom = origin.get("customOriginConfig")
            if custom and (custom["originProtocolPolicy"], custom["originSslProtocols"]) != ("https-only", ["TLSv1.2"]):
                yield f"{site.name} asks {origin['originId']} over plain HTTP or an old TLS"
        if site.inputs.get("aliases") and site.inputs["viewerCertificate"] != _certified(stack):
            yield f"{site.name} has a domain without a certificate of ours, or over an old TLS"


def _certified(stack: RecordedStack) -> dict[str, str]:
    """The terms of a domain of ours: its certificate is proven, and where CloudFront looks for it."""
    arns = [proof.inputs["certificateArn"] for proof in stack.of(kinds.CERTIFICATE_PROOF)]
    there = [one.out("arn") for one in stack.of(kinds.CERTIFICATE) if one.inputs.get("region") == "us-east-1"]
    return {
        "acmCertificateArn": next((arn for arn in arns if arn in there), ""),
        "minimumProtocolVersion": "TLSv1.2_2021",
        "sslSupportMethod": "sni-only",
    }


def sites_read_their_bucket_as_themselves(stack: RecordedStack) -> Iterator[str]:
    signs = {"originAccessControlOriginType": "s3", "signingBehavior": "always", "signingProtocol": "sigv4"}
    signing = {one.out("id") for one in stack.of(kinds.ORIGIN_ACCESS) if one.inputs == signs}
    readers = {
        (owner.out("bucketRegionalDomainName"), reader)
        for policy, owner in resource_policies(stack)
        for statement in read(policy)
        if owner and "s3:GetObject" in statement.actions
        for reader in asked(statement, "ArnEquals", "aws:SourceArn")
    }
    for site in stack.of(kinds.DISTRIBUTION):
        for _, origin in _behaviours(site):
            if "customOriginConfig" in origin:
                continue
            if origin.get("originAccessControlId") not in signing:
                yield f"{site.name} asks {origin['originId']} without signing"
            if (origin["domainName"], site.out("arn")) not in readers:
                yield f"{site.name} may not read {origin['originId']}"


def apis_are_asked_anew_with_a_secret(stack: RecordedStack) -> Iterator[str]:
    taken = [variables_of(function).get("FRONT_DIGESTS", "").split(",") for function in stack.of(kinds.FUNCTION)]
    hosts = {api.out("apiEndpoint") for api in stack.of(kinds.API)}
    for site in stack.of(kinds.DISTRIBUTION):
        for behaviour, origin in _behaviours(site):
            if origin["domainName"] not in hosts:
                continue
            if (behaviour["cachePolicyId"], behaviour.get("originRequestPolicyId")) != PASSED_ON:
                yield f"{site.name} keeps what the API says, or does not tell it all"
            shown = [hashed(header["value"]) for header in origin.get("customHeaders", ())]
            if not any(digest in digests for digest in shown for digests in taken):
                yield f"{site.name} shows the API nothing that it takes"
            if not any(path.startswith("origins") for path in site.secret):
                yield f"{site.name} shows the API what Pulumi would show as well"
        kept = {one["errorCode"]: one for one in site.inputs.get("customErrorResponses", ())}
        if ERRORS - kept.keys() or any(one["errorCachingMinTtl"] for one in kept.values()):
            yield f"{site.name} keeps errors of the API's"
        if any("responsePagePath" in one for one in kept.values()):
            yield f"{site.name} has a page in the place of the API's errors"


def answers_are_strict(stack: RecordedStack) -> Iterator[str]:
    policies = by(stack, kinds.RESPONSE_HEADERS, "id")
    for site in stack.of(kinds.DISTRIBUTION):
        for behaviour, origin in _behaviours(site):
            if behaviour.get("responseHeadersPolicyId") not in policies:
                yield f"{site.name} tells browsers nothing with answers of {origin['originId']}"
    for policy in policies.values():
        headers = policy.inputs.get("securityHeadersConfig", {})
        for missing in sorted(SECURITY - headers.keys()):
            yield f"{policy.name} has no {missing}"
        for header, setting in headers.items():
            if not setting["override"]:
                yield f"{policy.name} gives way in {header}"
        written = headers.get("contentSecurityPolicy", {}).get("contentSecurityPolicy", "")
        yield from (f"{policy.name} lets {what}" for what in _let_through(stack, written))


def _let_through(stack: RecordedStack, written: str) -> Iterator[str]:
    """What a content security policy lets through that the page does not need."""
    directives = {name: sources.split() for name, _, sources in (part.partition(" ") for part in written.split("; "))}
    ours = {f"https://{bucket.out('bucketRegionalDomainName')}" for bucket in stack.of(kinds.BUCKET)}
    for name in sorted(CLOSED):
        if directives.get(name) != ["'none'"]:
            yield f"more through {name} than nothing"
    for name, sources in directives.items():
        for source in sources:
            if source in {"blob:", "data:"} and name not in LOADS:
                yield f"{source} through {name}"
            if source not in SOURCES and not (name == "connect-src" and source in ours):
                yield f"{source} through {name}"


def forms_come_from_the_site_only(stack: RecordedStack) -> Iterator[str]:
    sites = {
        f"https://{name}"
        for site in stack.of(kinds.DISTRIBUTION)
        for name in site.inputs.get("aliases") or [site.out("domainName")]
    }
    for cors in stack.of(kinds.BUCKET_CORS):
        for rule in cors.inputs["corsRules"]:
            for origin in sorted(set(rule["allowedOrigins"]) - sites):
                yield f"{cors.name} lets in pages of {origin}"
            for method in sorted(set(rule["allowedMethods"]) - {"POST"}):
                yield f"{cors.name} lets pages {method}"


def files_are_told_apart_by_their_names(stack: RecordedStack) -> Iterator[str]:
    """What may be kept for ever lies in a folder of its content's hash, and stays when another comes."""
    origins = {origin["domainName"] for site in stack.of(kinds.DISTRIBUTION) for _, origin in _behaviours(site)}
    served = {each.out("bucket") for each in stack.of(kinds.BUCKET) if each.out("bucketRegionalDomainName") in origins}
    for file in stack.of(kinds.BUCKET_OBJECT):
        if file.inputs["bucket"] not in served:
            continue
        for_ever = "immutable" in file.inputs.get("cacheControl", "")
        if for_ever != file.inputs["key"].startswith("assets/"):
            yield f"{file.name} may be kept for ever under a name that stays, or not under one that changes"
