"""A deployment goes as `pulumi destroy` would have it go: what refuses, what stays, and that nothing else does."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.deploy import DeployedResource, DeployError, TearDownError, deploy, tear_down
from local.deploy.target import Target
from tests.local.deploy.conftest import REGION
from tests.local.inventory import ALL_KINDS, inventory, kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.deploy import Deployment
    from tests.local.deploy.conftest import WriteProgram

SMALL = Path(__file__).parent / "small"
ACCOUNT_ID = "333333333333"
READING = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}'


@pytest.fixture(scope="module")
def own(endpoint: str) -> Iterator[Target]:
    """An account that is this module's alone."""
    with closing(Target(ACCOUNT_ID, REGION, endpoint)) as target:
        yield target


@pytest.fixture
def account(own: Target) -> Iterator[Target]:
    """The account, which each test leaves empty."""
    assert inventory(own) == set()
    yield own
    assert inventory(own) == set()


@pytest.fixture
def tiny(endpoint: str, write_program: WriteProgram) -> Callable[[str], Deployment]:
    """Deploy a few lines."""
    return lambda main: deploy(write_program(main), "one", endpoint, account=ACCOUNT_ID)


def refused(deployment: Deployment, endpoint: str) -> TearDownError:
    with pytest.raises(TearDownError) as caught:
        tear_down(deployment, endpoint)
    return caught.value


def names(resources: list[DeployedResource]) -> list[str]:
    return [resource.name for resource in resources]


def test_nothing_is_left_of_a_program_with_a_resource_of_every_type(endpoint: str, account: Target) -> None:
    deployment = deploy(SMALL, "one", endpoint, account=ACCOUNT_ID)
    assert kinds(inventory(account)) == ALL_KINDS

    deleted = tear_down(deployment, endpoint)

    assert inventory(account) == set()
    assert {resource.urn for resource in deleted} == {resource.urn for resource in deployment.resources}


def test_each_resource_goes_before_those_that_it_stands_on(endpoint: str, account: Target) -> None:
    deployment = deploy(SMALL, "one", endpoint, account=account.account_id)

    deleted = tear_down(deployment, endpoint)

    gone: set[str] = set()
    for resource in deleted:
        assert not resource.dependencies & gone
        gone.add(resource.urn)
    assert any(resource.dependencies & gone for resource in deleted)


def test_another_stack_of_the_account_stays_as_it_was(endpoint: str, account: Target) -> None:
    first = deploy(SMALL, "one", endpoint, account=ACCOUNT_ID)
    before = inventory(account)
    second = deploy(SMALL, "two", endpoint, account=ACCOUNT_ID)

    tear_down(second, endpoint)

    assert inventory(account) == before
    tear_down(first, endpoint)


def test_a_stack_that_was_torn_down_can_be_deployed_again(endpoint: str, account: Target) -> None:
    first = deploy(SMALL, "one", endpoint, account=account.account_id)
    tear_down(first, endpoint)

    second = deploy(SMALL, "one", endpoint, account=account.account_id)

    assert second.outputs["function"] == first.outputs["function"]
    tear_down(second, endpoint)


@pytest.mark.usefixtures("account")
def test_what_is_gone_already_is_no_failure(endpoint: str) -> None:
    deployment = deploy(SMALL, "one", endpoint, account=ACCOUNT_ID)
    tear_down(deployment, endpoint)

    again = tear_down(deployment, endpoint)

    assert len(again) == len(deployment.resources)


def test_an_address_that_is_gone_is_no_failure_though_another_stack_has_its_domain(
    endpoint: str, account: Target, tiny: Callable[[str], Deployment]
) -> None:
    deployment = tiny('aws.sesv2.EmailIdentity("sender", email_identity="one@example.org")')
    account.call("sesv2", "create_email_identity", EmailIdentity="example.org")
    account.call("sesv2", "delete_email_identity", EmailIdentity="one@example.org")

    tear_down(deployment, endpoint)

    assert inventory(account) == {("identities", "example.org")}
    account.call("sesv2", "delete_email_identity", EmailIdentity="example.org")


