from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.components.examples.changes import LEFT_OUT, all_of, but, changed, granted, in_full, reworded, secret, told
from tests.components.examples.example import lets_pass, minds
from tests.components.rules import functions
from tests.components.rules.kinds import FUNCTION, ROLE_POLICY

if TYPE_CHECKING:
    from tests.components.examples.changes import Change
    from tests.components.examples.example import Example
    from tests.components.recorder import RecordedStack

_LOG: Final = {"logFormat": "JSON", "logGroup": "/ocr-wordcount/dev/ingest"}

_SECRETS: Final = {
    "a key in PEM": "-----BEGIN PRIVATE KEY-----",
    "a key of AWS": "AKIAIOSFODNN7EXAMPLE",
    "a passing key of AWS": "ASIAIOSFODNN7EXAMPLE",
    "a password in an address": "postgres://user:word@host/words",
    "32 hexadecimal digits": "9f86d081884c7d659a2feaa0c55ad015",
    "32 random letters": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEX",
}

_KEPT_BY_LAMBDA: Final = (
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
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
)

_NO_SECRETS: Final = {
    "31 hexadecimal digits": "9f86d081884c7d659a2feaa0c55ad01",
    "31 random letters": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYE",
    "a long name": "ocr-wordcount-a-name-of-20-letters-and-more",
    "a long word": "Rindfleischetikettierungsueberwachung",
    "a long shout": "OCR-WORDCOUNT-A-NAME-OF-20-LETTERS-MORE",
    "what AWS will fill in": "<9f86d081884c7d659a2feaa0c55ad015.arn>",
    "an address": "https://example.com/words",
}


def _filled(size: int) -> Change:
    """A function's environment has so many characters, once its references are."""

    def change(stack: RecordedStack) -> RecordedStack:
        variables = stack.one(FUNCTION, "words-count-lambda").inputs["environment"]["variables"]
        short = sum(len(name) + len(in_full(value)) for name, value in variables.items())
        return told("words-count-lambda", MORE="." * (size - short - len("MORE")))(stack)

    return change


def _logs(**logging: object) -> Change:
    """A function logs otherwise."""
    return but(FUNCTION, "ocr-ingest-lambda", loggingConfig=changed(_LOG, logging))


