from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tests.components.examples.alarms import alarm
from tests.components.examples.changes import LEFT_OUT, all_of, changed, more
from tests.components.examples.example import lets_pass, minds
from tests.components.rules import dashboards
from tests.components.rules.kinds import DASHBOARD

if TYPE_CHECKING:
    from tests.components.examples.changes import Change
    from tests.components.examples.example import Example


def shows(*widgets: dict[str, Any]) -> Change:
    return more(DASHBOARD, "site-dashboard", dashboardBody=json.dumps({"widgets": list(widgets)}))


def _text(**parts: object) -> dict[str, Any]:
    """A widget with a text, except for this."""
    return changed({"type": "text", "x": 18, "y": 0, "width": 6, "height": 1, "properties": {"markdown": "#"}}, parts)


def _graph(*rows: list[Any]) -> Change:
    """A dashboard with one graph."""
    return shows({"type": "metric", "properties": {"region": "us-east-1", "metrics": list(rows)}})


def _log(query: str) -> Change:
    return shows({"type": "log", "properties": {"region": "us-east-1", "query": query}})


_TAKEN: Final[dict[str, dict[str, Any]]] = {
    "at the right edge": {},
    "as wide as the grid": {"x": 0, "width": 24},
    "as narrow as can be": {"x": 23, "width": 1},
    "as high as can be": {"height": 1000},
}

_NOWHERE: Final = "does not say in whole columns and rows where it lies"

_WRONG: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "of a type that there is not": ({"type": "graph"}, "is of the type graph"),
    "of no type": ({"type": LEFT_OUT}, "is of the type None"),
    "without its text": ({"properties": {"text": "#"}}, "has no markdown"),
    "without properties": ({"properties": LEFT_OUT}, "has no markdown"),
    "of a graph without a region": ({"type": "metric", "properties": {"metrics": []}}, "has no region"),
    "of a graph without metrics": ({"type": "metric", "properties": {"region": "us-east-1"}}, "has no metrics"),
    "of a log without a query": ({"type": "log", "properties": {"region": "us-east-1"}}, "has no query"),
    "of a log without a region": ({"type": "log", "properties": {"query": ""}}, "has no region"),
    "of alarms without alarms": ({"type": "alarm", "properties": {}}, "has no alarms"),
    "beyond the right edge": ({"x": 19}, "lies in columns 19 to 25, and there are 24"),
    "beyond the left edge": ({"x": -1}, "lies in columns -1 to 5, and there are 24"),
    "of no width": ({"width": 0}, "lies in columns 18 to 18, and there are 24"),
    "above the top": ({"y": -1}, "lies in rows -1 to 0"),
    "of no height": ({"height": 0}, "lies in rows 0 to 0"),
    "that is too high": ({"height": 1001}, "lies in rows 0 to 1001"),
    "half a column wide": ({"width": 0.5}, _NOWHERE),
    "where CloudWatch puts it": (
        {"x": LEFT_OUT, "y": LEFT_OUT},
        _NOWHERE,
    ),
}

_SENT: Final = ["AWS/SQS", "NumberOfMessagesSent", "QueueName", "<mail-notify-queue.name>"]

EXAMPLES: Final[dict[str, Example]] = {
    **{
        f"a dashboard that is {body}": minds(
            dashboards.dashboards_are_ones_that_cloudwatch_takes,
            more(DASHBOARD, "site-dashboard", dashboardBody=body),
            "site-dashboard is no JSON object with a list of widgets",
        )
        for body in ("widgets", "[]", "{}", '{"widgets": {}}')
    },
    "a full dashboard": lets_pass(dashboards.dashboards_are_ones_that_cloudwatch_takes, shows(*[_text()] * 500)),
    "a dashboard that is too full": minds(
        dashboards.dashboards_are_ones_that_cloudwatch_takes,
        shows(*[_text()] * 501),
        "site-dashboard has 501 widgets",
    ),
    **{
        f"a widget {where}": lets_pass(dashboards.dashboards_are_ones_that_cloudwatch_takes, shows(_text(**parts)))
        for where, parts in _TAKEN.items()
    },
    **{
        f"a widget {what}": minds(
            dashboards.dashboards_are_ones_that_cloudwatch_takes,
            shows(_text(**parts)),
            f"site-dashboard: widget 0 {why}",
        )
        for what, (parts, why) in _WRONG.items()
    },
    "a graph of what there is": lets_pass(
        dashboards.dashboards_show_what_there_is,
        _graph(
            _SENT,
            [".", "NumberOfMessagesReceived", ".", "."],
            ["...", "<words-count-queue.name>", {"color": "#080"}],
            ["AWS/SES", "Send"],
            ["AWS/DynamoDB", "SystemErrors", "TableName", "<cache-table.name>", "Operation", "GetItem"],
            ["...", "PutItem"],
            ["AWS/ApiGateway", "Count", "ApiId", "site-http-id", "Stage", "$default"],
            [{"expression": "SUM(METRICS())"}],
        ),
    ),
    "a graph of a metric that there is not": minds(
        dashboards.dashboards_show_what_there_is,
        _graph(_SENT, [".", "NumberOfMessages", ".", "."]),
        "site-dashboard shows AWS/SQS NumberOfMessages, which nothing emits",
    ),
    "a graph of a metric of half a dimension": minds(
        dashboards.dashboards_show_what_there_is,
        _graph(_SENT[:3]),
        "site-dashboard shows AWS/SQS NumberOfMessagesSent by nothing, and it is not told so",
    ),
    "a graph of a queue that is not ours": minds(
        dashboards.dashboards_show_what_there_is,
        _graph(_SENT, ["...", "elsewhere"]),
        "site-dashboard shows NumberOfMessagesSent of the QueueName elsewhere, which is not ours",
    ),
    "a graph that goes on after an expression": lets_pass(
        dashboards.dashboards_show_what_there_is,
        _graph(_SENT, [{"expression": "SUM(METRICS())"}], ["...", "<words-count-queue.name>"]),
    ),
    "a dashboard with an alarm": lets_pass(
        dashboards.dashboards_show_what_there_is,
        all_of(alarm(), shows({"type": "alarm", "properties": {"alarms": ["<site-alarm.arn>"]}})),
    ),
    "a dashboard with an alarm that is not ours": minds(
        dashboards.dashboards_show_what_there_is,
        shows({"type": "alarm", "properties": {"alarms": ["<site-alarm.arn>"]}}),
        "site-dashboard shows the alarm <site-alarm.arn>, which is not ours",
    ),
    "a dashboard with a log": lets_pass(
        dashboards.dashboards_show_what_there_is,
        _log("SOURCE '/ocr-wordcount/dev/api' | SOURCE '/ocr-wordcount/dev/count' | fields @message"),
    ),
    "a dashboard with a log that is not ours": minds(
        dashboards.dashboards_show_what_there_is,
        _log("SOURCE '/ocr-wordcount/dev/api' | SOURCE '/aws/lambda/api' | fields @message"),
        "site-dashboard asks logs that are not ours: /ocr-wordcount/dev/api, /aws/lambda/api",
    ),
    "a dashboard with a query of no log": minds(
        dashboards.dashboards_show_what_there_is,
        _log("fields @message"),
        "site-dashboard asks logs that are not ours: ",
    ),
    "a dashboard that cannot be read": lets_pass(
        dashboards.dashboards_show_what_there_is,  # see dashboards_are_ones_that_cloudwatch_takes
        more(DASHBOARD, "site-dashboard", dashboardBody="{}"),
    ),
    "a widget of nothing": lets_pass(dashboards.dashboards_show_what_there_is, shows({"type": "text"})),
}
