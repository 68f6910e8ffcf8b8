from __future__ import annotations

import json
import time
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.schedules import interval_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local.conftest import Bench

TELLER = """
    import json, os, boto3
    def handler(event, context):
        boto3.client("sqs").send_message(QueueUrl=os.environ["SEEN"], MessageBody=json.dumps(event))
"""


class Scheduled:
    """A rule that invokes a function, which tells a queue what it was given."""

    def __init__(self, bench: Bench, rate: str = "rate(15 minutes)", *, let_in: bool = True, **rule: str) -> None:
        self.bench = bench
        cloud: Any = bench.cloud
        self.events = cloud.client("events")
        self.seen, _ = bench.queue()
        self.function = bench.deploy(TELLER, Environment={"Variables": {"SEEN": self.seen}})
        self.name = bench.name("rule")
        self.arn = self.events.put_rule(Name=self.name, ScheduleExpression=rate, **rule)["RuleArn"]
        if let_in:
            self.let_in(SourceArn=self.arn)

    @property
    def function_arn(self) -> str:
        arn: str = self.bench.functions.get_function(FunctionName=self.function)["Configuration"]["FunctionArn"]
        return arn

    def let_in(self, principal: str = "events.amazonaws.com", **source: str) -> None:
        """Let a service invoke the function."""
        self.bench.functions.add_permission(
            FunctionName=self.function,
            StatementId=self.bench.name("statement"),
            Action="lambda:InvokeFunction",
            Principal=principal,
            **source,
        )

    def aim(self, **target: str) -> None:
        """Have the rule invoke the function."""
        self.events.put_targets(Rule=self.name, Targets=[{"Id": "only", "Arn": self.function_arn, **target}])

    def seen_events(self) -> list[dict[str, Any]]:
        """What the function has been given since it was last asked, once the cloud has come to rest."""
        self.bench.cloud.wait_idle(20)
        told = list[dict[str, Any]]()
        while messages := self.bench.sqs.receive_message(QueueUrl=self.seen).get("Messages"):
            self.bench.sqs.delete_message(QueueUrl=self.seen, ReceiptHandle=messages[0]["ReceiptHandle"])
            told.append(json.loads(messages[0]["Body"]))
        return told

    def remove(self) -> None:
        """Have the rule fire no more."""
        self.events.remove_targets(Rule=self.name, Ids=["only"])
        self.events.delete_rule(Name=self.name)


@pytest.fixture
def scheduled(bench: Bench) -> Iterator[Scheduled]:
    made = Scheduled(bench)
    made.aim()
    yield made
    made.remove()


