"""The conditions of a policy's statement.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html and, for keys with
several values, reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from local.iam.patterns import UnknownPolicyError, arn_like, like

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Context: TypeAlias = "Mapping[str, str | tuple[str, ...]]"
"""What is known of a request, by keys in lower case; a tuple for a key that has several values."""

_TELLABLE: Final = frozenset(
    {
        "aws:securetransport",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceowner",
        "cloudwatch:namespace",
        "dynamodb:leadingkeys",
        "s3:prefix",
        "ses:fromaddress",
    }
)
"""The keys that are told here. Any other would always be absent, which may turn a deny into an allow."""

_OF_SEVERAL: Final = frozenset({"dynamodb:leadingkeys"})


@dataclass(frozen=True)
class _Operator:
    fits: Callable[[str, str], bool]
    negated: bool = False


def _equal(value: str, wanted: str) -> bool:
    return value == wanted


def _equal_in_any_case(value: str, wanted: str) -> bool:
    return value.casefold() == wanted.casefold()


_OPERATORS: Final = {
    "StringEquals": _Operator(_equal),
    "StringNotEquals": _Operator(_equal, negated=True),
    "StringEqualsIgnoreCase": _Operator(_equal_in_any_case),
    "StringLike": _Operator(like),
    "StringNotLike": _Operator(like, negated=True),
    "ArnEquals": _Operator(arn_like),
    "ArnLike": _Operator(arn_like),
    "ArnNotEquals": _Operator(arn_like, negated=True),
    "ArnNotLike": _Operator(arn_like, negated=True),
    "Bool": _Operator(_equal_in_any_case),
}


def hold(conditions: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    """Whether all conditions of a statement hold.

    Raises:
        UnknownPolicyError: One has an operator or a key that is not known here.
    """
    held = [
        _holds(operator, key.lower(), wanted, context)
        for operator, keys in conditions.items()
        for key, wanted in keys.items()
    ]
    return all(held)  # after all were looked at: an unknown one must not hide behind one that does not hold


def _holds(written: str, key: str, wanted: object, context: Context) -> bool:
    over, _, named = written.rpartition(":")
    operator = _OPERATORS.get(named.removesuffix("IfExists"))
    if operator is None or over not in {"", "ForAllValues", "ForAnyValue"}:
        raise UnknownPolicyError(f"the condition operator {written} is not known here")
    if key not in _TELLABLE:
        raise UnknownPolicyError(f"the condition key {key} is not known here")
    if (key in _OF_SEVERAL) != bool(over):
        raise UnknownPolicyError(
            f"{written} is for keys with {'several values' if over else 'one value'}, unlike {key}"
        )
    patterns = [str(pattern) for pattern in (wanted if isinstance(wanted, list) else [wanted])]

    def fits(value: str) -> bool:
        return any(operator.fits(value, pattern) for pattern in patterns) != operator.negated

    told = context.get(key)
    if told is None:
        return over == "ForAllValues" or (over == "" and (operator.negated or named.endswith("IfExists")))
    values = (told,) if isinstance(told, str) else told
    return all(map(fits, values)) if over != "ForAnyValue" else any(map(fits, values))
