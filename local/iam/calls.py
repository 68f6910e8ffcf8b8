"""What a request to AWS asks for: the actions, resources and context that IAM decides on.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html

Only what the functions call is known here. Deploying, which is the account's own doing, is not asked about.
"""

from __future__ import annotations

import re
from email import message_from_bytes
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from local import mail_service
from local.iam.statements import Ask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.account import Account
    from local.http_message import Request
    from local.iam.signatures import Scope


class UnknownCallError(Exception):
    """What a call needs is not known here: it can be neither allowed nor denied."""


def asks_of(request: Request, scope: Scope, account: Account, caller_account: str) -> list[Ask]:
    """What the caller must be allowed for this request, all of it.

    Args:
        request: As it came.
        scope: What its signature is for: service and region.
        account: What it is about; hold its lock meanwhile.
        caller_account: The account of a resource that is named without one.

    Raises:
        UnknownCallError: That is not known here.
    """
    known: dict[str, Callable[[], Iterator[Ask]]] = {
        "dynamodb": lambda: _dynamodb(request, scope, account, caller_account),
        "glue": lambda: _glue(request, scope, caller_account),
        "lambda": lambda: _lambda(request, scope, caller_account),
        "s3": lambda: s3_asks(request),
        "ses": lambda: _ses(request, scope, account, caller_account),
        "sns": lambda: _sns(request),
        "sqs": lambda: _sqs(request, scope),
        "textract": lambda: _textract(request),
    }
    if scope.service not in known:
        raise UnknownCallError(f"{scope.service}: what its calls need is not known here")
    return list(known[scope.service]())


_KEYS_OF_ITEM: Final = {"GetItem": "Key", "UpdateItem": "Key", "DeleteItem": "Key", "PutItem": "Item"}
_EQUAL: Final = re.compile(r"([#\w.-]+)\s*=\s*(:\w+)")


def _dynamodb(request: Request, scope: Scope, account: Account, caller_account: str) -> Iterator[Ask]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html on leading keys."""
    operation, asked = _operation(request), request.json()
    named = str(asked.get("TableName", ""))
    arn = named if named.startswith("arn:") else f"arn:aws:dynamodb:{scope.region}:{caller_account}:table/{named}"
    hash_key = account.hash_key(arn, asked.get("IndexName"))
    if operation in _KEYS_OF_ITEM:
        leading = [asked.get(_KEYS_OF_ITEM[operation], {}).get(hash_key)]
    elif operation == "Query":
        leading = [_queried(asked, hash_key)]
        if hash_key and leading == [None]:  # a condition over all of no keys would hold
            raise UnknownCallError("dynamodb:Query: which key it is for is not understood here")
        arn += f"/index/{asked['IndexName']}" if "IndexName" in asked else ""
    else:
        raise UnknownCallError(f"dynamodb:{operation}: what it needs is not known here")
    keys = tuple(str(next(iter(value.values()))) for value in leading if value)
    yield Ask(f"dynamodb:{operation}", arn, {"dynamodb:leadingkeys": keys})


def _queried(asked: dict[str, Any], hash_key: str) -> dict[str, str] | None:
    names = asked.get("ExpressionAttributeNames") or {}
    for name, placeholder in _EQUAL.findall(str(asked.get("KeyConditionExpression", ""))):
        if names.get(name, name) == hash_key:
            value: dict[str, str] | None = asked.get("ExpressionAttributeValues", {}).get(placeholder)
            return value
    return None


_S3_WITHOUT_MEANING: Final = frozenset({"x-id", "encoding-type", "fetch-owner"})
_S3_OF_LINKS: Final = frozenset(
    f"x-amz-{name}" for name in ("algorithm", "credential", "date", "expires", "security-token", "signature")
) | {"x-amz-signedheaders"}
_S3_LISTING: Final = frozenset({"list-type", "prefix", "max-keys", "delimiter", "continuation-token", "start-after"})
_S3_MORE_RIGHTS: Final = (
    "x-amz-acl",
    "x-amz-bypass-governance-retention",
    "x-amz-copy-source",
    "x-amz-grant-",
    "x-amz-object-lock-",
    "x-amz-server-side-encryption-aws-kms-",
    "x-amz-tagging",
)


def s3_asks(request: Request) -> Iterator[Ask]:
    """What S3 asks for. https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html."""
    bucket, _, key = request.path.lstrip("/").partition("/")
    query = {name: value for name, value in request.query if name.lower() not in _S3_OF_LINKS}
    rest = set(query) - _S3_WITHOUT_MEANING - (frozenset() if key else _S3_LISTING)
    more = [name for name in request.headers if name.lower().startswith(_S3_MORE_RIGHTS)]
    match request.method, bool(key):
        case _ if rest or more or not bucket:
            action = ""
        case (("GET" | "HEAD"), True):
            action = "s3:GetObject"
        case "PUT", True:
            action = "s3:PutObject"
        case "DELETE", True:
            action = "s3:DeleteObject"
        case "GET", False if "list-type" in query:
            action = "s3:ListBucket"
        case "HEAD", False:
            action = "s3:ListBucket"
        case _:
            action = ""
    if not action:
        raise UnknownCallError(
            f"s3: {request.method} {request.raw_path}?{request.raw_query}: what it needs is not known here"
        )
    if action == "s3:ListBucket":
        prefix = {"s3:prefix": query["prefix"]} if "prefix" in query else {}
        yield Ask(action, f"arn:aws:s3:::{bucket}", prefix)
        return
    arn = object_arn(bucket, key)
    yield Ask(action, arn)
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-delete-enforce.html: to compare, S3 must read.
    if action != "s3:GetObject" and request.header("If-Match") not in {"", "*"}:
        yield Ask("s3:GetObject", arn)


def object_arn(bucket: str, key: str) -> str:
    """An object's ARN."""
    return f"arn:aws:s3:::{bucket}/{key}"


