from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.components.examples.changes import LEFT_OUT, all_of, but, more, twice, unwaited, without
from tests.components.examples.example import lets_pass, minds
from tests.components.rules import callers
from tests.components.rules.kinds import (
    API,
    EVENT_RULE,
    EVENT_TARGET,
    FUNCTION,
    INTEGRATION,
    LOG_GROUP,
    PERMISSION,
    ROUTE,
    STAGE,
)

if TYPE_CHECKING:
    from tests.components.examples.example import Example
    from tests.components.recorder import RecordedStack


def only_opening(stack: RecordedStack) -> RecordedStack:
    """The API has no route but one."""
    others = [route.name for route in stack.of(ROUTE) if route.name != "site-http-open"]
    return all_of(*(without(ROUTE, name) for name in others))(stack)


_BY_S3: Final = {
    "principal": "s3.amazonaws.com",
    "action": "lambda:InvokeFunction",
    "function": "<site-api-lambda.name>",
    "sourceArn": "<site-uploads-bucket.arn>",
}

_ROUTES: Final = (
    "$default",
    "GET /",
    "ANY /api",
    "GET /api/requests/{request_id}/words",
    "POST /{proxy+}",
    "DELETE /api/{proxy+}",
)

_NO_ROUTES: Final = (
    "/api/uploads",
    "FETCH /api/uploads",
    "GET api/uploads",
    "GET /api//uploads",
    "GET /api/",
    "GET /{proxy+}/api",
    "GET /api/{request-id}",
    "GET /api?words",
    "$defaults",
)


