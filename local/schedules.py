"""EventBridge's scheduled rules: runs the functions of the rules that moto has, by the cloud's clock.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html

A rule fires one interval after it was made, and after each interval since. When the clock is advanced over several, it
fires once. Unlike on AWS, an invocation that fails or is throttled is not tried again: there Lambda tries a failed one
twice more, after one minute and after two, and a throttled one for hours
(https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html). The next firing comes anyway.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import traceback
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from local.lambda_service import NoSuchFunctionError, ThrottledError

if TYPE_CHECKING:
    from collections.abc import Container

    from moto.events.models import Rule

    from local.account import Account
    from local.clock import Clock
    from local.lambda_service import LambdaService

_SERVICE: Final = "events.amazonaws.com"
_RATE: Final = re.compile(r"rate\(([1-9]\d*)\s(minute|hour|day)(s?)\)")
_SECONDS: Final = {"minute": 60, "hour": 3600, "day": 86_400}
_LONGEST_WAIT: Final = 3600.0
"""Seconds after which the thread looks again even if nothing is due: a wait cannot be as long as a rate."""

_FUNCTION: Final = re.compile(r"arn:aws:lambda:[^:]+:\d+:function:[^:]+")
_RULE_KEYS: Final = {"Name", "Description", "ScheduleExpression", "State", "Tags", "EventBusName"}
_PATTERN_KEYS: Final = _RULE_KEYS - {"ScheduleExpression"} | {"EventPattern"}
_QUEUE: Final = re.compile(r"arn:aws:sqs:[^:]+:\d+:[^:]+")
_SOURCES: Final = {"aws.glue"}
"""The services that tell EventBridge anything here (`event_bus.py`)."""
_STATES: Final = {"ENABLED", "DISABLED"}
_TARGET_KEYS: Final = {"Id", "Arn", "Input"}


@dataclass(frozen=True)
class _Plan:
    """When a rule fires next.

    Attributes:
        interval: Seconds from one firing to the next.
        due: Seconds since the epoch, by the cloud's clock.
    """

    interval: int
    due: float

    def after(self, now: float) -> _Plan:
        """The plan once it has fired: what else fell due meanwhile is left out."""
        passed = (now - self.due) // self.interval + 1
        return _Plan(self.interval, self.due + passed * self.interval)


@dataclass(frozen=True)
class _Invocation:
    rule_arn: str
    function_arn: str
    event: bytes


class Schedules:
    """Fires every enabled scheduled rule of the account."""

    def __init__(self, account: Account, service: LambdaService, clock: Clock) -> None:
        self._account = account
        self._service = service
        self._clock = clock
        self._changed = threading.Condition()
        self._plans: dict[str, _Plan] = {}
        self._under_way = 0
        self._stopped = False
        clock.tell(self._wake)
        self._thread = threading.Thread(target=self._run, name="schedules", daemon=True)
        self._thread.start()

    def follow_account(self) -> None:
        """Plan for the rules that there are now; one whose schedule is the same goes on as it was."""
        with self._account.locked():
            enabled = [rule for rule in self._account.scheduled_rules() if rule.state == "ENABLED"]
            now = self._clock.time()
            with self._changed:
                known = self._plans
                self._plans = {}
                for rule in enabled:
                    interval, plan = interval_seconds(str(rule.scheduled_expression)), known.get(rule.arn)
                    kept = plan is not None and plan.interval == interval
                    self._plans[rule.arn] = plan if plan and kept else _Plan(interval, now + interval)
                self._changed.notify_all()

    def is_busy(self) -> bool:
        """Whether a rule has fallen due and its functions have not ended yet."""
        with self._changed:
            return self._under_way > 0 or any(plan.due <= self._clock.time() for plan in self._plans.values())

    def next_firings(self) -> dict[str, str]:
        """When each rule, by its name, fires next, as ISO 8601."""
        with self._changed:
            plans = sorted((arn.rpartition("/")[2], plan.due) for arn, plan in self._plans.items())
        return {name: datetime.fromtimestamp(due, UTC).isoformat() for name, due in plans}

    def stop(self) -> None:
        """End the thread; invocations in flight are not waited for."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._thread.join(5.0)

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _run(self) -> None:
        while not self._stopped:
            with self._changed:
                due = self._take_due()
                if not due and not self._stopped:
                    self._changed.wait(self._seconds_to_next())
            for rule_arn in due:
                self._fire(rule_arn)

    def _take_due(self) -> list[str]:
        now = self._clock.time()
        due = [arn for arn, plan in self._plans.items() if plan.due <= now]
        for arn in due:
            self._plans[arn] = self._plans[arn].after(now)
        self._under_way += len(due)
        return due

    def _seconds_to_next(self) -> float:
        now = self._clock.time()
        return max(0.0, min((plan.due - now for plan in self._plans.values()), default=_LONGEST_WAIT))

    def _fire(self, rule_arn: str) -> None:
        """Start what a rule invokes, each in a thread of its own."""
        invocations = self._invocations(rule_arn)
        with self._changed:
            self._under_way += len(invocations) - 1
        for invocation in invocations:
            threading.Thread(target=self._invoke, args=(invocation,), name="scheduled-event", daemon=True).start()

    def _invocations(self, rule_arn: str) -> list[_Invocation]:
        with self._account.locked():
            rules = [rule for rule in self._account.scheduled_rules() if rule.arn == rule_arn]
            return [
                _Invocation(rule.arn, target["Arn"], target.get("Input", event).encode())
                for rule in rules
                for event in [json.dumps(self._event(rule))]
                for target in rule.targets
            ]

    def _event(self, rule: Rule) -> dict[str, Any]:
        return {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": rule.account_id,
            "time": f"{self._clock.now():%Y-%m-%dT%H:%M:%SZ}",
            "region": rule.region_name,
            "resources": [rule.arn],
            "detail": {},
        }

    def _invoke(self, invocation: _Invocation) -> None:
        try:
            if self._may(invocation):
                self._service.invoke(invocation.function_arn, invocation.event)
            else:
                _tell(invocation, f"its resource policy does not let {_SERVICE} in for this rule")
        except (NoSuchFunctionError, ThrottledError) as error:
            _tell(invocation, type(error).__name__)
        except Exception:  # noqa: BLE001 - the thread's end; nobody else could say that something is wrong with us
            traceback.print_exc()
        finally:
            with self._changed:
                self._under_way -= 1

    def _may(self, invocation: _Invocation) -> bool:
        with self._account.locked():
            function = self._account.function(invocation.function_arn)
            if function is None:
                raise NoSuchFunctionError(invocation.function_arn)
            return self._account.access.service_may(
                _SERVICE,
                "lambda:InvokeFunction",
                function.function_arn,
                source_arn=invocation.rule_arn,
                source_account=invocation.rule_arn.split(":")[4],
            )