_SES_ON_EVERYTHING: Final = frozenset({"GetIdentityVerificationAttributes", "VerifyEmailIdentity", "DeleteIdentity"})
"""No resource types: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonses.html."""


def _ses(request: Request, scope: Scope, account: Account, caller_account: str) -> Iterator[Ask]:
    """https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html.

    In the sandbox the recipients' identities are asked about too: see the reports of SES's own words, such as
    https://github.com/aws/aws-sdk-js/issues/3641.
    """
    operation = _form(request).get("Action", f"{request.method} {request.raw_path}")
    if operation in _SES_ON_EVERYTHING:
        yield Ask(f"ses:{operation}", "*")
        return
    if operation not in {"SendRawEmail", "SendEmail"}:
        raise UnknownCallError(f"ses:{operation}: what it needs is not known here")
    send = mail_service.parse_send(request)
    if (author := parseaddr(str(message_from_bytes(send.raw).get("From", send.sender)))[1]) != send.sender:
        raise UnknownCallError(f"ses:{operation}: from {author} by way of {send.sender} is not known here")
    prefix = f"arn:aws:ses:{scope.region}:{caller_account}"
    known = account.ses(scope.region).email_identities
    identities = [send.sender if send.sender in known else send.sender.rpartition("@")[2]]
    identities += send.recipients if account.sandbox else []
    resources = [f"{prefix}:identity/{identity}" for identity in dict.fromkeys(identities)]
    resources += [f"{prefix}:configuration-set/{send.configuration_set}"] if send.configuration_set else []
    for resource in resources:
        yield Ask(f"ses:{operation}", resource, {"ses:fromaddress": send.sender})


def _sns(request: Request) -> Iterator[Ask]:
    form = _form(request)
    operation = form.get("Action", "")
    if operation not in {"Publish", "Subscribe"} or "TopicArn" not in form:
        raise UnknownCallError(f"sns:{operation}: what it needs is not known here")
    yield Ask(f"sns:{operation}", form["TopicArn"])


def _form(request: Request) -> dict[str, str]:
    """The parameters of a call in the query protocol, each of which is there once, and in the body."""
    pairs = parse_qsl(request.body.decode(), keep_blank_values=True)
    form = dict(pairs)
    if len(form) < len(pairs) or request.raw_query:
        raise UnknownCallError("parameters that are given twice, or in the address, are not known here")
    return form


