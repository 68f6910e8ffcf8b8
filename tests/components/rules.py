"""What must hold over all resources of a stack: what AWS would refuse or let leak, and emulators let pass.

A rule answers with sentences, one for each thing that breaks it.
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import yaml

from tests.components.recorder import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.components.recorder import Recorded, RecordedStack

    Rule = Callable[[RecordedStack], Iterator[str]]

API = "aws:apigatewayv2/api:Api"
BUCKET = "aws:s3/bucket:Bucket"
BUCKET_ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
BUCKET_LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
BUCKET_NOTIFICATION = "aws:s3/bucketNotification:BucketNotification"
BUCKET_OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
BUCKET_PRIVACY = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
CONFIGURATION_SET = "aws:sesv2/configurationSet:ConfigurationSet"
EVENT_SOURCE_MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
EVENT_RULE = "aws:cloudwatch/eventRule:EventRule"
EVENT_TARGET = "aws:cloudwatch/eventTarget:EventTarget"
FUNCTION = "aws:lambda/function:Function"
INTEGRATION = "aws:apigatewayv2/integration:Integration"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
PERMISSION = "aws:lambda/permission:Permission"
QUEUE = "aws:sqs/queue:Queue"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ROUTE = "aws:apigatewayv2/route:Route"
STAGE = "aws:apigatewayv2/stage:Stage"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
TABLE = "aws:dynamodb/table:Table"
TOPIC = "aws:sns/topic:Topic"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"

DAY: Final = 24 * 3600

ON_EVERYTHING: Final = {
    "textract:DetectDocumentText": "Textract knows no resources",
    "ses:GetIdentityVerificationAttributes": "SES knows no resources for its look-ups",
    "ses:VerifyEmailIdentity": "SES knows no resources for it",
    "ses:DeleteIdentity": "SES knows no resources for it",
}
"""Actions that may be granted on `*`, and AWS's reason."""


def statements(policy: Recorded) -> list[dict[str, Any]]:
    """The statements of a resource's policy document."""
    return json.loads(policy.inputs["policy"])["Statement"]


def texts(value: str | list[str]) -> list[str]:
    """Policies write one value bare and several as a list."""
    return [value] if isinstance(value, str) else value


def functions_and_queues(stack: RecordedStack) -> Iterator[tuple[Recorded, Recorded, Recorded]]:
    """Each event source mapping, with its function and its queue."""
    functions = {function.out("arn"): function for function in stack.of(FUNCTION)}
    queues = {queue.out("arn"): queue for queue in stack.of(QUEUE)}
    for mapping in stack.of(EVENT_SOURCE_MAPPING):
        yield mapping, functions[mapping.inputs["functionName"]], queues[mapping.inputs["eventSourceArn"]]


def targets_of_dead_letters(stack: RecordedStack) -> set[str]:
    """The ARNs of the queues that messages die into."""
    redrives = [
        json.loads(queue.inputs["redrivePolicy"]) for queue in stack.of(QUEUE) if "redrivePolicy" in queue.inputs
    ]
    return {redrive["deadLetterTargetArn"] for redrive in redrives}


def grants_of(stack: RecordedStack, function: Recorded) -> list[dict[str, Any]]:
    """What a function may do."""
    (role,) = [role for role in stack.of(ROLE) if role.out("arn") == function.inputs["role"]]
    return [
        statement
        for policy in stack.of(ROLE_POLICY)
        if policy.inputs["role"] == role.out("name")
        for statement in statements(policy)
    ]


def visibility_covers_six_timeouts(stack: RecordedStack) -> Iterator[str]:
    for mapping, function, queue in functions_and_queues(stack):
        window = mapping.inputs.get("maximumBatchingWindowInSeconds", 0)
        if queue.inputs["visibilityTimeoutSeconds"] < 6 * function.inputs["timeout"] + window:
            yield f"{queue.name} shows a message again before {function.name} had six timeouts for it"


