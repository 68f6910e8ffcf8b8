from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tests.components.examples.alarms import alarm
from tests.components.examples.changes import LEFT_OUT, all_of, but, changed, in_full, reworded, rewritten, without
from tests.components.examples.example import lets_pass, minds
from tests.components.rules import policies
from tests.components.rules.kinds import BUCKET_POLICY, QUEUE_POLICY, ROLE_POLICY, TOPIC_POLICY

if TYPE_CHECKING:
    from tests.components.examples.changes import Change
    from tests.components.examples.example import Example

_TLS: Final = "NobodyWithoutTls"
_EVENTS: Final = "EventsFromOurSource"

_FULL: Final = (
    (BUCKET_POLICY, "site-uploads-policy", 20_480),
    (QUEUE_POLICY, "words-count-policy", 8_192),
    (TOPIC_POLICY, "site-topic-policy", 30_720),
    (ROLE_POLICY, "site-api-rights", 10_240),
)

_OPEN_WITHOUT_TLS: Final[dict[str, dict[str, Any]]] = {
    "that allows": {"Effect": "Allow"},
    "for somebody": {"Principal": {"AWS": "*"}},
    "for one action": {"Action": "s3:GetObject"},
    "without a condition": {"Condition": LEFT_OUT},
    "the other way round": {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
    "about the bucket but not its objects": {"Resource": "<site-uploads-bucket.arn>"},
    "about the objects but not the bucket": {"Resource": "<site-uploads-bucket.arn>/*"},
}


def _filled(kind: str, name: str, size: int) -> Change:
    """A policy's document is so long, once its references are."""

    def change(document: dict[str, Any]) -> None:
        short = len(in_full(json.dumps(document, separators=(",", ":"))))
        document["Statement"][0]["Sid"] += "x" * (size - short)

    return rewritten(kind, name, change)


def _let_in(source: str | list[str] | None, account: dict[str, Any]) -> Change:
    """What feeds the count is let in on these terms."""
    arn = {"ArnEquals": LEFT_OUT if source is None else {"aws:SourceArn": source}}
    return reworded(QUEUE_POLICY, "words-count-policy", _EVENTS, Condition=changed(account, arn))


_OUR_ACCOUNT: Final = {"aws:SourceAccount": "123456789012"}
_OURS: Final = {"StringEquals": _OUR_ACCOUNT}
_ALARM_LET_IN: Final = reworded(
    TOPIC_POLICY,
    "site-topic-policy",
    _EVENTS,
    Principal={"Service": "cloudwatch.amazonaws.com"},
    Condition={"ArnEquals": {"aws:SourceArn": "<site-alarm.arn>"}, "StringEquals": _OUR_ACCOUNT},
)

EXAMPLES: Final[dict[str, Example]] = {
    "a policy of the older version": minds(
        policies.policies_are_well_formed,
        rewritten(ROLE_POLICY, "site-api-rights", lambda document: document.pop("Version")),
        "site-api-rights is of another version than 2012-10-17",
    ),
    **{
        f"a full {kind.rpartition(':')[2]}": lets_pass(policies.policies_are_well_formed, _filled(kind, name, room))
        for kind, name, room in _FULL
    },
    **{
        f"a {kind.rpartition(':')[2]} that is too long": minds(
            policies.policies_are_well_formed,
            _filled(kind, name, room + 1),
            f"{name} has no room in {room} characters",
        )
        for kind, name, room in _FULL
    },
    "two statements of one name": minds(
        policies.policies_are_well_formed,
        reworded(ROLE_POLICY, "site-api-rights", "ReadRecords", Sid="ReadResults"),
        "site-api-rights has 2 statements named 'ReadResults'",
    ),
    "a statement without a name": minds(
        policies.policies_are_well_formed,
        reworded(ROLE_POLICY, "site-api-rights", "ReadRecords", Sid=LEFT_OUT),
        "site-api-rights has 1 statements named ''",
        "site-api-rights has a statement of Action, Condition, Effect, Resource",
    ),
    "a statement named with a hyphen": minds(
        policies.policies_are_well_formed,
        reworded(ROLE_POLICY, "site-api-rights", "ReadRecords", Sid="read-records"),
        "site-api-rights has 1 statements named 'read-records'",
    ),
    "a right on all but something": minds(
        policies.policies_are_well_formed,
        reworded(ROLE_POLICY, "site-api-rights", "ReadResults", Resource=LEFT_OUT, NotResource="*"),
        "site-api-rights has a statement of Action, Effect, NotResource, Sid",
    ),
    "a right of somebody": minds(
        policies.policies_are_well_formed,
        reworded(ROLE_POLICY, "site-api-rights", "ReadResults", Principal="*"),
        "site-api-rights has a statement of Action, Effect, Principal, Resource, Sid",
    ),
    "a policy on a queue for nobody": minds(
        policies.policies_are_well_formed,
        reworded(QUEUE_POLICY, "words-count-policy", _EVENTS, Principal=LEFT_OUT),
        "words-count-policy has a statement of Action, Condition, Effect, Resource, Sid",
    ),
    "a misspelt condition": minds(
        policies.policies_are_well_formed,
        _let_in("<cache-results-bucket.arn>", {"StringEquals": {"aws:SourceAcount": "123456789012"}}),
        "words-count-policy has the condition StringEquals aws:SourceAcount, which no rule knows",
    ),
    "a policy about what is not its own": minds(
        policies.policies_are_about_their_own,
        reworded(QUEUE_POLICY, "words-count-policy", _EVENTS, Resource="<mail-notify-queue.arn>"),
        "words-count-policy speaks of <mail-notify-queue.arn>",
    ),
    "a queue's policy about what lies below the queue": minds(
        policies.policies_are_about_their_own,
        reworded(QUEUE_POLICY, "words-count-policy", _TLS, Resource="<words-count-queue.arn>/*"),
        "words-count-policy speaks of <words-count-queue.arn>/*",
    ),
    "the policy of a queue that is not ours": minds(
        policies.policies_are_about_their_own,
        but(QUEUE_POLICY, "words-count-policy", queueUrl="elsewhere"),
        "words-count-policy speaks of <words-count-queue.arn>",
    ),
    **{
        f"a bucket with a policy {what}": minds(
            policies.nothing_travels_in_the_clear,
            reworded(BUCKET_POLICY, "site-uploads-policy", _TLS, **parts),
            "site-uploads-bucket can be reached without TLS",
        )
        for what, parts in _OPEN_WITHOUT_TLS.items()
    },
    "a queue without a policy": minds(
        policies.nothing_travels_in_the_clear,
        without(QUEUE_POLICY, "mail-notify-policy"),
        "mail-notify-queue can be reached without TLS",
    ),
    "a topic without a policy": minds(
        policies.nothing_travels_in_the_clear,
        without(TOPIC_POLICY, "site-topic-policy"),
        "site-topic can be reached without TLS",
    ),
    "a queue that anybody may send to": minds(
        policies.no_service_is_a_confused_deputy,
        reworded(QUEUE_POLICY, "words-count-policy", _EVENTS, Principal="*"),
        "words-count-policy lets in *, which is no service that acts for us",
    ),
    "a queue that another account may send to": minds(
        policies.no_service_is_a_confused_deputy,
        reworded(QUEUE_POLICY, "words-count-policy", _EVENTS, Principal={"AWS": "999999999999"}),
        "words-count-policy lets in {'AWS': '999999999999'}, which is no service that acts for us",
    ),
    "a queue that a service and another account may send to": minds(
        policies.no_service_is_a_confused_deputy,
        reworded(
            QUEUE_POLICY,
            "words-count-policy",
            _EVENTS,
            Principal={"Service": "s3.amazonaws.com", "AWS": "999999999999"},
        ),
        (
            "words-count-policy lets in {'Service': 's3.amazonaws.com', 'AWS': '999999999999'}, "
            "which is no service that acts for us"
        ),
    ),
    "a queue that takes the events of any bucket": minds(
        policies.no_service_is_a_confused_deputy,
        _let_in(None, _OURS),
        "words-count-policy lets in everything through s3.amazonaws.com",
    ),
    "a queue that takes the events of another's bucket": minds(
        policies.no_service_is_a_confused_deputy,
        _let_in("arn:aws:s3:::elsewhere", _OURS),
        "words-count-policy lets in arn:aws:s3:::elsewhere through s3.amazonaws.com",
    ),
    "a queue that takes the events of our bucket and another's": minds(
        policies.no_service_is_a_confused_deputy,
        _let_in(["<cache-results-bucket.arn>", "arn:aws:s3:::elsewhere"], _OURS),
        "words-count-policy lets in arn:aws:s3:::elsewhere through s3.amazonaws.com",
    ),
    "a queue that takes S3's events for a topic": minds(
        policies.no_service_is_a_confused_deputy,
        _let_in("<site-topic.arn>", _OURS),
        "words-count-policy lets in <site-topic.arn> through s3.amazonaws.com",
    ),
    "a queue that takes the events of any account's bucket of that name": minds(
        policies.no_service_is_a_confused_deputy,
        _let_in("<cache-results-bucket.arn>", {}),
        "words-count-policy lets in any account through s3.amazonaws.com",
    ),
    "a queue that takes the events of another account's bucket of that name": minds(
        policies.no_service_is_a_confused_deputy,
        _let_in("<cache-results-bucket.arn>", {"StringEquals": {"aws:SourceAccount": "999999999999"}}),
        "words-count-policy lets in any account through s3.amazonaws.com",
    ),
    "a queue that takes events of who does not tell the account": minds(
        policies.no_service_is_a_confused_deputy,
        _let_in("<cache-results-bucket.arn>", {"StringEqualsIfExists": _OUR_ACCOUNT}),
        "words-count-policy lets in any account through s3.amazonaws.com",
    ),
    "a queue that asks SNS for the account": lets_pass(
        policies.no_service_is_a_confused_deputy,
        reworded(
            QUEUE_POLICY,
            "ocr-ingest-policy",
            _EVENTS,
            Condition={"ArnEquals": {"aws:SourceArn": "<site-topic.arn>"}, **_OURS},
        ),
    ),
    "a topic that takes an alarm of ours": lets_pass(
        policies.no_service_is_a_confused_deputy,
        all_of(alarm(), _ALARM_LET_IN),
    ),
    "a topic that takes an alarm of nobody's": minds(
        policies.no_service_is_a_confused_deputy,
        _ALARM_LET_IN,
        "site-topic-policy lets in <site-alarm.arn> through cloudwatch.amazonaws.com",
    ),
    "a queue with which S3 may do anything": minds(
        policies.no_service_is_a_confused_deputy,
        reworded(QUEUE_POLICY, "words-count-policy", _EVENTS, Action="sqs:*"),
        "words-count-policy lets in s3.amazonaws.com for sqs:*",
    ),
}
