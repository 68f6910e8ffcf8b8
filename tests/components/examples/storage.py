from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.components.examples.changes import (
    LEFT_OUT,
    all_of,
    asking,
    but,
    changed,
    granted,
    more,
    told,
    twice,
    unwaited,
    waiting,
)
from tests.components.examples.example import lets_pass, minds
from tests.components.rules import storage
from tests.components.rules.kinds import (
    BUCKET,
    BUCKET_CORS,
    BUCKET_ENCRYPTION,
    BUCKET_LIFECYCLE,
    BUCKET_NOTIFICATION,
    BUCKET_OWNERSHIP,
    BUCKET_POLICY,
    BUCKET_PRIVACY,
    FUNCTION,
    LOG_GROUP,
    QUEUE,
    QUEUE_POLICY,
    TABLE,
    TOPIC,
    TOPIC_POLICY,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.components.examples.changes import Change
    from tests.components.examples.example import Example
    from tests.components.recorder import RecordedStack

_DOORS: Final = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")

_ONE_OF_EACH: Final = (
    (BUCKET_CORS, "site-uploads-origins", "<site-uploads-bucket.bucket>"),
    (BUCKET_ENCRYPTION, "site-uploads-encryption", "<site-uploads-bucket.bucket>"),
    (BUCKET_LIFECYCLE, "site-uploads-lifecycle", "<site-uploads-bucket.bucket>"),
    (BUCKET_NOTIFICATION, "site-uploads-wakes", "<site-uploads-bucket.bucket>"),
    (BUCKET_OWNERSHIP, "site-uploads-ownership", "<site-uploads-bucket.bucket>"),
    (BUCKET_POLICY, "site-uploads-policy", "<site-uploads-bucket.bucket>"),
    (BUCKET_PRIVACY, "site-uploads-private", "<site-uploads-bucket.bucket>"),
    (QUEUE_POLICY, "mail-notify-policy", "<mail-notify-queue.url>"),
    (TOPIC_POLICY, "site-topic-policy", "<site-topic.arn>"),
)

_LOG_DAYS: Final = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)


