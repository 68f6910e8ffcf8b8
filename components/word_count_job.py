"""Counting the words of a transcript, and publishing the count to everybody who waits for it.

Small ones are counted by `count`; what is left to Glue, `bulk` takes into runs, one at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws

from components.event_queue import EventQueue, EventQueueArgs
from components.glue_job import GlueJob, GlueJobArgs
from components.lambda_function import LambdaFunction, LambdaFunctionArgs
from components.tags import tags_of

if TYPE_CHECKING:
    from components.dead_letter_queue import DeadLetterQueue
    from components.glue_code import GlueCode
    from components.grant import Grant
    from components.lambda_function import LambdaPlatform
    from components.notifier import Notifier
    from components.result_cache import ResultCache
    from components.settings import CacheSettings, CountSettings, GlueSettings

_COUNT_TIMEOUT: Final = 60
_BULK_TIMEOUT: Final = 240
_BULK_LEASE: Final = 300
"""Longer than the function may take, shorter than its message stays hidden."""
_PUBLISH_TIMEOUT: Final = 30


@dataclass(frozen=True, kw_only=True)
class WordCountJobArgs:
    """What the job needs to know."""

    settings: CountSettings
    glue_settings: GlueSettings
    code: GlueCode
    cache_settings: CacheSettings
    platform: LambdaPlatform
    cache: ResultCache
    notifier: Notifier
    dead_letters: DeadLetterQueue


class WordCountJob(pulumi.ComponentResource):
    """The queues of transcripts and of word counts, the functions that take them, and the job that counts in bulk."""

    count: LambdaFunction
    count_queue: EventQueue
    glue: GlueJob
    bulk: LambdaFunction
    bulk_queue: EventQueue
    publish: LambdaFunction
    publish_queue: EventQueue

    def __init__(self, name: str, args: WordCountJobArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ocr:index:WordCountJob", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.glue = GlueJob(
            f"{name}-glue",
            GlueJobArgs(
                settings=args.glue_settings,
                code=args.code,
                platform=args.platform,
                cache=args.cache,
                tags=tags_of(name),
            ),
            child,
        )
        self._count_in_bulk(name, args)
        self.count_queue = EventQueue(
            f"{name}-count",
            EventQueueArgs(
                consumer_timeout_seconds=_COUNT_TIMEOUT,
                dead_letters=args.dead_letters,
                bucket_arn=args.cache.bucket_arn,
                tags=tags_of(name),
            ),
            child,
        )
        self.count = LambdaFunction(
            f"{name}-count",
            LambdaFunctionArgs(
                handler="count",
                platform=args.platform,
                timeout_seconds=_COUNT_TIMEOUT,
                memory_megabytes=1024,
                grants=(
                    self.count_queue.take(),
                    args.cache.read_records(),
                    args.cache.take_transcripts(),
                    args.cache.write_results(),
                    args.cache.read_results(),
                    args.cache.leave_to_glue(),
                    self.wake_bulk(),
                ),
                variables={
                    "ENGINE": args.settings.engine,
                    "GLUE_ABOVE_WORDS": str(args.settings.glue_above_words),
                },
                tags=tags_of(name),
            ),
            child,
        )
        self.count_queue.feed(self.count, batch_size=10, maximum_concurrency=args.settings.maximum_concurrency)
        self.publish_queue = EventQueue(
            f"{name}-publish",
            EventQueueArgs(
                consumer_timeout_seconds=_PUBLISH_TIMEOUT,
                dead_letters=args.dead_letters,
                bucket_arn=args.cache.bucket_arn,
                tags=tags_of(name),
            ),
            child,
        )
        self.publish = LambdaFunction(
            f"{name}-publish",
            LambdaFunctionArgs(
                handler="publish",
                platform=args.platform,
                timeout_seconds=_PUBLISH_TIMEOUT,
                memory_megabytes=512,
                grants=(
                    self.publish_queue.take(),
                    args.cache.finish_records(),
                    args.cache.find_waiters(),
                    args.cache.strike_out_waiters(),
                    args.cache.read_results(),
                    args.cache.delete_transcripts(),
                    args.notifier.wake(),
                ),
                variables={"CACHE_TTL_DAYS": str(args.cache_settings.ttl_days)},
                tags=tags_of(name),
            ),
            child,
        )
        self.publish_queue.feed(self.publish, batch_size=10, maximum_concurrency=args.settings.maximum_concurrency)
        self.register_outputs({"count_queue_url": self.count_queue.url, "publish_queue_url": self.publish_queue.url})

    def wake_bulk(self) -> Grant:
        """The right to have somebody look what waits for a run of Glue."""
        return self.bulk_queue.send(
            "WakeBulk", "BULK_QUEUE_URL", "To have it looked at what waits for a run of Glue, now or in a moment."
        )

    def _count_in_bulk(self, name: str, args: WordCountJobArgs) -> None:
        """Whoever starts runs is woken by what waits, and by the end of each run."""
        child = pulumi.ResourceOptions(parent=self)
        self.bulk_queue = EventQueue(
            f"{name}-bulk",
            EventQueueArgs(
                consumer_timeout_seconds=_BULK_TIMEOUT,
                dead_letters=args.dead_letters,
                rule_arn=self.glue.ends.arn,
                tags=tags_of(name),
            ),
            child,
        )
        aws.cloudwatch.EventTarget(
            f"{name}-bulk-hears-ends",
            rule=self.glue.ends.name,
            arn=self.bulk_queue.arn,
            # An end that is told before the queue lets the rule in would be lost.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.bulk_queue.policy]),
        )
        self.bulk = LambdaFunction(
            f"{name}-bulk",
            LambdaFunctionArgs(
                handler="bulk",
                platform=args.platform,
                timeout_seconds=_BULK_TIMEOUT,
                memory_megabytes=512,
                grants=(
                    self.bulk_queue.take(),
                    self.wake_bulk(),
                    args.cache.start_and_settle_runs(),
                    args.cache.ask_and_hear_runs(),
                    args.cache.read_results(),
                    args.cache.give_up_records(),
                    args.cache.find_waiters(),
                    args.cache.strike_out_waiters(),
                    self.glue.start(),
                    args.notifier.wake(),
                ),
                variables={
                    "GATHER_SECONDS": str(args.settings.gather_seconds),
                    "LEASE_SECONDS": str(_BULK_LEASE),
                },
                tags=tags_of(name),
            ),
            child,
        )
        self.bulk_queue.feed(self.bulk, batch_size=10, maximum_concurrency=2)
