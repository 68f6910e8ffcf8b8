from __future__ import annotations

import pytest

from local.iam.patterns import UnknownPolicyError, arn_like, like


@pytest.mark.parametrize(
    ("value", "pattern", "fits"),
    [
        ("uploads/1", "uploads/1", True),
        ("uploads/1", "uploads/*", True),
        ("uploads/", "uploads/*", True),
        ("uploads/a/b\nc", "uploads/*", True),
        ("uploads", "uploads/*", False),
        ("my-uploads/1", "uploads/*", False),
        ("uploads/1", "uploads/?", True),
        ("uploads/12", "uploads/?", False),
        ("uploads/", "uploads/?", False),
        ("a.b", "a.b", True),
        ("aXb", "a.b", False),
        ("a[b](c)+", "a[b](c)+", True),
        ("", "*", True),
        ("", "", True),
        ("x", "", False),
        ("GetObject", "getobject", False),
    ],
)
def test_a_star_stands_for_any_signs_and_a_question_mark_for_one(value: str, pattern: str, *, fits: bool) -> None:
    assert like(value, pattern) is fits


@pytest.mark.parametrize(("action", "fits"), [("s3:getobject", True), ("S3:Get*", True), ("s3:Put*", False)])
def test_actions_are_the_same_in_any_case(action: str, *, fits: bool) -> None:
    assert like("s3:GetObject", action, ignore_case=True) is fits


QUEUE = "arn:aws:sqs:us-east-1:123456789012:mails"


@pytest.mark.parametrize(
    ("arn", "pattern", "fits"),
    [
        (QUEUE, QUEUE, True),
        (QUEUE, "arn:aws:sqs:*:*:mails", True),
        (QUEUE, "arn:aws:sqs:*:mails", False),
        (QUEUE, "arn:aws:sqs:us-east-1:123456789012:mail", False),
        (QUEUE, "arn:aws:sqs:us-east-1:*", False),  # no star reaches across a colon
        (QUEUE, "arn:*", False),
        (QUEUE, "*", True),
        (QUEUE, "arn:aws:sqs:us-east-?:123456789012:m*s", True),
        (QUEUE.upper(), QUEUE, False),
        ("arn:aws:s3:::bucket/a:b:c", "arn:aws:s3:::bucket/*", True),  # but the last part may hold any
        ("arn:aws:s3:::bucket/a", "arn:aws:s3:::bucket", False),
        ("not an arn", "arn:aws:s3:::*", False),
        ("s3:::*", "arn:aws:s3:::*", False),
    ],
)
def test_an_arn_fits_part_by_part(arn: str, pattern: str, *, fits: bool) -> None:
    assert arn_like(arn, pattern) is fits


def test_policy_variables_are_not_followed_and_say_so() -> None:
    with pytest.raises(UnknownPolicyError, match=r"policy variables are not followed here: .*aws:username"):
        like("home/ann", "home/${aws:username}")
