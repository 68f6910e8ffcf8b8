"""Whom a function's resource policy lets in."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaFunction

_INVOKES: Final = ("lambda:InvokeFunction", "lambda:*", "*")


def lets_in(function: LambdaFunction, service: str, source_arn: str) -> bool:
    """Whether an AWS service may invoke a function for a resource of the function's own account.

    https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html

    A condition other than those that AddPermission makes of `SourceArn` and `SourceAccount` lets nobody in here.

    Args:
        function: As moto has it; hold the account's lock meanwhile.
        service: Such as `events.amazonaws.com`.
        source_arn: The resource that the service acts for.
    """
    return any(
        statement.get("Effect") == "Allow"
        and statement.get("Action") in _INVOKES
        and statement.get("Principal") in ({"Service": service}, "*")
        and statement.get("Resource") == function.function_arn
        and _holds(statement.get("Condition", {}), source_arn, function.account_id)
        for statement in function.policy.statements
    )


def _holds(condition: dict[str, dict[str, Any]], source_arn: str, account_id: str) -> bool:
    for operator, wanted in condition.items():
        for key, value in wanted.items():
            match operator, key.lower():
                case "ArnLike", "aws:sourcearn":
                    fits = _arn_like(source_arn, str(value))
                case "StringEquals", "aws:sourceaccount":
                    fits = account_id == value
                case _:
                    fits = False
            if not fits:
                return False
    return True


def _arn_like(arn: str, pattern: str) -> bool:
    """Whether an ARN fits, each of its six parts by itself, so that no `*` reaches across a colon."""
    parts, patterns = arn.split(":", 5), pattern.replace("[", "[[]").split(":", 5)
    return len(parts) == len(patterns) and all(map(fnmatchcase, parts, patterns))
