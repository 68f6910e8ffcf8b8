from __future__ import annotations

import pytest

from local.iam.conditions import hold
from local.iam.patterns import UnknownPolicyError

BUCKET = "arn:aws:s3:::uploads"
TOLD = {
    "aws:sourcearn": BUCKET,
    "aws:sourceaccount": "123456789012",
    "aws:securetransport": "true",
    "s3:prefix": "images/1",
    "dynamodb:leadingkeys": ("REQUEST#1", "REQUEST#2"),
}


@pytest.mark.parametrize(
    ("operator", "key", "wanted", "holds"),
    [
        ("StringEquals", "s3:prefix", "images/1", True),
        ("StringEquals", "s3:prefix", "images/*", False),
        ("StringEquals", "s3:prefix", "Images/1", False),
        ("StringEquals", "s3:prefix", ["other", "images/1"], True),
        ("StringEquals", "s3:prefix", [], False),
        ("StringNotEquals", "s3:prefix", "images/1", False),
        ("StringNotEquals", "s3:prefix", ["other", "images/1"], False),
        ("StringNotEquals", "s3:prefix", ["other", "another"], True),
        ("StringEqualsIgnoreCase", "s3:prefix", "IMAGES/1", True),
        ("StringEqualsIgnoreCase", "s3:prefix", "IMAGES/2", False),
        ("StringLike", "s3:prefix", "images/*", True),
        ("StringLike", "s3:prefix", "image", False),
        ("StringLike", "S3:Prefix", "images/?", True),  # the names of keys are the same in any case
        ("StringNotLike", "s3:prefix", "images/*", False),
        ("StringNotLike", "s3:prefix", "results/*", True),
        ("ArnEquals", "aws:SourceArn", BUCKET, True),
        ("ArnEquals", "aws:SourceArn", "arn:aws:s3:::up*", True),  # ArnEquals and ArnLike are the same
        ("ArnEquals", "aws:SourceArn", "arn:aws:s3:::results", False),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:*:*:uploads", True),
        ("ArnLike", "aws:SourceArn", "arn:aws:*", False),
        ("ArnNotEquals", "aws:SourceArn", BUCKET, False),
        ("ArnNotEquals", "aws:SourceArn", "arn:aws:s3:::results", True),
        ("ArnNotLike", "aws:SourceArn", "arn:aws:s3:::*", False),
        ("ArnNotLike", "aws:SourceArn", "arn:aws:sns:::*", True),
        ("Bool", "aws:SecureTransport", "true", True),
        ("Bool", "aws:SecureTransport", True, True),
        ("Bool", "aws:SecureTransport", "false", False),
        ("BoolIfExists", "aws:SecureTransport", "false", False),
        ("StringEqualsIfExists", "aws:SourceAccount", "123456789012", True),
        ("StringEqualsIfExists", "aws:SourceAccount", "999999999999", False),
        ("ForAllValues:StringLike", "dynamodb:LeadingKeys", "REQUEST#*", True),
        ("ForAllValues:StringLike", "dynamodb:LeadingKeys", "*#1", False),
        ("ForAllValues:StringEquals", "dynamodb:LeadingKeys", ["REQUEST#1", "REQUEST#2", "REQUEST#3"], True),
        ("ForAllValues:StringNotLike", "dynamodb:LeadingKeys", "DIGEST#*", True),
        ("ForAllValues:StringNotLike", "dynamodb:LeadingKeys", "*#1", False),
        ("ForAnyValue:StringLike", "dynamodb:LeadingKeys", "*#1", True),
        ("ForAnyValue:StringLike", "dynamodb:LeadingKeys", "DIGEST#*", False),
        ("ForAnyValue:StringNotLike", "dynamodb:LeadingKeys", "*#1", True),
        ("ForAnyValue:StringNotLike", "dynamodb:LeadingKeys", "REQUEST#*", False),
    ],
)
def test_a_key_that_is_told_is_compared(operator: str, key: str, wanted: object, *, holds: bool) -> None:
    assert hold({operator: {key: wanted}}, TOLD) is holds


