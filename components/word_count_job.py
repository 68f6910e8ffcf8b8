"""Counting the words of a transcript, and publishing the count to everybody who waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pulumi

from components.event_queue import EventQueue, EventQueueArgs
from components.lambda_function import LambdaFunction, LambdaFunctionArgs
from components.tags import tags_of

if TYPE_CHECKING:
    from components.dead_letter_queue import DeadLetterQueue
    from components.lambda_function import LambdaPlatform
    from components.notifier import Notifier
    from components.result_cache import ResultCache
    from components.settings import CacheSettings, CountSettings

_COUNT_TIMEOUT: Final = 60
_PUBLISH_TIMEOUT: Final = 30


@dataclass(frozen=True, kw_only=True)
class WordCountJobArgs:
    """What the job needs to know."""

    settings: CountSettings
    cache_settings: CacheSettings
    platform: LambdaPlatform
    cache: ResultCache
    notifier: Notifier
    dead_letters: DeadLetterQueue


class WordCountJob(pulumi.ComponentResource):
    """The queues of transcripts and of word counts, and the functions that take them."""

    count: LambdaFunction
    count_queue: EventQueue
    publish: LambdaFunction
    publish_queue: EventQueue

    def __init__(self, name: str, args: WordCountJobArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ocr:index:WordCountJob", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
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
                ),
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
