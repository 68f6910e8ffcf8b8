from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from tests.components.examples.changes import LEFT_OUT, all_of, but, granted, more, reworded, told, without
from tests.components.examples.example import lets_pass, minds
from tests.components.rules import rights
from tests.components.rules.kinds import FUNCTION, ROLE, ROLE_POLICY

if TYPE_CHECKING:
    from tests.components.examples.changes import Change
    from tests.components.examples.example import Example

_LIST: Final = "s3:ListBucket"
_BUCKET: Final = "<cache-results-bucket.arn>"
_TABLE: Final = "<cache-table.arn>"
_REQUESTS: Final = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["REQUEST#*"]}}

# A function is told of each of these by each of its names, which it may not use.
_NAMES: Final = (
    ("words-count-lambda", "<site-uploads-bucket.bucket>"),
    ("words-count-lambda", "ocr-wordcount-dev"),
    ("words-count-lambda", "<site-api-lambda.name>"),
    ("words-count-lambda", "<site-api-lambda.arn>"),
    ("words-count-lambda", "/ocr-wordcount/dev/api"),
    ("words-count-lambda", "<mail-notify-queue.url>"),
    ("words-count-lambda", "<mail-notify-queue.arn>"),
    ("words-count-lambda", "<mail-notify-queue.name>"),
    ("words-count-lambda", "<site-topic.arn>"),
)


def _trusted(role: str, *services: str, **parts: object) -> Change:
    """A role can be assumed by these services."""
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole", **parts}
            for service in services
        ],
    }
    return but(ROLE, role, assumeRolePolicy=json.dumps(document))


_NOT_BY_LAMBDA_ALONE: Final = "ocr-ingest-role can be assumed by others than ['lambda.amazonaws.com'], or not by that"


def _too_much(action: str, resource: str, problem: str, **parts: object) -> Example:
    """A right that is too wide."""
    return minds(
        rights.rights_are_narrow,
        granted("site-api-rights", action, resource, **parts),
        f"site-api-rights grants {action} {problem}",
    )


def _narrow(action: str, resource: str, **parts: object) -> Example:
    """A right that is not."""
    return lets_pass(rights.rights_are_narrow, granted("site-api-rights", action, resource, **parts))