def lease_lies_between_timeout_and_visibility(stack: RecordedStack) -> Iterator[str]:
    for _, function, queue in functions_and_queues(stack):
        lease = function.inputs["environment"]["variables"].get("LEASE_SECONDS")
        timeout, visibility = function.inputs["timeout"], queue.inputs["visibilityTimeoutSeconds"]
        if lease is not None and not timeout < int(lease) < visibility:
            yield f"{function.name} holds a lease of {lease} s, not between {timeout} and {visibility}"


def batches_are_ones_that_sqs_gives(stack: RecordedStack) -> Iterator[str]:
    for mapping in stack.of(EVENT_SOURCE_MAPPING):
        if mapping.inputs["batchSize"] > 10 and not mapping.inputs.get("maximumBatchingWindowInSeconds"):
            yield f"{mapping.name} asks for more than 10 messages without a window to gather them in"
        if not 2 <= mapping.inputs.get("scalingConfig", {}).get("maximumConcurrency", 0) <= 1000:
            yield f"{mapping.name} has no maximum concurrency from 2 to 1000"
        if mapping.inputs.get("functionResponseTypes") != ["ReportBatchItemFailures"]:
            yield f"{mapping.name} tries a whole batch again for one message"


def dead_letters_are_kept(stack: RecordedStack) -> Iterator[str]:
    queues = {queue.out("arn"): queue for queue in stack.of(QUEUE)}
    ends = targets_of_dead_letters(stack)
    taken = {queue.out("arn") for _, _, queue in functions_and_queues(stack)}
    for end in sorted(ends - taken):
        yield f"{queues[end].name} has nobody who takes what died"
    for _, _, queue in functions_and_queues(stack):
        if queue.out("arn") in ends:
            continue
        redrive = json.loads(queue.inputs.get("redrivePolicy", "{}"))
        target = queues.get(redrive.get("deadLetterTargetArn"))
        if target is None or not isinstance(redrive.get("maxReceiveCount"), int):
            yield f"{queue.name} has nowhere to put what fails, or does not say after how many tries"
            continue
        if target.inputs["messageRetentionSeconds"] <= queue.inputs["messageRetentionSeconds"]:
            yield f"{target.name} keeps messages no longer than {queue.name}"


def everything_at_rest_is_encrypted(stack: RecordedStack) -> Iterator[str]:
    for queue in stack.of(QUEUE):
        if queue.inputs.get("sqsManagedSseEnabled") is not True or "kmsMasterKeyId" in queue.inputs:
            yield f"{queue.name} is not encrypted with SQS's own key; through another, S3 and SNS cannot send"
    encrypted = {
        encryption.inputs["bucket"]
        for encryption in stack.of(BUCKET_ENCRYPTION)
        for rule in encryption.inputs["rules"]
        if rule["applyServerSideEncryptionByDefault"]["sseAlgorithm"] == "AES256"
    }
    for bucket in stack.of(BUCKET):
        if bucket.out("bucket") not in encrypted:
            yield f"{bucket.name} is not encrypted with S3's own key: ETags would be no MD5"


def buckets_are_private(stack: RecordedStack) -> Iterator[str]:
    shut = {
        block.inputs["bucket"]
        for block in stack.of(BUCKET_PRIVACY)
        if all(
            block.inputs.get(door) is True
            for door in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
        )
    }
    owned = {
        controls.inputs["bucket"]
        for controls in stack.of(BUCKET_OWNERSHIP)
        if controls.inputs["rule"]["objectOwnership"] == "BucketOwnerEnforced"
    }
    for bucket in stack.of(BUCKET):
        if bucket.out("bucket") not in shut:
            yield f"{bucket.name} could be made public"
        if bucket.out("bucket") not in owned:
            yield f"{bucket.name} takes access lists"
        if any("ersioning" in resource.type for resource in stack.resources) or "versioning" in bucket.inputs:
            yield f"{bucket.name} is versioned: what is deleted would stay"


