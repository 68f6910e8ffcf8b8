"""What is kept: encrypted, private, with an end, and protected where the settings ask for it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from tests.components.recorder import PROJECT_NAME
from tests.components.rules import kinds
from tests.components.rules.reading import (
    DAY,
    RESOURCE_POLICIES,
    by,
    dead_letter_queues,
    expiries,
    folders,
    lifecycle,
    variables_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.components.recorder import RecordedStack

OF_ONE_BUCKET: Final = (
    kinds.BUCKET_CORS,
    kinds.BUCKET_ENCRYPTION,
    kinds.BUCKET_LIFECYCLE,
    kinds.BUCKET_NOTIFICATION,
    kinds.BUCKET_OWNERSHIP,
    kinds.BUCKET_PRIVACY,
)
"""Each sets the whole of what it is about: of two, the last one to be set stays."""

KEYS: Final = {
    kinds.FUNCTION: "kmsKeyArn",
    kinds.LOG_GROUP: "kmsKeyId",
    kinds.QUEUE: "kmsMasterKeyId",
    kinds.TABLE: "serverSideEncryption",
    kinds.TOPIC: "kmsMasterKeyId",
}
"""The inputs that bring a key of KMS."""

RETENTIONS: Final = frozenset(
    {1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653},
)
"""Days. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""


def everything_at_rest_is_encrypted(stack: RecordedStack) -> Iterator[str]:
    """But tables and logs, which their services encrypt anyway, and the topic, to which S3 could not publish then."""
    for queue in stack.of(kinds.QUEUE):
        if queue.inputs.get("sqsManagedSseEnabled") is not True:
            yield f"{queue.name} is not encrypted with SQS's own key"
    encrypted = {
        encryption.inputs["bucket"]
        for encryption in stack.of(kinds.BUCKET_ENCRYPTION)
        for rule in encryption.inputs["rules"]
        if rule["applyServerSideEncryptionByDefault"]["sseAlgorithm"] == "AES256"
    }
    for bucket in stack.of(kinds.BUCKET):
        if bucket.out("bucket") not in encrypted:
            yield f"{bucket.name} is not encrypted with S3's own key: ETags would be no MD5"


def no_key_is_of_kms(stack: RecordedStack) -> Iterator[str]:
    """Services that act for us could not use it, and no function was granted it."""
    for kind, key in KEYS.items():
        for resource in stack.of(kind):
            if key in resource.inputs:
                yield f"{resource.name} has a key that S3, SNS, CloudWatch Logs or our functions may not use"


def buckets_are_private(stack: RecordedStack) -> Iterator[str]:
    doors = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    shut = {
        block.inputs["bucket"]
        for block in stack.of(kinds.BUCKET_PRIVACY)
        if all(block.inputs.get(door) is True for door in doors)
    }
    owned = {
        controls.inputs["bucket"]
        for controls in stack.of(kinds.BUCKET_OWNERSHIP)
        if controls.inputs["rule"]["objectOwnership"] == "BucketOwnerEnforced"
    }
    for bucket in stack.of(kinds.BUCKET):
        if bucket.out("bucket") not in shut:
            yield f"{bucket.name} could be made public"
        if bucket.out("bucket") not in owned:
            yield f"{bucket.name} takes access lists"
        for door in sorted(bucket.inputs.keys() & {"acl", "grants", "policy", "website"}):
            yield f"{bucket.name} lets people in by its {door}"


def buckets_are_unversioned(stack: RecordedStack) -> Iterator[str]:
    """What is versioned, or locked, which asks for versions, is still there when it was deleted."""
    for bucket in stack.of(kinds.BUCKET):
        for keeper in sorted(bucket.inputs.keys() & {"versioning", "objectLockEnabled", "objectLockConfiguration"}):
            yield f"{bucket.name} has {keeper}: what is deleted would stay"
    for resource in stack.resources:
        if "/bucketVersioning:" in resource.type or "/bucketObjectLock" in resource.type:
            yield f"{resource.name} has a bucket keep what is deleted"


def each_is_configured_once(stack: RecordedStack) -> Iterator[str]:
    configured = dict.fromkeys(OF_ONE_BUCKET, ("bucket", kinds.BUCKET, "bucket")) | RESOURCE_POLICIES
    for kind, (tells, owner, attribute) in configured.items():
        owners = by(stack, owner, attribute)
        for value, times in Counter(found.inputs[tells] for found in stack.of(kind)).items():
            if value not in owners:
                yield f"a {kind.rpartition(':')[2]} is about {value}, which is not ours"
            if times > 1:
                yield f"{value} has {times} of {kind.rpartition(':')[2]}, of which the last one stays"