@pytest.mark.parametrize(
    ("operator", "key", "holds"),
    [
        ("StringEquals", "aws:SourceAccount", False),
        ("StringLike", "aws:SourceAccount", False),
        ("ArnEquals", "aws:SourceArn", False),
        ("Bool", "aws:SecureTransport", False),
        ("StringNotEquals", "aws:SourceAccount", True),
        ("StringNotLike", "aws:SourceAccount", True),
        ("ArnNotEquals", "aws:SourceArn", True),
        ("ArnNotLike", "aws:SourceArn", True),
        ("StringEqualsIfExists", "aws:SourceAccount", True),
        ("ArnLikeIfExists", "aws:SourceArn", True),
        ("BoolIfExists", "aws:SecureTransport", True),
        ("StringNotEqualsIfExists", "aws:SourceAccount", True),
        ("ForAllValues:StringEquals", "dynamodb:LeadingKeys", True),
        ("ForAllValues:StringNotEquals", "dynamodb:LeadingKeys", True),
        ("ForAnyValue:StringEquals", "dynamodb:LeadingKeys", False),
        ("ForAnyValue:StringNotEquals", "dynamodb:LeadingKeys", False),
        # What looks at each value does not see that there is none: https://iam.cloudcopilot.io/resources/operators
        ("ForAnyValue:StringEqualsIfExists", "dynamodb:LeadingKeys", False),
    ],
)
def test_a_key_that_is_not_told_holds_as_its_operator_says(operator: str, key: str, *, holds: bool) -> None:
    assert hold({operator: {key: "anything"}}, {}) is holds


@pytest.mark.parametrize(("over", "holds"), [("ForAllValues", True), ("ForAnyValue", False)])
def test_a_key_with_no_values_is_as_one_that_is_not_told(over: str, *, holds: bool) -> None:
    assert hold({f"{over}:StringEquals": {"dynamodb:LeadingKeys": "x"}}, {"dynamodb:leadingkeys": ()}) is holds


def test_all_keys_of_all_operators_must_hold() -> None:
    right = {"StringLike": {"s3:prefix": "images/*", "aws:SourceAccount": "1*"}, "Bool": {"aws:SecureTransport": True}}
    assert hold({}, TOLD)
    assert hold(right, TOLD)
    assert not hold({**right, "Bool": {"aws:SecureTransport": "false"}}, TOLD)
    assert not hold({**right, "StringLike": {"s3:prefix": "images/*", "aws:SourceAccount": "2*"}}, TOLD)


@pytest.mark.parametrize(
    ("operator", "key", "said"),
    [
        ("NumericLessThan", "s3:prefix", "operator NumericLessThan is not known"),
        ("Null", "s3:prefix", "operator Null is not known"),
        ("IpAddress", "s3:prefix", "operator IpAddress is not known"),
        ("StringEquales", "s3:prefix", "operator StringEquales is not known"),
        ("ForSomeValues:StringEquals", "dynamodb:LeadingKeys", "operator ForSomeValues:StringEquals is not known"),
        ("StringEquals", "aws:PrincipalOrgID", "key aws:principalorgid is not known"),
        ("StringEquals", "s3:ExistingObjectTag/a", "key s3:existingobjecttag/a is not known"),
        ("StringLike", "dynamodb:LeadingKeys", "StringLike is for keys with one value, unlike dynamodb:leadingkeys"),
        ("ForAllValues:StringLike", "s3:prefix", "is for keys with several values, unlike s3:prefix"),
    ],
)
def test_what_is_not_known_raises_even_beside_what_does_not_hold(operator: str, key: str, said: str) -> None:
    with pytest.raises(UnknownPolicyError, match=said):
        hold({"StringEquals": {"aws:SourceAccount": "nobody"}, operator: {key: "1"}}, TOLD)


def test_a_policy_variable_in_a_condition_raises() -> None:
    with pytest.raises(UnknownPolicyError, match="policy variables"):
        hold({"StringLike": {"s3:prefix": "home/${aws:username}/*"}}, TOLD)