def test_a_bucket_that_is_not_empty_refuses(endpoint: str, account: Target, tiny: Callable[[str], Deployment]) -> None:
    deployment = tiny('pulumi.export("bucket", aws.s3.Bucket("kept-pictures").bucket)')
    bucket = deployment.outputs["bucket"]
    account.call("s3", "put_object", Bucket=bucket, Key="page", Body=b"")

    error = refused(deployment, endpoint)

    assert "1 resource(s) could not be deleted" in str(error)
    assert "aws:s3/bucket:Bucket::kept-pictures\n    ClientError: " in str(error)
    assert "BucketNotEmpty" in str(error)
    account.call("s3", "delete_object", Bucket=bucket, Key="page")
    tear_down(error.remaining, endpoint)


def test_a_bucket_that_is_to_be_destroyed_by_force_is_emptied_first_of_every_version(
    endpoint: str, account: Target, tiny: Callable[[str], Deployment]
) -> None:
    deployment = tiny('pulumi.export("bucket", aws.s3.Bucket("passing-pictures", force_destroy=True).bucket)')
    bucket = deployment.outputs["bucket"]
    account.call("s3", "put_object", Bucket=bucket, Key="before versions", Body=b"")
    account.call("s3", "put_bucket_versioning", Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"one", b"two"):
        account.call("s3", "put_object", Bucket=bucket, Key="page", Body=body)
    account.call("s3", "delete_object", Bucket=bucket, Key="page")

    tear_down(deployment, endpoint)

    assert inventory(account) == set()


def test_a_table_that_is_protected_against_deletion_refuses_and_keeps_its_rows(
    endpoint: str, account: Target, tiny: Callable[[str], Deployment]
) -> None:
    deployment = tiny("""
        table = aws.dynamodb.Table("kept-rows", billing_mode="PAY_PER_REQUEST", hash_key="pk",
            attributes=[{"name": "pk", "type": "S"}], deletion_protection_enabled=True)
        pulumi.export("table", table.name)
    """)
    table = deployment.outputs["table"]
    account.call("dynamodb", "put_item", TableName=table, Item={"pk": {"S": "row"}})

    error = refused(deployment, endpoint)

    assert "ValidationException" in str(error)
    assert "DeletionProtectionEnabled" in str(error)
    assert account.call("dynamodb", "scan", TableName=table)["Count"] == 1
    account.call("dynamodb", "update_table", TableName=table, DeletionProtectionEnabled=False)
    tear_down(deployment, endpoint)


def test_a_failure_keeps_what_it_stands_on_and_nothing_else_and_a_second_run_finishes(
    endpoint: str, account: Target, tiny: Callable[[str], Deployment]
) -> None:
    deployment = tiny("""
        deepest = aws.sqs.Queue("deepest")
        deep = aws.sns.Topic("deep", opts=pulumi.ResourceOptions(depends_on=[deepest]))
        aws.sns.Topic("unconcerned")
        full = aws.s3.Bucket("full", opts=pulumi.ResourceOptions(depends_on=[deep]))
        aws.s3.BucketPublicAccessBlock("above", bucket=full.bucket, block_public_acls=True)
        pulumi.export("bucket", full.bucket)
    """)
    bucket = deployment.outputs["bucket"]
    account.call("s3", "put_object", Bucket=bucket, Key="page", Body=b"")

    error = refused(deployment, endpoint)

    assert [failure.urn.rpartition("::")[2] for failure in error.failures] == ["full"]
    assert names(error.deleted) == ["above", "unconcerned"]
    assert names(error.remaining.resources) == ["deepest", "deep", "full"]
    assert kinds(inventory(account)) == {"buckets", "queues", "topics"}
    assert "2 resource(s) were kept, because those stand on them" in str(error)
    account.call("s3", "delete_object", Bucket=bucket, Key="page")
    assert names(tear_down(error.remaining, endpoint)) == ["full", "deep", "deepest"]