def nothing_travels_in_the_clear(stack: RecordedStack) -> Iterator[str]:
    shut: set[str] = set()
    for kind in (BUCKET_POLICY, QUEUE_POLICY, TOPIC_POLICY):
        for policy in stack.of(kind):
            for statement in statements(policy):
                if (
                    statement["Effect"] == "Deny"
                    and statement["Principal"] == "*"
                    and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
                    and statement["Action"] in {"s3:*", "sqs:*", "sns:Publish"}
                ):
                    shut.update(texts(statement["Resource"]))
    for resource in [*stack.of(BUCKET), *stack.of(QUEUE), *stack.of(TOPIC)]:
        arns = {resource.out("arn")} | ({resource.out("arn") + "/*"} if resource.type == BUCKET else set())
        if not arns <= shut:
            yield f"{resource.name} can be reached without TLS"


def no_service_is_a_confused_deputy(stack: RecordedStack) -> Iterator[str]:
    for kind in (BUCKET_POLICY, QUEUE_POLICY, TOPIC_POLICY):
        for policy in stack.of(kind):
            for statement in statements(policy):
                conditions = statement.get("Condition", {})
                account = {**conditions.get("StringEquals", {}), **conditions.get("StringEqualsIfExists", {})}
                if statement["Effect"] == "Allow" and not (
                    set(statement["Principal"]) == {"Service"}
                    and conditions.get("ArnEquals", {}).get("aws:SourceArn")
                    and re.fullmatch(r"\d{12}", account.get("aws:SourceAccount", ""))
                ):
                    yield f"{policy.name} lets in others than one source of this account"


def events_are_let_in(stack: RecordedStack) -> Iterator[str]:
    senders: dict[tuple[str, str, str, str], str] = {}
    for kind in (QUEUE_POLICY, TOPIC_POLICY):
        for policy in stack.of(kind):
            for statement in statements(policy):
                if statement["Effect"] == "Allow":
                    service = statement["Principal"]["Service"]
                    source = statement["Condition"].get("ArnEquals", {}).get("aws:SourceArn")
                    senders[service, source, statement["Action"], statement["Resource"]] = policy.urn
    for sender, sends, waits_for in _deliveries(stack):
        if senders.get(sends) not in waits_for:
            yield f"{sender} declares events before a policy lets it: {' '.join(sends)}"


def _deliveries(stack: RecordedStack) -> Iterator[tuple[str, tuple[str, str, str, str], frozenset[str]]]:
    """Who delivers; the service, source, action and target of it; the URNs that are made before."""
    arns = {bucket.out("bucket"): bucket.out("arn") for bucket in stack.of(BUCKET)}
    for notification in stack.of(BUCKET_NOTIFICATION):
        source = arns[notification.inputs["bucket"]]
        for queue in notification.inputs.get("queues", ()):
            sends = ("s3.amazonaws.com", source, "sqs:SendMessage", queue["queueArn"])
            yield notification.name, sends, notification.after
        for topic in notification.inputs.get("topics", ()):
            sends = ("s3.amazonaws.com", source, "sns:Publish", topic["topicArn"])
            yield notification.name, sends, notification.after
    for subscription in stack.of(SUBSCRIPTION):
        topic, queue = subscription.inputs["topic"], subscription.inputs["endpoint"]
        yield subscription.name, ("sns.amazonaws.com", topic, "sqs:SendMessage", queue), subscription.after


def a_bucket_declares_its_events_once(stack: RecordedStack) -> Iterator[str]:
    declared = Counter(notification.inputs["bucket"] for notification in stack.of(BUCKET_NOTIFICATION))
    for bucket, times in declared.items():
        if times > 1:
            yield f"{bucket} has {times} notification configurations, of which the last one stays"
    for notification in stack.of(BUCKET_NOTIFICATION):
        for target in [*notification.inputs.get("queues", ()), *notification.inputs.get("topics", ())]:
            if target["events"] != ["s3:ObjectCreated:*"] or not target.get("filterPrefix", "").endswith("/"):
                yield f"{notification.name} tells of other than new objects of one folder"


