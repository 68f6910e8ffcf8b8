"""Buckets, and what is set on them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from botocore.exceptions import ClientError

from local.deploy.creation import Created
from local.deploy.inputs import InputError, Nested
from local.deploy.kind import Kind
from local.deploy.packed import Asset

if TYPE_CHECKING:
    from local.deploy.creation import Creation
    from local.deploy.deletion import Deleter, Deletion
    from local.deploy.inputs import Inputs, Shape

_LONGEST_NAME = 63
_FORCE = "forceDestroy"
"""Speaks of a bucket's end: whatever it holds goes with it. Else S3 refuses."""
_SKIP = "skipDestroy"
"""Speaks of a public access block's end: it stays on its bucket."""

_ENCRYPTION: Shape = {
    "rules": Nested(
        "Rules",
        {
            "applyServerSideEncryptionByDefault": Nested(
                "ApplyServerSideEncryptionByDefault",
                {"kmsMasterKeyId": "KMSMasterKeyID", "sseAlgorithm": "SSEAlgorithm"},
            ),
            "bucketKeyEnabled": "BucketKeyEnabled",
        },
    ),
}
_PUBLIC_ACCESS: Shape = {
    "blockPublicAcls": "BlockPublicAcls",
    "blockPublicPolicy": "BlockPublicPolicy",
    "ignorePublicAcls": "IgnorePublicAcls",
    "restrictPublicBuckets": "RestrictPublicBuckets",
}
_CORS: Shape = {
    "corsRules": Nested(
        "CORSRules",
        {
            "allowedHeaders": "AllowedHeaders",
            "allowedMethods": "AllowedMethods",
            "allowedOrigins": "AllowedOrigins",
            "exposeHeaders": "ExposeHeaders",
            "id": "ID",
            "maxAgeSeconds": "MaxAgeSeconds",
        },
    ),
}
_LIFECYCLE_RULE: Shape = {
    "abortIncompleteMultipartUpload": Nested(
        "AbortIncompleteMultipartUpload",
        {"daysAfterInitiation": "DaysAfterInitiation"},
    ),
    "expiration": Nested(
        "Expiration",
        {"days": "Days", "expiredObjectDeleteMarker": "ExpiredObjectDeleteMarker"},
    ),
    "filter": Nested("Filter", {"prefix": "Prefix"}),
    "id": "ID",
    "noncurrentVersionExpiration": Nested("NoncurrentVersionExpiration", {"noncurrentDays": "NoncurrentDays"}),
    "status": "Status",
}


def _bucket(creation: Creation) -> Created:
    inputs, region = creation.inputs, creation.target.region
    name = creation.named("bucket", longest=_LONGEST_NAME).lower()
    inputs.flag(_FORCE)
    elsewhere = None if region == "us-east-1" else {"LocationConstraint": region}
    creation.call("s3", "create_bucket", Bucket=name, CreateBucketConfiguration=elsewhere)
    if tags := creation.tag_list():
        creation.call("s3", "put_bucket_tagging", Bucket=name, Tagging={"TagSet": tags})
    answer = creation.call("s3", "head_bucket", Bucket=name)
    return Created(
        name,
        {
            "arn": f"arn:aws:s3:::{name}",  # a bucket's ARN is its name; S3 answers none
            "bucket": name,
            "bucketDomainName": f"{name}.s3.amazonaws.com",
            "bucketRegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
            "region": answer.get("BucketRegion", region),
        },
    )


def _delete_bucket(deletion: Deletion) -> None:
    try:
        deletion.call("s3", "delete_bucket", Bucket=deletion.id)
    except ClientError as error:
        if error.response["Error"]["Code"] != "BucketNotEmpty" or not deletion.inputs.flag(_FORCE):
            raise
        _empty(deletion)
        deletion.call("s3", "delete_bucket", Bucket=deletion.id)


def _empty(deletion: Deletion) -> None:
    """Delete every version of every object, and every mark of a deletion."""
    while page := _versions(deletion):
        answer = deletion.call("s3", "delete_objects", Bucket=deletion.id, Delete={"Objects": page, "Quiet": True})
        if errors := answer.get("Errors"):
            raise RuntimeError(f"S3 did not delete {errors[0]['Key']}: {errors[0]['Message']}")


def _versions(deletion: Deletion) -> list[dict[str, str]]:
    listed = deletion.call("s3", "list_object_versions", Bucket=deletion.id)
    found = [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]
    return [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]


def _public_access_block(creation: Creation) -> Created:
    bucket, rules = creation.inputs.text("bucket"), creation.inputs.translate(_PUBLIC_ACCESS)
    creation.inputs.flag(_SKIP)
    creation.call("s3", "put_public_access_block", Bucket=bucket, PublicAccessBlockConfiguration=rules)
    return Created(bucket)


def _delete_public_access_block(deletion: Deletion) -> None:
    if not deletion.inputs.flag(_SKIP):
        deletion.call("s3", "delete_public_access_block", Bucket=deletion.id)