def policies_are_set_after_privacy(stack: RecordedStack) -> Iterator[str]:
    """S3 answers 409 when both are set at the same moment."""
    for policy in stack.of(kinds.BUCKET_POLICY):
        bucket = policy.inputs["bucket"]
        doors = {shut.urn for shut in stack.of(kinds.BUCKET_PRIVACY) if shut.inputs["bucket"] == bucket}
        if not doors & policy.after:
            yield f"{policy.name} may be set while its bucket's doors are"


def lifecycles_are_ones_that_s3_takes(stack: RecordedStack) -> Iterator[str]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRule.html"""
    for found in stack.of(kinds.BUCKET_LIFECYCLE):
        for name, times in Counter(rule.get("id", "") for rule in found.inputs["rules"]).items():
            if times > 1 or not 1 <= len(name) <= 255:
                yield f"{found.name} has {times} rules named {name!r}"
        for rule in found.inputs["rules"]:
            ends = (rule.get("expiration", {}).get("days"), _days_unfinished(rule))
            if not any(days is not None and days >= 1 for days in ends):
                yield f"{found.name} does nothing by {rule.get('id')!r}"


def _days_unfinished(rule: Mapping[str, Any]) -> int | None:
    """After how many days the parts of an upload that was never finished go."""
    return rule.get("abortIncompleteMultipartUpload", {}).get("daysAfterInitiation")


def nothing_is_kept_for_ever(stack: RecordedStack) -> Iterator[str]:
    for bucket in stack.of(kinds.BUCKET):
        rules = lifecycle(stack, bucket)
        everywhere = [rule for rule in rules if rule["filter"]["prefix"] == ""]
        if all(_days_unfinished(rule) is None for rule in everywhere):
            yield f"{bucket.name} keeps the parts of uploads that were never finished"
        for folder in sorted(folders(stack, bucket) - set(expiries(rules))):
            yield f"{bucket.name} keeps {folder} for ever"
    for log_group in stack.of(kinds.LOG_GROUP):
        if log_group.inputs.get("retentionInDays") not in RETENTIONS:
            yield f"{log_group.name} keeps its lines for ever, or for days that CloudWatch Logs does not know"
    for table in stack.of(kinds.TABLE):
        if table.inputs.get("ttl") != {"attributeName": "expires_at", "enabled": True}:
            yield f"{table.name} keeps its rows for ever"


def backstops_come_after_all_use(stack: RecordedStack) -> Iterator[str]:
    """Uploads, transcripts and runs a day after the last message about them, results a week after their record."""
    ends = dead_letter_queues(stack)
    queues = [queue for queue in stack.of(kinds.QUEUE) if queue.out("arn") not in ends]
    waits = max(queue.inputs["messageRetentionSeconds"] for queue in queues) // DAY
    told = [variables_of(function).get("CACHE_TTL_DAYS") for function in stack.of(kinds.FUNCTION)]
    ttl = max(int(days) for days in told if days)
    due = {"uploads/": waits + 1, "transcripts/": waits + 1, "images/": 3, "results/": ttl + 7}
    due |= {"bulk/": waits + 1, "corpus/": 7}
    for bucket in stack.of(kinds.BUCKET):
        for folder, days in expiries(lifecycle(stack, bucket)).items():
            if folder not in due:
                yield f"{folder} expires after {days} days, and no rule knows what that is"
            elif days != due[folder]:
                yield f"{folder} expires after {days} days, not {due[folder]}"


def data_outlives_its_stack_where_the_settings_ask(stack: RecordedStack) -> Iterator[str]:
    """Only results: an upload that is left when the stack goes has nobody to read it."""
    asked = stack.config[f"{PROJECT_NAME}:cache"]
    for table in stack.of(kinds.TABLE):
        if table.inputs.get("deletionProtectionEnabled", False) is not asked["keepOnTeardown"]:
            yield f"{table.name} is deleted with its stack, or is not, against the settings"
        if table.inputs.get("pointInTimeRecovery", {}).get("enabled", False) is not asked["pointInTimeRecovery"]:
            yield f"{table.name} can be restored, or cannot, against the settings"
    for bucket in stack.of(kinds.BUCKET):
        keeps = asked["keepOnTeardown"] and "results/" in folders(stack, bucket)
        if bucket.inputs.get("forceDestroy", False) is keeps:
            yield f"{bucket.name} is emptied and deleted with its stack, or is not, against the settings"
