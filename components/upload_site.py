"""Where people come in: the page, the API that opens requests and answers for them, the bucket that takes pictures."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws

from components.event_queue import RETENTION_DAYS
from components.event_topic import event_topic
from components.front_secret import FrontSecret, FrontSecretArgs
from components.grant import reasoned
from components.lambda_function import LambdaFunction, LambdaFunctionArgs
from components.notifier import look_ups
from components.prefix import Folder
from components.private_bucket import Expiry, PrivateBucket, PrivateBucketArgs, Wakes
from components.resource_policy import OurService
from components.site_files import FRONT_PAGE, has_front_page
from components.site_hosting import SiteHosting, SiteHostingArgs
from components.tags import tags_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi import Output

    from components.grant import Grant
    from components.lambda_function import LambdaPlatform
    from components.notifier import Notifier
    from components.result_cache import ResultCache
    from components.settings import MailSettings, SiteSettings
    from components.site_files import SiteFile

_UPLOADS: Final = Folder("uploads/")
_UPLOAD_DAYS: Final = RETENTION_DAYS + 1
"""An upload must outlive the message that tells of it."""

_ROUTES: Final = {
    "open": "POST /api/uploads",
    "status": "GET /api/requests/{request_id}",
    "prove": "POST /api/addresses",
    "proof": "GET /api/addresses/{proof_id}",
    "confirm": "POST /api/addresses/confirm",
    "stop": "POST /api/addresses/stop",
    "words-json": "GET /api/requests/{request_id}/word-count.json",
    "words-csv": "GET /api/requests/{request_id}/word-count.csv",
    "text": "GET /api/requests/{request_id}/text.txt",
    "resend": "POST /api/requests/{request_id}/resend",
    "delete": "DELETE /api/requests/{request_id}",
    "openapi": "GET /api/openapi.json",
}
"""The API's operations, as `runtime/handlers/operations.py` has them."""

_SHARE_OF_WRITES: Final = 4
"""What writes a row, signs a form or has a mail sent gets a fourth of the rate, each route for itself."""

_ACCESS_LOG: Final = {
    "time": "$context.requestTime",
    "id": "$context.requestId",
    "route": "$context.routeKey",
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "milliseconds": "$context.responseLatency",
    "integration_error": "$context.integrationErrorMessage",
}
"""Enough to see how the API fares; nothing that tells who asked."""


@dataclass(frozen=True, kw_only=True)
class UploadSiteArgs:
    """What the site needs to know.

    Attributes:
        settings: Its own.
        mail_settings: How addresses are proven.
        files: The page's.
        platform: What its function runs on.
        cache: Where results are.
        notifier: Who writes to people.
    """

    settings: SiteSettings
    mail_settings: MailSettings
    files: Sequence[SiteFile]
    platform: LambdaPlatform
    cache: ResultCache
    notifier: Notifier


