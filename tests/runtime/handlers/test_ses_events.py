"""What SES tells of the mails that it had taken."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from runtime.core.bounce import Bounce, MailKind, MessageTags
from runtime.handlers.notify import work
from runtime.handlers.ses_events import bounce_of, read
from tests.runtime.handlers.shapes import event

TAGS = MessageTags(MailKind.RESULT, "0123456789abcdef0123456789abcdef", "00000000000000000000000000000007")
MESSAGE_ID = "0100019ab1c2cafe-9a8b7c6d-5e4f-3021-1203-f4e5d6c7b8a9-000000"
MAILED_AT = datetime(2026, 11, 24, 9, 0, 31, 12000, UTC).timestamp()


def bounce(kind: str, subtype: str, **of_recipient: str) -> dict[str, Any]:
    told = event("ses_bounce")
    told["bounce"] |= {"bounceType": kind, "bounceSubType": subtype}
    told["bounce"]["bouncedRecipients"] = [{"emailAddress": "ann@example.com", **of_recipient}]
    return told


def test_a_bounce_is_told_with_the_mail_that_it_is_of() -> None:
    assert bounce_of(event("ses_bounce")) == Bounce(
        TAGS, MESSAGE_ID, MAILED_AT, permanent=True, cause="Permanent/General"
    )


@pytest.mark.parametrize(
    ("told", "permanent"),
    [
        (bounce("Permanent", "OnAccountSuppressionList"), True),
        (bounce("Transient", "MailboxFull"), False),
        (bounce("Transient", "General", action="failed", status="4.4.7"), False),
        (bounce("Undetermined", "Undetermined"), False),
    ],
)
def test_what_did_not_arrive_came_back_for_good_or_not(told: dict[str, Any], *, permanent: bool) -> None:
    found = bounce_of(told)
    assert found is not None
    assert (found.tags, found.permanent) == (TAGS, permanent)


def test_an_automatic_answer_is_no_bounce() -> None:
    assert bounce_of(bounce("Transient", "General")) is None


def test_what_ses_rejects_after_it_has_taken_it_came_back() -> None:
    rejected = {"eventType": "Reject", "mail": event("ses_bounce")["mail"], "reject": {"reason": "Bad content"}}
    assert bounce_of(rejected) == Bounce(TAGS, MESSAGE_ID, MAILED_AT, permanent=False, cause="Reject")


def test_what_arrived_is_no_bounce() -> None:
    assert bounce_of({"eventType": "Delivery", "mail": event("ses_bounce")["mail"], "delivery": {}}) is None


def test_what_ses_greets_a_topic_with_tells_of_nothing() -> None:
    greeting = read({"body": "Successfully validated SNS topic for Amazon SES event publishing."})
    assert bounce_of(greeting) is None
    assert read({"body": '{"request_id": "1"}'}) == {"request_id": "1"}


def test_a_mail_of_an_older_version_of_us_has_no_tags() -> None:
    told = event("ses_bounce")
    told["mail"]["tags"] = {"ses:configuration-set": ["ocr-wordcount-dev"]}
    found = bounce_of(told)
    assert found is not None
    assert found.tags == MessageTags()


def test_each_message_of_the_notify_queue_goes_to_its_use_case() -> None:
    requests: list[str] = []
    proofs: list[str] = []
    bounces: list[Bounce] = []
    handle = work(requests.append, proofs.append, bounces.append)  # type: ignore[arg-type]  # called as the use case is
    handle({"request_id": "1"})
    handle({"proof_id": "2"})
    handle(event("ses_bounce"))
    handle(bounce("Transient", "General"))
    assert (requests, proofs, [found.tags for found in bounces]) == (["1"], ["2"], [TAGS])