def accounts_named(request: Request, service: str, account: Account) -> set[str]:
    """The accounts whose resources of a service a request names: by ARN, by a queue's URL, by a bucket's name."""
    if service == "s3":
        source = unquote(request.header("x-amz-copy-source")).lstrip("/")
        buckets = {path.partition("/")[0] for path in (request.path.lstrip("/"), source)}
        return {owner for bucket in buckets if (owner := account.owner_of_bucket(bucket))}
    told = f"{request.path} {unquote(request.raw_query)} {unquote(request.body.decode('latin-1'))}"
    arns = re.findall(rf"arn:aws:{_OWN_ARNS.get(service, service)}:[a-z0-9-]*:(\d{{12}}):", told)
    return {*arns, *filter(None, [owner_of_queue(request) if service == "sqs" else ""])}


_OWN_ARNS: Final = {"sts": "iam", "iam": "of-others-it-only-speaks"}
"""How ARNs of a service's resources begin, where not with its own name; IAM names others' in policies only."""


def owner_of_queue(request: Request) -> str:
    """The account of the queue that a request names; empty when it names none."""
    try:
        return queue_arn(str(request.json().get("QueueUrl", "")), "").split(":")[4]
    except (ValueError, UnknownCallError):
        return ""


_SQS_ACTIONS: Final = {
    **{name: name for name in ("SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility")},
    **{f"{name}Batch": name for name in ("SendMessage", "DeleteMessage", "ChangeMessageVisibility")},
    "GetQueueAttributes": "GetQueueAttributes",
}


def _sqs(request: Request, scope: Scope) -> Iterator[Ask]:
    operation = _operation(request)
    if operation not in _SQS_ACTIONS:
        raise UnknownCallError(f"sqs:{operation}: what it needs is not known here")
    yield Ask(f"sqs:{_SQS_ACTIONS[operation]}", queue_arn(str(request.json().get("QueueUrl", "")), scope.region))


def queue_arn(url: str, region: str) -> str:
    """The ARN of the queue that a URL names.

    Raises:
        UnknownCallError: It is not written as SQS writes it.
    """
    named = _QUEUE.fullmatch(urlsplit(url).path)
    if named is None:
        raise UnknownCallError(f"sqs: the queue {url} is not known here")
    return f"arn:aws:sqs:{region}:{named.group(1)}:{named.group(2)}"


_QUEUE: Final = re.compile(r"/(\d{12})/([\w-]+(?:\.fifo)?)")


_INVOCATION: Final = re.compile(r"^/2015-03-31/functions/([^/]+)/invocations$")


def _lambda(request: Request, scope: Scope, caller_account: str) -> Iterator[Ask]:
    invoked = _INVOCATION.match(request.raw_path)
    if invoked is None or request.raw_query:  # a version or an alias is another resource
        raise UnknownCallError(f"lambda: {request.method} {request.raw_path}: what it needs is not known here")
    yield Ask("lambda:InvokeFunction", function_arn(unquote(invoked.group(1)), scope.region, caller_account))


def function_arn(named: str, region: str, account_id: str) -> str:
    """The ARN of the function that somebody of an account names by its name, its ARN or a part of that.

    https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestParameters
    """
    match named.split(":"):
        case ["arn", *_]:
            return named
        case [owner, "function", name, *_]:
            return f"arn:aws:lambda:{region}:{owner}:function:{name}"
    return f"arn:aws:lambda:{region}:{account_id}:function:{named}"


_GLUE_ACTIONS: Final = frozenset({"StartJobRun", "GetJobRun", "GetJobRuns", "BatchStopJobRun"})
"""None asks for `iam:PassRole`: the role was passed when the job was made."""


def _glue(request: Request, scope: Scope, caller_account: str) -> Iterator[Ask]:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsglue.html."""
    operation = _operation(request)
    if operation not in _GLUE_ACTIONS:
        raise UnknownCallError(f"glue:{operation}: what it needs is not known here")
    job = str(request.json().get("JobName", ""))
    yield Ask(f"glue:{operation}", f"arn:aws:glue:{scope.region}:{caller_account}:job/{job}")


def _textract(request: Request) -> Iterator[Ask]:
    yield Ask(f"textract:{_operation(request)}", "*")


def _operation(request: Request) -> str:
    return request.header("X-Amz-Target").rpartition(".")[2]
