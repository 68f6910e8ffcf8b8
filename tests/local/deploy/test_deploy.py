"""A small program with one resource of every type, deployed once and looked at from outside."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from local.deploy import deploy

if TYPE_CHECKING:
    from local.deploy import Deployment
    from local.deploy.target import Target
    from tests.local.deploy.conftest import WriteProgram

SMALL = Path(__file__).parent / "small"


@pytest.fixture(scope="module")
def deployed(endpoint: str) -> Deployment:
    return deploy(SMALL, "one", endpoint)


@pytest.fixture(scope="module")
def outputs(deployed: Deployment) -> dict[str, Any]:
    return deployed.outputs


def test_exports_are_plain_values_and_secrets_are_in_the_clear(outputs: dict[str, Any]) -> None:
    assert outputs["word"] == "open sesame"
    assert outputs["nested"] == {"bucket": outputs["bucket"], "delay": 3}


def test_the_program_is_told_the_callers_region_and_the_account_of_sts(outputs: dict[str, Any]) -> None:
    assert outputs["region"] == "us-east-1"
    assert outputs["account"] == "123456789012"


def test_a_projects_default_holds_where_the_stack_says_nothing(outputs: dict[str, Any]) -> None:
    assert outputs["greeting"] == "hello"


def test_every_resource_of_the_program_is_listed_after_those_it_stands_on(deployed: Deployment) -> None:
    order = {resource.type: index for index, resource in enumerate(deployed.resources)}

    assert order["aws:iam/role:Role"] < order["aws:lambda/function:Function"]
    assert order["aws:lambda/function:Function"] < order["aws:lambda/eventSourceMapping:EventSourceMapping"]
    assert not any(resource.type.startswith("pulumi:") for resource in deployed.resources)


def test_the_bucket_is_private_encrypted_and_forgetful(target: Target, outputs: dict[str, Any]) -> None:
    bucket = outputs["bucket"]

    block = target.call("s3", "get_public_access_block", Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert all(block.values())
    assert len(block) == 4
    encryption = target.call("s3", "get_bucket_encryption", Bucket=bucket)["ServerSideEncryptionConfiguration"]
    assert encryption["Rules"][0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    ownership = target.call("s3", "get_bucket_ownership_controls", Bucket=bucket)["OwnershipControls"]
    assert ownership["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    broken, old = target.call("s3", "get_bucket_lifecycle_configuration", Bucket=bucket)["Rules"]
    assert broken["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert (old["Filter"], old["Expiration"]["Days"]) == ({"Prefix": "in/"}, 3)
    cors = target.call("s3", "get_bucket_cors", Bucket=bucket)["CORSRules"]
    assert cors == [{"AllowedMethods": ["POST"], "AllowedOrigins": ["https://example.com"], "MaxAgeSeconds": 60}]
    policy = json.loads(target.call("s3", "get_bucket_policy", Bucket=bucket)["Policy"])
    assert policy["Statement"][0]["Resource"] == f"arn:aws:s3:::{bucket}/*"
    tags = target.call("s3", "get_bucket_tagging", Bucket=bucket)["TagSet"]
    assert tags == [{"Key": "project", "Value": "small"}]


def test_the_buckets_new_objects_go_to_the_topic_that_feeds_the_queue(
    target: Target,
    outputs: dict[str, Any],
) -> None:
    notified = target.call("s3", "get_bucket_notification_configuration", Bucket=outputs["bucket"])
    (rule,) = notified["TopicConfigurations"]
    assert rule["TopicArn"] == outputs["topic"]
    assert rule["Events"] == ["s3:ObjectCreated:*"]
    assert rule["Filter"]["Key"]["FilterRules"] == [{"Name": "prefix", "Value": "in/"}]

    (subscription,) = target.call("sns", "list_subscriptions_by_topic", TopicArn=outputs["topic"])["Subscriptions"]
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("sqs", _arn(target, outputs["queue_url"]))
    arn = subscription["SubscriptionArn"]
    attributes = target.call("sns", "get_subscription_attributes", SubscriptionArn=arn)["Attributes"]
    assert attributes["RawMessageDelivery"] == "true"
    policy = target.call("sns", "get_topic_attributes", TopicArn=outputs["topic"])["Attributes"]["Policy"]
    assert json.loads(policy)["Statement"][0]["Principal"] == {"Service": "s3.amazonaws.com"}


def test_the_queue_has_its_settings_its_policy_and_its_dead_letters(target: Target, outputs: dict[str, Any]) -> None:
    queue = _attributes(target, outputs["queue_url"])
    dead = _attributes(target, outputs["dead_queue_url"])

    assert (queue["DelaySeconds"], queue["VisibilityTimeout"], queue["SqsManagedSseEnabled"]) == ("3", "60", "true")
    assert json.loads(queue["RedrivePolicy"]) == {"deadLetterTargetArn": dead["QueueArn"], "maxReceiveCount": 5}
    assert json.loads(queue["Policy"])["Statement"][0]["Resource"] == queue["QueueArn"]
    assert dead["MessageRetentionPeriod"] == str(14 * 86_400)


def test_the_table_has_its_keys_its_expiry_and_its_backups(target: Target, outputs: dict[str, Any]) -> None:
    name = outputs["table"]

    table = target.call("dynamodb", "describe_table", TableName=name)["Table"]
    assert table["KeySchema"] == [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    expiry = target.call("dynamodb", "describe_time_to_live", TableName=name)["TimeToLiveDescription"]
    assert expiry == {"AttributeName": "expires_at", "TimeToLiveStatus": "ENABLED"}
    backups = target.call("dynamodb", "describe_continuous_backups", TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_the_tables_index_holds_the_rows_that_have_its_keys_and_gives_them_in_order(
    target: Target, outputs: dict[str, Any]
) -> None:
    name = outputs["table"]
    due = {"due": {"S": "yes"}, "state": {"S": "waiting"}, "more": {"S": "unseen"}}
    rows = [{"at": {"N": "20"}, **due}, {"at": {"N": "3"}, **due}, {"at": {"N": "3"}, **due}, {"state": {"S": "done"}}]
    for number, row in enumerate(rows):
        target.call("dynamodb", "put_item", TableName=name, Item={"pk": {"S": str(number)}, "sk": {"S": "x"}, **row})

    found, start = list[dict[str, Any]](), None
    while start or not found:
        page = target.call(
            "dynamodb",
            "query",
            TableName=name,
            IndexName=outputs["index"],
            KeyConditionExpression="due = :yes",
            ExpressionAttributeValues={":yes": {"S": "yes"}},
            Limit=1,
            ExclusiveStartKey=start,
        )
        found += page["Items"]
        start = page.get("LastEvaluatedKey")

    assert [row["at"]["N"] for row in found] == ["3", "3", "20"]
    assert sorted(row["pk"]["S"] for row in found) == ["0", "1", "2"]
    assert set(found[0]) == {"pk", "sk", "due", "at", "state"}
    for row in found:
        target.call("dynamodb", "delete_item", TableName=name, Key={key: row[key] for key in ("pk", "sk")})


def test_an_indexs_keys_may_be_given_in_the_older_way_too(
    endpoint: str, target: Target, write_program: WriteProgram
) -> None:
    main = """
        index = {"name": "by-a", "hash_key": "a", "range_key": "b", "projection_type": "KEYS_ONLY"}
        table = aws.dynamodb.Table("rows", billing_mode="PAY_PER_REQUEST", hash_key="pk",
            attributes=[{"name": name, "type": "S"} for name in ("pk", "a", "b")], global_secondary_indexes=[index])
        pulumi.export("table", table.name)
    """

    table = deploy(write_program(main), "one", endpoint).outputs["table"]

    (index,) = target.call("dynamodb", "describe_table", TableName=table)["Table"]["GlobalSecondaryIndexes"]
    assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}
    assert [(key["AttributeName"], key["KeyType"]) for key in index["KeySchema"]] == [("a", "HASH"), ("b", "RANGE")]


def test_the_role_may_do_what_its_policies_say(target: Target, outputs: dict[str, Any]) -> None:
    role = outputs["role"]

    (name,) = target.call("iam", "list_role_policies", RoleName=role)["PolicyNames"]
    document = target.call("iam", "get_role_policy", RoleName=role, PolicyName=name)["PolicyDocument"]
    assert document["Statement"] == [
        {
            "Sid": "Read",
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem"],
            "Resource": [target.call("dynamodb", "describe_table", TableName=outputs["table"])["Table"]["TableArn"]],
        },
    ]
    (attached,) = target.call("iam", "list_attached_role_policies", RoleName=role)["AttachedPolicies"]
    assert attached["PolicyName"].startswith("shared-")


def test_the_function_has_its_code_and_its_settings(
    target: Target,
    deployed: Deployment,
    outputs: dict[str, Any],
) -> None:
    found = target.call("lambda", "get_function", FunctionName=outputs["function"])
    configuration = found["Configuration"]

    assert configuration["Environment"]["Variables"] == {"TABLE_NAME": outputs["table"], "WORD": "open sesame"}
    assert configuration["Handler"] == "main.handler"
    assert (configuration["Timeout"], configuration["MemorySize"]) == (10, 256)
    assert found["Concurrency"] == {"ReservedConcurrentExecutions": 3}
    (function,) = (resource for resource in deployed.resources if resource.type == "aws:lambda/function:Function")
    with zipfile.ZipFile(io.BytesIO(function.inputs["code"].zipped(SMALL))) as code:
        assert code.read("main.py").startswith(b"def handler")
    assert function.outputs["codeSha256"] == configuration["CodeSha256"]


def test_the_queue_feeds_the_function(target: Target, outputs: dict[str, Any]) -> None:
    queue = _arn(target, outputs["queue_url"])

    (mapping,) = target.call("lambda", "list_event_source_mappings", EventSourceArn=queue)["EventSourceMappings"]
    assert mapping["FunctionArn"] == outputs["function_arn"]
    assert mapping["BatchSize"] == 10
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 2}


def test_the_rule_fires_by_its_schedule_and_is_let_in_by_the_function(target: Target, outputs: dict[str, Any]) -> None:
    rule = target.call("events", "describe_rule", Name=outputs["rule"])
    (invoked,) = target.call("events", "list_targets_by_rule", Rule=outputs["rule"])["Targets"]
    policy = json.loads(target.call("lambda", "get_policy", FunctionName=outputs["function"])["Policy"])

    assert (rule["ScheduleExpression"], rule["State"], rule["Description"]) == ("rate(15 minutes)", "ENABLED", "Sweep")
    assert target.call("events", "list_tags_for_resource", ResourceARN=rule["Arn"])["Tags"] == [
        {"Key": "project", "Value": "small"}
    ]
    assert invoked["Arn"] == outputs["function_arn"]
    assert "Input" not in invoked
    (statement,) = (one for one in policy["Statement"] if one["Principal"]["Service"] == "events.amazonaws.com")
    assert statement["Condition"]["ArnLike"]["AWS:SourceArn"] == rule["Arn"]


def test_a_rule_and_its_target_keep_the_names_the_state_and_the_input_that_they_were_given(
    target: Target, outputs: dict[str, Any]
) -> None:
    (invoked,) = target.call("events", "list_targets_by_rule", Rule=outputs["rule_off"])["Targets"]

    assert outputs["rule_off"] == "off-one"
    assert target.call("events", "describe_rule", Name="off-one")["State"] == "DISABLED"
    assert (invoked["Id"], invoked["Input"]) == ("own", '{"own": "input"}')


def test_the_http_api_leads_to_the_function_that_lets_it_in(target: Target, outputs: dict[str, Any]) -> None:
    api = outputs["api"]

    (route,) = target.call("apigatewayv2", "get_routes", ApiId=api)["Items"]
    (integration,) = target.call("apigatewayv2", "get_integrations", ApiId=api)["Items"]
    assert route["RouteKey"] == "POST /api/uploads"
    assert route["Target"] == f"integrations/{integration['IntegrationId']}"
    assert integration["PayloadFormatVersion"] == "2.0"
    assert f"/functions/{outputs['function_arn']}/invocations" in integration["IntegrationUri"]
    (stage,) = target.call("apigatewayv2", "get_stages", ApiId=api)["Items"]
    assert (stage["StageName"], stage["AutoDeploy"]) == ("$default", True)
    assert outputs["api_url"].startswith(target.call("apigatewayv2", "get_api", ApiId=api)["ApiEndpoint"])
    policy = json.loads(target.call("lambda", "get_policy", FunctionName=outputs["function"])["Policy"])
    (statement,) = (one for one in policy["Statement"] if one["Principal"]["Service"] == "apigateway.amazonaws.com")
    assert statement["Condition"]["ArnLike"]["AWS:SourceArn"] == f"arn:aws:execute-api:us-east-1:123456789012:{api}/*/*"


def test_the_log_group_keeps_its_lines_as_long_as_declared(target: Target, outputs: dict[str, Any]) -> None:
    (group,) = target.call("logs", "describe_log_groups", logGroupNamePrefix=outputs["log_group"])["logGroups"]

    assert group["retentionInDays"] == 30


def test_the_sender_and_the_configuration_set_are_known_to_ses(target: Target, outputs: dict[str, Any]) -> None:
    answer = target.call("ses", "get_identity_verification_attributes", Identities=["one@example.com"])
    assert "one@example.com" in answer["VerificationAttributes"]
    name = outputs["configuration_set"]
    found = target.call("sesv2", "get_configuration_set", ConfigurationSetName=name)
    assert found["DeliveryOptions"] == {"TlsPolicy": "REQUIRE"}
    told = target.call("sesv2", "get_configuration_set_event_destinations", ConfigurationSetName=name)
    assert told["EventDestinations"] == [
        {
            "Name": "bounces",
            "Enabled": True,
            "MatchingEventTypes": ["BOUNCE"],
            "SnsDestination": {"TopicArn": outputs["topic"]},
        }
    ]


def test_a_second_stack_in_the_same_process_and_account_has_its_own_resources(
    endpoint: str,
    outputs: dict[str, Any],
) -> None:
    second = deploy(SMALL, "two", endpoint)

    assert second.outputs["greeting"] == "good morning"
    assert second.outputs["nested"]["delay"] == 5
    names = ("bucket", "topic", "queue_url", "table", "role", "function", "log_group", "configuration_set")
    assert [name for name in names if second.outputs[name] == outputs[name]] == []


def test_the_same_stack_in_another_account_and_region_has_its_own_resources(
    endpoint: str,
    outputs: dict[str, Any],
) -> None:
    elsewhere = deploy(SMALL, "one", endpoint, account="210987654321", region="eu-central-1")

    assert elsewhere.outputs["account"] == "210987654321"
    assert elsewhere.outputs["region"] == "eu-central-1"
    assert ":eu-central-1:210987654321:" in elsewhere.outputs["function_arn"]
    assert elsewhere.outputs["bucket"] != outputs["bucket"]


def _attributes(target: Target, url: str) -> dict[str, str]:
    return target.call("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=["All"])["Attributes"]


def _arn(target: Target, url: str) -> str:
    return _attributes(target, url)["QueueArn"]
