"""Alarms: none that CloudWatch refuses, none that stays silent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.components.rules import kinds
from tests.components.rules.metrics import unheard_of
from tests.components.rules.reading import by, told_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.components.recorder import Recorded, RecordedStack

STATISTIC: Final = re.compile(
    r"SampleCount|Average|Sum|Minimum|Maximum|IQM|(?:p|tm|tc|ts|wm)(?:100|[0-9]{1,2}(?:\.[0-9]{1,10})?)",
)

COMPARISONS: Final = frozenset(
    {"GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"},
)


@dataclass(frozen=True)
class Watched:
    """A metric that an alarm watches, every so many seconds, by some statistic."""

    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    period: int
    statistic: str


def _watched(alarm: Recorded) -> Iterator[Watched]:
    told = alarm.inputs
    if "metricName" in told:
        statistic = told.get("statistic", told.get("extendedStatistic", ""))
        yield Watched(
            told["namespace"], told["metricName"], told.get("dimensions", {}), told.get("period", 0), statistic
        )
    for each in [query["metric"] for query in told.get("metricQueries", ()) if "metric" in query]:
        yield Watched(
            each["namespace"], each["metricName"], each.get("dimensions", {}), each["period"], each.get("stat", "")
        )


def alarms_watch_what_is_emitted(stack: RecordedStack) -> Iterator[str]:
    for alarm in stack.of(kinds.ALARM):
        for watched in _watched(alarm):
            if problem := unheard_of(stack, watched.namespace, watched.metric, watched.dimensions):
                yield f"{alarm.name} watches {problem}"


def alarms_are_ones_that_cloudwatch_takes(stack: RecordedStack) -> Iterator[str]:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"""
    for alarm in stack.of(kinds.ALARM):
        told = alarm.inputs
        if len(told.keys() & {"metricName", "metricQueries"}) != 1:
            yield f"{alarm.name} watches one metric and several, or none"
        if len(told.keys() & {"statistic", "extendedStatistic"}) > 1:
            yield f"{alarm.name} has two statistics"
        answers = [query.get("returnData", False) for query in told.get("metricQueries", ())]
        if answers and answers.count(True) != 1:
            yield f"{alarm.name} compares {answers.count(True)} of its queries"
        for watched in _watched(alarm):
            yield from (f"{alarm.name} {problem}" for problem in _unmeasurable(watched, told["evaluationPeriods"]))
        if told["comparisonOperator"] not in COMPARISONS:
            yield f"{alarm.name} compares by {told['comparisonOperator']}"
        if not 1 <= told.get("datapointsToAlarm", 1) <= told["evaluationPeriods"]:
            yield f"{alarm.name} rings at {told.get('datapointsToAlarm')} of {told['evaluationPeriods']} periods"
        if told.get("treatMissingData", "missing") not in {"breaching", "notBreaching", "ignore", "missing"}:
            yield f"{alarm.name} treats missing data as {told['treatMissingData']}"


def _unmeasurable(watched: Watched, periods: int) -> Iterator[str]:
    """What CloudWatch refuses, or cannot see: metrics come once a minute."""
    minutes, seconds = divmod(watched.period, 60)
    if not minutes or seconds:
        yield f"looks every {watched.period} s, not every so many minutes"
    days = 7 if minutes >= 60 else 1
    if minutes * periods > days * 24 * 60:
        yield f"looks back longer than {days} days"
    if not STATISTIC.fullmatch(watched.statistic):
        yield f"takes the statistic {watched.statistic!r}"


def alarms_tell_a_topic_of_ours(stack: RecordedStack) -> Iterator[str]:
    topics = by(stack, kinds.TOPIC, "arn")
    for alarm in stack.of(kinds.ALARM):
        if not alarm.inputs.get("alarmActions"):
            yield f"{alarm.name} tells nobody"
        for topic in told_by(alarm):
            if topic not in topics:
                yield f"{alarm.name} tells {topic}, which is no topic of ours"
