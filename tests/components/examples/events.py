from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.components.examples.alarms import alarm
from tests.components.examples.changes import LEFT_OUT, all_of, but, granted, reworded, unwaited, waiting, without
from tests.components.examples.example import lets_pass, minds
from tests.components.rules import events
from tests.components.rules.kinds import (
    ALARM,
    BUCKET_NOTIFICATION,
    CONFIGURATION_SET,
    EVENT_DESTINATION,
    EVENT_TARGET,
    QUEUE_POLICY,
    ROLE_POLICY,
    SUBSCRIPTION,
    TOPIC_POLICY,
)

if TYPE_CHECKING:
    from tests.components.examples.changes import Change
    from tests.components.examples.example import Example

_EVENTS: Final = "EventsFromOurSource"
_TO_COUNT: Final = "s3.amazonaws.com <cache-results-bucket.arn> sqs:SendMessage <words-count-queue.arn>"
_TO_TOPIC: Final = "s3.amazonaws.com <site-uploads-bucket.arn> sns:Publish <site-topic.arn>"
_TO_INGEST: Final = "sns.amazonaws.com <site-topic.arn> sqs:SendMessage <ocr-ingest-queue.arn>"
_BOUNCED: Final = "ses.amazonaws.com <mail-configuration.arn> sns:Publish"
_ALARM: Final = alarm()


def _tells(*targets: tuple[str, str]) -> Change:
    """A bucket tells queues of what begins and ends so."""
    return but(
        BUCKET_NOTIFICATION,
        "cache-results-wakes",
        queues=[
            {"queueArn": "<q.arn>", "events": ["s3:ObjectCreated:*"], "filterPrefix": prefix, "filterSuffix": suffix}
            for prefix, suffix in targets
        ],
    )


def _topic_told(**parts: object) -> Change:
    told = {"topicArn": "<site-topic.arn>", "events": ["s3:ObjectCreated:*"], "filterPrefix": "uploads/"} | parts
    told = {key: value for key, value in told.items() if value is not LEFT_OUT}
    return but(BUCKET_NOTIFICATION, "site-uploads-wakes", topics=[told])


def _came_back(**parts: object) -> Change:
    """SES tells so what came back."""
    topic = {"topicArn": "<mail-bounces.arn>"}
    told = {"enabled": True, "matchingEventTypes": ["BOUNCE", "REJECT"], "snsDestination": topic} | parts
    told = {key: value for key, value in told.items() if value is not LEFT_OUT}
    return but(EVENT_DESTINATION, "mail-bounces-told", eventDestination=told)


