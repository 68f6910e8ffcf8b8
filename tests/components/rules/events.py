"""Events: a bucket tells queues and topics of new objects, a topic its queues, and each is let in beforehand."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from tests.components.rules import kinds
from tests.components.rules.reading import asked, by, dead_letter_queues, read, told_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.components.recorder import Recorded, RecordedStack
    from tests.components.rules.reading import Statement


def events_are_let_in(stack: RecordedStack) -> Iterator[str]:
    """S3 tries the target when a notification is declared; what SNS cannot deliver meanwhile is lost."""
    policies = [policy for kind in (kinds.QUEUE_POLICY, kinds.TOPIC_POLICY) for policy in stack.of(kind)]
    for sender, sends in _deliveries(stack):
        let_in_by = {policy.urn for policy in policies if any(_lets_in(found, sends) for found in read(policy))}
        if not let_in_by:
            yield f"{sender.name} sends where no policy lets it in: {' '.join(sends)}"
        elif not let_in_by & sender.after:
            yield f"{sender.name} may be there before a policy lets it in: {' '.join(sends)}"


def who_is_let_in_sends(stack: RecordedStack) -> Iterator[str]:
    """Or a door is open for nothing, and what should have been woken sleeps."""
    deliveries = [sends for _, sends in _deliveries(stack)]
    for kind in (kinds.QUEUE_POLICY, kinds.TOPIC_POLICY):
        for policy in stack.of(kind):
            for statement in read(policy):
                if statement.effect == "Allow" and not any(_lets_in(statement, sends) for sends in deliveries):
                    yield f"{policy.name} lets in who sends nothing"


def queues_and_topics_are_used(stack: RecordedStack) -> Iterator[str]:
    """Somebody sends to each: a bucket, a topic, a queue whose messages die, a function; and somebody hears a topic."""
    targets = {target for _, (_, _, _, target) in _deliveries(stack)} | dead_letter_queues(stack)
    targets |= {
        resource
        for policy in stack.of(kinds.ROLE_POLICY)
        for statement in read(policy)
        if {"sqs:SendMessage", "sns:Publish"} & set(statement.actions)
        for resource in statement.resources
    }
    for resource in [*stack.of(kinds.QUEUE), *stack.of(kinds.TOPIC)]:
        if resource.out("arn") not in targets:
            yield f"{resource.name} is sent nothing"
    heard = {subscription.inputs["topic"] for subscription in stack.of(kinds.SUBSCRIPTION)}
    for topic in stack.of(kinds.TOPIC):
        if topic.out("arn") not in heard:
            yield f"{topic.name} is heard by nobody"


def _lets_in(statement: Statement, sends: tuple[str, str, str, str]) -> bool:
    """Whether a statement lets a service, for its source, do an action on a target."""
    service, source, action, target = sends
    return all(
        (
            statement.effect == "Allow",
            statement.principal == {"Service": service},
            source in asked(statement, "ArnEquals", "aws:SourceArn"),
            action in statement.actions,
            target in statement.resources,
        ),
    )


def _deliveries(stack: RecordedStack) -> Iterator[tuple[Recorded, tuple[str, str, str, str]]]:
    """Who delivers, and the service, source, action and target of it."""
    yield from _of_buckets(stack)
    for subscription in stack.of(kinds.SUBSCRIPTION):
        topic, queue = subscription.inputs["topic"], subscription.inputs["endpoint"]
        yield subscription, ("sns.amazonaws.com", topic, "sqs:SendMessage", queue)
    rules, queues = by(stack, kinds.EVENT_RULE, "name"), by(stack, kinds.QUEUE, "arn")
    for target in stack.of(kinds.EVENT_TARGET):
        if target.inputs["arn"] in queues and target.inputs["rule"] in rules:
            source = rules[target.inputs["rule"]].out("arn")
            yield target, ("events.amazonaws.com", source, "sqs:SendMessage", target.inputs["arn"])
    mail = by(stack, kinds.CONFIGURATION_SET, "configurationSetName")
    for destination in stack.of(kinds.EVENT_DESTINATION):
        if destination.inputs["configurationSetName"] in mail:
            source = mail[destination.inputs["configurationSetName"]].out("arn")
            topic = destination.inputs["eventDestination"].get("snsDestination", {}).get("topicArn", "nowhere")
            yield destination, ("ses.amazonaws.com", source, "sns:Publish", topic)
    for alarm in stack.of(kinds.ALARM):
        for topic in told_by(alarm):
            yield alarm, ("cloudwatch.amazonaws.com", alarm.out("arn"), "sns:Publish", topic)


def _of_buckets(stack: RecordedStack) -> Iterator[tuple[Recorded, tuple[str, str, str, str]]]:
    buckets = by(stack, kinds.BUCKET, "bucket")
    for notification in stack.of(kinds.BUCKET_NOTIFICATION):
        if notification.inputs["bucket"] in buckets:
            source = buckets[notification.inputs["bucket"]].out("arn")
            for queue in notification.inputs.get("queues", ()):
                yield notification, ("s3.amazonaws.com", source, "sqs:SendMessage", queue["queueArn"])
            for topic in notification.inputs.get("topics", ()):
                yield notification, ("s3.amazonaws.com", source, "sns:Publish", topic["topicArn"])


def ses_tells_what_came_back(stack: RecordedStack) -> Iterator[str]:
    """Or a mail that did not arrive stays "mailed". What arrived, or was opened, is nobody's business."""
    mail = by(stack, kinds.CONFIGURATION_SET, "configurationSetName")
    told: set[str] = set()
    for destination in stack.of(kinds.EVENT_DESTINATION):
        whose, what = destination.inputs["configurationSetName"], destination.inputs["eventDestination"]
        if whose not in mail:
            yield f"{destination.name} is of a configuration set that is not ours"
        if sorted(what["matchingEventTypes"]) != ["BOUNCE", "REJECT"]:
            yield f"{destination.name} tells of {', '.join(what['matchingEventTypes'])}"
        if not what.get("enabled"):
            yield f"{destination.name} is switched off"
        for other in sorted(set(what) - {"enabled", "matchingEventTypes", "snsDestination"}):
            yield f"{destination.name} has {other}, which no rule looks at"
        told.add(whose)
    for name, configuration in mail.items():
        if name not in told:
            yield f"{configuration.name} tells nobody what came back"
        if configuration.inputs.get("suppressionOptions") != {"suppressedReasons": ["COMPLAINT"]}:
            yield f"{configuration.name} has SES suppress others than who complains"


