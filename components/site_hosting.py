"""The page on the web: its files in a private bucket, and CloudFront, one origin for them and for the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws

from components.front_secret import FRONT_SECRET_HEADER
from components.private_bucket import PrivateBucket, PrivateBucketArgs
from components.resource_policy import OurService
from components.site_files import FRONT_PAGE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulumi import Input, Output

    from components.site_files import SiteFile

# Policies of AWS's own, the same in every account: CloudFront's developer guide, using-managed-cache-policies.html and
# using-managed-origin-request-policies.html.
_NOTHING_CACHED: Final = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
_ALL_HEADERS_BUT_HOST: Final = "b689b0a8-53d0-40ab-baf2-68738e2966ac"

_PAGE, _API = "page", "api"
_YEAR: Final = 31_536_000

_ERRORS: Final = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)
"""All that CloudFront can be told about."""

# A certificate for CloudFront has to be in this region, wherever the stack is.
_CERTIFICATE_REGION: Final = "us-east-1"


@dataclass(frozen=True, kw_only=True)
class SiteHostingArgs:
    """What is served, and what it may speak to.

    Attributes:
        files: The page's.
        domain: Its own domain name; None for CloudFront's.
        api_endpoint: The address of the API.
        front_secret: What tells the API that CloudFront asks.
        uploads_origin: Where the page sends pictures to, besides the API.
        tags: On all that bears tags.
    """

    files: Sequence[SiteFile]
    domain: str | None
    api_endpoint: Input[str]
    front_secret: Input[str]
    uploads_origin: Input[str]
    tags: Mapping[str, str]


class SiteHosting(pulumi.ComponentResource):
    """A distribution of CloudFront's, and the bucket that it serves.

    Attributes:
        url: Where people find the page, without a slash at the end. Known once CloudFront has it everywhere.
    """

    url: Output[str]

    def __init__(self, name: str, args: SiteHostingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ocr:index:SiteHosting", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self._name = name
        self._args = args
        self._bucket = PrivateBucket(
            f"{name}-page",
            # All of it can be uploaded again.
            PrivateBucketArgs(expiries=(), keeps_data=False, policy_follows=True, tags=args.tags),
            child,
        )
        distribution = self._distribution()
        cloudfront = OurService.distribution(distribution.arn)
        self._bucket.lets_in(
            cloudfront.may("s3:GetObject", pulumi.Output.concat(self._bucket.arn, "/*"), "PageReadByOurSite"),
            # Without it S3 says of what is missing that it is forbidden. Nothing of it is secret.
            cloudfront.may("s3:ListBucket", self._bucket.arn, "MissingToldToOurSite"),
        )
        self._upload()
        self.url = pulumi.Output.concat("https://", distribution.domain_name.apply(lambda own: args.domain or own))
        self.register_outputs({"url": self.url})

    def _distribution(self) -> aws.cloudfront.Distribution:
        child = pulumi.ResourceOptions(parent=self)
        name, args = self._name, self._args
        access = aws.cloudfront.OriginAccessControl(
            f"{name}-access",
            origin_access_control_origin_type="s3",
            signing_behavior="always",
            signing_protocol="sigv4",
            opts=child,
        )
        headers = self._headers()
        return aws.cloudfront.Distribution(
            f"{name}-distribution",
            enabled=True,
            comment=f"{pulumi.get_project()} {pulumi.get_stack()}",
            aliases=[args.domain] if args.domain else None,
            default_root_object=FRONT_PAGE,
            http_version="http2and3",
            is_ipv6_enabled=True,
            price_class="PriceClass_100",
            origins=[
                {
                    "origin_id": _PAGE,
                    "domain_name": self._bucket.regional_domain_name,
                    "origin_access_control_id": access.id,
                },
                {
                    "origin_id": _API,
                    "domain_name": pulumi.Output.from_input(args.api_endpoint).apply(_host),
                    "custom_origin_config": {
                        "http_port": 80,
                        "https_port": 443,
                        "origin_protocol_policy": "https-only",
                        "origin_ssl_protocols": ["TLSv1.2"],
                    },
                    "custom_headers": [{"name": FRONT_SECRET_HEADER, "value": args.front_secret}],
                },
            ],
            default_cache_behavior={
                "target_origin_id": _PAGE,
                "viewer_protocol_policy": "redirect-to-https",
                "allowed_methods": ["GET", "HEAD"],
                "cached_methods": ["GET", "HEAD"],
                "compress": True,
                "cache_policy_id": self._as_each_file_says().id,
                "response_headers_policy_id": headers.id,
            },
            ordered_cache_behaviors=[
                {
                    "path_pattern": "/api/*",
                    "target_origin_id": _API,
                    # No redirection: what is sent has gone over the wire in the clear by then.
                    "viewer_protocol_policy": "https-only",
                    "allowed_methods": ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
                    "cached_methods": ["GET", "HEAD"],
                    "compress": True,
                    "cache_policy_id": _NOTHING_CACHED,
                    "origin_request_policy_id": _ALL_HEADERS_BUT_HOST,
                    "response_headers_policy_id": headers.id,
                },
            ],
            # CloudFront would keep an error for 10 seconds, the API's too. It has no pages for them: they would stand
            # in for the API's own answers as well.
            custom_error_responses=[{"error_code": error, "error_caching_min_ttl": 0} for error in _ERRORS],
            restrictions={"geo_restriction": {"restriction_type": "none"}},
            viewer_certificate=self._certificate(),
            tags=args.tags,
            opts=child,
        )

    def _as_each_file_says(self) -> aws.cloudfront.CachePolicy:
        """Kept as long as the file's own header says, else not at all."""
        nothing = {"cookie_behavior": "none"}, {"header_behavior": "none"}, {"query_string_behavior": "none"}
        cookies, headers, queries = nothing
        return aws.cloudfront.CachePolicy(
            f"{self._name}-cache",
            comment="As long as each file says",
            min_ttl=0,
            default_ttl=0,
            max_ttl=_YEAR,
            parameters_in_cache_key_and_forwarded_to_origin={
                "cookies_config": cookies,
                "headers_config": headers,
                "query_strings_config": queries,
                "enable_accept_encoding_brotli": True,
                "enable_accept_encoding_gzip": True,
            },
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _headers(self) -> aws.cloudfront.ResponseHeadersPolicy:
        """What every answer tells the browser not to do."""
        uploads = pulumi.Output.from_input(self._args.uploads_origin)
        return aws.cloudfront.ResponseHeadersPolicy(
            f"{self._name}-headers",
            comment="What a browser must not do with any of it",
            security_headers_config={
                "content_security_policy": {
                    "content_security_policy": uploads.apply(content_security_policy),
                    "override": True,
                },
                "content_type_options": {"override": True},
                "frame_options": {"frame_option": "DENY", "override": True},
                "referrer_policy": {"referrer_policy": "no-referrer", "override": True},
                # Not for subdomains: of a domain of somebody's own they are none of our business.
                "strict_transport_security": {"access_control_max_age_sec": _YEAR, "override": True},
            },
            custom_headers_config={
                "items": [
                    {"header": header, "value": value, "override": True} for header, value in _MORE_HEADERS.items()
                ],
            },
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _certificate(self) -> aws.cloudfront.DistributionViewerCertificateArgs:
        """CloudFront's own; or the domain's, once its owner has proven by a DNS record that it is theirs."""
        if not self._args.domain:
            return aws.cloudfront.DistributionViewerCertificateArgs(cloudfront_default_certificate=True)
        child = pulumi.ResourceOptions(parent=self)
        certificate = aws.acm.Certificate(
            f"{self._name}-certificate",
            region=_CERTIFICATE_REGION,
            domain_name=self._args.domain,
            validation_method="DNS",
            tags=self._args.tags,
            opts=child,
        )
        proven = aws.acm.CertificateValidation(
            f"{self._name}-certificate-proof",
            region=_CERTIFICATE_REGION,
            certificate_arn=certificate.arn,
            opts=child,
        )
        return aws.cloudfront.DistributionViewerCertificateArgs(
            acm_certificate_arn=proven.certificate_arn,
            ssl_support_method="sni-only",
            minimum_protocol_version="TLSv1.2_2021",
        )

    def _upload(self) -> None:
        """Upload the files, and pages only when what they point to is there."""
        others: list[pulumi.Resource] = []
        for file in self._args.files:
            uploaded = aws.s3.BucketObjectv2(
                f"{self._name}-file-{file.path}",
                bucket=self._bucket.name,
                key=file.key,
                source=file.content,
                content_type=file.content_type,
                cache_control=file.cache_control,
                tags=self._args.tags,
                opts=pulumi.ResourceOptions(
                    parent=self,
                    retain_on_delete=file.stays,
                    depends_on=[] if file.stays else [*others],
                ),
            )
            others.append(uploaded)


_MORE_HEADERS: Final = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    # Only what browsers know: of others they complain. A phone's own camera, behind a file input, needs none of these.
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def content_security_policy(uploads_origin: str) -> str:
    """What the page may load and whom it may speak to: its own origin, and the bucket that takes pictures."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' blob: data:",
            f"connect-src 'self' {uploads_origin}",
            "form-action 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def _host(url: str) -> str:
    return url.removeprefix("https://").partition("/")[0]