class UploadSite(pulumi.ComponentResource):
    """The page, the uploads bucket, the topic that tells of each upload, and the API.

    Attributes:
        url: Where people find the page, and its API under `/api/`; no slash at the end.
        api_url: Where CloudFront finds the API, which answers nobody else.
    """

    bucket_name: Output[str]
    topic_arn: Output[str]
    api: LambdaFunction
    api_url: Output[str]
    url: Output[str]

    def __init__(self, name: str, args: UploadSiteArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ocr:index:UploadSite", name, None, opts)
        self._uploads = PrivateBucket(
            f"{name}-uploads",
            PrivateBucketArgs(
                expiries=(Expiry(folder=_UPLOADS, days=_UPLOAD_DAYS),),
                # An upload that is still here when the stack goes has nobody left to read it.
                keeps_data=False,
                tags=tags_of(name),
            ),
            pulumi.ResourceOptions(parent=self),
        )
        self.bucket_name = self._uploads.name
        self.topic_arn = self._topic(name)
        api = aws.apigatewayv2.Api(
            f"{name}-http",
            protocol_type="HTTP",
            tags=tags_of(name),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.api_url = api.api_endpoint
        secret = FrontSecret(
            f"{name}-front",
            FrontSecretArgs(version=args.settings.front_secret_version, tags=tags_of(name)),
            pulumi.ResourceOptions(parent=self),
        )
        self.url = self._hosting(name, args, secret)
        self._uploads.takes_forms_of(self.url)
        self.api = LambdaFunction(
            f"{name}-api",
            LambdaFunctionArgs(
                handler="api",
                platform=args.platform,
                timeout_seconds=10,
                memory_megabytes=512,
                grants=(
                    self.sign_forms(),
                    args.cache.open_requests(),
                    args.cache.read_records(),
                    args.cache.read_results(),
                    args.cache.open_proofs(),
                    args.cache.know_addresses(),
                    args.cache.issue_tokens(),
                    args.cache.count_spending(),
                    args.notifier.wake(),
                    *look_ups(args.mail_settings),
                ),
                variables={
                    "FORM_MINUTES": str(args.settings.form_minutes),
                    "REQUEST_TTL_DAYS": str(args.settings.request_ttl_days),
                    "UPLOADS_PER_ADDRESS_AND_DAY": str(args.settings.uploads_per_address_and_day),
                    "UPLOADS_PER_DAY": str(args.settings.uploads_per_day),
                    "PROOFS_OF_ALL_PER_DAY": str(args.mail_settings.proofs_of_all_per_day),
                    "MAIL_VERIFICATION": args.mail_settings.verification,
                    # Only when CloudFront shows the new one everywhere is the one before forgotten.
                    "FRONT_DIGESTS": pulumi.Output.all(secret.digests, self.url).apply(lambda known: known[0]),
                },
                tags=tags_of(name),
            ),
            pulumi.ResourceOptions(parent=self),
        )
        self._routes(name, args, api)
        self.register_outputs({"bucket_name": self.bucket_name, "api_url": self.api_url, "url": self.url})

    @reasoned
    def sign_forms(self) -> Grant:
        """To write uploads: whoever uses a form acts with the rights of its signer."""
        return self._uploads.grant("SignUploadForms", ["s3:PutObject"], _UPLOADS, "UPLOADS_BUCKET")

    @reasoned
    def read_and_delete(self) -> Grant:
        """To read an upload once, and delete it."""
        return self._uploads.grant("TakeUploads", ["s3:GetObject", "s3:DeleteObject"], _UPLOADS, "UPLOADS_BUCKET")

    def _topic(self, name: str) -> Output[str]:
        """The topic that tells of each upload; two read it, and a bucket can tell only one of an object."""
        child = pulumi.ResourceOptions(parent=self)
        made = event_topic(f"{name}-topic", OurService.bucket(self._uploads.arn), tags_of(name), child)
        self._uploads.wakes(topics=(Wakes(folder=_UPLOADS, target_arn=made.topic.arn, let_in_by=made.policy),))
        return made.topic.arn

    def _hosting(self, name: str, args: UploadSiteArgs, secret: FrontSecret) -> Output[str]:
        """The page, and the API on its origin."""
        if not has_front_page(args.files):
            pulumi.log.info(f"web/ has no {FRONT_PAGE}: the site will have an API, and no page.", self)
        hosting = SiteHosting(
            f"{name}-web",
            SiteHostingArgs(
                files=args.files,
                domain=args.settings.domain or None,
                api_endpoint=self.api_url,
                front_secret=secret.shown,
                uploads_origin=pulumi.Output.concat("https://", self._uploads.regional_domain_name),
                tags=tags_of(name),
            ),
            pulumi.ResourceOptions(parent=self),
        )
        return hosting.url

    def _routes(self, name: str, args: UploadSiteArgs, api: aws.apigatewayv2.Api) -> None:
        """Lead the API's routes to its function."""
        child = pulumi.ResourceOptions(parent=self)
        tags = tags_of(name)
        aws.lambda_.Permission(
            f"{name}-http-calls-api",
            action="lambda:InvokeFunction",
            function=self.api.name,
            principal="apigateway.amazonaws.com",
            source_arn=pulumi.Output.concat(api.execution_arn, "/*/*"),
            opts=child,
        )
        integration = aws.apigatewayv2.Integration(
            f"{name}-http-integration",
            api_id=api.id,
            integration_type="AWS_PROXY",
            integration_uri=self.api.invoke_arn,
            payload_format_version="2.0",
            opts=child,
        )
        routes = [
            aws.apigatewayv2.Route(
                f"{name}-http-{label}",
                api_id=api.id,
                route_key=route,
                target=pulumi.Output.concat("integrations/", integration.id),
                opts=child,
            )
            for label, route in _ROUTES.items()
        ]
        access_log = aws.cloudwatch.LogGroup(
            f"{name}-http-logs",
            name=f"/{pulumi.get_project()}/{pulumi.get_stack()}/http",
            retention_in_days=args.platform.log_retention_days,
            tags=tags,
            opts=child,
        )
        aws.apigatewayv2.Stage(
            f"{name}-http-stage",
            api_id=api.id,
            name="$default",
            auto_deploy=True,
            default_route_settings={
                "throttling_rate_limit": args.settings.requests_per_second,
                "throttling_burst_limit": args.settings.request_burst,
            },
            route_settings=[
                {
                    "route_key": route,
                    "throttling_rate_limit": max(1, args.settings.requests_per_second // _SHARE_OF_WRITES),
                    "throttling_burst_limit": max(1, args.settings.request_burst // _SHARE_OF_WRITES),
                }
                for route in _ROUTES.values()
                if not route.startswith("GET ")
            ],
            access_log_settings={"destination_arn": access_log.arn, "format": json.dumps(_ACCESS_LOG)},
            tags=tags,
            # A stage is refused settings for a route that is not there yet.
            opts=pulumi.ResourceOptions(parent=self, depends_on=routes),
        )
