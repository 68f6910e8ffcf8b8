"""Who calls functions: the API's routes and the schedules, each let in for itself alone."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from tests.components.recorder import ACCOUNT
from tests.components.rules import kinds
from tests.components.rules.reading import by, callers
from tests.components.rules.schedule_expression import refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.components.recorder import RecordedStack

CALLERS: Final = {
    "apigateway.amazonaws.com": (kinds.API, "executionArn", "/*/*"),
    "events.amazonaws.com": (kinds.EVENT_RULE, "arn", ""),
    "s3.amazonaws.com": (kinds.BUCKET, "arn", ""),
}
"""The services that call functions: for what type of ours, by which ARN of it, and what follows in that."""

NAMES_NO_ACCOUNT: Final = {"s3.amazonaws.com"}
"""Services whose ARNs name no account: somebody else may own a bucket of that name later."""

LONGEST_ANSWER: Final = 30
"""Seconds after which an HTTP API gives up.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
"""


_SEGMENT: Final = r"(?:[\w.~-]+|\{\w+\})"
ROUTE_KEY: Final = re.compile(
    r"\$default|(?:ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT) "
    rf"/(?:{_SEGMENT}(?:/{_SEGMENT})*(?:/\{{\w+\+\}})?|\{{\w+\+\}})?",
    re.ASCII,
)
"""A method and a path, whose last part may take all that is left."""


def functions_are_called_for_us_only(stack: RecordedStack) -> Iterator[str]:
    functions = by(stack, kinds.FUNCTION, "name")
    for permission in stack.of(kinds.PERMISSION):
        principal = permission.inputs["principal"]
        if permission.inputs["function"] not in functions:
            yield f"{permission.name} is about a function that is not ours"
        if permission.inputs["action"] != "lambda:InvokeFunction":
            yield f"{permission.name} lets {principal} do {permission.inputs['action']}"
        if principal not in CALLERS:
            yield f"{permission.name} lets in {principal}, which calls nothing for us"
            continue
        kind, attribute, below = CALLERS[principal]
        if permission.inputs.get("sourceArn") not in {found.out(attribute) + below for found in stack.of(kind)}:
            yield f"{permission.name} lets in {principal} for what is not ours"
        if permission.inputs.get("sourceAccount", "" if principal in NAMES_NO_ACCOUNT else ACCOUNT) != ACCOUNT:
            yield f"{permission.name} lets in {principal} for another account"


def routes_lead_to_a_function(stack: RecordedStack) -> Iterator[str]:
    functions, apis = by(stack, kinds.FUNCTION, "invokeArn"), by(stack, kinds.API, "id")
    integrations = {f"integrations/{found.out('id')}": found for found in stack.of(kinds.INTEGRATION)}
    called = callers(stack, "apigateway.amazonaws.com")
    for route in stack.of(kinds.ROUTE):
        api = apis.get(route.inputs["apiId"])
        integration = integrations.get(route.inputs.get("target", ""))
        if api is None or integration is None or integration.inputs["apiId"] != route.inputs["apiId"]:
            yield f"{route.name} leads nowhere"
            continue
        function = functions.get(integration.inputs["integrationUri"])
        if function is None or (function.out("name"), api.out("executionArn") + "/*/*") not in called:
            yield f"{route.name} leads to a function that the API may not call"
            continue
        if function.inputs["timeout"] > LONGEST_ANSWER:
            yield f"{function.name} may take longer than {LONGEST_ANSWER} s, and {route.name} waits no longer"
    for integration in stack.of(kinds.INTEGRATION):
        if integration.inputs["integrationType"] != "AWS_PROXY":
            yield f"{integration.name} is of a type that no rule looks at"
        if integration.inputs.get("payloadFormatVersion") != "2.0":
            yield f"{integration.name} hands on events of another shape than 2.0"


def routes_are_ones_that_api_gateway_takes(stack: RecordedStack) -> Iterator[str]:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html"""
    routes = Counter((route.inputs["apiId"], route.inputs["routeKey"]) for route in stack.of(kinds.ROUTE))
    for (_, told), times in routes.items():
        if not ROUTE_KEY.fullmatch(told):
            yield f"{told!r} is no route"
        if times > 1:
            yield f"{times} routes of one API are {told!r}"


def schedules_call_a_function(stack: RecordedStack) -> Iterator[str]:
    functions, schedules = by(stack, kinds.FUNCTION, "arn"), by(stack, kinds.EVENT_RULE, "name")
    called = callers(stack, "events.amazonaws.com")
    for name, schedule in schedules.items():
        by_pattern = "eventPattern" in schedule.inputs
        if not by_pattern and (why := refusal(schedule.inputs.get("scheduleExpression", ""))):
            yield f"{schedule.name} has a schedule that EventBridge refuses: {why}"
        if name not in {target.inputs["rule"] for target in stack.of(kinds.EVENT_TARGET)}:
            yield f"{schedule.name} calls nobody"
        if schedule.inputs.get("state", "ENABLED") != "ENABLED":
            yield f"{schedule.name} is switched off"
    queues = by(stack, kinds.QUEUE, "arn")
    for target in stack.of(kinds.EVENT_TARGET):
        if target.inputs["arn"] in queues:
            continue  # see `events_are_let_in`
        function, schedule = functions.get(target.inputs["arn"]), schedules.get(target.inputs["rule"])
        if function is None or schedule is None or (function.out("name"), schedule.out("arn")) not in called:
            yield f"{target.name} calls a function that its schedule may not call"
        elif called[function.out("name"), schedule.out("arn")] not in target.after:
            yield f"{target.name} may call before its schedule is let in"


def apis_are_throttled(stack: RecordedStack) -> Iterator[str]:
    """At their one stage, which has no name, so that paths begin where the page expects them."""
    staged = Counter(stage.inputs["apiId"] for stage in stack.of(kinds.STAGE))
    for api in stack.of(kinds.API):
        if staged[api.out("id")] != 1:
            yield f"{api.name} has {staged[api.out('id')]} stages"
    for stage in stack.of(kinds.STAGE):
        limits = stage.inputs.get("defaultRouteSettings", {})
        for limit in ("throttlingRateLimit", "throttlingBurstLimit"):
            if limit not in limits:
                yield f"{stage.name} takes as many requests as come: it has no {limit}"
        if stage.inputs.get("name") != "$default":
            yield f"{stage.name} has its routes below a name of its own"
        if not stage.inputs.get("autoDeploy"):
            yield f"{stage.name} goes on as it was when its routes change"


def access_logs_are_discreet(stack: RecordedStack) -> Iterator[str]:
    groups = by(stack, kinds.LOG_GROUP, "arn")
    for stage in stack.of(kinds.STAGE):
        log = stage.inputs.get("accessLogSettings", {})
        if log.get("destinationArn") not in groups:
            yield f"{stage.name} logs to nothing of ours"
        if "$context.requestId" not in log.get("format", ""):
            yield f"{stage.name} logs no request's id, which API Gateway asks for"
        for said in re.findall(r"\$context\.(?:identity|path|authorizer)[.\w]*", log.get("format", "")):
            yield f"{stage.name} logs who asked for what: {said}"
