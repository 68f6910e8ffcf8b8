"""EventBridge's rules that wait for events: an event of a service's goes to the queues of the rules that it matches.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
"""

from __future__ import annotations

import json
import sys
import uuid
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from moto.events.models import Rule

    from local.account import Account
    from local.clock import Clock

_SERVICE: Final = "events.amazonaws.com"


class EventBus:
    """The account's default bus."""

    def __init__(self, account: Account, clock: Clock) -> None:
        self._account = account
        self._clock = clock

    def emit(self, source: str, kind: str, detail: dict[str, Any], region: str) -> None:
        """Deliver an event to the target queues of each rule that it matches and that may send there.

        Args:
            source: The service, such as `aws.glue`.
            kind: The event's `detail-type`.
            detail: What happened.
            region: Where.
        """
        event: dict[str, Any] = {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": kind,
            "source": source,
            "account": self._account.id,
            "time": f"{self._clock.now():%Y-%m-%dT%H:%M:%SZ}",
            "region": region,
            "resources": [],
            "detail": detail,
        }
        with self._account.locked():
            for rule in self._account.pattern_rules():
                if rule.state == "ENABLED" and rule.event_pattern.matches_event(event):  # type: ignore[arg-type]  # moto's own event type
                    for target in rule.targets:
                        self._deliver(rule, target, event)

    def _deliver(self, rule: Rule, target: dict[str, Any], event: dict[str, Any]) -> None:
        arn = str(target["Arn"])
        may = self._account.access.service_may(_SERVICE, "sqs:SendMessage", arn, source_arn=rule.arn, source_account="")
        if not may:
            print(f"{rule.arn} may not send to {arn}: the queue's policy does not let it in", file=sys.stderr)  # noqa: T201
            return
        self._account.send_to_queue(arn, target.get("Input") or json.dumps(event))
