"""The page's hosting by itself, with a page that stands in for ours and an API that tells what it is asked."""

from __future__ import annotations

import json
from pathlib import Path

import pulumi
import pulumi_aws as aws

from components import site_files
from components.front_secret import FrontSecret, FrontSecretArgs
from components.site_hosting import SiteHosting, SiteHostingArgs

ECHO = """
import json, os

def handler(event, context):
    told = {"event": event, "site": os.environ["SITE_URL"], "digests": os.environ["FRONT_DIGESTS"]}
    status = int((event.get("queryStringParameters") or {}).get("status", 200))
    headers = {"content-type": "application/json", "cache-control": "no-store", "x-frame-options": "its own"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(told)}
"""
TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}

api = aws.apigatewayv2.Api("http", protocol_type="HTTP")
uploads = aws.s3.Bucket("uploads", force_destroy=True)
secret = FrontSecret("front", FrontSecretArgs(version=1, tags={"part": "site"}))
hosting = SiteHosting(
    "web",
    SiteHostingArgs(
        files=site_files.read(Path(__file__).parent / "web"),
        domain=pulumi.Config().get("domain") or None,
        api_endpoint=api.api_endpoint,
        front_secret=secret.shown,
        uploads_origin=pulumi.Output.concat("https://", uploads.bucket_regional_domain_name),
        tags={"part": "site"},
    ),
)
role = aws.iam.Role("echo", assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement": [TRUST]}))
echo = aws.lambda_.Function(
    "echo",
    role=role.arn,
    runtime="python3.13",
    handler="main.handler",
    code=pulumi.AssetArchive({"main.py": pulumi.StringAsset(ECHO)}),
    environment={"variables": {"SITE_URL": hosting.url, "FRONT_DIGESTS": secret.digests}},
)
aws.lambda_.Permission(
    "http",
    action="lambda:InvokeFunction",
    function=echo.name,
    principal="apigateway.amazonaws.com",
    source_arn=pulumi.Output.concat(api.execution_arn, "/*/*"),
)
integration = aws.apigatewayv2.Integration(
    "http",
    api_id=api.id,
    integration_type="AWS_PROXY",
    integration_uri=echo.invoke_arn,
    payload_format_version="2.0",
)
aws.apigatewayv2.Route(
    "http", api_id=api.id, route_key="ANY /api/{proxy+}", target=pulumi.Output.concat("integrations/", integration.id)
)
aws.apigatewayv2.Stage("http", api_id=api.id, name="$default", auto_deploy=True)

pulumi.export("site_url", hosting.url)
pulumi.export("api_url", api.api_endpoint)
pulumi.export("uploads", uploads.bucket)
pulumi.export("function", echo.name)