def test_a_rule_invokes_its_function_with_the_event_that_aws_sends(scheduled: Scheduled) -> None:
    scheduled.bench.cloud.advance(15 * 60)

    (event,) = scheduled.seen_events()

    told_at = datetime.strptime(event.pop("time"), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert told_at.timestamp() == pytest.approx(scheduled.bench.region.clock.time(), abs=10)
    assert uuid.UUID(event.pop("id"))
    assert event == {
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "region": "us-east-1",
        "resources": [scheduled.arn],
        "detail": {},
    }


def test_a_rule_fires_an_interval_after_it_was_made_and_after_each_interval_since(scheduled: Scheduled) -> None:
    counts = []
    for seconds in (800, 100, 700, 100, 100):  # 800, 900 (due), 1600, 1700, 1800 (due)
        scheduled.bench.cloud.advance(seconds)
        counts.append(len(scheduled.seen_events()))

    assert counts == [0, 1, 0, 0, 1]


def test_a_rule_fires_once_however_many_intervals_the_clock_was_advanced_over(scheduled: Scheduled) -> None:
    scheduled.bench.cloud.advance(86_400 + 10 * 60)
    assert len(scheduled.seen_events()) == 1

    scheduled.bench.cloud.advance(4 * 60)
    assert scheduled.seen_events() == []

    scheduled.bench.cloud.advance(60)
    assert len(scheduled.seen_events()) == 1


def test_the_clouds_status_says_when_a_rule_fires_next(scheduled: Scheduled) -> None:
    told = scheduled.bench.cloud.status()

    next_firing = datetime.fromisoformat(told["schedules"][scheduled.name])
    assert (next_firing - datetime.fromisoformat(told["now"])).total_seconds() == pytest.approx(15 * 60, abs=10)


def test_a_rule_fires_by_itself_when_its_time_comes(scheduled: Scheduled) -> None:
    scheduled.bench.cloud.advance(15 * 60 - 2)

    answer = scheduled.bench.sqs.receive_message(QueueUrl=scheduled.seen, WaitTimeSeconds=10)

    assert len(answer["Messages"]) == 1


def test_a_target_with_an_input_is_given_that(scheduled: Scheduled) -> None:
    scheduled.aim(Input='{"own": "input"}')

    scheduled.bench.cloud.advance(15 * 60)

    assert scheduled.seen_events() == [{"own": "input"}]


def test_a_rule_that_is_put_again_keeps_its_pace_unless_its_schedule_is_another(scheduled: Scheduled) -> None:
    put = scheduled.events.put_rule
    scheduled.bench.cloud.advance(600)
    put(Name=scheduled.name, ScheduleExpression="rate(15 minutes)", Description="the same")
    scheduled.bench.cloud.advance(300)
    assert len(scheduled.seen_events()) == 1

    put(Name=scheduled.name, ScheduleExpression="rate(1 hour)")
    scheduled.bench.cloud.advance(3540)
    assert scheduled.seen_events() == []
    scheduled.bench.cloud.advance(60)
    assert len(scheduled.seen_events()) == 1


def test_a_rule_that_is_disabled_or_has_no_target_any_more_does_not_fire(scheduled: Scheduled) -> None:
    scheduled.events.disable_rule(Name=scheduled.name)
    scheduled.bench.cloud.advance(3600)
    assert scheduled.seen_events() == []

    scheduled.events.enable_rule(Name=scheduled.name)
    scheduled.bench.cloud.advance(15 * 60)
    assert len(scheduled.seen_events()) == 1

    scheduled.events.remove_targets(Rule=scheduled.name, Ids=["only"])
    scheduled.bench.cloud.advance(15 * 60)
    assert scheduled.seen_events() == []


@pytest.mark.parametrize(
    ("principal", "source", "fires"),
    [
        ("events.amazonaws.com", {"SourceArn": "{rule}"}, True),
        ("events.amazonaws.com", {"SourceArn": "arn:aws:events:*:*:rule/rule-*"}, True),
        ("events.amazonaws.com", {"SourceArn": "{rule}", "SourceAccount": "123456789012"}, True),
        ("events.amazonaws.com", {}, True),
        ("events.amazonaws.com", {"SourceArn": "{rule}-another"}, False),
        ("events.amazonaws.com", {"SourceArn": "{rule}", "SourceAccount": "210987654321"}, False),
        ("events.amazonaws.com", {"SourceArn": "arn:aws:*"}, False),
        ("scheduler.amazonaws.com", {"SourceArn": "{rule}"}, False),
    ],
)
def test_a_rule_invokes_only_a_function_that_lets_it_in(
    bench: Bench, principal: str, source: dict[str, str], *, fires: bool
) -> None:
    scheduled = Scheduled(bench, let_in=False)
    scheduled.let_in(principal, **{name: value.format(rule=scheduled.arn) for name, value in source.items()})
    scheduled.aim()

    bench.cloud.advance(15 * 60)

    assert len(scheduled.seen_events()) == (1 if fires else 0)
    scheduled.remove()


def test_a_function_that_lets_nobody_in_is_told_of_in_the_clouds_log(
    bench: Bench, capfd: pytest.CaptureFixture[str]
) -> None:
    scheduled = Scheduled(bench, let_in=False)
    scheduled.aim()

    bench.cloud.advance(15 * 60)

    assert scheduled.seen_events() == []
    assert f"{scheduled.arn} did not invoke {scheduled.function_arn}: its resource policy" in capfd.readouterr().err
    scheduled.remove()


def test_a_function_that_fails_is_invoked_again_at_the_next_firing_only(bench: Bench) -> None:
    scheduled = Scheduled(bench)
    scheduled.aim()
    bench.functions.update_function_configuration(FunctionName=scheduled.function, Handler="main.nobody")

    bench.cloud.advance(15 * 60)
    bench.cloud.wait_idle(20)
    bench.cloud.advance(14 * 60)
    bench.cloud.wait_idle(20)

    reports = [line for line in bench.log_of(scheduled.function).splitlines() if line.startswith("REPORT ")]
    assert len(reports) == 1
    scheduled.remove()


def test_a_firing_that_is_due_or_under_way_keeps_the_cloud_from_rest_and_one_to_come_does_not(bench: Bench) -> None:
    scheduled = Scheduled(bench)
    slow = bench.deploy("import time\ndef handler(event, context): time.sleep(0.5)")
    scheduled.function = slow
    scheduled.let_in(SourceArn=scheduled.arn)
    scheduled.aim()
    bench.invoke(slow)
    assert bench.cloud.is_idle()
    began = time.monotonic()

    bench.cloud.advance(15 * 60)
    bench.cloud.wait_idle(10)

    assert time.monotonic() - began >= 0.5
    scheduled.remove()


@pytest.mark.parametrize(
    "rule",
    [
        {"ScheduleExpression": "cron(0 12 * * ? *)"},
        {"ScheduleExpression": "rate(1 minutes)"},
        {"ScheduleExpression": "rate(5 minute)"},
        {"ScheduleExpression": "rate(0 minutes)"},
        {"ScheduleExpression": "rate(1 week)"},
        {"EventPattern": '{"source": ["aws.s3"]}'},
        {"ScheduleExpression": "rate(1 hour)", "EventPattern": '{"source": ["aws.s3"]}'},
        {"ScheduleExpression": "rate(1 hour)", "RoleArn": "arn:aws:iam::123456789012:role/function"},
        {"ScheduleExpression": "rate(1 hour)", "State": "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"},
    ],
)
def test_a_rule_that_would_not_be_followed_is_refused_and_not_made(bench: Bench, rule: dict[str, str]) -> None:
    events: Any = bench.cloud.client("events")
    name = bench.name("rule")

    with pytest.raises(ClientError, match="The local cloud cannot do this: ") as refused:
        events.put_rule(Name=name, **rule)

    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert events.list_rules(NamePrefix=name)["Rules"] == []


@pytest.mark.parametrize(
    "target",
    [
        {"Arn": "arn:aws:sqs:us-east-1:123456789012:queue"},
        {"Arn": "arn:aws:lambda:us-east-1:123456789012:function:name:alias"},
        {"InputPath": "$.detail"},
        {"RetryPolicy": {"MaximumRetryAttempts": 1}},
        {"Input": "{own"},
    ],
)
def test_a_target_that_would_not_be_invoked_as_asked_is_refused(scheduled: Scheduled, target: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="The local cloud cannot do this: "):
        scheduled.aim(**target)

    (kept,) = scheduled.events.list_targets_by_rule(Rule=scheduled.name)["Targets"]
    assert kept == {"Id": "only", "Arn": scheduled.function_arn}


@pytest.mark.parametrize(
    ("expression", "seconds"),
    [
        ("rate(1 minute)", 60),
        ("rate(15 minutes)", 900),
        ("rate(1 hour)", 3600),
        ("rate(12 hours)", 43_200),
        ("rate(1 day)", 86_400),
        ("rate(7 days)", 604_800),
    ],
)
def test_a_rate_is_so_many_seconds(expression: str, seconds: int) -> None:
    assert interval_seconds(expression) == seconds
