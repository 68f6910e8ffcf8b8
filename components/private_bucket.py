"""What every bucket of ours repeats: private, encrypted, over TLS only, unversioned, and nothing kept for ever."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pulumi
import pulumi_aws as aws

from components.grant import Grant
from components.resource_policy import document, nobody_without_tls

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulumi import Input, Output

    from components.prefix import Folder

_CREATED: Final = ["s3:ObjectCreated:*"]
"""Any way of writing: a form, a put, a copy, a multipart upload."""


@dataclass(frozen=True, kw_only=True)
class Expiry:
    """Objects of a folder are deleted once they are so old, whatever became of them."""

    folder: Folder
    days: int


@dataclass(frozen=True, kw_only=True)
class Wakes:
    """New objects of a folder wake a queue or a topic.

    Attributes:
        folder: Where.
        target_arn: The queue or topic.
        let_in_by: The policy that lets the bucket send there; S3 tries it when the notification is declared.
        suffix: Only objects whose key ends so.
    """

    folder: Folder
    target_arn: Input[str]
    let_in_by: pulumi.Resource
    suffix: str | None = None


@dataclass(frozen=True, kw_only=True)
class PrivateBucketArgs:
    """What differs between buckets.

    Attributes:
        expiries: The lifecycle's backstops.
        keeps_data: Whether a stack with objects left in it refuses to be torn down.
        policy_follows: Whether its owner calls `lets_in` later: who is let in is made after the bucket.
        tags: On the bucket.
    """

    expiries: Sequence[Expiry]
    keeps_data: bool
    policy_follows: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)


class PrivateBucket(pulumi.ComponentResource):
    """A private bucket. Unversioned, or "deleted" would be untrue."""

    name: Output[str]
    arn: Output[str]
    regional_domain_name: Output[str]

    def __init__(self, name: str, args: PrivateBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ocr:index:PrivateBucket", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        bucket = aws.s3.Bucket(f"{name}-bucket", force_destroy=not args.keeps_data, tags=args.tags, opts=child)
        self.name = bucket.bucket
        self.arn = bucket.arn
        self.regional_domain_name = bucket.bucket_regional_domain_name
        self._name = name
        aws.s3.BucketOwnershipControls(
            f"{name}-ownership",
            bucket=bucket.bucket,
            rule={"object_ownership": "BucketOwnerEnforced"},
            opts=child,
        )
        self._private = aws.s3.BucketPublicAccessBlock(
            f"{name}-private",
            bucket=bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=child,
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=bucket.bucket,
            rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
            opts=child,
        )
        if not args.policy_follows:
            self.lets_in()
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=bucket.bucket,
            rules=[
                {
                    "id": "abandoned-uploads",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "abort_incomplete_multipart_upload": {"days_after_initiation": 1},
                },
                *(
                    {
                        "id": expiry.folder.prefix.strip("/"),
                        "status": "Enabled",
                        "filter": {"prefix": expiry.folder.prefix},
                        "expiration": {"days": expiry.days},
                    }
                    for expiry in args.expiries
                ),
            ],
            opts=child,
        )
        self.register_outputs({"name": self.name, "arn": self.arn})

    def lets_in(self, *statements: dict[str, Any]) -> None:
        """Declare who may come besides our roles, and that nobody may without TLS; once, a bucket has one policy."""
        everything = (self.arn, pulumi.Output.concat(self.arn, "/*"))
        aws.s3.BucketPolicy(
            f"{self._name}-policy",
            bucket=self.name,
            policy=document(nobody_without_tls("s3:*", everything), *statements),
            # S3 answers 409 when both are set at the same moment.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self._private]),
        )

    def takes_forms_of(self, origin: Input[str]) -> None:
        """Let pages of one origin, and of no other, send files by form and see what came of it."""
        aws.s3.BucketCorsConfiguration(
            f"{self._name}-origins",
            bucket=self.name,
            cors_rules=[
                {
                    "allowed_methods": ["POST"],
                    "allowed_origins": [origin],
                    # What a browser asks about before it sends a form whose progress somebody watches.
                    "allowed_headers": ["content-type"],
                    "max_age_seconds": 3600,
                },
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )

    def grant(self, intent: str, actions: Sequence[str], folder: Folder, variable: str) -> Grant:
        """A right on the objects of one folder, with the variable that names the bucket."""
        return Grant(
            intent=intent,
            actions=tuple(actions),
            resources=(folder.objects_in(self.arn),),
            variables={variable: self.name},
        )

    def list_folders(self, intent: str, folders: Sequence[Folder], variable: str) -> Grant:
        """The right to see which objects some folders hold, with the variable that names the bucket."""
        return Grant(
            intent=intent,
            actions=("s3:ListBucket",),
            resources=(self.arn,),
            conditions={"StringLike": {"s3:prefix": [f"{folder.prefix}*" for folder in folders]}},
            variables={variable: self.name},
        )

    def wakes(self, *, topics: Sequence[Wakes] = (), queues: Sequence[Wakes] = ()) -> None:
        """Declare all that new objects wake, once: a bucket has a single notification configuration."""
        aws.s3.BucketNotification(
            f"{self._name}-wakes",
            bucket=self.name,
            topics=[
                aws.s3.BucketNotificationTopicArgs(
                    topic_arn=wakes.target_arn,
                    events=_CREATED,
                    filter_prefix=wakes.folder.prefix,
                    filter_suffix=wakes.suffix,
                )
                for wakes in topics
            ]
            or None,
            queues=[
                aws.s3.BucketNotificationQueueArgs(
                    queue_arn=wakes.target_arn,
                    events=_CREATED,
                    filter_prefix=wakes.folder.prefix,
                    filter_suffix=wakes.suffix,
                )
                for wakes in queues
            ]
            or None,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[wakes.let_in_by for wakes in (*topics, *queues)]),
        )