EXAMPLES: Final[dict[str, Example]] = {
    "a handler that is not there": minds(
        functions.functions_are_ones_that_lambda_can_run,
        but(FUNCTION, "ocr-ingest-lambda", handler="runtime.bootstrap.digest"),
        "ocr-ingest-lambda has the handler runtime.bootstrap.digest, which is not in the zip",
    ),
    "a handler of another module": minds(
        functions.functions_are_ones_that_lambda_can_run,
        but(FUNCTION, "ocr-ingest-lambda", handler="runtime.handlers.ingest"),
        "ocr-ingest-lambda has the handler runtime.handlers.ingest, which is not in the zip",
    ),
    "a function in another language": minds(
        functions.functions_are_ones_that_lambda_can_run,
        but(FUNCTION, "ocr-ingest-lambda", runtime="nodejs22.x"),
        "ocr-ingest-lambda runs on nodejs22.x, and is written in Python",
    ),
    "a function in no language": minds(
        functions.functions_are_ones_that_lambda_can_run,
        but(FUNCTION, "ocr-ingest-lambda", runtime=LEFT_OUT),
        "ocr-ingest-lambda runs on None, and is written in Python",
    ),
    "a function of no memory": minds(
        functions.functions_are_ones_that_lambda_can_run,
        but(FUNCTION, "ocr-ingest-lambda", memorySize=LEFT_OUT),
        "ocr-ingest-lambda makes do with the least memory that there is",
    ),
    "a function on Intel": minds(
        functions.functions_are_ones_that_lambda_can_run,
        but(FUNCTION, "ocr-ingest-lambda", architectures=LEFT_OUT),
        "ocr-ingest-lambda runs on the dearer processor",
    ),
    **{
        f"a function with {what}": minds(
            functions.functions_are_ones_that_lambda_can_run,
            but(FUNCTION, "ocr-ingest-lambda", **{what: []}),
            f"ocr-ingest-lambda has {what}, which no rule looks at",
        )
        for what in ("layers", "vpcConfig")
    },
    **{
        f"the variable {name}": minds(
            functions.environments_are_ones_that_lambda_takes,
            told("words-count-lambda", **{name: "x"}),
            f"words-count-lambda is told {name}, which Lambda refuses",
        )
        for name in _KEPT_BY_LAMBDA
    },
    "a variable with a hyphen": minds(
        functions.environments_are_ones_that_lambda_takes,
        told("words-count-lambda", **{"TABLE-NAME": "words"}),
        "words-count-lambda is told TABLE-NAME, which Lambda refuses",
    ),
    "a full environment": lets_pass(functions.environments_are_ones_that_lambda_takes, _filled(4096)),
    "an environment that is too large": minds(
        functions.environments_are_ones_that_lambda_takes,
        _filled(4097),
        "words-count-lambda is told more than 4096 characters",
    ),
    **{
        f"a variable named {name}": minds(
            functions.environments_hold_no_secrets,
            told("site-api-lambda", **{name: "x"}),
            f"site-api-lambda is told {name}, which looks like a secret",
        )
        for name in (
            "CLIENT_SECRET",
            "DB_PASSWORD",
            "ACCESS_TOKEN",
            "CREDENTIALS",
            "PRIVATE_PEM",
            "MAIL_API_KEY",
            "MAIL_ACCESSKEY",
        )
    },
    **{
        f"a variable that holds {what}": minds(
            functions.environments_hold_no_secrets,
            told("site-api-lambda", ORIGIN=value),
            "site-api-lambda is told ORIGIN, which looks like a secret",
        )
        for what, value in _SECRETS.items()
    },
    **{
        f"a variable that holds {what}": lets_pass(
            functions.environments_hold_no_secrets,
            told("site-api-lambda", ORIGIN=value),
        )
        for what, value in _NO_SECRETS.items()
    },
    "a secret of Pulumi's": minds(
        functions.environments_hold_no_secrets,
        secret(FUNCTION, "words-count-lambda", "environment.variables.WORD"),
        "words-count-lambda is told a secret of Pulumi's",
    ),
    "a whole environment that is a secret of Pulumi's": minds(
        functions.environments_hold_no_secrets,
        secret(FUNCTION, "words-count-lambda", "environment"),
        "words-count-lambda is told a secret of Pulumi's",
    ),
    "a secret of Pulumi's that is not told": lets_pass(
        functions.environments_hold_no_secrets,
        secret(FUNCTION, "words-count-lambda", "description"),
    ),
    "digests that are not those of the keys": minds(
        functions.environments_hold_no_secrets,
        told("site-api-lambda", FRONT_DIGESTS="0123456789abcdef" * 4),
        "site-api-lambda is told FRONT_DIGESTS, which looks like a secret",
    ),
    "a function that writes to Lambda's default log group": minds(
        functions.functions_write_their_own_log_only,
        but(FUNCTION, "ocr-ingest-lambda", loggingConfig=LEFT_OUT),
        "ocr-ingest-lambda does not write to a log group of ours",
    ),
    "a function that writes to the log of another": minds(
        functions.functions_write_their_own_log_only,
        all_of(
            _logs(logGroup="/ocr-wordcount/dev/count"),
            reworded(ROLE_POLICY, "ocr-ingest-rights", "WriteLogs", Resource=["<words-count-logs.arn>:*"]),
        ),
        "ocr-ingest-lambda writes to the log of another",
        "words-count-lambda writes to the log of another",
    ),
    "a function that logs text": minds(
        functions.functions_write_their_own_log_only,
        _logs(logFormat="Text"),
        "ocr-ingest-lambda does not write JSON",
    ),
    "a function whose log Lambda filters": minds(
        functions.functions_write_their_own_log_only,
        _logs(applicationLogLevel="WARN"),
        "ocr-ingest-lambda has Lambda filter its log, which drops metrics",
    ),
    "a function that may write any log": minds(
        functions.functions_write_their_own_log_only,
        reworded(ROLE_POLICY, "ocr-ingest-rights", "WriteLogs", Resource="arn:aws:logs:us-east-1:123456789012:*"),
        "ocr-ingest-lambda may do other than write its own log",
    ),
    "a function that may make its log anew, among other things": minds(
        functions.functions_write_their_own_log_only,
        granted("ocr-ingest-rights", "", "*", Action=["sqs:SendMessage", "logs:CreateLogGroup"]),
        "ocr-ingest-lambda may do other than write its own log",
    ),
    "a function that may make its log anew, without an end": minds(
        functions.functions_write_their_own_log_only,
        granted("ocr-ingest-rights", "logs:CreateLogGroup", "<ocr-ingest-logs.arn>:*"),
        "ocr-ingest-lambda may do other than write its own log",
    ),
}
