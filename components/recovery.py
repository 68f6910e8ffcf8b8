"""Nothing is left behind: dead letters are kept and told, and what is stuck is driven on every quarter of an hour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws

from components.dead_letter_queue import CONSUMER_TIMEOUT
from components.event_queue import VISIBILITY_PER_TIMEOUT
from components.lambda_function import LambdaFunction, LambdaFunctionArgs
from components.notifier import MAIL_LEASE, forget_addresses, look_ups
from components.tags import tags_of

if TYPE_CHECKING:
    from components.dead_letter_queue import DeadLetterQueue
    from components.grant import Grant
    from components.lambda_function import LambdaPlatform
    from components.notifier import Notifier
    from components.ocr_pipeline import OcrPipeline
    from components.result_cache import ResultCache
    from components.settings import MailSettings, OcrSettings
    from components.word_count_job import WordCountJob

_SWEEP_EVERY: Final = "rate(15 minutes)"
_SWEEP_TIMEOUT: Final = 300
_DRIVES_ON: Final = "To drive on what is stuck before this stage."

LONGEST_PUT_OFF: Final = 900
"""Seconds for which a function hides, at most, a message that it cannot handle for now."""


def _patience(timeout_seconds: int) -> int:
    """How long a message may be hidden, by its queue or by who put it off: till then it may come by itself."""
    return max(VISIBILITY_PER_TIMEOUT * timeout_seconds, LONGEST_PUT_OFF) + 60


@dataclass(frozen=True, kw_only=True)
class RecoveryArgs:
    """What the recovery needs to know."""

    ocr_settings: OcrSettings
    mail_settings: MailSettings
    platform: LambdaPlatform
    cache: ResultCache
    notifier: Notifier
    ocr: OcrPipeline
    job: WordCountJob
    dead_letters: DeadLetterQueue


class Recovery(pulumi.ComponentResource):
    """The function that takes what died, and the one that looks for what is stuck."""

    failures: LambdaFunction
    sweep: LambdaFunction

    def __init__(self, name: str, args: RecoveryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ocr:index:Recovery", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        tags = tags_of(name)
        died_in = {
            "ingest": args.ocr.ingest_queue,
            "count": args.job.count_queue,
            "bulk": args.job.bulk_queue,
            "publish": args.job.publish_queue,
            "notify": args.notifier.notify_queue,
            "deadline": args.notifier.deadline_queue,
        }
        arns = pulumi.Output.all(**{queue: each.arn for queue, each in died_in.items()})
        self.failures = LambdaFunction(
            f"{name}-failures",
            LambdaFunctionArgs(
                handler="failures",
                platform=args.platform,
                timeout_seconds=CONSUMER_TIMEOUT,
                memory_megabytes=256,
                grants=(
                    args.dead_letters.take(),
                    args.cache.keep_dead_letters(),
                    args.cache.follow_requests(),
                    args.cache.give_up_records(),
                    args.cache.wait(),
                    args.cache.find_waiters(),
                    args.cache.strike_out_waiters(),
                    args.cache.read_results(),
                    args.notifier.wake(),
                ),
                variables={
                    # Who died where: SQS tells a dead letter's first queue by its ARN.
                    "DEAD_LETTER_SOURCES": pulumi.Output.json_dumps(
                        arns.apply(lambda told: {arn: queue for queue, arn in told.items()})
                    ),
                    "MAIL_LEASE_SECONDS": str(MAIL_LEASE),
                },
                tags=tags,
            ),
            child,
        )
        args.dead_letters.feed(self.failures)
        self.sweep = LambdaFunction(
            f"{name}-sweep",
            LambdaFunctionArgs(
                handler="sweep",
                platform=args.platform,
                timeout_seconds=_SWEEP_TIMEOUT,
                memory_megabytes=512,
                grants=(
                    args.cache.find_unfinished(),
                    args.cache.follow_requests(),
                    args.cache.give_up_records(),
                    args.cache.find_waiters(),
                    args.cache.strike_out_waiters(),
                    args.cache.read_results(),
                    args.cache.find_work(),
                    args.ocr.ingest_queue.send("WakeIngest", "INGEST_QUEUE_URL", _DRIVES_ON),
                    args.job.count_queue.send("WakeCount", "COUNT_QUEUE_URL", _DRIVES_ON),
                    args.cache.see_what_is_left_to_glue(),
                    args.job.wake_bulk(),
                    args.job.publish_queue.send("WakePublish", "PUBLISH_QUEUE_URL", _DRIVES_ON),
                    args.notifier.wake(),
                    *self._identities(args),
                ),
                variables={
                    "PATIENCE_SECONDS": str(_patience(args.ocr_settings.timeout_seconds)),
                    "MAIL_VERIFICATION": args.mail_settings.verification,
                },
                tags=tags,
            ),
            child,
        )
        self._schedule(name)
        self.register_outputs({"failures": self.failures.name, "sweep": self.sweep.name})

    def _identities(self, args: RecoveryArgs) -> tuple[Grant, ...]:
        """What it takes to clear away whom SES was asked about in vain; nothing if it is asked about nobody."""
        if args.mail_settings.verification != "ses":
            return ()
        return (
            args.cache.know_addresses(),
            args.cache.count_spending(),
            *look_ups(args.mail_settings),
            forget_addresses(),
        )

    def _schedule(self, name: str) -> None:
        child = pulumi.ResourceOptions(parent=self)
        rule = aws.cloudwatch.EventRule(
            f"{name}-sweeps",
            description="Drives on what is stuck",
            schedule_expression=_SWEEP_EVERY,
            tags=tags_of(name),
            opts=child,
        )
        permission = aws.lambda_.Permission(
            f"{name}-schedule-calls-sweep",
            action="lambda:InvokeFunction",
            function=self.sweep.name,
            principal="events.amazonaws.com",
            source_arn=rule.arn,
            opts=child,
        )
        aws.cloudwatch.EventTarget(
            f"{name}-sweeps-target",
            rule=rule.name,
            arn=self.sweep.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permission]),
        )