def test_a_role_with_a_policy_that_is_not_the_programs_refuses_unless_it_is_to_be_forced(
    endpoint: str, account: Target, tiny: Callable[[str], Deployment]
) -> None:
    deployment = tiny("""
        trust = '{"Version": "2012-10-17", "Statement": []}'
        strict = aws.iam.Role("strict", assume_role_policy=trust)
        forced = aws.iam.Role("forced", assume_role_policy=trust, force_detach_policies=True)
        pulumi.export("roles", [strict.name, forced.name])
    """)
    foreign = account.call("iam", "create_policy", PolicyName="foreign", PolicyDocument=READING)["Policy"]["Arn"]
    for role in deployment.outputs["roles"]:
        account.call("iam", "put_role_policy", RoleName=role, PolicyName="foreign", PolicyDocument=READING)
        account.call("iam", "attach_role_policy", RoleName=role, PolicyArn=foreign)

    error = refused(deployment, endpoint)

    assert names(error.deleted) == ["forced"]
    assert "DeleteConflict" in str(error)
    strict = deployment.outputs["roles"][0]
    account.call("iam", "detach_role_policy", RoleName=strict, PolicyArn=foreign)
    account.call("iam", "delete_role_policy", RoleName=strict, PolicyName="foreign")
    account.call("iam", "delete_policy", PolicyArn=foreign)
    tear_down(error.remaining, endpoint)


def test_a_policy_goes_with_the_versions_that_somebody_has_added(
    endpoint: str, account: Target, tiny: Callable[[str], Deployment]
) -> None:
    deployment = tiny(f"aws.iam.Policy('rights', policy='{READING}')")
    (policy,) = deployment.resources
    account.call("iam", "create_policy_version", PolicyArn=policy.id, PolicyDocument=READING, SetAsDefault=True)

    tear_down(deployment, endpoint)

    assert inventory(account) == set()


def test_what_was_set_on_a_resource_that_stays_is_taken_back(
    endpoint: str, account: Target, tiny: Callable[[str], Deployment]
) -> None:
    deployment = tiny("""
        stays = pulumi.ResourceOptions(protect=True)
        policy = '{"Version": "2012-10-17", "Statement": []}'
        bucket = aws.s3.Bucket("stays", opts=stays).bucket
        aws.s3.BucketOwnershipControls("s", bucket=bucket, rule={"object_ownership": "BucketOwnerEnforced"})
        aws.s3.BucketPublicAccessBlock("s", bucket=bucket, block_public_acls=True)
        aws.s3.BucketPolicy("s", bucket=bucket, policy=policy)
        aws.s3.BucketLifecycleConfiguration("s", bucket=bucket,
            rules=[{"id": "old", "status": "Enabled", "expiration": {"days": 3}}])
        aws.s3.BucketCorsConfiguration("s", bucket=bucket,
            cors_rules=[{"allowed_methods": ["GET"], "allowed_origins": ["*"]}])
        aws.s3.BucketServerSideEncryptionConfiguration("s", bucket=bucket,
            rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}])
        topic = aws.sns.Topic("stays", opts=stays)
        told = aws.sns.TopicPolicy("s", arn=topic.arn, policy=policy)
        aws.s3.BucketNotification("s", bucket=bucket, opts=pulumi.ResourceOptions(depends_on=[told]),
            topics=[{"topic_arn": topic.arn, "events": ["s3:ObjectCreated:*"]}])
        dead = aws.sqs.Queue("dead", opts=stays)
        queue = aws.sqs.Queue("stays", opts=stays)
        aws.sqs.QueuePolicy("s", queue_url=queue.url, policy=policy)
        aws.sqs.RedrivePolicy("s", queue_url=queue.url,
            redrive_policy=pulumi.Output.json_dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 5}))
        aws.sqs.RedriveAllowPolicy("s", queue_url=dead.url,
            redrive_allow_policy=pulumi.Output.json_dumps({"redrivePermission": "denyAll"}))
        pulumi.export("bucket", bucket)
        pulumi.export("topic", topic.arn)
        pulumi.export("queue", queue.url)
    """)

    error = refused(deployment, endpoint)

    assert sorted(resource.type.rpartition(":")[2] for resource in error.remaining.resources) == [
        "Bucket",
        "Queue",
        "Queue",
        "Topic",
    ]
    outputs = deployment.outputs
    for setting in ("ownership_controls", "policy", "lifecycle_configuration", "cors"):
        with pytest.raises(ClientError, match=r"NoSuch|NotFound"):
            account.call("s3", f"get_bucket_{setting}", Bucket=outputs["bucket"])
    with pytest.raises(ClientError, match="NoSuchPublicAccessBlock"):
        account.call("s3", "get_public_access_block", Bucket=outputs["bucket"])
    notified = account.call("s3", "get_bucket_notification_configuration", Bucket=outputs["bucket"])
    assert "TopicConfigurations" not in notified
    topic = account.call("sns", "get_topic_attributes", TopicArn=outputs["topic"])["Attributes"]
    assert json.loads(topic["Policy"])["Id"] == "__default_policy_ID"
    queue = account.call("sqs", "get_queue_attributes", QueueUrl=outputs["queue"], AttributeNames=["All"])["Attributes"]
    assert not {"Policy", "RedrivePolicy"} & {name for name, value in queue.items() if value}
    tear_down(freed(error.remaining), endpoint)


