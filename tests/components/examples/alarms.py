from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.components.examples.changes import LEFT_OUT, changed, more
from tests.components.examples.example import lets_pass, minds
from tests.components.rules import alarms
from tests.components.rules.kinds import ALARM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.components.examples.changes import Change
    from tests.components.examples.example import Example

_OLDEST: Final[dict[str, Any]] = {
    "namespace": "AWS/SQS",
    "metricName": "ApproximateAgeOfOldestMessage",
    "dimensions": {"QueueName": "<mail-notify-queue.name>"},
    "period": 300,
    "statistic": "Maximum",
    "evaluationPeriods": 3,
    "threshold": 900,
    "comparisonOperator": "GreaterThanThreshold",
    "alarmActions": ["<site-topic.arn>"],
}


def alarm(**parts: object) -> Change:
    """An alarm on the age of a queue's oldest message, except that it has these inputs."""
    return more(ALARM, "site-alarm", **changed(_OLDEST, parts))


_QUERY: Final = {
    key: value for key, value in _OLDEST.items() if key in {"namespace", "metricName", "dimensions", "period"}
}


def queries(answers: Sequence[bool], **parts: object) -> Change:
    """An alarm on a sum of metrics; those that it answers with, and how one of them differs."""
    metric = changed({**_QUERY, "stat": "Maximum"}, parts)
    queries = [{"id": f"m{number}", "metric": metric, "returnData": answer} for number, answer in enumerate(answers)]
    return alarm(
        **dict.fromkeys((*_QUERY, "statistic"), LEFT_OUT),
        metricQueries=[*queries, {"id": "sum", "expression": "SUM(METRICS())"}],
    )


