"""Telling people: SES, the queue of requests whose outcome may be there and of mails that came back, the late mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws

from components.event_queue import EventQueue, EventQueueArgs
from components.event_topic import event_topic
from components.grant import Grant, reasoned
from components.lambda_function import LambdaFunction, LambdaFunctionArgs
from components.resource_policy import OurService
from components.tags import tags_of

if TYPE_CHECKING:
    from pulumi import Input, Output

    from components.dead_letter_queue import DeadLetterQueue
    from components.lambda_function import LambdaPlatform
    from components.result_cache import ResultCache
    from components.settings import MailSettings

_NOTIFY_TIMEOUT: Final = 30
MAIL_LEASE: Final = 60
"""How long a sender keeps others from the same mail: longer than it may run, less than its message stays hidden."""
_DEADLINE_TIMEOUT: Final = 30


@dataclass(frozen=True, kw_only=True)
class NotifierArgs:
    """What the notifier needs to know."""

    settings: MailSettings
    platform: LambdaPlatform
    cache: ResultCache
    dead_letters: DeadLetterQueue


class Notifier(pulumi.ComponentResource):
    """One mail per request, and one more for a request that waits too long."""

    notify: LambdaFunction
    deadline: LambdaFunction
    notify_queue: EventQueue
    deadline_queue: EventQueue
    sender: str
    configuration_set: Output[str]

    def __init__(self, name: str, args: NotifierArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ocr:index:Notifier", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        tags = tags_of(name)
        self._name = name
        self._args = args
        aws.sesv2.EmailIdentity(
            f"{name}-identity",
            email_identity=args.settings.identity,
            tags=tags,
            opts=child,
        )
        configuration = aws.sesv2.ConfigurationSet(
            f"{name}-configuration",
            configuration_set_name=f"{pulumi.get_project()}-{pulumi.get_stack()}",
            # Our own rows know which addresses took no mail. On SES's list, nobody could prove theirs again.
            suppression_options={"suppressed_reasons": ["COMPLAINT"]},
            tags=tags,
            opts=child,
        )
        region = aws.get_region_output().region
        account = aws.get_caller_identity_output().account_id
        self.sender = args.settings.sender
        self.configuration_set = configuration.configuration_set_name
        bounces = self._bounces(configuration)
        self._mailing = (
            Grant(
                intent="SendMail",
                actions=("ses:SendRawEmail",),
                resources=(
                    # In the sandbox SES asks for the right on the recipient's identity too; the condition binds.
                    pulumi.Output.concat("arn:aws:ses:", region, ":", account, ":identity/*"),
                    configuration.arn,
                ),
                conditions={"StringEquals": {"ses:FromAddress": self.sender}},
                variables={"MAIL_SENDER": self.sender, "MAIL_CONFIGURATION_SET": self.configuration_set},
                why="To send mail from our address, and from no other.",
            ),
        )
        self.notify_queue = EventQueue(
            f"{name}-notify",
            EventQueueArgs(
                consumer_timeout_seconds=_NOTIFY_TIMEOUT,
                dead_letters=args.dead_letters,
                topic_arn=bounces,
                tags=tags,
            ),
            child,
        )
        self.register_outputs({"configuration_set": self.configuration_set})

    def _bounces(self, configuration: aws.sesv2.ConfigurationSet) -> Output[str]:
        """The topic by which SES tells of mails that it had taken and that came back."""
        child = pulumi.ResourceOptions(parent=self)
        publisher = OurService.configuration_set(configuration.arn)
        made = event_topic(f"{self._name}-bounces", publisher, tags_of(self._name), child)
        aws.sesv2.ConfigurationSetEventDestination(
            f"{self._name}-bounces-told",
            configuration_set_name=configuration.configuration_set_name,
            event_destination_name="bounces",
            event_destination={
                "enabled": True,
                # `REJECT`: it had taken the mail, and found a virus in it.
                "matching_event_types": ["BOUNCE", "REJECT"],
                "sns_destination": {"topic_arn": made.topic.arn},
            },
            # SES tries the topic when it is named.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[made.policy]),
        )
        return made.topic.arn

    def serve(self, *, uploads_topic_arn: Input[str], site_url: Input[str]) -> None:
        """Have everybody told what becomes of their pictures, and who waits too long that it takes longer.

        Args:
            uploads_topic_arn: The topic that tells of each upload.
            site_url: Where the page is, which mails link to.
        """
        self._notify(site_url)
        self._remind(uploads_topic_arn, site_url)

    def _notify(self, site_url: Input[str]) -> None:
        child = pulumi.ResourceOptions(parent=self)
        settings, cache = self._args.settings, self._args.cache
        self.notify = LambdaFunction(
            f"{self._name}-notify",
            LambdaFunctionArgs(
                handler="notify",
                platform=self._args.platform,
                timeout_seconds=_NOTIFY_TIMEOUT,
                memory_megabytes=512,
                grants=(
                    self.notify_queue.take(),
                    cache.follow_requests(),
                    cache.read_records(),
                    cache.wait(),
                    cache.strike_out_waiters(),
                    cache.read_results(),
                    cache.follow_proofs(),
                    cache.know_addresses(),
                    cache.count_spending(),
                    *self._mailing,
                    *([ask_to_verify()] if settings.verification == "ses" else []),
                ),
                variables={
                    "LEASE_SECONDS": str(MAIL_LEASE),
                    "SITE_URL": site_url,
                    "MAIL_VERIFICATION": settings.verification,
                    "PROOFS_PER_DAY": str(settings.proofs_per_day),
                },
                tags=tags_of(self._name),
            ),
            child,
        )
        self.notify_queue.feed(
            self.notify,
            batch_size=10,
            maximum_concurrency=settings.maximum_concurrency,
        )

    def _remind(self, uploads_topic_arn: Input[str], site_url: Input[str]) -> None:
        child = pulumi.ResourceOptions(parent=self)
        self.deadline_queue = EventQueue(
            f"{self._name}-deadline",
            EventQueueArgs(
                consumer_timeout_seconds=_DEADLINE_TIMEOUT,
                dead_letters=self._args.dead_letters,
                topic_arn=uploads_topic_arn,
                delay_seconds=self._args.settings.late_after_seconds,
                tags=tags_of(self._name),
            ),
            child,
        )
        self.deadline = LambdaFunction(
            f"{self._name}-deadline",
            LambdaFunctionArgs(
                handler="deadline",
                platform=self._args.platform,
                timeout_seconds=_DEADLINE_TIMEOUT,
                memory_megabytes=256,
                grants=(
                    self.deadline_queue.take(),
                    self._args.cache.follow_requests(),
                    self._args.cache.see_addresses(),
                    *self._mailing,
                ),
                variables={"LEASE_SECONDS": str(MAIL_LEASE), "SITE_URL": site_url},
                tags=tags_of(self._name),
            ),
            child,
        )
        self.deadline_queue.feed(
            self.deadline,
            batch_size=10,
            maximum_concurrency=self._args.settings.maximum_concurrency,
        )

    @reasoned
    def wake(self) -> Grant:
        """To say that a request's outcome may be there."""
        return self.notify_queue.send("WakeNotify", "NOTIFY_QUEUE_URL")


def look_ups(settings: MailSettings) -> tuple[Grant, ...]:
    """The right to look addresses up at SES, if it is SES that verifies them."""
    return (mail_status(),) if settings.verification == "ses" else ()


@reasoned
def mail_status() -> Grant:
    """To look up whether an address is verified. SES knows no resources for that."""
    return Grant(
        intent="LookUpMailAddresses",
        actions=("ses:GetIdentityVerificationAttributes",),
        resources=("*",),
    )


@reasoned
def ask_to_verify() -> Grant:
    """To have SES ask the owner of an address. SES knows no resources for that."""
    return Grant(intent="AskToVerify", actions=("ses:VerifyEmailIdentity",), resources=("*",))


@reasoned
def forget_addresses() -> Grant:
    """To have SES forget whom it was asked about in vain. SES knows no resources for that."""
    return Grant(intent="ForgetMailAddresses", actions=("ses:DeleteIdentity",), resources=("*",))
