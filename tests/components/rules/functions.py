"""Functions: what they run, what their environment holds, where they log."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from runtime import bootstrap
from runtime.core.tokens import hashed
from tests.components.rules import kinds
from tests.components.rules.policies import widened
from tests.components.rules.reading import by, granted_to, variables_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.components.recorder import RecordedStack

RESERVED: Final = frozenset(
    {
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    },
)
"""Variables that Lambda sets and lets nobody else set.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

ROOM_FOR_VARIABLES: Final = 4096

SECRET_NAME: Final = re.compile(r"SECRET|PASSW|TOKEN|CREDENTIAL|PRIVATE|API_?KEY|ACCESS_?KEY")
SECRET_VALUE: Final = re.compile(
    r"-----BEGIN "  # a key in PEM
    r"|(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}"  # one of AWS's
    r"|://[^/@ ]+:[^/@ ]+@"  # a password in an address
    r"|[0-9a-f]{32}"  # and what is drawn at random: long, and in hexadecimal or of capitals, small letters and digits
    r"|(?=[\w+/-]{0,31}[0-9])(?=[\w+/-]{0,31}[A-Z])(?=[\w+/-]{0,31}[a-z])[\w+/-]{32}",
    re.ASCII,
)


def functions_are_ones_that_lambda_can_run(stack: RecordedStack) -> Iterator[str]:
    for function in stack.of(kinds.FUNCTION):
        module, _, handler = function.inputs["handler"].rpartition(".")
        if module != bootstrap.__name__ or not hasattr(bootstrap.Wiring, handler):
            yield f"{function.name} has the handler {function.inputs['handler']}, which is not in the zip"
        if not re.fullmatch(r"python3\.[0-9]+", function.inputs.get("runtime", "")):
            yield f"{function.name} runs on {function.inputs.get('runtime')}, and is written in Python"
        if "memorySize" not in function.inputs:
            yield f"{function.name} makes do with the least memory that there is"
        if function.inputs.get("architectures") != ["arm64"]:
            yield f"{function.name} runs on the dearer processor"
        for other in sorted(function.inputs.keys() & {"layers", "vpcConfig"}):
            yield f"{function.name} has {other}, which no rule looks at"


def environments_are_ones_that_lambda_takes(stack: RecordedStack) -> Iterator[str]:
    for function in stack.of(kinds.FUNCTION):
        variables = variables_of(function)
        for name in variables:
            if name in RESERVED or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]+", name):
                yield f"{function.name} is told {name}, which Lambda refuses"
        if sum(len(name) + len(widened(value)) for name, value in variables.items()) > ROOM_FOR_VARIABLES:
            yield f"{function.name} is told more than {ROOM_FOR_VARIABLES} characters"


def environments_hold_no_secrets(stack: RecordedStack) -> Iterator[str]:
    """Whoever may see a function's configuration sees them. Digests of keys that AWS drew at random tell nothing."""
    tells_nothing = "|".join([r"<[^<>]+>", *(hashed(key.out("value")) for key in stack.of(kinds.API_KEY))])
    for function in stack.of(kinds.FUNCTION):
        if any(path.startswith("environment") for path in function.secret):
            yield f"{function.name} is told a secret of Pulumi's"
        for name, value in variables_of(function).items():
            told = re.sub(tells_nothing, "", value)
            if SECRET_NAME.search(name) or SECRET_VALUE.search(told):
                yield f"{function.name} is told {name}, which looks like a secret"


def functions_write_their_own_log_only(stack: RecordedStack) -> Iterator[str]:
    groups = by(stack, kinds.LOG_GROUP, "name")
    writers = Counter(function.inputs.get("loggingConfig", {}).get("logGroup") for function in stack.of(kinds.FUNCTION))
    for function in stack.of(kinds.FUNCTION):
        logging = function.inputs.get("loggingConfig", {})
        group = groups.get(logging.get("logGroup"))
        if group is None:
            yield f"{function.name} does not write to a log group of ours"
            continue
        if writers[group.out("name")] > 1:
            yield f"{function.name} writes to the log of another"
        if logging.get("logFormat") != "JSON":
            yield f"{function.name} does not write JSON"
        if "applicationLogLevel" in logging:
            yield f"{function.name} has Lambda filter its log, which drops metrics"
        logs = [grant for grant in granted_to(stack, function) if any(a.startswith("logs:") for a in grant.actions)]
        if [(set(grant.actions), grant.resources) for grant in logs] != [
            ({"logs:CreateLogStream", "logs:PutLogEvents"}, [group.out("arn") + ":*"]),
        ]:
            yield f"{function.name} may do other than write its own log"
