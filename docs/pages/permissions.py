"""`permissions.md`: who may do what to which, and why, as the program declares it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from components.grant import REASONS
from tests.components import rules
from tests.components.recorder import ACCOUNT, recorded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.components.recorder import Recorded, RecordedStack

_HEAD: Final = """# Permissions

Made by running `__main__.py`, by `make docs`; not edited by hand. Resources have the names that the program gives them.

Each function has a role of its own, which Lambda alone may act as; so has the job (`glue`), for Glue alone. It may do
what stands here, and nothing else: a full run of the service uses each of these rights, and a test compares the two
(`tests/service/test_permissions.py`).

"""

_STAR: Final = """## Rights that name no resource

AWS knows no narrower way to grant these.

| action | AWS's reason |
|---|---|
"""

_RESOURCES: Final = """## Who is let in by what they use

S3, SNS, EventBridge and the HTTP API act for a bucket, topic, schedule or API of ours, and are let in for that alone. A
role of ours needs no line here. Nobody is let in without TLS.

| resource | lets in | to | if |
|---|---|---|---|
"""

_OUTPUT: Final = re.compile(r"<([\w-]+)\.[\w]+>")


def permissions() -> str:
    """The page."""
    stack = recorded("prod")
    parts = [_HEAD]
    (job,) = stack.of(rules.JOB)
    who = {_handler(function): str(function.inputs["role"]) for function in stack.of(rules.FUNCTION)}
    who["glue"] = str(job.inputs["roleArn"])
    for name, role in sorted(who.items()):
        parts += [f"## {name}\n\n| what for | action | on | if |\n|---|---|---|---|\n"]
        parts += [_row(statement) for statement in _granted(stack, role)]
        parts += ["\n"]
    parts += [_STAR, *(f"| `{action}` | {reason} |\n" for action, reason in sorted(rules.ON_EVERYTHING.items())), "\n"]
    parts += [_RESOURCES, *sorted(_let_in(stack))]
    return "".join(parts)


def _granted(stack: RecordedStack, role_arn: str) -> Iterator[dict[str, Any]]:
    (role,) = [role for role in stack.of(rules.ROLE) if role.out("arn") == role_arn]
    for policy in stack.of(rules.ROLE_POLICY):
        if policy.inputs["role"] == role.out("name"):
            yield from rules.statements(policy)


def _handler(function: Recorded) -> str:
    return str(function.inputs["handler"]).rpartition(".")[2]


def _row(statement: dict[str, Any]) -> str:
    actions = "<br>".join(f"`{action}`" for action in statement["Action"])
    resources = "<br>".join(f"`{_named(resource)}`" for resource in statement["Resource"])
    return f"| {REASONS[statement['Sid']]} | {actions} | {resources} | {_conditions(statement)} |\n"


def _let_in(stack: RecordedStack) -> Iterator[str]:
    about = {rules.QUEUE_POLICY: "queueUrl", rules.TOPIC_POLICY: "arn", rules.BUCKET_POLICY: "bucket"}
    for token, names in about.items():
        for policy in stack.of(token):
            for statement in rules.statements(policy):
                if statement["Effect"] == "Allow":
                    who = statement["Principal"]["Service"]
                    yield _let_in_row(policy.inputs[names], who, statement["Action"], _conditions(statement))
    for permission in stack.of(rules.PERMISSION):
        source = f"`aws:SourceArn` is `{_named(permission.inputs['sourceArn'])}`"
        told = permission.inputs
        yield _let_in_row(told["function"], told["principal"], told["action"], source)


def _let_in_row(resource: str, who: str, action: str, condition: str) -> str:
    return f"| `{_named(resource)}` | `{who}` | `{action}` | {condition} |\n"


def _conditions(statement: dict[str, Any]) -> str:
    written = [
        f"`{key}` is {_listed(values)}{' or not told' if operator.endswith('IfExists') else ''}"
        for operator, keys in statement.get("Condition", {}).items()
        for key, values in keys.items()
    ]
    return "<br>".join(written)


def _listed(values: str | list[str]) -> str:
    return " or ".join(f"`{_named(value)}`" for value in rules.texts(values))


def _named(resource: str) -> str:
    """A resource by its name in the program: what AWS computes stands in the recorded values as `<name.attribute>`."""
    return _OUTPUT.sub(r"\1", resource).replace(ACCOUNT, "ACCOUNT").replace("us-east-1", "REGION")