EXAMPLES: Final[dict[str, Example]] = {
    "bounces that are told to a topic that does not let SES in": minds(
        events.events_are_let_in,
        _came_back(snsDestination={"topicArn": "<site-topic.arn>"}),
        f"mail-bounces-told sends where no policy lets it in: {_BOUNCED} <site-topic.arn>",
    ),
    "bounces that are told to no topic": minds(
        events.events_are_let_in,
        _came_back(snsDestination=LEFT_OUT),
        f"mail-bounces-told sends where no policy lets it in: {_BOUNCED} nowhere",
    ),
    "bounces of a configuration set that is not ours": lets_pass(
        events.events_are_let_in,  # see ses_tells_what_came_back
        but(EVENT_DESTINATION, "mail-bounces-told", configurationSetName="elsewhere"),
    ),
    "a configuration set whose bounces nobody is told": minds(
        events.ses_tells_what_came_back,
        without(EVENT_DESTINATION, "mail-bounces-told"),
        "mail-configuration tells nobody what came back",
    ),
    "another's bounces": minds(
        events.ses_tells_what_came_back,
        but(EVENT_DESTINATION, "mail-bounces-told", configurationSetName="elsewhere"),
        "mail-bounces-told is of a configuration set that is not ours",
        "mail-configuration tells nobody what came back",
    ),
    "bounces alone": minds(
        events.ses_tells_what_came_back,
        _came_back(matchingEventTypes=["BOUNCE"]),
        "mail-bounces-told tells of BOUNCE",
    ),
    "who opened which mail": minds(
        events.ses_tells_what_came_back,
        _came_back(matchingEventTypes=["REJECT", "OPEN", "BOUNCE"]),
        "mail-bounces-told tells of REJECT, OPEN, BOUNCE",
    ),
    "bounces and rejects in another order": lets_pass(
        events.ses_tells_what_came_back,
        _came_back(matchingEventTypes=["REJECT", "BOUNCE"]),
    ),
    "bounces that are not told for now": minds(
        events.ses_tells_what_came_back,
        _came_back(enabled=LEFT_OUT),
        "mail-bounces-told is switched off",
    ),
    "a configuration set that suppresses who bounced": minds(
        events.ses_tells_what_came_back,
        but(CONFIGURATION_SET, "mail-configuration", suppressionOptions={"suppressedReasons": ["BOUNCE", "COMPLAINT"]}),
        "mail-configuration has SES suppress others than who complains",
    ),
    "a configuration set that suppresses as its account does": minds(
        events.ses_tells_what_came_back,
        but(CONFIGURATION_SET, "mail-configuration", suppressionOptions=LEFT_OUT),
        "mail-configuration has SES suppress others than who complains",
    ),
    "bounces for two": minds(
        events.ses_tells_what_came_back,
        _came_back(cloudWatchDestination={}, kinesisFirehoseDestination={}),
        "mail-bounces-told has cloudWatchDestination, which no rule looks at",
        "mail-bounces-told has kinesisFirehoseDestination, which no rule looks at",
    ),
    "a queue that lets in a rule whose target it is no more": minds(
        events.who_is_let_in_sends,
        but(EVENT_TARGET, "words-bulk-hears-ends", rule="other"),
        "words-bulk-policy lets in who sends nothing",
    ),
    "a notification to a queue that lets in another bucket": minds(
        events.events_are_let_in,
        reworded(
            QUEUE_POLICY,
            "words-count-policy",
            _EVENTS,
            Condition={"ArnEquals": {"aws:SourceArn": "<site-uploads-bucket.arn>"}},
        ),
        f"cache-results-wakes sends where no policy lets it in: {_TO_COUNT}",
    ),
    "a notification to a queue that refuses the bucket": minds(
        events.events_are_let_in,
        reworded(QUEUE_POLICY, "words-count-policy", _EVENTS, Effect="Deny"),
        f"cache-results-wakes sends where no policy lets it in: {_TO_COUNT}",
    ),
    "a notification to a queue that lets the bucket do something else": minds(
        events.events_are_let_in,
        reworded(QUEUE_POLICY, "words-count-policy", _EVENTS, Action="sqs:ReceiveMessage"),
        f"cache-results-wakes sends where no policy lets it in: {_TO_COUNT}",
    ),
    "a notification to a queue that lets the bucket into another": minds(
        events.events_are_let_in,
        reworded(QUEUE_POLICY, "words-count-policy", _EVENTS, Resource="<mail-notify-queue.arn>"),
        f"cache-results-wakes sends where no policy lets it in: {_TO_COUNT}",
    ),
    "a notification that does not wait for the policy": minds(
        events.events_are_let_in,
        unwaited(BUCKET_NOTIFICATION, "site-uploads-wakes"),
        f"site-uploads-wakes may be there before a policy lets it in: {_TO_TOPIC}",
    ),
    "a notification that waits for another policy": minds(
        events.events_are_let_in,
        all_of(
            unwaited(BUCKET_NOTIFICATION, "site-uploads-wakes"),
            waiting(BUCKET_NOTIFICATION, "site-uploads-wakes", QUEUE_POLICY, "ocr-ingest-policy"),
        ),
        f"site-uploads-wakes may be there before a policy lets it in: {_TO_TOPIC}",
    ),
    "a subscription that does not wait for the policy": minds(
        events.events_are_let_in,
        unwaited(SUBSCRIPTION, "ocr-ingest-subscription"),
        f"ocr-ingest-subscription may be there before a policy lets it in: {_TO_INGEST}",
    ),
    "a queue that lets in everybody": minds(
        events.events_are_let_in,
        reworded(QUEUE_POLICY, "ocr-ingest-policy", _EVENTS, Principal="*"),
        f"ocr-ingest-subscription sends where no policy lets it in: {_TO_INGEST}",
    ),
    "a notification of a bucket that is not ours": lets_pass(
        events.events_are_let_in,  # see each_is_configured_once
        but(BUCKET_NOTIFICATION, "site-uploads-wakes", bucket="elsewhere"),
    ),
    "an alarm that the topic does not let in": minds(
        events.events_are_let_in,
        _ALARM,
        (
            "site-alarm sends where no policy lets it in: "
            "cloudwatch.amazonaws.com <site-alarm.arn> sns:Publish <site-topic.arn>"
        ),
    ),
    "an alarm that the topic lets in": lets_pass(
        events.events_are_let_in,
        all_of(
            but(BUCKET_NOTIFICATION, "site-uploads-wakes", topics=LEFT_OUT),
            reworded(
                TOPIC_POLICY,
                "site-topic-policy",
                _EVENTS,
                Principal={"Service": "cloudwatch.amazonaws.com"},
                Condition={"ArnEquals": {"aws:SourceArn": "<site-alarm.arn>"}},
            ),
            _ALARM,
            waiting(ALARM, "site-alarm", TOPIC_POLICY, "site-topic-policy"),
        ),
    ),
    "a queue for a bucket that tells nothing": minds(
        events.who_is_let_in_sends,
        but(BUCKET_NOTIFICATION, "site-uploads-wakes", topics=LEFT_OUT),
        "site-topic-policy lets in who sends nothing",
    ),
    "a queue for a topic that it does not hear": minds(
        events.who_is_let_in_sends,
        without(SUBSCRIPTION, "mail-deadline-subscription"),
        "mail-deadline-policy lets in who sends nothing",
    ),
    "a queue that is sent nothing": minds(
        events.queues_and_topics_are_used,
        without(SUBSCRIPTION, "mail-deadline-subscription"),
        "mail-deadline-queue is sent nothing",
    ),
    "a queue that no function sends to": minds(
        events.queues_and_topics_are_used,
        all_of(
            *(
                reworded(ROLE_POLICY, policy, "WakeNotify", Action="sqs:GetQueueUrl")
                for policy in (
                    "ocr-ingest-rights",
                    "words-bulk-rights",
                    "words-publish-rights",
                    "site-api-rights",
                    "mend-failures-rights",
                    "mend-sweep-rights",
                )
            ),
            without(SUBSCRIPTION, "mail-notify-subscription"),
        ),
        "mail-notify-queue is sent nothing",
        "mail-bounces is heard by nobody",
    ),
    "a topic that is sent nothing": minds(
        events.queues_and_topics_are_used,
        but(BUCKET_NOTIFICATION, "site-uploads-wakes", topics=LEFT_OUT),
        "site-topic is sent nothing",
    ),
    "a topic that a function publishes to": lets_pass(
        events.queues_and_topics_are_used,
        all_of(
            but(BUCKET_NOTIFICATION, "site-uploads-wakes", topics=LEFT_OUT),
            granted("site-api-rights", "sns:Publish", "<site-topic.arn>"),
        ),
    ),
    "a topic that nobody hears": minds(
        events.queues_and_topics_are_used,
        all_of(
            without(SUBSCRIPTION, "ocr-ingest-subscription"),
            but(SUBSCRIPTION, "mail-deadline-subscription", topic="<elsewhere.arn>"),
        ),
        "site-topic is heard by nobody",
    ),
    "a notification straight to a function": minds(
        events.notifications_tell_of_new_objects_of_one_folder,
        but(BUCKET_NOTIFICATION, "site-uploads-wakes", lambdaFunctions=[]),
        "site-uploads-wakes tells lambdaFunctions, which no rule looks at",
    ),
    "a notification about one way to write": minds(
        events.notifications_tell_of_new_objects_of_one_folder,
        _topic_told(events=["s3:ObjectCreated:Post", "s3:ObjectCreated:Put"]),
        "site-uploads-wakes tells of s3:ObjectCreated:Post, s3:ObjectCreated:Put, not of each new object",
    ),
    "a notification about the whole bucket": minds(
        events.notifications_tell_of_new_objects_of_one_folder,
        _topic_told(filterPrefix=LEFT_OUT),
        "site-uploads-wakes tells of other than one folder",
    ),
    "a notification about two folders that begin alike": minds(
        events.notifications_tell_of_new_objects_of_one_folder,
        _topic_told(filterPrefix="uploads"),
        "site-uploads-wakes tells of other than one folder",
    ),
    "two notifications of one object": minds(
        events.notifications_tell_of_new_objects_of_one_folder,
        _tells(("results/", ".json"), ("results/words/", "count.json")),
        "cache-results-wakes tells two of one object, which S3 refuses",
    ),
    "two notifications of one folder": lets_pass(
        events.notifications_tell_of_new_objects_of_one_folder,
        _tells(("results/", ".json"), ("results/", ".txt")),
    ),
    "two notifications of one ending": lets_pass(
        events.notifications_tell_of_new_objects_of_one_folder,
        _tells(("results/", ".json"), ("transcripts/", ".json")),
    ),
    "a queue and a topic told of one object": minds(
        events.notifications_tell_of_new_objects_of_one_folder,
        all_of(
            _topic_told(),
            but(
                BUCKET_NOTIFICATION,
                "site-uploads-wakes",
                queues=[{"queueArn": "<q.arn>", "events": ["s3:ObjectCreated:*"], "filterPrefix": "uploads/"}],
            ),
        ),
        "site-uploads-wakes tells two of one object, which S3 refuses",
    ),
    "a subscription to a topic that is not ours": minds(
        events.subscriptions_hand_on_what_was_published,
        but(SUBSCRIPTION, "ocr-ingest-subscription", topic="<elsewhere.arn>"),
        "ocr-ingest-subscription is to a topic that is not ours",
    ),
    "a subscription by mail": minds(
        events.subscriptions_hand_on_what_was_published,
        but(SUBSCRIPTION, "ocr-ingest-subscription", protocol="email", endpoint="somebody@example.com"),
        "ocr-ingest-subscription is by email, which no rule looks at",
    ),
    "a subscription for a queue that is not ours": minds(
        events.subscriptions_hand_on_what_was_published,
        but(SUBSCRIPTION, "ocr-ingest-subscription", endpoint="<elsewhere.arn>"),
        "ocr-ingest-subscription is for a queue that is not ours",
    ),
    "a subscription that wraps messages": minds(
        events.subscriptions_hand_on_what_was_published,
        but(SUBSCRIPTION, "ocr-ingest-subscription", rawMessageDelivery=LEFT_OUT),
        "ocr-ingest-subscription wraps each message in one of SNS's own",
    ),
    "a subscription that chooses": minds(
        events.subscriptions_hand_on_what_was_published,
        but(SUBSCRIPTION, "ocr-ingest-subscription", filterPolicy="{}"),
        "ocr-ingest-subscription drops messages, though a request waits for each",
    ),
}
