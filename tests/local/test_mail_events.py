"""Mails that come back, and who is told of it."""

from __future__ import annotations

import json
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.client import CloudError
from local.mail_events import GREETING
from tests.local.policies import document, let_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local.conftest import Bench

SENDER = "wordcount@example.com"
READER = "reader@example.org"
ANOTHER = "another@example.org"
ACCOUNT = "123456789012"
Json = Any


class Mail:
    """A configuration set whose bounces a queue hears of."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.ses: Any = bench.cloud.client("ses")
        sesv2: Any = bench.cloud.client("sesv2")
        sns: Any = bench.cloud.client("sns")
        self.sesv2, self.sns = sesv2, sns
        self.name = bench.name("mails")
        sesv2.create_configuration_set(ConfigurationSetName=self.name)
        self.topic = sns.create_topic(Name=bench.name("bounces"))["TopicArn"]
        self.queue, arn = bench.queue()
        from_topic = let_in("sns.amazonaws.com", "sqs:SendMessage", on=arn, source=self.topic)
        bench.sqs.set_queue_attributes(QueueUrl=self.queue, Attributes={"Policy": document(from_topic)})
        sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})

    def let_ses_in(self, source: str = "") -> None:
        own = f"arn:aws:ses:us-east-1:{ACCOUNT}:configuration-set/{self.name}"
        policy = document(let_in("ses.amazonaws.com", "sns:Publish", on=self.topic, source=source or own))
        self.sns.set_topic_attributes(TopicArn=self.topic, AttributeName="Policy", AttributeValue=policy)

    def tell(self, *kinds: str, enabled: bool = True) -> None:
        self.sesv2.create_configuration_set_event_destination(
            ConfigurationSetName=self.name,
            EventDestinationName="bounces",
            EventDestination={
                "Enabled": enabled,
                "MatchingEventTypes": list(kinds),
                "SnsDestination": {"TopicArn": self.topic},
            },
        )

    def send(self, *to: str, **tags: str) -> str:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = f"Word count <{SENDER}>", ", ".join(to), "Hello"
        message.set_content("text")
        sent = self.ses.send_raw_email(
            RawMessage={"Data": message.as_bytes()},
            ConfigurationSetName=self.name,
            Tags=[{"Name": name, "Value": value} for name, value in tags.items()],
        )
        return str(sent["MessageId"])

    def destinations(self) -> list[Json]:
        told = self.sesv2.get_configuration_set_event_destinations(ConfigurationSetName=self.name)
        return list(told["EventDestinations"])

    def heard(self) -> list[str]:
        """What is in the queue: SES says all it has to say before it answers."""
        messages = self.bench.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            self.bench.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in messages]


@pytest.fixture
def mail(bench: Bench) -> Iterator[Mail]:
    for address in (SENDER, READER, ANOTHER):
        bench.cloud.verify(address)
    yield Mail(bench)
    for address in (READER, ANOTHER):
        bench.cloud.mailbox(address, None)


def test_ses_greets_a_topic_and_tells_it_what_came_back_with_its_tags(mail: Mail) -> None:
    mail.let_ses_in()
    mail.tell("BOUNCE", "REJECT")
    assert mail.heard() == [GREETING]
    mail.bench.cloud.mailbox(READER, "gone")
    before = len(mail.bench.cloud.mails(READER))

    message_id = mail.send(READER, kind="result", about="request-1")

    (event,) = map(json.loads, mail.heard())
    assert (event["eventType"], event["mail"]["messageId"]) == ("Bounce", message_id)
    bounce = event["bounce"]
    assert (bounce["bounceType"], bounce["bounceSubType"]) == ("Permanent", "General")
    assert [recipient["emailAddress"] for recipient in bounce["bouncedRecipients"]] == [READER]
    assert event["mail"]["tags"] == {
        "ses:configuration-set": [mail.name],
        "ses:from-domain": ["example.com"],
        "kind": ["result"],
        "about": ["request-1"],
    }
    assert len(mail.bench.cloud.mails(READER)) == before


def test_who_can_be_reached_gets_the_mail_that_comes_back_from_others(mail: Mail) -> None:
    mail.let_ses_in()
    mail.tell("BOUNCE")
    mail.bench.cloud.mailbox(READER, "full")

    message_id = mail.send(READER, ANOTHER)

    assert mail.bench.cloud.mails(ANOTHER)[-1].message_id == message_id
    _, told = mail.heard()
    assert json.loads(told)["bounce"]["bounceSubType"] == "MailboxFull"
    mail.bench.cloud.mailbox(READER, None)
    again = mail.send(READER)
    assert mail.bench.cloud.mails(READER)[-1].message_id == again
    assert mail.heard() == []


def test_who_is_away_has_the_mail_and_an_answer_is_told_without_a_status(mail: Mail) -> None:
    mail.let_ses_in()
    mail.tell("BOUNCE")
    mail.bench.cloud.mailbox(READER, "away")
    message_id = mail.send(READER)
    assert mail.bench.cloud.mails(READER)[-1].message_id == message_id
    _, told = mail.heard()
    assert json.loads(told)["bounce"]["bouncedRecipients"] == [{"emailAddress": READER}]


def test_the_mailbox_simulator_bounces_as_ses_does(mail: Mail) -> None:
    mail.let_ses_in()
    mail.tell("BOUNCE")
    for name, kind in (("bounce", "Permanent"), ("bounce+page", "Permanent"), ("ooto", "Transient")):
        mail.send(f"{name}@simulator.amazonses.com")
        assert json.loads(mail.heard()[-1])["bounce"]["bounceType"] == kind
    mail.send("success@simulator.amazonses.com")
    assert mail.heard() == []


@pytest.mark.parametrize(("kinds", "enabled"), [(("REJECT",), True), (("BOUNCE",), False)])
def test_who_is_not_to_be_told_is_not(mail: Mail, kinds: tuple[str, ...], *, enabled: bool) -> None:
    mail.let_ses_in()
    mail.tell(*kinds, enabled=enabled)
    mail.bench.cloud.mailbox(READER, "gone")
    mail.send(READER)
    assert mail.heard() == [GREETING]


def test_a_topic_that_lets_ses_in_for_another_configuration_set_is_refused(mail: Mail) -> None:
    mail.let_ses_in(f"arn:aws:ses:us-east-1:{ACCOUNT}:configuration-set/elsewhere")
    with pytest.raises(mail.sesv2.exceptions.BadRequestException, match="Could not publish to SNS topic"):
        mail.tell("BOUNCE")
    assert mail.destinations() == []


def test_a_topic_that_lets_ses_in_no_more_is_told_nothing(mail: Mail, capsys: pytest.CaptureFixture[str]) -> None:
    mail.let_ses_in()
    mail.tell("BOUNCE")
    mail.let_ses_in(f"arn:aws:ses:us-east-1:{ACCOUNT}:configuration-set/elsewhere")
    mail.bench.cloud.mailbox(READER, "gone")
    mail.send(READER)
    assert mail.heard() == [GREETING]
    assert f"may not publish to {mail.topic}" in capsys.readouterr().err


def test_a_destination_is_there_once_until_it_is_deleted_or_its_configuration_set_is(mail: Mail) -> None:
    mail.let_ses_in()
    mail.tell("BOUNCE")
    with pytest.raises(mail.sesv2.exceptions.AlreadyExistsException):
        mail.tell("BOUNCE")
    named = {"ConfigurationSetName": mail.name, "EventDestinationName": "bounces"}
    mail.sesv2.delete_configuration_set_event_destination(**named)
    with pytest.raises(mail.sesv2.exceptions.NotFoundException):
        mail.sesv2.delete_configuration_set_event_destination(**named)
    mail.tell("BOUNCE")
    mail.sesv2.delete_configuration_set(ConfigurationSetName=mail.name)
    with pytest.raises(mail.sesv2.exceptions.NotFoundException):
        mail.destinations()
    mail.sesv2.create_configuration_set(ConfigurationSetName=mail.name)
    assert mail.destinations() == []


def test_tags_are_those_that_ses_takes(mail: Mail) -> None:
    with pytest.raises(ClientError, match="Invalid tag <reader@"):
        mail.send(READER, whose=READER)


def test_with_a_mailbox_only_known_things_are_the_matter(mail: Mail) -> None:
    with pytest.raises(CloudError, match="never lost, but away, full, gone"):
        mail.bench.cloud.mailbox(READER, "lost")
