"""HTTP APIs: integrations, routes and stages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.deploy.creation import Created
from local.deploy.inputs import Free, Nested
from local.deploy.kind import Kind

if TYPE_CHECKING:
    from local.deploy.creation import Creation
    from local.deploy.deletion import Deletion
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


def _delete_api(deletion: Deletion) -> None:
    deletion.call("apigatewayv2", "delete_api", ApiId=deletion.id)


def _integration(creation: Creation) -> Created:
    answer = creation.call("apigatewayv2", "create_integration", **creation.inputs.translate(_INTEGRATION))
    return Created(answer["IntegrationId"])


def _delete_integration(deletion: Deletion) -> None:
    api = deletion.inputs.text("apiId")
    deletion.call("apigatewayv2", "delete_integration", ApiId=api, IntegrationId=deletion.id)


def _route(creation: Creation) -> Created:
    answer = creation.call("apigatewayv2", "create_route", **creation.inputs.translate(_ROUTE))
    return Created(answer["RouteId"])


def _delete_route(deletion: Deletion) -> None:
    deletion.call("apigatewayv2", "delete_route", ApiId=deletion.inputs.text("apiId"), RouteId=deletion.id)


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


def _delete_stage(deletion: Deletion) -> None:
    deletion.call("apigatewayv2", "delete_stage", ApiId=deletion.inputs.text("apiId"), StageName=deletion.id)


KINDS: dict[str, Kind] = {
    "aws:apigatewayv2/api:Api": Kind(_api, _delete_api),
    "aws:apigatewayv2/integration:Integration": Kind(_integration, _delete_integration),
    "aws:apigatewayv2/route:Route": Kind(_route, _delete_route),
    "aws:apigatewayv2/stage:Stage": Kind(_stage, _delete_stage),
}