EXAMPLES: Final[dict[str, Example]] = {
    "a role that another service may assume": minds(
        rights.roles_are_for_one_function_each,
        _trusted("ocr-ingest-role", "ec2.amazonaws.com"),
        _NOT_BY_LAMBDA_ALONE,
    ),
    "a role that another service may assume as well": minds(
        rights.roles_are_for_one_function_each,
        _trusted("ocr-ingest-role", "lambda.amazonaws.com", "ec2.amazonaws.com"),
        _NOT_BY_LAMBDA_ALONE,
    ),
    "a role that nobody may assume": minds(
        rights.roles_are_for_one_function_each,
        _trusted("ocr-ingest-role", "lambda.amazonaws.com", Effect="Deny"),
        _NOT_BY_LAMBDA_ALONE,
    ),
    "two functions of one role": minds(
        rights.roles_are_for_one_function_each,
        but(FUNCTION, "words-count-lambda", role="<words-publish-role.arn>"),
        "words-publish-role serves 2 functions",
        "words-count-role serves 0 functions",
        "words-count-role can be assumed by others than [], or not by that",
    ),
    "a role that is not ours": minds(
        rights.roles_are_for_one_function_each,
        without(ROLE, "words-count-role"),
        "lambda.amazonaws.com assumes <words-count-role.arn>, which is not ours",
    ),
    **{
        f"a role with {other}": minds(
            rights.roles_are_for_one_function_each,
            but(ROLE, "ocr-ingest-role", **{other: []}),
            f"ocr-ingest-role has rights by {other}, which no rule reads",
        )
        for other in ("managedPolicyArns", "inlinePolicies")
    },
    "a misspelt right": minds(
        rights.rights_exist,
        granted("site-api-rights", "sqs:SendMessages", "<mail-notify-queue.arn>"),
        "site-api-rights grants sqs:SendMessages, and there is no such action",
    ),
    "a right on a service that there is not": minds(
        rights.rights_exist,
        granted("site-api-rights", "dynamo:GetItem", _TABLE),
        "site-api-rights grants dynamo:GetItem, and there is no such action",
    ),
    "all actions of a service": minds(
        rights.rights_exist,
        granted("site-api-rights", "s3:Get*", f"{_BUCKET}/results/*"),
        "site-api-rights grants s3:Get*, and there is no such action",
    ),
    "a right that is refused": minds(
        rights.rights_are_narrow,
        granted("site-api-rights", "sqs:SendMessage", "<mail-notify-queue.arn>", Effect="Deny"),
        "site-api-rights refuses what was never granted",
    ),
    "a right on everything": _too_much("sqs:SendMessage", "*", "on everything"),
    "a right on what knows no resources": _narrow("textract:DetectDocumentText", "*"),
    "a right on every queue": _too_much(
        "sqs:SendMessage",
        "arn:aws:sqs:us-east-1:123456789012:*",
        "on arn:aws:sqs:us-east-1:123456789012:*, which is not ours",
    ),
    "a right of mail on every identity": _too_much(
        "ses:DeleteIdentity",
        "arn:aws:ses:us-east-1:123456789012:identity/*",
        "on arn:aws:ses:us-east-1:123456789012:identity/*, which is not ours",
    ),
    "a right to mail through every configuration": _too_much(
        "ses:SendRawEmail",
        "arn:aws:ses:us-east-1:123456789012:configuration-set/*",
        "on arn:aws:ses:us-east-1:123456789012:configuration-set/*, which is not ours",
        Condition={"StringEquals": {"ses:FromAddress": "words@example.com"}},
    ),
    "a right to mail as anybody": _too_much(
        "ses:SendRawEmail", "arn:aws:ses:us-east-1:123456789012:identity/*", "as any sender"
    ),
    "a right to take messages from a bucket": _too_much(
        "sqs:ReceiveMessage", _BUCKET, "on cache-results-bucket, which is none of that service's"
    ),
    "a right on what lies below a queue": _too_much(
        "sqs:SendMessage", "<mail-notify-queue.arn>*", "on <mail-notify-queue.arn>*, which is no resource"
    ),
    "a right on a log but not its lines": _too_much(
        "logs:PutLogEvents", "<site-api-logs.arn>", "on <site-api-logs.arn>, which is no resource"
    ),
    "a right to call a function": _narrow("lambda:InvokeFunction", "<mend-sweep-lambda.arn>"),
    "a right to publish": _narrow("sns:Publish", "<site-topic.arn>"),
    "a folder without its slash": _too_much(
        "s3:GetObject", f"{_BUCKET}/results*", f"outside a folder: {_BUCKET}/results*"
    ),
    "a whole bucket": _too_much("s3:GetObject", f"{_BUCKET}/*", f"outside a folder: {_BUCKET}/*"),
    "a folder in a folder": _narrow("s3:GetObject", f"{_BUCKET}/results/old/*"),
    "a list of a whole bucket": _too_much(_LIST, _BUCKET, f"outside a folder: {_BUCKET}"),
    "a list of a folder and all that begins like it": _too_much(
        _LIST,
        _BUCKET,
        f"outside a folder: {_BUCKET}",
        Condition={"StringLike": {"s3:prefix": ["images/*", "transcripts*"]}},
    ),
    "a list of objects": _too_much(
        _LIST,
        f"{_BUCKET}/images/*",
        f"outside a folder: {_BUCKET}/images/*",
        Condition={"StringLike": {"s3:prefix": "images/*"}},
    ),
    "rows of every kind": _too_much("dynamodb:GetItem", _TABLE, "on rows of every kind"),
    "rows of two kinds, one of them not whole": _too_much(
        "dynamodb:GetItem",
        _TABLE,
        "on rows of every kind",
        Condition={"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["REQUEST#*", "D*"]}},
    ),
    "a list of no folder": _too_much(
        _LIST, _BUCKET, f"outside a folder: {_BUCKET}", Condition={"StringLike": {"s3:prefix": []}}
    ),
    "rows of no kind": _too_much(
        "dynamodb:GetItem",
        _TABLE,
        "on rows of every kind",
        Condition={"ForAllValues:StringLike": {"dynamodb:LeadingKeys": []}},
    ),
    "rows that are asked for by no key": _too_much(
        "dynamodb:Scan", _TABLE, "on rows of every kind", Condition=_REQUESTS
    ),
    "a row of an index": _too_much("dynamodb:GetItem", f"{_TABLE}/index/unfinished", "on rows of every kind"),
    "rows of an index by their keys": _too_much(
        "dynamodb:GetItem", f"{_TABLE}/index/unfinished", "on rows of every kind", Condition=_REQUESTS
    ),
    "a query of every index": _too_much("dynamodb:Query", f"{_TABLE}/index/*", "on rows of every kind"),
    **{
        f"a name without a right: {name}": minds(
            rights.names_and_rights_go_together,
            told(function, WHERE=name),
            f"{function} is told WHERE, and may not use it",
        )
        for function, name in _NAMES
    },
    **{
        f"a table's name without a right: {name}": minds(
            rights.names_and_rights_go_together,
            all_of(more("aws:dynamodb/table:Table", "site-table"), told("words-count-lambda", WHERE=name)),
            "words-count-lambda is told WHERE, and may not use it",
        )
        for name in ("<site-table.name>", "<site-table.arn>")
    },
    "a right without a name": minds(
        rights.names_and_rights_go_together,
        told("words-publish-lambda", NOTIFY_QUEUE_URL=LEFT_OUT),
        "words-publish-lambda may use <mail-notify-queue.arn>, and is not told its name",
    ),
    "a name within a text": minds(
        rights.names_and_rights_go_together,
        told("words-count-lambda", WHERE="https://<mail-notify-queue.name>"),
        "words-count-lambda is told WHERE in a way that no rule follows",
    ),
    "a right on what was written out": lets_pass(
        rights.names_and_rights_go_together,  # see rights_are_narrow
        granted("site-api-rights", "sqs:SendMessage", "arn:aws:sqs:us-east-1:123456789012:elsewhere"),
    ),
    "a sender that may not send": minds(
        rights.senders_and_rights_go_together,
        told("mail-notify-lambda", MAIL_SENDER="other@example.com"),
        "mail-notify-lambda may send as {'wordcount-dev@example.com'}, which is not what it is told",
    ),
    "a right to send that nobody is told of": minds(
        rights.senders_and_rights_go_together,
        reworded(ROLE_POLICY, "site-api-rights", "LookUpMailAddresses", Action=["ses:SendRawEmail"]),
        "site-api-lambda may send as {'anybody'}, which is not what it is told",
    ),
}
