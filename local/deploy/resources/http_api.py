"""HTTP APIs: integrations, routes and stages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.deploy.creation import Created
from local.deploy.inputs import Free, Nested

if TYPE_CHECKING:
    from local.deploy.creation import Creation, Creator
    from local.deploy.inputs import Shape

_LONGEST_NAME = 128

_LIMITS: Shape = {
    "detailedMetricsEnabled": "DetailedMetricsEnabled",
    "throttlingBurstLimit": "ThrottlingBurstLimit",
    "throttlingRateLimit": "ThrottlingRateLimit",
}
_API: Shape = {
    "corsConfiguration": Nested(
        "CorsConfiguration",
        {
            "allowCredentials": "AllowCredentials",
            "allowHeaders": "AllowHeaders",
            "allowMethods": "AllowMethods",
            "allowOrigins": "AllowOrigins",
            "exposeHeaders": "ExposeHeaders",
            "maxAge": "MaxAge",
        },
    ),
    "description": "Description",
    "disableExecuteApiEndpoint": "DisableExecuteApiEndpoint",
    "protocolType": "ProtocolType",
}
_INTEGRATION: Shape = {
    "apiId": "ApiId",
    "description": "Description",
    "integrationMethod": "IntegrationMethod",
    "integrationType": "IntegrationType",
    "integrationUri": "IntegrationUri",
    "payloadFormatVersion": "PayloadFormatVersion",
    "timeoutMilliseconds": "TimeoutInMillis",
}
_ROUTE: Shape = {
    "apiId": "ApiId",
    "authorizationType": "AuthorizationType",
    "operationName": "OperationName",
    "routeKey": "RouteKey",
    "target": "Target",
}
_STAGE: Shape = {
    "accessLogSettings": Nested("AccessLogSettings", {"destinationArn": "DestinationArn", "format": "Format"}),
    "apiId": "ApiId",
    "autoDeploy": "AutoDeploy",
    "defaultRouteSettings": Nested("DefaultRouteSettings", _LIMITS),
    "description": "Description",
    "stageVariables": Free("StageVariables"),
}


def _api(creation: Creation) -> Created:
    answer = creation.call(
        "apigatewayv2",
        "create_api",
        Name=creation.named(longest=_LONGEST_NAME),
        Tags=creation.tags() or None,
        **creation.inputs.translate(_API),
    )
    api, target = answer["ApiId"], creation.target
    return Created(
        api,
        {
            "apiEndpoint": answer["ApiEndpoint"],
            "arn": f"arn:aws:apigateway:{target.region}::/apis/{api}",
            "executionArn": f"arn:aws:execute-api:{target.region}:{target.account_id}:{api}",
            "name": answer["Name"],
        },
    )


def _integration(creation: Creation) -> Created:
    answer = creation.call("apigatewayv2", "create_integration", **creation.inputs.translate(_INTEGRATION))
    return Created(answer["IntegrationId"])


def _route(creation: Creation) -> Created:
    answer = creation.call("apigatewayv2", "create_route", **creation.inputs.translate(_ROUTE))
    return Created(answer["RouteId"])


def _stage(creation: Creation) -> Created:
    inputs, target = creation.inputs, creation.target
    name, request = creation.named(longest=_LONGEST_NAME), inputs.translate(_STAGE)
    routes = {route.text("routeKey"): route.translate(_LIMITS) for route in inputs.blocks("routeSettings")}
    creation.call(
        "apigatewayv2",
        "create_stage",
        StageName=name,
        RouteSettings=routes or None,
        Tags=creation.tags() or None,
        **request,
    )
    api = request["ApiId"]
    address = creation.call("apigatewayv2", "get_api", ApiId=api)["ApiEndpoint"]
    return Created(
        name,
        {
            "arn": f"arn:aws:apigateway:{target.region}::/apis/{api}/stages/{name}",
            "executionArn": f"arn:aws:execute-api:{target.region}:{target.account_id}:{api}/{name}",
            "invokeUrl": f"{address}/" if name == "$default" else f"{address}/{name}",
            "name": name,
        },
    )


CREATORS: dict[str, Creator] = {
    "aws:apigatewayv2/api:Api": _api,
    "aws:apigatewayv2/integration:Integration": _integration,
    "aws:apigatewayv2/route:Route": _route,
    "aws:apigatewayv2/stage:Stage": _stage,
}