def nothing_is_kept_for_ever(stack: RecordedStack) -> Iterator[str]:
    for bucket in stack.of(BUCKET):
        rules = _lifecycle(stack, bucket)
        if not any("abortIncompleteMultipartUpload" in rule and rule["filter"]["prefix"] == "" for rule in rules):
            yield f"{bucket.name} keeps the parts of uploads that were never finished"
        for folder in sorted(_folders(stack, bucket) - set(_expiries(rules))):
            yield f"{bucket.name} keeps {folder} for ever"
    for log_group in stack.of(LOG_GROUP):
        if not log_group.inputs.get("retentionInDays"):
            yield f"{log_group.name} keeps its lines for ever"
    for table in stack.of(TABLE):
        if table.inputs.get("ttl") != {"attributeName": "expires_at", "enabled": True}:
            yield f"{table.name} keeps its rows for ever"


def backstops_come_after_all_use(stack: RecordedStack) -> Iterator[str]:
    """Uploads and transcripts a day after the last message about them, results a week after their record."""
    ends = targets_of_dead_letters(stack)
    queues = [queue for _, _, queue in functions_and_queues(stack) if queue.out("arn") not in ends]
    waits = max(queue.inputs["messageRetentionSeconds"] for queue in queues) // DAY
    told = [function.inputs["environment"]["variables"].get("CACHE_TTL_DAYS") for function in stack.of(FUNCTION)]
    ttl = max(int(days) for days in told if days)
    due = {"uploads/": waits + 1, "transcripts/": waits + 1, "images/": 3, "results/": ttl + 7}
    for bucket in stack.of(BUCKET):
        for folder, days in _expiries(_lifecycle(stack, bucket)).items():
            if days != due.get(folder):
                yield f"{folder} expires after {days} days, not {due.get(folder)}"


def _lifecycle(stack: RecordedStack, bucket: Recorded) -> list[dict[str, Any]]:
    return [
        rule
        for lifecycle in stack.of(BUCKET_LIFECYCLE)
        if lifecycle.inputs["bucket"] == bucket.out("bucket")
        for rule in lifecycle.inputs["rules"]
        if rule["status"] == "Enabled"
    ]


def _expiries(rules: list[dict[str, Any]]) -> dict[str, int]:
    return {rule["filter"]["prefix"]: rule["expiration"]["days"] for rule in rules if "expiration" in rule}


def _folders(stack: RecordedStack, bucket: Recorded) -> set[str]:
    """The folders that any function may write."""
    prefix = bucket.out("arn") + "/"
    return {
        resource.removeprefix(prefix).removesuffix("*")
        for function in stack.of(FUNCTION)
        for statement in grants_of(stack, function)
        if "s3:PutObject" in statement["Action"]
        for resource in texts(statement["Resource"])
        if resource.startswith(prefix)
    }


def functions_write_their_own_log_only(stack: RecordedStack) -> Iterator[str]:
    groups = {group.out("name"): group for group in stack.of(LOG_GROUP)}
    for function in stack.of(FUNCTION):
        logging = function.inputs.get("loggingConfig", {})
        group = groups.get(logging.get("logGroup"))
        if group is None or logging["logFormat"] != "JSON":
            yield f"{function.name} does not write JSON to a log group of ours"
            continue
        if "applicationLogLevel" in logging:
            yield f"{function.name} has Lambda filter its log, which drops metrics"
        logs = [grant for grant in grants_of(stack, function) if any(a.startswith("logs:") for a in grant["Action"])]
        if [(set(grant["Action"]), texts(grant["Resource"])) for grant in logs] != [
            ({"logs:CreateLogStream", "logs:PutLogEvents"}, [group.out("arn") + ":*"]),
        ]:
            yield f"{function.name} may do other than write its own log"