def notifications_tell_of_new_objects_of_one_folder(stack: RecordedStack) -> Iterator[str]:
    for notification in stack.of(kinds.BUCKET_NOTIFICATION):
        for other in sorted(set(notification.inputs) - {"bucket", "queues", "topics"}):
            yield f"{notification.name} tells {other}, which no rule looks at"
        targets = [*notification.inputs.get("queues", ()), *notification.inputs.get("topics", ())]
        for target in targets:
            if target["events"] != ["s3:ObjectCreated:*"]:
                yield f"{notification.name} tells of {', '.join(target['events'])}, not of each new object"
            if not target.get("filterPrefix", "").endswith("/"):
                yield f"{notification.name} tells of other than one folder"
        for one, other in combinations(targets, 2):
            if _overlap(one, other):
                yield f"{notification.name} tells two of one object, which S3 refuses"


def _overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether an object's key may pass both filters."""
    prefixes = sorted((one.get("filterPrefix", ""), other.get("filterPrefix", "")))
    suffixes = sorted((one.get("filterSuffix", "")[::-1], other.get("filterSuffix", "")[::-1]))
    return prefixes[1].startswith(prefixes[0]) and suffixes[1].startswith(suffixes[0])


def subscriptions_hand_on_what_was_published(stack: RecordedStack) -> Iterator[str]:
    topics, queues = by(stack, kinds.TOPIC, "arn"), by(stack, kinds.QUEUE, "arn")
    for subscription in stack.of(kinds.SUBSCRIPTION):
        if subscription.inputs["topic"] not in topics:
            yield f"{subscription.name} is to a topic that is not ours"
        if subscription.inputs["protocol"] != "sqs":
            yield f"{subscription.name} is by {subscription.inputs['protocol']}, which no rule looks at"
        elif subscription.inputs["endpoint"] not in queues:
            yield f"{subscription.name} is for a queue that is not ours"
        if not subscription.inputs.get("rawMessageDelivery"):
            yield f"{subscription.name} wraps each message in one of SNS's own"
        if "filterPolicy" in subscription.inputs:
            yield f"{subscription.name} drops messages, though a request waits for each"