EXAMPLES: Final[dict[str, Example]] = {
    "a permission about a function that is not ours": minds(
        callers.functions_are_called_for_us_only,
        but(PERMISSION, "site-http-calls-api", function="elsewhere"),
        "site-http-calls-api is about a function that is not ours",
    ),
    "a permission to change a function": minds(
        callers.functions_are_called_for_us_only,
        but(PERMISSION, "site-http-calls-api", action="lambda:*"),
        "site-http-calls-api lets apigateway.amazonaws.com do lambda:*",
    ),
    "a function that anybody may call": minds(
        callers.functions_are_called_for_us_only,
        but(PERMISSION, "site-http-calls-api", principal="*"),
        "site-http-calls-api lets in *, which calls nothing for us",
    ),
    "any API of any account": minds(
        callers.functions_are_called_for_us_only,
        but(PERMISSION, "site-http-calls-api", sourceArn="arn:aws:execute-api:*"),
        "site-http-calls-api lets in apigateway.amazonaws.com for what is not ours",
    ),
    "a stage of ours alone": minds(
        callers.functions_are_called_for_us_only,
        but(PERMISSION, "site-http-calls-api", sourceArn="<site-http.executionArn>"),
        "site-http-calls-api lets in apigateway.amazonaws.com for what is not ours",
    ),
    "any schedule of any account": minds(
        callers.functions_are_called_for_us_only,
        but(PERMISSION, "mend-schedule-calls-sweep", sourceArn=LEFT_OUT),
        "mend-schedule-calls-sweep lets in events.amazonaws.com for what is not ours",
    ),
    "a schedule that calls for an API": minds(
        callers.functions_are_called_for_us_only,
        but(PERMISSION, "mend-schedule-calls-sweep", sourceArn="<site-http.executionArn>/*/*"),
        "mend-schedule-calls-sweep lets in events.amazonaws.com for what is not ours",
    ),
    "a schedule of another account": minds(
        callers.functions_are_called_for_us_only,
        but(PERMISSION, "mend-schedule-calls-sweep", sourceAccount="999999999999"),
        "mend-schedule-calls-sweep lets in events.amazonaws.com for another account",
    ),
    "a bucket of any account": minds(
        callers.functions_are_called_for_us_only,
        more(PERMISSION, "site-calls", **_BY_S3),
        "site-calls lets in s3.amazonaws.com for another account",
    ),
    "a bucket of this account": lets_pass(
        callers.functions_are_called_for_us_only,
        more(PERMISSION, "site-calls", sourceAccount="123456789012", **_BY_S3),
    ),
    "a route of an API that is not ours": minds(
        callers.routes_lead_to_a_function,
        but(ROUTE, "site-http-open", apiId="elsewhere"),
        "site-http-open leads nowhere",
    ),
    "a route of an API that is not ours, to an integration that is": minds(
        callers.routes_lead_to_a_function,
        all_of(only_opening, without(API, "site-http")),
        "site-http-open leads nowhere",
    ),
    "a route to an integration that is not there": minds(
        callers.routes_lead_to_a_function,
        but(ROUTE, "site-http-open", target=LEFT_OUT),
        "site-http-open leads nowhere",
    ),
    "a route to the integration of another API": minds(
        callers.routes_lead_to_a_function,
        all_of(more(API, "site-other"), but(ROUTE, "site-http-open", apiId="site-other-id")),
        "site-http-open leads nowhere",
    ),
    "a route to a function that is not ours": minds(
        callers.routes_lead_to_a_function,
        all_of(but(INTEGRATION, "site-http-integration", integrationUri="elsewhere"), only_opening),
        "site-http-open leads to a function that the API may not call",
    ),
    **{
        f"an API that calls its function with another {what}": minds(
            callers.routes_lead_to_a_function,
            all_of(but(PERMISSION, "site-http-calls-api", **{what: value}), only_opening),
            "site-http-open leads to a function that the API may not call",
        )
        for what, value in {
            "principal": "s3.amazonaws.com",
            "action": "lambda:GetFunction",
            "function": "<mend-sweep-lambda.name>",
            "sourceArn": "<elsewhere.executionArn>/*/*",
        }.items()
    },
    "a function that outlasts its API": minds(
        callers.routes_lead_to_a_function,
        all_of(but(FUNCTION, "site-api-lambda", timeout=31), only_opening),
        "site-api-lambda may take longer than 30 s, and site-http-open waits no longer",
    ),
    "a function that takes as long as its API waits": lets_pass(
        callers.routes_lead_to_a_function,
        but(FUNCTION, "site-api-lambda", timeout=30),
    ),
    "an integration with a site": minds(
        callers.routes_lead_to_a_function,
        but(INTEGRATION, "site-http-integration", integrationType="HTTP_PROXY"),
        "site-http-integration is of a type that no rule looks at",
    ),
    "an integration of the older shape": minds(
        callers.routes_lead_to_a_function,
        but(INTEGRATION, "site-http-integration", payloadFormatVersion=LEFT_OUT),
        "site-http-integration hands on events of another shape than 2.0",
    ),
    **{
        f"the route {route}": lets_pass(
            callers.routes_are_ones_that_api_gateway_takes, but(ROUTE, "site-http-open", routeKey=route)
        )
        for route in _ROUTES
    },
    **{
        f"the route {route}": minds(
            callers.routes_are_ones_that_api_gateway_takes,
            but(ROUTE, "site-http-open", routeKey=route),
            f"{route!r} is no route",
        )
        for route in _NO_ROUTES
    },
    "two routes that are one": minds(
        callers.routes_are_ones_that_api_gateway_takes,
        twice(ROUTE, "site-http-open", "site-http-again"),
        "2 routes of one API are 'POST /api/uploads'",
    ),
    "one route of two APIs": lets_pass(
        callers.routes_are_ones_that_api_gateway_takes,
        more(ROUTE, "site-other-open", apiId="site-other-id", routeKey="POST /api/uploads"),
    ),
    "a schedule without a target": minds(
        callers.schedules_call_a_function,
        without(EVENT_TARGET, "mend-sweeps-target"),
        "mend-sweeps calls nobody",
    ),
    "a schedule that is switched off": minds(
        callers.schedules_call_a_function,
        but(EVENT_RULE, "mend-sweeps", state="DISABLED"),
        "mend-sweeps is switched off",
    ),
    "a schedule that is switched on": lets_pass(
        callers.schedules_call_a_function,
        but(EVENT_RULE, "mend-sweeps", state="ENABLED"),
    ),
    "a target that is no function of ours": minds(
        callers.schedules_call_a_function,
        but(EVENT_TARGET, "mend-sweeps-target", arn="<elsewhere.arn>"),
        "mend-sweeps-target calls a function that its schedule may not call",
    ),
    "a target of a schedule that is not ours": minds(
        callers.schedules_call_a_function,
        all_of(
            twice(EVENT_TARGET, "mend-sweeps-target", "mend-more"), but(EVENT_TARGET, "mend-more", rule="elsewhere")
        ),
        "mend-more calls a function that its schedule may not call",
    ),
    "a schedule that may not call its function": minds(
        callers.schedules_call_a_function,
        but(PERMISSION, "mend-schedule-calls-sweep", action="lambda:GetFunction"),
        "mend-sweeps-target calls a function that its schedule may not call",
    ),
    "a schedule that calls before it may": minds(
        callers.schedules_call_a_function,
        unwaited(EVENT_TARGET, "mend-sweeps-target"),
        "mend-sweeps-target may call before its schedule is let in",
    ),
    "an API without a stage": minds(
        callers.apis_are_throttled,
        without(STAGE, "site-http-stage"),
        "site-http has 0 stages",
    ),
    "an API without limits": minds(
        callers.apis_are_throttled,
        but(STAGE, "site-http-stage", defaultRouteSettings=LEFT_OUT),
        "site-http-stage takes as many requests as come: it has no throttlingRateLimit",
        "site-http-stage takes as many requests as come: it has no throttlingBurstLimit",
    ),
    "a stage of a name": minds(
        callers.apis_are_throttled,
        but(STAGE, "site-http-stage", name="v1"),
        "site-http-stage has its routes below a name of its own",
    ),
    "a stage that stays as it was": minds(
        callers.apis_are_throttled,
        but(STAGE, "site-http-stage", autoDeploy=LEFT_OUT),
        "site-http-stage goes on as it was when its routes change",
    ),
    "an API without a log": minds(
        callers.access_logs_are_discreet,
        but(STAGE, "site-http-stage", accessLogSettings=LEFT_OUT),
        "site-http-stage logs to nothing of ours",
        "site-http-stage logs no request's id, which API Gateway asks for",
    ),
    "an API whose log is not ours": minds(
        callers.access_logs_are_discreet,
        without(LOG_GROUP, "site-http-logs"),
        "site-http-stage logs to nothing of ours",
    ),
    **{
        f"an access log with {said}": minds(
            callers.access_logs_are_discreet,
            but(
                STAGE,
                "site-http-stage",
                accessLogSettings={"destinationArn": "<site-http-logs.arn>", "format": f"$context.requestId {said}"},
            ),
            f"site-http-stage logs who asked for what: {said}",
        )
        for said in ("$context.identity.sourceIp", "$context.path", "$context.authorizer.claims.email")
    },
}