EXAMPLES: Final[dict[str, Example]] = {
    "an alarm": lets_pass(alarms.alarms_are_ones_that_cloudwatch_takes, alarm()),
    "an alarm on one of two metrics": lets_pass(alarms.alarms_are_ones_that_cloudwatch_takes, queries([False, True])),
    "an alarm on no metric": minds(
        alarms.alarms_are_ones_that_cloudwatch_takes,
        alarm(metricName=LEFT_OUT),
        "site-alarm watches one metric and several, or none",
    ),
    "an alarm on a metric and a sum": minds(
        alarms.alarms_are_ones_that_cloudwatch_takes,
        alarm(metricQueries=[{"id": "m", "metric": {**_QUERY, "stat": "Sum"}, "returnData": True}]),
        "site-alarm watches one metric and several, or none",
    ),
    "an alarm with two statistics": minds(
        alarms.alarms_are_ones_that_cloudwatch_takes,
        alarm(extendedStatistic="p99"),
        "site-alarm has two statistics",
    ),
    "an alarm with a percentile": lets_pass(
        alarms.alarms_are_ones_that_cloudwatch_takes,
        alarm(statistic=LEFT_OUT, extendedStatistic="p99.9"),
    ),
    "an alarm without a statistic": minds(
        alarms.alarms_are_ones_that_cloudwatch_takes,
        alarm(statistic=LEFT_OUT),
        "site-alarm takes the statistic ''",
    ),
    "an alarm with a statistic that there is not": minds(
        alarms.alarms_are_ones_that_cloudwatch_takes,
        alarm(statistic="Median"),
        "site-alarm takes the statistic 'Median'",
    ),
    "an alarm on a sum by a statistic that there is not": minds(
        alarms.alarms_are_ones_that_cloudwatch_takes,
        queries([True], stat="p101"),
        "site-alarm takes the statistic 'p101'",
    ),
    "an alarm on two of its queries": minds(
        alarms.alarms_are_ones_that_cloudwatch_takes,
        queries([True, True]),
        "site-alarm compares 2 of its queries",
    ),
    "an alarm on none of its queries": minds(
        alarms.alarms_are_ones_that_cloudwatch_takes,
        queries([False]),
        "site-alarm compares 0 of its queries",
    ),
    **{
        f"an alarm that compares by {comparison}": lets_pass(
            alarms.alarms_are_ones_that_cloudwatch_takes, alarm(comparisonOperator=comparison)
        )
        for comparison in (
            "GreaterThanOrEqualToThreshold",
            "GreaterThanThreshold",
            "LessThanThreshold",
            "LessThanOrEqualToThreshold",
        )
    },
    "an alarm over one period": lets_pass(alarms.alarms_are_ones_that_cloudwatch_takes, alarm(evaluationPeriods=1)),
    "an alarm that compares otherwise": minds(
        alarms.alarms_are_ones_that_cloudwatch_takes,
        alarm(comparisonOperator="GreaterThan"),
        "site-alarm compares by GreaterThan",
    ),
    **{
        f"an alarm that rings at {number} of 3 periods": minds(
            alarms.alarms_are_ones_that_cloudwatch_takes,
            alarm(datapointsToAlarm=number),
            f"site-alarm rings at {number} of 3 periods",
        )
        for number in (0, 4)
    },
    "an alarm over no period": minds(
        alarms.alarms_are_ones_that_cloudwatch_takes,
        alarm(evaluationPeriods=0),
        "site-alarm rings at None of 0 periods",
    ),
    **{
        f"an alarm that rings at {number} of 3 periods": lets_pass(
            alarms.alarms_are_ones_that_cloudwatch_takes, alarm(datapointsToAlarm=number)
        )
        for number in (1, 3)
    },
    **{
        f"an alarm that treats missing data as {treatment}": lets_pass(
            alarms.alarms_are_ones_that_cloudwatch_takes, alarm(treatMissingData=treatment)
        )
        for treatment in ("breaching", "notBreaching", "ignore", "missing")
    },
    "an alarm that treats missing data otherwise": minds(
        alarms.alarms_are_ones_that_cloudwatch_takes,
        alarm(treatMissingData="ok"),
        "site-alarm treats missing data as ok",
    ),
    **{
        f"an alarm every {period} s": minds(
            alarms.alarms_are_ones_that_cloudwatch_takes,
            alarm(period=period),
            f"site-alarm looks every {period} s, not every so many minutes",
        )
        for period in (0, 30, 90)
    },
    "an alarm without a period": minds(
        alarms.alarms_are_ones_that_cloudwatch_takes,
        alarm(period=LEFT_OUT),
        "site-alarm looks every 0 s, not every so many minutes",
    ),
    "an alarm every minute, over a day": lets_pass(
        alarms.alarms_are_ones_that_cloudwatch_takes, alarm(period=60, evaluationPeriods=1440)
    ),
    "an alarm every minute, over more than a day": minds(
        alarms.alarms_are_ones_that_cloudwatch_takes,
        alarm(period=60, evaluationPeriods=1441),
        "site-alarm looks back longer than 1 days",
    ),
    "an alarm every hour, over a week": lets_pass(
        alarms.alarms_are_ones_that_cloudwatch_takes, alarm(period=3600, evaluationPeriods=168)
    ),
    "an alarm every hour, over more than a week": minds(
        alarms.alarms_are_ones_that_cloudwatch_takes,
        alarm(period=3600, evaluationPeriods=169),
        "site-alarm looks back longer than 7 days",
    ),
    "an alarm every 59 minutes, over more than a day": minds(
        alarms.alarms_are_ones_that_cloudwatch_takes,
        alarm(period=3540, evaluationPeriods=25),
        "site-alarm looks back longer than 1 days",
    ),
    "an alarm that a topic of ours is told of": lets_pass(alarms.alarms_tell_a_topic_of_ours, alarm()),
    "an alarm that nobody is told of": minds(
        alarms.alarms_tell_a_topic_of_ours,
        alarm(alarmActions=LEFT_OUT),
        "site-alarm tells nobody",
    ),
    **{
        f"an alarm that tells somebody else by its {moment}": minds(
            alarms.alarms_tell_a_topic_of_ours,
            alarm(**{moment: ["<elsewhere.arn>"]}),
            "site-alarm tells <elsewhere.arn>, which is no topic of ours",
        )
        for moment in ("okActions", "insufficientDataActions")
    },
    "an alarm that somebody else is told of": minds(
        alarms.alarms_tell_a_topic_of_ours,
        alarm(alarmActions=["arn:aws:sns:us-east-1:999999999999:elsewhere"]),
        "site-alarm tells arn:aws:sns:us-east-1:999999999999:elsewhere, which is no topic of ours",
    ),
}