def test_what_the_program_protects_refuses_and_what_it_retains_stays(
    endpoint: str, account: Target, tiny: Callable[[str], Deployment]
) -> None:
    deployment = tiny("""
        aws.sqs.Queue("protected", opts=pulumi.ResourceOptions(protect=True))
        aws.sns.Topic("retained", opts=pulumi.ResourceOptions(retain_on_delete=True))
        aws.cloudwatch.LogGroup("skipped", skip_destroy=True)
        aws.cloudwatch.LogGroup("gone")
    """)

    error = refused(deployment, endpoint)

    assert "its program protects it" in str(error)
    assert sorted(names(error.deleted)) == ["gone", "skipped"]  # which of them was made first is left to chance
    assert names(error.remaining.resources) == ["protected"]
    assert kinds(inventory(account)) == {"queues", "topics", "log groups"}
    tear_down(freed(error.remaining), endpoint)
    (group,) = account.call("logs", "describe_log_groups")["logGroups"]
    assert group["logGroupName"].startswith("skipped-")
    account.call("logs", "delete_log_group", logGroupName=group["logGroupName"])
    account.call("sns", "delete_topic", TopicArn=account.call("sns", "list_topics")["Topics"][0]["TopicArn"])


@pytest.mark.usefixtures("account")
def test_a_type_that_nothing_deletes_is_refused(endpoint: str, tiny: Callable[[str], Deployment]) -> None:
    deployment = tiny('aws.sqs.Queue("known")')
    unknown = DeployedResource("urn:unknown", "aws:kms/key:Key", "unknown", "1", {}, {})

    error = refused(replace(deployment, resources=[*deployment.resources, unknown]), endpoint)

    assert "urn:unknown\n    InputError: nothing in local/deploy/resources deletes aws:kms/key:Key" in str(error)
    assert names(error.deleted) == ["known"]


@pytest.mark.parametrize(
    ("main", "said"),
    [
        ('aws.sqs.Queue("made")\naws.sqs.Queue("no!")', "1 resource(s) could not be created"),
        ('aws.sqs.Queue("made").url.apply(lambda url: 1 / 0)', "the program stopped: ZeroDivisionError"),
        ('pulumi.export("zone", aws.s3.Bucket("made").hosted_zone_id)', "no creator gives"),
    ],
)
def test_what_a_program_had_created_before_it_failed_can_be_torn_down(
    endpoint: str, account: Target, tiny: Callable[[str], Deployment], main: str, said: str
) -> None:
    with pytest.raises(DeployError) as caught:
        tiny(main)
    assert said in str(caught.value)
    assert "1 resource(s) were created, and are there" in str(caught.value)
    assert len(inventory(account)) == 1

    deleted = tear_down(caught.value.deployment, endpoint)

    assert names(deleted) == ["made"]


def test_a_stack_is_torn_down_where_it_was_deployed(endpoint: str, account: Target) -> None:
    elsewhere = deploy(SMALL, "one", endpoint, account=ACCOUNT_ID, region="eu-central-1")

    tear_down(elsewhere, endpoint)

    with closing(Target(ACCOUNT_ID, "eu-central-1", endpoint)) as there:
        assert inventory(there) == inventory(account) == set()


def freed(deployment: Deployment) -> Deployment:
    """As if the program had been deployed once more without `protect`."""
    resources: list[Any] = [replace(resource, protected=False) for resource in deployment.resources]
    return replace(deployment, resources=resources)