def _lifecycle(name: str, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> Change:
    """A bucket has other rules in its lifecycle."""

    def spoil(stack: RecordedStack) -> RecordedStack:
        rules = [dict(rule) for rule in stack.one(BUCKET_LIFECYCLE, name).inputs["rules"]]
        return but(BUCKET_LIFECYCLE, name, rules=change(rules))(stack)

    return spoil


def _rule(name: str, rule: str, **parts: object) -> Change:
    """One rule of a bucket's lifecycle says something else."""
    return _lifecycle(name, lambda rules: [changed(each, parts) if each["id"] == rule else each for each in rules])


def _without_rule(name: str, rule: str) -> Change:
    return _lifecycle(name, lambda rules: [each for each in rules if each["id"] != rule])


EXAMPLES: Final[dict[str, Example]] = {
    "an unencrypted queue": minds(
        storage.everything_at_rest_is_encrypted,
        but(QUEUE, "ocr-ingest-queue", sqsManagedSseEnabled=LEFT_OUT),
        "ocr-ingest-queue is not encrypted with SQS's own key",
    ),
    "a bucket encrypted with a key of KMS": minds(
        storage.everything_at_rest_is_encrypted,
        but(
            BUCKET_ENCRYPTION,
            "site-uploads-encryption",
            rules=[{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}],
        ),
        "site-uploads-bucket is not encrypted with S3's own key: ETags would be no MD5",
    ),
    **{
        f"{name} with a key of KMS": minds(
            storage.no_key_is_of_kms,
            but(kind, name, **{key: "arn:aws:kms:us-east-1:123456789012:key/1"}),
            f"{name} has a key that S3, SNS, CloudWatch Logs or our functions may not use",
        )
        for kind, name, key in (
            (FUNCTION, "ocr-ingest-lambda", "kmsKeyArn"),
            (LOG_GROUP, "ocr-ingest-logs", "kmsKeyId"),
            (QUEUE, "ocr-ingest-queue", "kmsMasterKeyId"),
            (TABLE, "cache-table", "serverSideEncryption"),
            (TOPIC, "site-topic", "kmsMasterKeyId"),
        )
    },
    **{
        f"a bucket with {door} open": minds(
            storage.buckets_are_private,
            but(BUCKET_PRIVACY, "cache-results-private", **{door: False}),
            "cache-results-bucket could be made public",
        )
        for door in _DOORS
    },
    "a bucket whose writers own what they write": minds(
        storage.buckets_are_private,
        but(BUCKET_OWNERSHIP, "site-uploads-ownership", rule={"objectOwnership": "ObjectWriter"}),
        "site-uploads-bucket takes access lists",
    ),
    **{
        f"a bucket with {door} of its own": minds(
            storage.buckets_are_private,
            but(BUCKET, "site-uploads-bucket", **{door: "public-read"}),
            f"site-uploads-bucket lets people in by its {door}",
        )
        for door in ("acl", "grants", "policy", "website")
    },
    **{
        f"a bucket with {keeper}": minds(
            storage.buckets_are_unversioned,
            but(BUCKET, "site-uploads-bucket", **{keeper: {"enabled": True}}),
            f"site-uploads-bucket has {keeper}: what is deleted would stay",
        )
        for keeper in ("versioning", "objectLockEnabled", "objectLockConfiguration")
    },
    "a bucket that is versioned by another resource": minds(
        storage.buckets_are_unversioned,
        more("aws:s3/bucketVersioning:BucketVersioning", "site-versions", bucket="<site-uploads-bucket.bucket>"),
        "site-versions has a bucket keep what is deleted",
    ),
    "a bucket whose objects are locked": minds(
        storage.buckets_are_unversioned,
        more("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", "site-lock"),
        "site-lock has a bucket keep what is deleted",
    ),
    **{
        f"two of {kind.rpartition(':')[2]}": minds(
            storage.each_is_configured_once,
            twice(kind, name, f"{name}-again"),
            f"{whose} has 2 of {kind.rpartition(':')[2]}, of which the last one stays",
        )
        for kind, name, whose in _ONE_OF_EACH
    },
    "the policy of a bucket that is not ours": minds(
        storage.each_is_configured_once,
        but(BUCKET_POLICY, "site-uploads-policy", bucket="elsewhere"),
        "a BucketPolicy is about elsewhere, which is not ours",
    ),
    "a policy that is set while the doors are": minds(
        storage.policies_are_set_after_privacy,
        unwaited(BUCKET_POLICY, "site-uploads-policy"),
        "site-uploads-policy may be set while its bucket's doors are",
    ),
    "a policy that waits for another bucket's doors": minds(
        storage.policies_are_set_after_privacy,
        all_of(
            unwaited(BUCKET_POLICY, "site-uploads-policy"),
            waiting(BUCKET_POLICY, "site-uploads-policy", BUCKET_PRIVACY, "cache-results-private"),
        ),
        "site-uploads-policy may be set while its bucket's doors are",
    ),
    "two rules of one name": minds(
        storage.lifecycles_are_ones_that_s3_takes,
        _rule("cache-results-lifecycle", "images", id="results"),
        "cache-results-lifecycle has 2 rules named 'results'",
    ),
    "a rule of no name": minds(
        storage.lifecycles_are_ones_that_s3_takes,
        _rule("cache-results-lifecycle", "images", id=LEFT_OUT),
        "cache-results-lifecycle has 1 rules named ''",
    ),
    "a rule of a long name": lets_pass(
        storage.lifecycles_are_ones_that_s3_takes,
        _rule("cache-results-lifecycle", "images", id="x" * 255),
    ),
    "a rule of one letter": lets_pass(
        storage.lifecycles_are_ones_that_s3_takes,
        _rule("cache-results-lifecycle", "images", id="x"),
    ),
    "a rule of too long a name": minds(
        storage.lifecycles_are_ones_that_s3_takes,
        _rule("cache-results-lifecycle", "images", id="x" * 256),
        f"cache-results-lifecycle has 1 rules named {'x' * 256!r}",
    ),
    "a rule that ends nothing": minds(
        storage.lifecycles_are_ones_that_s3_takes,
        _rule("cache-results-lifecycle", "images", expiration=LEFT_OUT),
        "cache-results-lifecycle does nothing by 'images'",
    ),
    "a rule that ends all at once": minds(
        storage.lifecycles_are_ones_that_s3_takes,
        _rule("cache-results-lifecycle", "images", expiration={"days": 0}),
        "cache-results-lifecycle does nothing by 'images'",
    ),
    "a rule that ends what is a day old": lets_pass(
        storage.lifecycles_are_ones_that_s3_takes,
        _rule("cache-results-lifecycle", "images", expiration={"days": 1}),
    ),
    "a rule for the parts of uploads that says no days": minds(
        storage.lifecycles_are_ones_that_s3_takes,
        _rule("cache-results-lifecycle", "abandoned-uploads", abortIncompleteMultipartUpload={}),
        "cache-results-lifecycle does nothing by 'abandoned-uploads'",
    ),
    "parts of unfinished uploads kept": minds(
        storage.nothing_is_kept_for_ever,
        _rule("site-uploads-lifecycle", "abandoned-uploads", abortIncompleteMultipartUpload=LEFT_OUT),
        "site-uploads-bucket keeps the parts of uploads that were never finished",
    ),
    "parts of unfinished uploads kept outside one folder": minds(
        storage.nothing_is_kept_for_ever,
        _rule("site-uploads-lifecycle", "abandoned-uploads", filter={"prefix": "uploads/"}),
        "site-uploads-bucket keeps the parts of uploads that were never finished",
    ),
    "a folder without a backstop": minds(
        storage.nothing_is_kept_for_ever,
        _without_rule("cache-results-lifecycle", "images"),
        "cache-results-bucket keeps images/ for ever",
    ),
    "a folder whose backstop is switched off": minds(
        storage.nothing_is_kept_for_ever,
        _rule("cache-results-lifecycle", "images", status="Disabled"),
        "cache-results-bucket keeps images/ for ever",
    ),
    "a folder whose backstop is another bucket's": minds(
        storage.nothing_is_kept_for_ever,
        all_of(
            _without_rule("cache-results-lifecycle", "images"),
            _lifecycle(
                "site-uploads-lifecycle",
                lambda rules: [
                    *rules,
                    {"id": "images", "status": "Enabled", "filter": {"prefix": "images/"}, "expiration": {"days": 3}},
                ],
            ),
        ),
        "cache-results-bucket keeps images/ for ever",
    ),
    **{
        f"a log that is kept for {days} days": minds(
            storage.nothing_is_kept_for_ever,
            but(LOG_GROUP, "ocr-ingest-logs", retentionInDays=days),
            "ocr-ingest-logs keeps its lines for ever, or for days that CloudWatch Logs does not know",
        )
        for days in (LEFT_OUT, 0, 2)
    },
    **{
        f"a log that is kept for {days} days": lets_pass(
            storage.nothing_is_kept_for_ever,
            but(LOG_GROUP, "ocr-ingest-logs", retentionInDays=days),
        )
        for days in _LOG_DAYS
    },
    "a folder that is only read": lets_pass(
        storage.nothing_is_kept_for_ever,
        granted("site-api-rights", "s3:GetObject", "<cache-results-bucket.arn>/drafts/*"),
    ),
    "a table without an end": minds(
        storage.nothing_is_kept_for_ever,
        but(TABLE, "cache-table", ttl={"attributeName": "expiresAt", "enabled": True}),
        "cache-table keeps its rows for ever",
    ),
    "uploads that are gone before their message": minds(
        storage.backstops_come_after_all_use,
        but(QUEUE, "ocr-ingest-queue", messageRetentionSeconds=14 * 86_400 - 1),
        "uploads/ expires after 5 days, not 14",
        "transcripts/ expires after 5 days, not 14",
        "bulk/ expires after 5 days, not 14",
    ),
    "results that are gone before their record": minds(
        storage.backstops_come_after_all_use,
        told("words-publish-lambda", CACHE_TTL_DAYS="60"),
        "results/ expires after 37 days, not 67",
    ),
    "a folder that no rule knows": minds(
        storage.backstops_come_after_all_use,
        _rule("cache-results-lifecycle", "images", filter={"prefix": "drafts/"}),
        "drafts/ expires after 3 days, and no rule knows what that is",
    ),
    "a table that can be deleted, against the settings": minds(
        storage.data_outlives_its_stack_where_the_settings_ask,
        all_of(asking("cache", keepOnTeardown=True), but(BUCKET, "cache-results-bucket", forceDestroy=False)),
        "cache-table is deleted with its stack, or is not, against the settings",
    ),
    "results that can be deleted, against the settings": minds(
        storage.data_outlives_its_stack_where_the_settings_ask,
        all_of(asking("cache", keepOnTeardown=True), but(TABLE, "cache-table", deletionProtectionEnabled=True)),
        "cache-results-bucket is emptied and deleted with its stack, or is not, against the settings",
    ),
    "results that stop a teardown, against the settings": minds(
        storage.data_outlives_its_stack_where_the_settings_ask,
        but(BUCKET, "cache-results-bucket", forceDestroy=LEFT_OUT),
        "cache-results-bucket is emptied and deleted with its stack, or is not, against the settings",
    ),
    "a table that cannot be restored, against the settings": minds(
        storage.data_outlives_its_stack_where_the_settings_ask,
        asking("cache", pointInTimeRecovery=True),
        "cache-table can be restored, or cannot, against the settings",
    ),
    "a table that neither refuses nor is restored": lets_pass(
        storage.data_outlives_its_stack_where_the_settings_ask,
        but(TABLE, "cache-table", deletionProtectionEnabled=LEFT_OUT, pointInTimeRecovery=LEFT_OUT),
    ),
}