def interval_seconds(expression: str) -> int:
    """How often a schedule fires.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rate-expressions.html

    Raises:
        ValueError: It is no rate.
    """
    rate = _RATE.fullmatch(expression)
    if rate is None or (rate[3] == "s") == (rate[1] == "1"):
        raise ValueError(f"schedules are followed as rate(1 minute), rate(15 minutes) and the like, not {expression}")
    return int(rate[1]) * _SECONDS[rate[2]]


def why_unsupported(operation: str, asked: dict[str, Any], scheduled: Container[str]) -> str:
    """Why a rule or its targets cannot be had as asked; empty when they can. Better refused than undone in silence.

    Args:
        operation: EventBridge's.
        asked: What it is asked for.
        scheduled: The names of the rules that have a schedule.
    """
    match operation:
        case "PutRule":
            return _why_no_rule(asked)
        case "PutTargets":
            by_schedule = str(asked.get("Rule")) in scheduled
            reasons = (_why_no_target(target, by_schedule=by_schedule) for target in asked.get("Targets") or [])
            return next(filter(None, reasons), "")
    return ""


def _why_no_rule(asked: dict[str, Any]) -> str:
    if "EventPattern" in asked:
        return _why_no_pattern(asked)
    if unknown := sorted(set(asked) - _RULE_KEYS):
        return f"rules are followed for their schedule alone, without {', '.join(unknown)}"
    if asked.get("State", "ENABLED") not in _STATES:
        return f"a rule with a schedule is enabled or disabled, not {asked['State']}"
    try:
        interval_seconds(str(asked.get("ScheduleExpression", "")))
    except ValueError as error:
        return str(error)
    return ""


def _why_no_pattern(asked: dict[str, Any]) -> str:
    if unknown := sorted(set(asked) - _PATTERN_KEYS):
        return f"a rule that waits for events has no {', '.join(unknown)}"
    try:
        sources = json.loads(asked["EventPattern"]).get("source", [])
    except (ValueError, AttributeError) as error:
        return f"an event pattern must be a JSON object: {error}"
    if not sources or not set(sources) <= _SOURCES:
        return f"nobody sends events here but {', '.join(sorted(_SOURCES))}: a pattern names its source"
    return ""


def _why_no_target(target: dict[str, Any], *, by_schedule: bool) -> str:
    if unknown := sorted(set(target) - _TARGET_KEYS):
        return f"targets are invoked with the event or an input of their own, without {', '.join(unknown)}"
    arn = str(target.get("Arn", ""))
    if by_schedule and not _FUNCTION.fullmatch(arn):
        return f"a schedule invokes functions only, in their latest version, not {arn}"
    if not by_schedule and not _QUEUE.fullmatch(arn):
        return f"events go to queues only, not to {arn}"
    try:
        json.loads(target.get("Input", "{}"))
    except ValueError as error:
        return f"a target's input must be JSON: {error}"
    return ""


def _tell(invocation: _Invocation, why: str) -> None:
    """Note in the cloud's log what AWS counts as a failed invocation."""
    print(f"{invocation.rule_arn} did not invoke {invocation.function_arn}: {why}", file=sys.stderr, flush=True)  # noqa: T201
