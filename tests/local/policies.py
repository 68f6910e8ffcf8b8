"""Policies for roles of tests."""

from __future__ import annotations

import json

LAMBDA_TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        },
    }
)
"""The trust policy of a role that Lambda's functions may act as."""

EVERYTHING = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}},
)
"""For tests that are about something else."""


def statement(*actions: str, on: str | list[str], **more: object) -> dict[str, object]:
    """A statement that allows actions on resources."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **more}


def document(*statements: dict[str, object]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def let_in(service: str, action: str, *, on: str, source: str) -> dict[str, object]:
    """A statement of a resource's policy that lets a service in for one source."""
    condition = {"ArnEquals": {"aws:SourceArn": source}}
    return statement(action, on=on, Principal={"Service": service}, Condition=condition)
