"""The inventory of a stack: its settings, its components, what it exports."""

from __future__ import annotations

from pathlib import Path

import pulumi
import pulumi_aws as aws

from components import glue_code, lambda_code, renames, site_files
from components.dead_letter_queue import DeadLetterQueue, DeadLetterQueueArgs
from components.lambda_function import LambdaPlatform
from components.notifier import Notifier, NotifierArgs
from components.ocr_pipeline import OcrPipeline, OcrPipelineArgs
from components.recovery import Recovery, RecoveryArgs
from components.result_cache import ResultCache, ResultCacheArgs
from components.settings import read_settings
from components.tags import tags_of
from components.upload_site import UploadSite, UploadSiteArgs
from components.word_count_job import WordCountJob, WordCountJobArgs

settings = read_settings()
renames.apply()

platform = LambdaPlatform(
    code=lambda_code.build(Path(__file__).resolve().parent, settings.functions.runtime),
    runtime=settings.functions.runtime,
    log_level=settings.logs.level,
    log_retention_days=settings.logs.retention_days,
)
dead_letters = DeadLetterQueue("dead-letters", DeadLetterQueueArgs(tags=tags_of("dead-letters")))
cache = ResultCache("cache", ResultCacheArgs(settings=settings.cache))
notifier = Notifier(
    "mail",
    NotifierArgs(
        settings=settings.mail,
        platform=platform,
        cache=cache,
        dead_letters=dead_letters,
    ),
)
site = UploadSite(
    "site",
    UploadSiteArgs(
        settings=settings.site,
        mail_settings=settings.mail,
        files=site_files.read(Path(__file__).resolve().parent / "web"),
        platform=platform,
        cache=cache,
        notifier=notifier,
    ),
)
notifier.serve(uploads_topic_arn=site.topic_arn, site_url=site.url)
ocr = OcrPipeline(
    "ocr",
    OcrPipelineArgs(
        settings=settings.ocr,
        cache_settings=settings.cache,
        platform=platform,
        site=site,
        cache=cache,
        notifier=notifier,
        dead_letters=dead_letters,
    ),
)
job = WordCountJob(
    "words",
    WordCountJobArgs(
        settings=settings.count,
        glue_settings=settings.glue,
        code=glue_code.build(Path(__file__).resolve().parent),
        cache_settings=settings.cache,
        platform=platform,
        cache=cache,
        notifier=notifier,
        dead_letters=dead_letters,
    ),
)
cache.wakes(count=job.count_queue, publish=job.publish_queue)
recovery = Recovery(
    "mend",
    RecoveryArgs(
        ocr_settings=settings.ocr,
        mail_settings=settings.mail,
        platform=platform,
        cache=cache,
        notifier=notifier,
        ocr=ocr,
        job=job,
        dead_letters=dead_letters,
    ),
)

pulumi.export("site_url", site.url)
pulumi.export("api_url", site.api_url)
pulumi.export("region", aws.get_region_output().region)
pulumi.export("uploads_bucket", site.bucket_name)
pulumi.export("results_bucket", cache.bucket_name)
pulumi.export("table_name", cache.table_name)
pulumi.export("ingest_queue_url", ocr.ingest_queue.url)
pulumi.export("count_queue_url", job.count_queue.url)
pulumi.export("bulk_queue_url", job.bulk_queue.url)
pulumi.export("publish_queue_url", job.publish_queue.url)
pulumi.export("notify_queue_url", notifier.notify_queue.url)
pulumi.export("deadline_queue_url", notifier.deadline_queue.url)
pulumi.export("dead_letter_queue_url", dead_letters.url)
pulumi.export(
    "functions",
    {
        "api": site.api.name,
        "ingest": ocr.ingest.name,
        "count": job.count.name,
        "bulk": job.bulk.name,
        "publish": job.publish.name,
        "notify": notifier.notify.name,
        "deadline": notifier.deadline.name,
        "failures": recovery.failures.name,
        "sweep": recovery.sweep.name,
    },
)
pulumi.export("mail_verification", settings.mail.verification)
pulumi.export("glue_job", job.glue.name)
pulumi.export("mail_sender", notifier.sender)
pulumi.export("mail_configuration_set", notifier.configuration_set)
