from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tests.components.examples.changes import LEFT_OUT, all_of, but, more, reworded, secret
from tests.components.examples.example import lets_pass, minds
from tests.components.rules import site
from tests.components.rules.kinds import (
    BUCKET_CORS,
    BUCKET_OBJECT,
    BUCKET_POLICY,
    CERTIFICATE,
    CERTIFICATE_PROOF,
    DISTRIBUTION,
    ORIGIN_ACCESS,
    RESPONSE_HEADERS,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.components.examples.changes import Change
    from tests.components.examples.example import Example
    from tests.components.recorder import RecordedStack

_SITE: Final = "site-web-distribution"
_HEADERS: Final = "site-web-headers"
_FORMS: Final = "site-uploads-origins"
_POLICY: Final = "site-web-page-policy"
_BUCKET: Final = "https://<site-uploads-bucket.bucketRegionalDomainName>"


def _changed(kind: str, name: str, change: Callable[[dict[str, Any]], object]) -> Change:
    """Something deep in one resource's inputs is another."""

    def change_stack(stack: RecordedStack) -> RecordedStack:
        found = stack.one(kind, name)
        inputs = copy.deepcopy(dict(found.inputs))
        change(inputs)
        return stack.with_resources(replace(each, inputs=inputs) if each is found else each for each in stack.resources)

    return change_stack


def _page(**behaviour: object) -> Change:
    return _changed(DISTRIBUTION, _SITE, lambda told: _set(told["defaultCacheBehavior"], behaviour))


def _api(**behaviour: object) -> Change:
    return _changed(DISTRIBUTION, _SITE, lambda told: _set(told["orderedCacheBehaviors"][0], behaviour))


def _origin(number: int, **origin: object) -> Change:
    return _changed(DISTRIBUTION, _SITE, lambda told: _set(told["origins"][number], origin))


def _api_origin(**config: object) -> Change:
    return _changed(DISTRIBUTION, _SITE, lambda told: _set(told["origins"][1]["customOriginConfig"], config))


def _errors(change: Callable[[list[dict[str, Any]]], object]) -> Change:
    return _changed(DISTRIBUTION, _SITE, lambda told: change(told["customErrorResponses"]))


def _set(whole: dict[str, Any], parts: dict[str, object]) -> None:
    for key, value in parts.items():
        if value is LEFT_OUT:
            del whole[key]
        else:
            whole[key] = value


def _without(code: int) -> Callable[[list[dict[str, Any]]], None]:
    def change(errors: list[dict[str, Any]]) -> None:
        errors[:] = [one for one in errors if one["errorCode"] != code]

    return change


def _policy(old: str, new: str) -> Change:
    """The page's content security policy says something else."""

    def change(told: dict[str, Any]) -> None:
        setting = told["securityHeadersConfig"]["contentSecurityPolicy"]
        if old not in setting["contentSecurityPolicy"]:
            raise ValueError(f"there is no {old} to change")
        setting["contentSecurityPolicy"] = setting["contentSecurityPolicy"].replace(old, new)

    return _changed(RESPONSE_HEADERS, _HEADERS, change)


def _domain(arn: str = "<site-certificate.arn>", region: str = "us-east-1", **certificate: object) -> Change:
    """The page has a domain of its own."""
    terms = {"acmCertificateArn": arn, "minimumProtocolVersion": "TLSv1.2_2021", "sslSupportMethod": "sni-only"}
    return all_of(
        more(CERTIFICATE, "site-certificate", region=region),
        more(CERTIFICATE_PROOF, "site-certificate-proof", certificateArn=arn),
        but(DISTRIBUTION, _SITE, aliases=["words.example.com"], viewerCertificate={**terms, **certificate}),
    )


def _forms(**rule: object) -> Change:
    return _changed(BUCKET_CORS, _FORMS, lambda told: _set(told["corsRules"][0], rule))


_ANOTHER: Final = {"ArnEquals": {"aws:SourceArn": "arn:aws:cloudfront::123456789012:distribution/E1"}}
_READ_BY_ANOTHER: Final = {"Effect": "Allow", "Action": "s3:GetObject", "Condition": _ANOTHER}

_HTTP: Final = "over plain HTTP"
_NO_CERTIFICATE: Final = f"{_SITE} has a domain without a certificate of ours, or over an old TLS"
_NO_CSP: Final = tuple(f"{_HEADERS} lets more through {name} than nothing" for name in sorted(site.CLOSED))


def _file(bucket: str = "<site-web-page-bucket.bucket>", **inputs: str) -> Change:
    """There is another file."""
    return more(BUCKET_OBJECT, "site-file", bucket=bucket, **inputs)


EXAMPLES: Final[dict[str, Example]] = {
    "a page over plain HTTP": minds(
        site.sites_are_over_https_only,
        _page(viewerProtocolPolicy="allow-all"),
        f"{_SITE} answers for page {_HTTP}",
    ),
    "an API over plain HTTP": minds(
        site.sites_are_over_https_only,
        _api(viewerProtocolPolicy="allow-all"),
        f"{_SITE} answers for api {_HTTP}",
    ),
    "an API that is asked over plain HTTP": minds(
        site.sites_are_over_https_only,
        _api_origin(originProtocolPolicy="match-viewer"),
        f"{_SITE} asks api {_HTTP} or an old TLS",
    ),
    "an API that is asked over an old TLS": minds(
        site.sites_are_over_https_only,
        _api_origin(originSslProtocols=["TLSv1.1", "TLSv1.2"]),
        f"{_SITE} asks api {_HTTP} or an old TLS",
    ),
    "a domain": lets_pass(site.sites_are_over_https_only, _domain()),
    "a domain over an old TLS": minds(
        site.sites_are_over_https_only, _domain(minimumProtocolVersion="TLSv1"), _NO_CERTIFICATE
    ),
    "a domain with a certificate where CloudFront does not look": minds(
        site.sites_are_over_https_only, _domain(region="eu-central-1"), _NO_CERTIFICATE
    ),
    "a domain with a certificate that is not ours": minds(
        site.sites_are_over_https_only, _domain(arn="arn:aws:acm:us-east-1:999999999999:certificate/1"), _NO_CERTIFICATE
    ),
    "a page that is read without signing": minds(
        site.sites_read_their_bucket_as_themselves,
        _origin(0, originAccessControlId=LEFT_OUT),
        f"{_SITE} asks page without signing",
    ),
    "a page that may be read without signing": minds(
        site.sites_read_their_bucket_as_themselves,
        but(ORIGIN_ACCESS, "site-web-access", signingBehavior="no-override"),
        f"{_SITE} asks page without signing",
    ),
    "a page that another distribution reads": minds(
        site.sites_read_their_bucket_as_themselves,
        reworded(
            BUCKET_POLICY,
            _POLICY,
            "PageReadByOurSite",
            Condition=_ANOTHER,
        ),
        f"{_SITE} may not read page",
    ),
    "a page that can be listed but not read": minds(
        site.sites_read_their_bucket_as_themselves,
        reworded(BUCKET_POLICY, _POLICY, "PageReadByOurSite", Action="s3:ListBucket"),
        f"{_SITE} may not read page",
    ),
    "a policy on a bucket that is not there": lets_pass(
        site.sites_read_their_bucket_as_themselves,
        more(
            BUCKET_POLICY,
            "site-other-policy",
            bucket="other",
            policy=json.dumps({"Statement": [_READ_BY_ANOTHER]}),
        ),
    ),
    "an API whose answers are kept": minds(
        site.apis_are_asked_anew_with_a_secret,
        _api(cachePolicyId="<site-web-cache-id>"),
        f"{_SITE} keeps what the API says, or does not tell it all",
    ),
    "an API that is told no headers": minds(
        site.apis_are_asked_anew_with_a_secret,
        _api(originRequestPolicyId=LEFT_OUT),
        f"{_SITE} keeps what the API says, or does not tell it all",
    ),
    "an API that is shown no secret": minds(
        site.apis_are_asked_anew_with_a_secret,
        _origin(1, customHeaders=LEFT_OUT),
        f"{_SITE} shows the API nothing that it takes",
    ),
    "an API that is shown another secret": minds(
        site.apis_are_asked_anew_with_a_secret,
        _origin(1, customHeaders=[{"name": "x-front-secret", "value": "sesame"}]),
        f"{_SITE} shows the API nothing that it takes",
    ),
    "an API that is shown a secret in the clear": minds(
        site.apis_are_asked_anew_with_a_secret,
        secret(DISTRIBUTION, _SITE),
        f"{_SITE} shows the API what Pulumi would show as well",
    ),
    "an API that is shown one of several secrets": lets_pass(
        site.apis_are_asked_anew_with_a_secret,
        secret(DISTRIBUTION, _SITE, "comment", "origins.1.customHeaders.0.value"),
    ),
    **{
        f"an answer {code} that is kept": minds(
            site.apis_are_asked_anew_with_a_secret, _errors(_without(code)), f"{_SITE} keeps errors of the API's"
        )
        for code in sorted(site.ERRORS)
    },
    "an error that is kept for a while": minds(
        site.apis_are_asked_anew_with_a_secret,
        _errors(lambda errors: _set(errors[1], {"errorCachingMinTtl": 10})),
        f"{_SITE} keeps errors of the API's",
    ),
    "a page for what is not found": minds(
        site.apis_are_asked_anew_with_a_secret,
        _errors(lambda errors: _set(errors[2], {"responsePagePath": "/404.html", "responseCode": 404})),
        f"{_SITE} has a page in the place of the API's errors",
    ),
    "a page without security headers": minds(
        site.answers_are_strict,
        _page(responseHeadersPolicyId=LEFT_OUT),
        f"{_SITE} tells browsers nothing with answers of page",
    ),
    "an API without security headers": minds(
        site.answers_are_strict,
        _api(responseHeadersPolicyId="<another-id>"),
        f"{_SITE} tells browsers nothing with answers of api",
    ),
    **{
        f"answers without {header}": minds(
            site.answers_are_strict,
            _changed(RESPONSE_HEADERS, _HEADERS, lambda told, gone=header: told["securityHeadersConfig"].pop(gone)),
            f"{_HEADERS} has no {header}",
            *(_NO_CSP if header == "contentSecurityPolicy" else ()),
        )
        for header in sorted(site.SECURITY)
    },
    "a security header that gives way": minds(
        site.answers_are_strict,
        _changed(
            RESPONSE_HEADERS,
            _HEADERS,
            lambda told: _set(told["securityHeadersConfig"]["frameOptions"], {"override": False}),
        ),
        f"{_HEADERS} gives way in frameOptions",
    ),
    **{
        f"a policy with more in {name}": minds(
            site.answers_are_strict,
            _policy(f"{name} 'none'", f"{name} 'self'"),
            f"{_HEADERS} lets more through {name} than nothing",
        )
        for name in sorted(site.CLOSED)
    },
    **{
        f"a policy with {source} in {name}": minds(
            site.answers_are_strict,
            _policy(f"{name} 'self'", f"{name} 'self' {source}"),
            f"{_HEADERS} lets {source} through {name}",
        )
        for name, source in (
            ("script-src", "'unsafe-inline'"),
            ("script-src", "data:"),
            ("script-src", "blob:"),
            ("style-src", "https://example.com"),
            ("img-src", _BUCKET),
            ("connect-src", "https://example.com"),
        )
    },
    "forms from anywhere": minds(
        site.forms_come_from_the_site_only,
        _forms(allowedOrigins=["*"]),
        f"{_FORMS} lets in pages of *",
    ),
    "forms that read": minds(
        site.forms_come_from_the_site_only,
        _forms(allowedMethods=["GET", "POST"]),
        f"{_FORMS} lets pages GET",
    ),
    "forms from the page's domain": lets_pass(
        site.forms_come_from_the_site_only,
        all_of(_domain(), _forms(allowedOrigins=["https://words.example.com"])),
    ),
    "a page that may be kept for ever": minds(
        site.files_are_told_apart_by_their_names,
        _file(key="index.html", cacheControl="public, max-age=31536000, immutable"),
        "site-file may be kept for ever under a name that stays, or not under one that changes",
    ),
    "a hashed file that is asked for each time": minds(
        site.files_are_told_apart_by_their_names,
        _file(key="assets/0/main.js", cacheControl="no-cache"),
        "site-file may be kept for ever under a name that stays, or not under one that changes",
    ),
    "a hashed file of which nothing is told": minds(
        site.files_are_told_apart_by_their_names,
        _file(key="assets/0/main.js"),
        "site-file may be kept for ever under a name that stays, or not under one that changes",
    ),
    "a file that is not the page's": lets_pass(
        site.files_are_told_apart_by_their_names,
        _file(key="assets/0/main.py", bucket="<cache-results-bucket.bucket>"),
    ),
    "a hashed file that may be kept for ever": lets_pass(
        site.files_are_told_apart_by_their_names,
        _file(key="assets/0/main.js", cacheControl="public, max-age=31536000, immutable"),
    ),
}