def everything_taggable_is_tagged(stack: RecordedStack) -> Iterator[str]:
    for resource in stack.resources:
        if resource.custom and _takes_tags(resource.type):
            tags = resource.inputs.get("tags", {})
            if set(tags) != {"project", "environment", "component"} or not all(tags.values()):
                yield f"{resource.name} has the tags {tags}"


def _takes_tags(token: str) -> bool:
    _, module, name = token.split(":")
    package = module.partition("/")[0]
    package = {"lambda": "lambda_"}.get(package, package)
    made_by = getattr(importlib.import_module(f"pulumi_aws.{package}"), f"{name}Args")
    return "tags" in inspect.signature(made_by).parameters


def roles_are_for_one_function_each(stack: RecordedStack) -> Iterator[str]:
    used = Counter(function.inputs["role"] for function in stack.of(FUNCTION))
    for role in stack.of(ROLE):
        trusted = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
        if trusted != [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
        ]:
            yield f"{role.name} can be assumed by others than Lambda, or not by Lambda"
        if used[role.out("arn")] != 1:
            yield f"{role.name} serves {used[role.out('arn')]} functions"


def rights_are_narrow(stack: RecordedStack) -> Iterator[str]:
    for policy in stack.of(ROLE_POLICY):
        for statement in statements(policy):
            for action in texts(statement["Action"]):
                if "*" in action:
                    yield f"{policy.name} grants {action}"
                for resource in texts(statement["Resource"]):
                    if problem := _too_wide(action, resource, statement.get("Condition", {})):
                        yield f"{policy.name} grants {action} {problem}"


def _in_a_folder(action: str, resource: str, conditions: Mapping[str, Any]) -> bool:
    if action == "s3:ListBucket":
        prefixes = conditions.get("StringLike", {}).get("s3:prefix", [])
        return bool(prefixes) and all(re.fullmatch(r"([a-z-]+/)+\*", prefix) for prefix in texts(prefixes))
    return re.fullmatch(r"<[^>]+\.arn>/([a-z-]+/)+\*", resource) is not None


