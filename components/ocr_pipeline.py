"""Reading a picture: its bytes kept, its words read once however many upload it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from components.event_queue import EventQueue, EventQueueArgs
from components.grant import Grant, reasoned
from components.lambda_function import LambdaFunction, LambdaFunctionArgs
from components.tags import tags_of

if TYPE_CHECKING:
    from components.dead_letter_queue import DeadLetterQueue
    from components.lambda_function import LambdaPlatform
    from components.notifier import Notifier
    from components.result_cache import ResultCache
    from components.settings import CacheSettings, OcrSettings
    from components.upload_site import UploadSite


@dataclass(frozen=True, kw_only=True)
class OcrPipelineArgs:
    """What the pipeline needs to know."""

    settings: OcrSettings
    cache_settings: CacheSettings
    platform: LambdaPlatform
    site: UploadSite
    cache: ResultCache
    notifier: Notifier
    dead_letters: DeadLetterQueue


class OcrPipeline(pulumi.ComponentResource):
    """The queue of uploads, and the function that reads them."""

    ingest: LambdaFunction
    ingest_queue: EventQueue

    def __init__(self, name: str, args: OcrPipelineArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ocr:index:OcrPipeline", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.ingest_queue = EventQueue(
            f"{name}-ingest",
            EventQueueArgs(
                consumer_timeout_seconds=args.settings.timeout_seconds,
                dead_letters=args.dead_letters,
                topic_arn=args.site.topic_arn,
                tags=tags_of(name),
            ),
            child,
        )
        self.ingest = LambdaFunction(
            f"{name}-ingest",
            LambdaFunctionArgs(
                handler="ingest",
                platform=args.platform,
                timeout_seconds=args.settings.timeout_seconds,
                memory_megabytes=1024,
                grants=(
                    self.ingest_queue.take(),
                    args.site.read_and_delete(),
                    args.cache.follow_requests(),
                    args.cache.claims(),
                    args.cache.wait(),
                    args.cache.find_waiters(),
                    args.cache.strike_out_waiters(),
                    args.cache.keep_images(),
                    args.cache.write_transcripts(),
                    args.cache.delete_transcripts(),
                    args.cache.write_results(),
                    args.cache.read_results(),
                    args.notifier.wake(),
                    _read_text(),
                ),
                variables={
                    "LEASE_SECONDS": str(args.settings.lease_seconds),
                    "CACHE_TTL_DAYS": str(args.cache_settings.ttl_days),
                },
                tags=tags_of(name),
            ),
            child,
        )
        # One at a time: a picture takes seconds, for which the others of its batch would wait.
        self.ingest_queue.feed(
            self.ingest,
            batch_size=1,
            maximum_concurrency=args.settings.maximum_concurrency,
        )
        self.register_outputs({"queue_url": self.ingest_queue.url})


@reasoned
def _read_text() -> Grant:
    """To have Textract read a picture. It knows no resources, and reads with its caller's rights."""
    return Grant(intent="ReadText", actions=("textract:DetectDocumentText",), resources=("*",))
