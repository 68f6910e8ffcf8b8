"""S3's event notifications as AWS writes them; moto's lack fields, and escape the slashes of keys.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

from __future__ import annotations

import copy
import itertools
import json
import secrets
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote_plus

from moto.core.utils import iso_8601_datetime_with_milliseconds
from moto.s3 import notifications
from moto.sns.models import Subscription

from local.account import Account
from local.iam.links import S3
from local.queues import backend_of, find_queue

if TYPE_CHECKING:
    from moto.s3.models import FakeBucket, FakeKey

_SNS: Final = "sns.amazonaws.com"
_sequence: Final = itertools.count(time.time_ns())


def install() -> None:
    """Have moto's S3 and SNS send these events, and only where they are let in, once a process.

    While no account is in use, whom they let in is moto's own affair.
    """
    if Subscription.publish is _deliver:
        return
    notifications._get_s3_event = s3_event  # noqa: SLF001 - moto has no hook for it
    notifications._send_sqs_message = _to_queue  # noqa: SLF001 - the same
    notifications._send_sns_message = _to_topic  # noqa: SLF001 - the same
    Subscription.publish = _deliver  # type: ignore[method-assign]


def _to_queue(account_id: str, event_body: dict[str, Any], queue_name: str, region_name: str) -> None:
    """It is given a queue without its account: it is the bucket's own, for moto knows no other."""
    arn = f"arn:aws:sqs:{region_name}:{account_id}:{queue_name}"
    queue = find_queue(arn)
    if queue is not None and _lets_in(arn, "sqs:SendMessage", event_body, account_id):
        backend_of(queue).send_message(queue_name=queue.name, message_body=json.dumps(event_body))


_moto_to_topic: Final = notifications._send_sns_message  # noqa: SLF001 - it is put in place of


def _to_topic(account_id: str, event_body: dict[str, Any], topic_arn: str, region_name: str) -> None:
    account = Account.in_use()
    if account is None:
        _moto_to_topic(account_id, event_body, topic_arn, region_name)
        return
    if _lets_in(topic_arn, "sns:Publish", event_body, account_id):
        account.publish(topic_arn, json.dumps(event_body))


def _lets_in(arn: str, action: str, event: dict[str, Any], account_id: str) -> bool:
    """Whether a queue or topic lets S3 in for the bucket that an event is about."""
    name = event["Bucket"] if "Bucket" in event else event["Records"][0]["s3"]["bucket"]["name"]
    source = f"arn:aws:s3:::{name}"
    account = Account.in_use()
    return account is None or account.access.service_may(S3, action, arn, source_arn=source, source_account=account_id)


_moto_deliver: Final = Subscription.publish


def _deliver(self: Subscription, message: str, message_id: str, *args: Any, **named: Any) -> None:  # noqa: ANN401 - moto's own
    """Hand a message to a subscriber, if that is a queue which lets the topic in; SNS tells nothing of its account."""
    account, topic = Account.in_use(), self.topic.arn
    if account is None or self.protocol != "sqs":
        _moto_deliver(self, message, message_id, *args, **named)
    elif account.access.service_may(_SNS, "sqs:SendMessage", self.endpoint, source_arn=topic, source_account=""):
        addressed = copy.copy(self)
        addressed.account_id = self.endpoint.split(":")[4]  # moto looks for the queue in the subscriber's account
        _moto_deliver(addressed, message, message_id, *args, **named)


def s3_event(event_name: str, bucket: FakeBucket, key: FakeKey, notification_id: str) -> dict[str, Any]:
    """The message about one change of one object."""
    described: dict[str, Any] = {"key": quote_plus(key.name, safe="/*")}
    if "ObjectRemoved" not in event_name:
        described |= {"size": key.size, "eTag": key.etag.strip('"')}
    if bucket.is_versioned:
        described["versionId"] = key.version_id
    # Compared as text, a later one is greater, for one key.
    described["sequencer"] = f"{next(_sequence):018X}"
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": bucket.region_name,
        "eventTime": iso_8601_datetime_with_milliseconds(),
        "eventName": event_name.removeprefix("s3:"),
        "userIdentity": {"principalId": "AWS:AIDALOCALCLOUD"},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {"x-amz-request-id": secrets.token_hex(8).upper(), "x-amz-id-2": secrets.token_urlsafe(48)},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": notification_id,
            "bucket": {"name": bucket.name, "ownerIdentity": {"principalId": "A1LOCALCLOUD"}, "arn": bucket.arn},
            "object": described,
        },
    }
    return {"Records": [record]}