def _too_wide(action: str, resource: str, conditions: Mapping[str, Any]) -> str | None:
    service = action.partition(":")[0]
    if resource == "*":
        return None if action in ON_EVERYTHING else "on everything"
    if service == "s3" and not _in_a_folder(action, resource, conditions):
        return f"outside a folder: {resource}"
    # An index holds keys only.
    of_keys = action == "dynamodb:Query" and re.fullmatch(r"<[^>]+\.arn>/index/[a-z]+", resource)
    if (
        service == "dynamodb"
        and not of_keys
        and not re.fullmatch(
            r"[A-Z]+#\*",
            "".join(conditions.get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", ())),
        )
    ):
        return "on rows of every kind"
    if service == "ses" and not conditions.get("StringEquals", {}).get("ses:FromAddress"):
        return "as any sender"
    return None


def names_and_rights_go_together(stack: RecordedStack) -> Iterator[str]:
    """A variable that names a resource goes with a right on it, and the reverse."""
    named_by = {BUCKET: "bucket", TABLE: "name", QUEUE: "url", CONFIGURATION_SET: "configurationSetName"}
    arns = {
        resource.out(named_by[resource.type]): resource.out("arn")
        for resource in stack.resources
        if resource.type in named_by
    }
    polled = {function.urn: queue.out("arn") for _, function, queue in functions_and_queues(stack)}
    logs = {group.out("arn") for group in stack.of(LOG_GROUP)}
    for function in stack.of(FUNCTION):
        variables = function.inputs["environment"]["variables"]
        named = {arns[value]: name for name, value in variables.items() if value in arns}
        opened = {
            re.sub(r"(?<=>)[/:].*", "", resource)
            for statement in grants_of(stack, function)
            for resource in texts(statement["Resource"])
            if resource.startswith("<")
        }
        for arn in sorted(set(named) - opened):
            yield f"{function.name} is told {named[arn]}, and may not use it"
        for arn in sorted(opened - set(named) - logs - {polled.get(function.urn)}):
            yield f"{function.name} may use {arn}, and is not told its name"
        senders = {
            statement["Condition"]["StringEquals"]["ses:FromAddress"]
            for statement in grants_of(stack, function)
            if "ses:SendRawEmail" in statement["Action"]
        }
        if senders != {variables[name] for name in ("MAIL_SENDER",) if name in variables}:
            yield f"{function.name} may send as {senders}, which is not what it is told"


def functions_can_take_their_messages(stack: RecordedStack) -> Iterator[str]:
    needed = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"}
    for _, function, queue in functions_and_queues(stack):
        granted = {
            action
            for statement in grants_of(stack, function)
            if queue.out("arn") in texts(statement["Resource"])
            for action in statement["Action"]
        }
        if not needed <= granted:
            yield f"{function.name} may not {', '.join(sorted(needed - granted))} on {queue.name}"
        rights = {policy.urn for policy in stack.of(ROLE_POLICY) if policy.parent == function.parent}
        if not rights & function.after:
            yield f"{function.name} may start before it has its rights"


def routes_lead_to_a_function(stack: RecordedStack) -> Iterator[str]:
    functions = {function.out("invokeArn"): function for function in stack.of(FUNCTION)}
    integrations = {f"integrations/{found.name}-id": found for found in stack.of(INTEGRATION)}
    apis = {f"{api.name}-id": api for api in stack.of(API)}
    called = {
        (permission.inputs["function"], permission.inputs["sourceArn"])
        for permission in stack.of(PERMISSION)
        if permission.inputs["principal"] == "apigateway.amazonaws.com"
        and permission.inputs["action"] == "lambda:InvokeFunction"
    }
    for route in stack.of(ROUTE):
        integration = integrations.get(route.inputs["target"])
        if integration is None or integration.inputs["apiId"] != route.inputs["apiId"]:
            yield f"{route.name} leads nowhere"
            continue
        function = functions.get(integration.inputs["integrationUri"])
        source = apis[route.inputs["apiId"]].out("executionArn") + "/*/*"
        if function is None or (function.out("name"), source) not in called:
            yield f"{route.name} leads to a function that the API may not call"
    for permission in stack.of(PERMISSION):
        if permission.inputs["principal"] == "events.amazonaws.com":
            continue  # see schedules_call_a_function
        if not permission.inputs.get("sourceArn", "").startswith(
            tuple(api.out("executionArn") for api in apis.values())
        ):
            yield f"{permission.name} lets in an API that is not ours"


_RATE: Final = re.compile(r"rate\((?:1 (?:minute|hour|day)|(?!1 )[1-9][0-9]* (?:minutes|hours|days))\)")
"""https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html: one is singular."""


def schedules_call_a_function(stack: RecordedStack) -> Iterator[str]:
    functions = {function.out("arn"): function for function in stack.of(FUNCTION)}
    called = {
        (permission.inputs["function"], permission.inputs["sourceArn"])
        for permission in stack.of(PERMISSION)
        if permission.inputs["principal"] == "events.amazonaws.com"
        and permission.inputs["action"] == "lambda:InvokeFunction"
    }
    schedules = {schedule.out("name"): schedule for schedule in stack.of(EVENT_RULE)}
    for name, schedule in schedules.items():
        if not _RATE.fullmatch(schedule.inputs.get("scheduleExpression", "")):
            yield f"{schedule.name} has a schedule that AWS does not take"
        if name not in {target.inputs["rule"] for target in stack.of(EVENT_TARGET)}:
            yield f"{schedule.name} calls nobody"
    for target in stack.of(EVENT_TARGET):
        function, schedule = functions.get(target.inputs["arn"]), schedules.get(target.inputs["rule"])
        if function is None or schedule is None or (function.out("name"), schedule.out("arn")) not in called:
            yield f"{target.name} calls a function that its schedule may not call"
    sources = {schedule.out("arn") for schedule in schedules.values()}
    for permission in stack.of(PERMISSION):
        from_events = permission.inputs["principal"] == "events.amazonaws.com"
        if from_events and permission.inputs.get("sourceArn") not in sources:
            yield f"{permission.name} lets in a schedule that is not ours"


def the_api_is_throttled_and_discreet(stack: RecordedStack) -> Iterator[str]:
    for stage in stack.of(STAGE):
        limits = stage.inputs.get("defaultRouteSettings", {})
        if not (limits.get("throttlingRateLimit") and limits.get("throttlingBurstLimit")):
            yield f"{stage.name} takes as many requests as come"
        log = stage.inputs.get("accessLogSettings", {}).get("format", "")
        if not log or re.search(r"\$context\.(identity|path|authorizer)", log):
            yield f"{stage.name} logs nothing, or who asked for what"


LONGEST: Final = {BUCKET: 63, CONFIGURATION_SET: 64, FUNCTION: 64, LOG_GROUP: 512, QUEUE: 80, ROLE: 64, TOPIC: 256}
"""Characters that AWS allows in a name."""


def names_fit(stack: RecordedStack) -> Iterator[str]:
    """With a stack's name of 20 letters, by the pattern that Pulumi.yaml sets for names."""
    pattern = yaml.safe_load((PROJECT / "Pulumi.yaml").read_text())["config"]["pulumi:autonaming"]["value"]["pattern"]
    for part, value in {"${project}": "ocr-wordcount", "${stack}": "s" * 20, "${hex(7)}": "0123456"}.items():
        pattern = pattern.replace(part, value)
    for resource in stack.resources:
        if resource.type in LONGEST:
            explicit = resource.inputs.get("name", resource.inputs.get("configurationSetName"))
            name = explicit or pattern.replace("${name}", resource.name)
            if len(name) > LONGEST[resource.type] or not re.fullmatch(r"[a-z0-9/-]+", name):
                yield f"{resource.name} would be named {name}, which AWS does not take"


def children_are_named_after_their_parent(stack: RecordedStack) -> Iterator[str]:
    names = {resource.urn: resource.name for resource in stack.resources}
    for resource in stack.resources:
        parent = names.get(resource.parent)
        if parent is not None and not resource.name.startswith(f"{parent}-"):
            yield f"{resource.name} is not named after {parent}"
        if parent is None and resource.custom:
            yield f"{resource.name} belongs to no component"
        if not resource.custom and not re.fullmatch(r"ocr:index:[A-Z][A-Za-z]+", resource.type):
            yield f"{resource.name} has the type {resource.type}"


def components_name_their_outputs_once(stack: RecordedStack) -> Iterator[str]:
    for resource in stack.resources:
        if not resource.custom and stack.finished.count(resource.urn) != 1:
            yield f"{resource.name} named its outputs {stack.finished.count(resource.urn)} times"


RULES: Final[tuple[Rule, ...]] = (
    visibility_covers_six_timeouts,
    lease_lies_between_timeout_and_visibility,
    batches_are_ones_that_sqs_gives,
    dead_letters_are_kept,
    everything_at_rest_is_encrypted,
    buckets_are_private,
    nothing_travels_in_the_clear,
    no_service_is_a_confused_deputy,
    events_are_let_in,
    a_bucket_declares_its_events_once,
    nothing_is_kept_for_ever,
    backstops_come_after_all_use,
    functions_write_their_own_log_only,
    everything_taggable_is_tagged,
    roles_are_for_one_function_each,
    rights_are_narrow,
    names_and_rights_go_together,
    functions_can_take_their_messages,
    routes_lead_to_a_function,
    schedules_call_a_function,
    the_api_is_throttled_and_discreet,
    names_fit,
    children_are_named_after_their_parent,
    components_name_their_outputs_once,
)
