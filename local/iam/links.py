"""What AWS makes sure of when resources are linked: that the one may really use the other."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from local.http_message import aws_json_error
from local.iam import refusals
from local.iam.statements import Ask

if TYPE_CHECKING:
    from local.account import Account
    from local.http_message import Request, Response

LAMBDA: Final = "lambda.amazonaws.com"
S3: Final = "s3.amazonaws.com"

_FUNCTION: Final = re.compile(r"^/2015-03-31/functions(?:/([^/]+)/configuration)?/?$")
_MAPPINGS: Final = re.compile(r"^/2015-03-31/event-source-mappings/?$")
_DESTINATION: Final = re.compile(r"<(Topic|Queue|CloudFunction)>([^<]+)</\1>")
_SENDING: Final = {"Topic": "sns:Publish", "Queue": "sqs:SendMessage", "CloudFunction": "lambda:InvokeFunction"}

POLLING: Final = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
"""What Lambda does to a queue as the function.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions
"""


class Links:
    """Refuses links that would not hold: AWS's answer to a request that asks for one, None for all others."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def bad_function(self, request: Request, caller_account: str) -> Response | None:
        """Of a function with its role, or with what it is fed from."""
        if request.method in {"POST", "PUT"} and _FUNCTION.match(request.raw_path):
            return self._function(request, caller_account)
        if request.method == "POST" and _MAPPINGS.match(request.raw_path):
            return self._mapping(request, caller_account)
        return None

    def bad_notification(self, request: Request) -> Response | None:
        """Of a bucket with what it tells of its objects."""
        if request.method == "PUT" and any(name == "notification" for name, _ in request.query):
            return self._notification(request)
        return None

    def _function(self, request: Request, caller_account: str) -> Response | None:
        role = str(json.loads(request.body).get("Role", ""))
        if not role:
            return None
        if role.startswith("arn:") and role.split(":")[4] != caller_account:
            return aws_json_error(403, "AccessDeniedException", "Cross-account pass role is not allowed.")
        if self._account.access.may_assume(LAMBDA, role):
            return None
        return _invalid("The role defined for the function cannot be assumed by Lambda.")

    def _mapping(self, request: Request, caller_account: str) -> Response | None:
        asked = json.loads(request.body)
        with self._account.locked():
            function = self._account.function(unquote(str(asked.get("FunctionName", ""))), caller_account)
            if function is None:
                return None  # moto says so
            source = str(asked.get("EventSourceArn", ""))
            for action in POLLING:
                if not self._account.access.role_could(function.role, Ask(action, source)):
                    called = action.partition(":")[2]
                    return _invalid(f"The provided execution role does not have permissions to call {called} on SQS")
        return None

    def _notification(self, request: Request) -> Response | None:
        bucket = request.path.strip("/")
        with self._account.locked():
            owner = self._account.owner_of_bucket(bucket)
            for kind, arn in _DESTINATION.findall(request.body.decode()):
                action, source = _SENDING[kind], f"arn:aws:s3:::{bucket}"
                if not self._account.access.service_may(S3, action, arn, source_arn=source, source_account=owner):
                    message = "Unable to validate the following destination configurations"
                    return refusals.s3_error(request, 400, "InvalidArgument", message)
        return None


def _invalid(message: str) -> Response:
    return aws_json_error(400, "InvalidParameterValueException", message)