def _object(creation: Creation) -> Created:
    inputs = creation.inputs
    bucket, key = inputs.text("bucket"), inputs.text("key")
    content = inputs.any("source")
    if not isinstance(content, Asset):
        raise InputError("source must be an asset")
    answer = creation.call(
        "s3",
        "put_object",
        Bucket=bucket,
        Key=key,
        Body=content.content(creation.root),
        Tagging=urlencode(creation.tags()) or None,
        **inputs.translate({"cacheControl": "CacheControl", "contentType": "ContentType"}),
    )
    return Created(f"{bucket}/{key}", {"etag": answer["ETag"].strip('"')})


def _delete_object(deletion: Deletion) -> None:
    deletion.call("s3", "delete_object", Bucket=deletion.inputs.text("bucket"), Key=deletion.inputs.text("key"))


def _of_bucket(operation: str) -> Deleter:
    """A deleter for what a bucket has one of."""

    def delete(deletion: Deletion) -> None:
        deletion.call("s3", operation, Bucket=deletion.id)

    return delete


def _encryption(creation: Creation) -> Created:
    bucket, rules = creation.inputs.text("bucket"), creation.inputs.translate(_ENCRYPTION)
    creation.call("s3", "put_bucket_encryption", Bucket=bucket, ServerSideEncryptionConfiguration=rules)
    return Created(bucket)


def _policy(creation: Creation) -> Created:
    bucket, policy = creation.inputs.text("bucket"), creation.inputs.document("policy")
    creation.call("s3", "put_bucket_policy", Bucket=bucket, Policy=policy)
    return Created(bucket, {"policy": policy})


def _cors(creation: Creation) -> Created:
    bucket, rules = creation.inputs.text("bucket"), creation.inputs.translate(_CORS)
    creation.call("s3", "put_bucket_cors", Bucket=bucket, CORSConfiguration=rules)
    return Created(bucket)


def _lifecycle(creation: Creation) -> Created:
    bucket = creation.inputs.text("bucket")
    # A rule for the whole bucket has an empty filter, which S3 wants as an empty prefix.
    rules = [{"Filter": {"Prefix": ""}} | rule.translate(_LIFECYCLE_RULE) for rule in creation.inputs.blocks("rules")]
    creation.call("s3", "put_bucket_lifecycle_configuration", Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    return Created(bucket)


def _ownership(creation: Creation) -> Created:
    bucket = creation.inputs.text("bucket")
    rule = creation.inputs.block("rule").translate({"objectOwnership": "ObjectOwnership"})
    creation.call("s3", "put_bucket_ownership_controls", Bucket=bucket, OwnershipControls={"Rules": [rule]})
    return Created(bucket)


def _notification(creation: Creation) -> Created:
    inputs = creation.inputs
    bucket = inputs.text("bucket")
    configuration = {
        "LambdaFunctionConfigurations": _targets(inputs, "lambdaFunctions", "lambdaFunctionArn", "LambdaFunctionArn"),
        "QueueConfigurations": _targets(inputs, "queues", "queueArn", "QueueArn"),
        "TopicConfigurations": _targets(inputs, "topics", "topicArn", "TopicArn"),
    }
    given = {key: targets for key, targets in configuration.items() if targets}
    creation.call("s3", "put_bucket_notification_configuration", Bucket=bucket, NotificationConfiguration=given)
    return Created(bucket)


def _delete_notification(deletion: Deletion) -> None:
    # S3 has no call for it: a bucket without notifications has an empty configuration.
    deletion.call("s3", "put_bucket_notification_configuration", Bucket=deletion.id, NotificationConfiguration={})


def _targets(inputs: Inputs, key: str, arn: str, arn_in_aws: str) -> list[dict[str, object]]:
    targets = []
    for block in inputs.blocks(key):
        target = block.translate({"events": "Events", "id": "Id", arn: arn_in_aws})
        filters = {"prefix": block.optional_text("filterPrefix"), "suffix": block.optional_text("filterSuffix")}
        if rules := [{"Name": name, "Value": value} for name, value in filters.items() if value]:
            target["Filter"] = {"Key": {"FilterRules": rules}}
        targets.append(target)
    return targets


KINDS: dict[str, Kind] = {
    "aws:s3/bucket:Bucket": Kind(_bucket, _delete_bucket),
    "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": Kind(_cors, _of_bucket("delete_bucket_cors")),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": Kind(
        _lifecycle, _of_bucket("delete_bucket_lifecycle")
    ),
    "aws:s3/bucketNotification:BucketNotification": Kind(_notification, _delete_notification),
    "aws:s3/bucketObjectv2:BucketObjectv2": Kind(_object, _delete_object),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": Kind(
        _ownership, _of_bucket("delete_bucket_ownership_controls")
    ),
    "aws:s3/bucketPolicy:BucketPolicy": Kind(_policy, _of_bucket("delete_bucket_policy")),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": Kind(_public_access_block, _delete_public_access_block),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": Kind(
        _encryption, _of_bucket("delete_bucket_encryption")
    ),
}
