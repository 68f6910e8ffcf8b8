"""Dashboards: none that CloudWatch refuses, none that shows what is not there."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from tests.components.rules import kinds
from tests.components.rules.metrics import unheard_of
from tests.components.rules.reading import by

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.components.recorder import Recorded, RecordedStack

COLUMNS: Final = 24
MOST_WIDGETS: Final = 500

WIDGETS: Final = {
    "alarm": ("alarms",),
    "log": ("query", "region"),
    "metric": ("metrics", "region"),
    "text": ("markdown",),
}
"""Types of widgets that we may use, and the properties that each must have.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""


def dashboards_are_ones_that_cloudwatch_takes(stack: RecordedStack) -> Iterator[str]:
    for dashboard in stack.of(kinds.DASHBOARD):
        widgets = _widgets(dashboard)
        if widgets is None:
            yield f"{dashboard.name} is no JSON object with a list of widgets"
            continue
        if len(widgets) > MOST_WIDGETS:
            yield f"{dashboard.name} has {len(widgets)} widgets"
        for number, widget in enumerate(widgets):
            yield from (f"{dashboard.name}: widget {number} {problem}" for problem in _wrong(widget))


def _widgets(dashboard: Recorded) -> list[dict[str, Any]] | None:
    """A dashboard's widgets, if its body can be read."""
    try:
        body = json.loads(dashboard.inputs["dashboardBody"])
    except ValueError:
        return None
    return body["widgets"] if isinstance(body, dict) and isinstance(body.get("widgets"), list) else None


def _wrong(widget: Mapping[str, Any]) -> Iterator[str]:
    if widget.get("type") not in WIDGETS:
        yield f"is of the type {widget.get('type')}"
        return
    if missing := sorted(set(WIDGETS[widget["type"]]) - set(widget.get("properties", {}))):
        yield f"has no {', '.join(missing)}"
    sides = [side for name in ("x", "y", "width", "height") if isinstance(side := widget.get(name), int)]
    if len(sides) != 4:
        yield "does not say in whole columns and rows where it lies"
        return
    x, y, width, height = sides
    if x < 0 or width < 1 or x + width > COLUMNS:
        yield f"lies in columns {x} to {x + width}, and there are {COLUMNS}"
    if y < 0 or not 1 <= height <= 1000:
        yield f"lies in rows {y} to {y + height}"


def dashboards_show_what_there_is(stack: RecordedStack) -> Iterator[str]:
    alarms, groups = by(stack, kinds.ALARM, "arn"), by(stack, kinds.LOG_GROUP, "name")
    for dashboard in stack.of(kinds.DASHBOARD):
        for widget in _widgets(dashboard) or ():
            shown = widget.get("properties", {})
            for namespace, metric, dimensions in _metrics(shown.get("metrics", ())):
                if problem := unheard_of(stack, namespace, metric, dimensions):
                    yield f"{dashboard.name} shows {problem}"
            for arn in shown.get("alarms", ()):
                if arn not in alarms:
                    yield f"{dashboard.name} shows the alarm {arn}, which is not ours"
            if "query" in shown:
                sources = re.findall(r"SOURCE '([^']*)'", shown["query"])
                if not sources or not set(groups).issuperset(sources):
                    yield f"{dashboard.name} asks logs that are not ours: {', '.join(sources)}"


def _metrics(rows: Sequence[Sequence[Any]]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Namespace, name and dimensions of each metric in a widget, which may point at the row before.

    A `.` stands for what the row before has there, `...` for all that it has before the last.
    """
    before: list[str] = []
    for row in rows:
        told = [part for part in row if isinstance(part, str)]
        if told[:1] == ["..."]:
            told = before[: len(before) - len(told) + 1] + told[1:]
        told = [before[at] if part == "." else part for at, part in enumerate(told)]
        # A row without texts is an expression over the others.
        if told:
            yield told[0], told[1], dict(zip(told[2::2], told[3::2], strict=False))
            before = told
