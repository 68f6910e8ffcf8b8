"""What cannot be deployed as it was written is refused, and the message says where and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.deploy import ConfigurationError, DeployError, deploy

if TYPE_CHECKING:
    from local.deploy.target import Target
    from tests.local.deploy.conftest import WriteProgram


def _refusal(endpoint: str, write_program: WriteProgram, main: str) -> str:
    with pytest.raises(DeployError) as caught:
        deploy(write_program(main), "one", endpoint)
    return str(caught.value)


def test_an_input_that_no_creator_reads_is_refused_by_its_name(endpoint: str, write_program: WriteProgram) -> None:
    refusal = _refusal(endpoint, write_program, 'aws.sqs.Queue("queue", fifo_queue=True, delay_seconds=1)')

    assert "urn:pulumi:one::tiny::pulumi:pulumi:Stack$aws:sqs/queue:Queue::queue" in refusal
    assert "nothing here uses fifoQueue: misspelt, or new to local/deploy" in refusal


def test_a_misspelt_key_in_a_nested_input_is_refused_by_its_path(endpoint: str, write_program: WriteProgram) -> None:
    refusal = _refusal(
        endpoint,
        write_program,
        """
        bucket = aws.s3.Bucket("pictures-of-a-misspelt-rule")
        aws.s3.BucketLifecycleConfiguration("rules", bucket=bucket.bucket, rules=[
            {"id": "right", "status": "Enabled", "expiration": {"days": 1}},
            {"id": "wrong", "status": "Enabled", "expiration": {"days": 1, "dasy": 2}},
        ])
        """,
    )

    assert "nothing here uses rules[1].expiration.dasy" in refusal


def test_an_object_where_a_plain_value_belongs_is_refused(endpoint: str, write_program: WriteProgram) -> None:
    refusal = _refusal(endpoint, write_program, 'aws.sqs.Queue("queue", delay_seconds={"seconds": 3})')

    assert 'delaySeconds must be a plain value, not {"seconds": 3}' in refusal


def test_a_policy_that_is_not_json_is_refused(endpoint: str, write_program: WriteProgram) -> None:
    refusal = _refusal(endpoint, write_program, 'aws.iam.Role("role", assume_role_policy="{Version")')

    assert "assumeRolePolicy is not JSON" in refusal


def test_an_index_with_a_key_of_several_attributes_is_refused(endpoint: str, write_program: WriteProgram) -> None:
    refusal = _refusal(
        endpoint,
        write_program,
        """
        aws.dynamodb.Table("rows", hash_key="pk", attributes=[{"name": n, "type": "S"} for n in ("pk", "a", "b")],
            global_secondary_indexes=[{"name": "by-both", "projection_type": "ALL", "key_schemas": [
                {"attribute_name": "a", "key_type": "HASH"}, {"attribute_name": "b", "key_type": "HASH"},
            ]}])
        """,
    )

    assert "globalSecondaryIndexes[0].keySchemas must be a HASH and maybe a RANGE" in refusal


def test_a_type_without_a_creator_is_refused(endpoint: str, write_program: WriteProgram) -> None:
    refusal = _refusal(endpoint, write_program, 'aws.kms.Key("key")')

    assert "nothing in local/deploy/resources makes aws:kms/key:Key" in refusal


def test_a_urn_used_twice_is_refused(endpoint: str, write_program: WriteProgram) -> None:
    refusal = _refusal(
        endpoint,
        write_program,
        """
        aws.sqs.Queue("twin")
        aws.sqs.Queue("twin", delay_seconds=1)
        """,
    )

    assert "another resource has this URN already: give one another name" in refusal
    assert "aws:sqs/queue:Queue::twin" in refusal


@pytest.mark.parametrize(("option", "value"), [("import_", "'a-queue'"), ("transforms", "[lambda args: None]")])
def test_an_option_that_would_have_no_effect_is_refused(
    endpoint: str,
    write_program: WriteProgram,
    option: str,
    value: str,
) -> None:
    main = f'aws.sqs.Queue("queue-with-options", opts=pulumi.ResourceOptions({option}={value}))'

    assert f"options that do not work here: {option}" in _refusal(endpoint, write_program, main)


def test_a_provider_of_the_programs_own_is_refused(endpoint: str, write_program: WriteProgram) -> None:
    refusal = _refusal(endpoint, write_program, 'aws.Provider("elsewhere", region="us-west-2")')

    assert "nothing in local/deploy/resources makes pulumi:providers:aws" in refusal


def test_a_transform_of_the_whole_stack_is_refused(endpoint: str, write_program: WriteProgram) -> None:
    refusal = _refusal(
        endpoint,
        write_program,
        "pulumi.runtime.register_resource_transform(lambda args: None)",
    )

    assert "transforms of a whole stack do not work here" in refusal


def test_a_resource_that_is_only_read_is_refused(endpoint: str, write_program: WriteProgram) -> None:
    refusal = _refusal(endpoint, write_program, 'aws.sqs.Queue.get("another-stacks", "https://queue")')

    assert "aws:sqs/queue:Queue::another-stacks" in refusal
    assert "only what the program creates can be deployed here" in refusal


def test_a_name_longer_than_aws_takes_is_refused(endpoint: str, write_program: WriteProgram) -> None:
    refusal = _refusal(endpoint, write_program, 'aws.sqs.Queue("q" * 73)')

    assert "has 81 characters; AWS takes 80" in refusal


def test_an_output_that_a_creator_does_not_give_is_refused_where_it_is_used(
    endpoint: str,
    write_program: WriteProgram,
) -> None:
    refusal = _refusal(
        endpoint,
        write_program,
        """
        bucket = aws.s3.Bucket("pictures-with-a-zone")
        aws.sqs.Queue("queue-that-asks", tags={"zone": bucket.hosted_zone_id})
        """,
    )

    assert "tags.zone stands on an output that the creator of one of these does not give" in refusal
    assert "aws:s3/bucket:Bucket::pictures-with-a-zone" in refusal


def test_an_export_that_no_creator_gives_is_refused(endpoint: str, write_program: WriteProgram) -> None:
    refusal = _refusal(
        endpoint,
        write_program,
        'pulumi.export("zone", aws.s3.Bucket("pictures-without-a-zone").hosted_zone_id)',
    )

    assert "zone: stands on an output that no creator gives" in refusal


def test_all_errors_are_told_together_and_what_stands_on_them_is_left_out(
    endpoint: str,
    target: Target,
    write_program: WriteProgram,
) -> None:
    main = """
        first = aws.sqs.Queue("first!")
        second = aws.sns.Topic("second!")
        aws.sqs.Queue("errors-stands-alone")
        aws.sqs.QueuePolicy("stands-on-first", queue_url=first.url, policy="{}")
        aws.sqs.Queue("errors-stands-on-second", opts=pulumi.ResourceOptions(depends_on=[second]))
        pulumi.export("first", first.arn)
    """
    with pytest.raises(DeployError) as caught:
        deploy(write_program(main), "one", endpoint)

    assert sorted(failure.urn.rsplit("::", 1)[1] for failure in caught.value.failures) == ["first!", "second!"]
    assert "2 resource(s) could not be created" in str(caught.value)
    urls = target.call("sqs", "list_queues", QueueNamePrefix="errors-")["QueueUrls"]
    assert [url.rpartition("/")[2].rpartition("-")[0] for url in urls] == ["errors-stands-alone"]
    assert "Can only include alphanumeric characters" in str(caught.value)


def test_an_error_of_the_program_itself_is_raised_as_it_is(endpoint: str, write_program: WriteProgram) -> None:
    with pytest.raises(ZeroDivisionError):
        deploy(write_program("1 / 0"), "one", endpoint)


def test_an_error_of_the_program_stands_beside_those_of_its_resources(
    endpoint: str,
    write_program: WriteProgram,
) -> None:
    refusal = _refusal(
        endpoint,
        write_program,
        """
        aws.kms.Key("key")
        raise SystemError("the program is at its end")
        """,
    )

    assert "nothing in local/deploy/resources makes aws:kms/key:Key" in refusal
    assert "the program stopped: SystemError: the program is at its end" in refusal


def test_a_function_of_the_provider_without_an_answer_stops_the_program(
    endpoint: str,
    write_program: WriteProgram,
) -> None:
    with pytest.raises(Exception, match=r"functions\.py has no aws:kms/getKey:getKey"):
        deploy(write_program('aws.kms.get_key(key_id="key")'), "one", endpoint)


@pytest.mark.parametrize(
    ("project", "stack", "said"),
    [
        ("", "config:\n  tiny:word:\n    secure: AAAB\n", "tiny:word is encrypted"),
        ("", "config:\n  aws:profile: mine\n", "aws:profile is not followed here"),
        ("config:\n  pulumi:autonaming:\n    value: {mode: verbatim}\n", "", "with a `pattern` alone"),
    ],
)
def test_configuration_that_would_have_no_effect_is_refused(
    endpoint: str,
    write_program: WriteProgram,
    project: str,
    stack: str,
    said: str,
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        deploy(write_program("", project=project, stack=stack), "one", endpoint)


def test_a_stack_without_a_file_is_refused(endpoint: str, write_program: WriteProgram) -> None:
    with pytest.raises(ConfigurationError, match=r"there is no .*Pulumi\.other\.yaml"):
        deploy(write_program(""), "other", endpoint)
