"""Telling people: SES, the queue of requests whose outcome may be there, and the mail to those who wait too long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws

from components.event_queue import EventQueue, EventQueueArgs
from components.grant import Grant, reasoned
from components.lambda_function import LambdaFunction, LambdaFunctionArgs
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
            tags=tags,
            opts=child,
        )
        region = aws.get_region_output().region
        account = aws.get_caller_identity_output().account_id
        self.sender = args.settings.sender
        self.configuration_set = configuration.configuration_set_name
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
            mail_status(),
        )
        self.notify_queue = EventQueue(
            f"{name}-notify",
            EventQueueArgs(
                consumer_timeout_seconds=_NOTIFY_TIMEOUT,
                dead_letters=args.dead_letters,
                tags=tags,
            ),
            child,
        )
        self.register_outputs({"configuration_set": self.configuration_set})

    def begin(self, *, uploads_topic_arn: Input[str], site_url: Input[str]) -> None:
        """Have people told of what became of their uploads, and everybody who waits too long told so.

        Args:
            uploads_topic_arn: What tells of each upload.
            site_url: Where mails lead to.
        """
        child = pulumi.ResourceOptions(parent=self)
        tags = tags_of(self._name)
        self.notify = LambdaFunction(
            f"{self._name}-notify",
            LambdaFunctionArgs(
                handler="notify",
                platform=self._args.platform,
                timeout_seconds=_NOTIFY_TIMEOUT,
                memory_megabytes=512,
                grants=(
                    self.notify_queue.take(),
                    self._args.cache.follow_requests(),
                    self._args.cache.read_records(),
                    self._args.cache.wait(),
                    self._args.cache.strike_out_waiters(),
                    self._args.cache.read_results(),
                    *self._mailing,
                ),
                variables={"LEASE_SECONDS": str(MAIL_LEASE), "SITE_URL": site_url},
                tags=tags,
            ),
            child,
        )
        self.notify_queue.feed(
            self.notify,
            batch_size=10,
            maximum_concurrency=self._args.settings.maximum_concurrency,
        )
        self.deadline_queue = EventQueue(
            f"{self._name}-deadline",
            EventQueueArgs(
                consumer_timeout_seconds=_DEADLINE_TIMEOUT,
                dead_letters=self._args.dead_letters,
                topic_arn=uploads_topic_arn,
                delay_seconds=self._args.settings.late_after_seconds,
                tags=tags,
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
                grants=(self.deadline_queue.take(), self._args.cache.follow_requests(), *self._mailing),
                variables={"LEASE_SECONDS": str(MAIL_LEASE), "SITE_URL": site_url},
                tags=tags,
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


@reasoned
def mail_status() -> Grant:
    """To look up whether an address is verified. SES knows no resources for that."""
    return Grant(
        intent="LookUpMailAddresses",
        actions=("ses:GetIdentityVerificationAttributes",),
        resources=("*",),
    )
