from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.components.examples.changes import but
from tests.components.examples.example import lets_pass, minds
from tests.components.rules.kinds import EVENT_SOURCE_MAPPING, FUNCTION, QUEUE, STAGE
from tests.components.rules.limits import numbers_are_ones_that_aws_takes

if TYPE_CHECKING:
    from tests.components.examples.example import Example

_BOUNDS: Final = (
    (EVENT_SOURCE_MAPPING, "words-count-feeds", "batchSize", 1, 10_000),
    (EVENT_SOURCE_MAPPING, "words-count-feeds", "maximumBatchingWindowInSeconds", 0, 300),
    (EVENT_SOURCE_MAPPING, "words-count-feeds", "scalingConfig.maximumConcurrency", 2, 1000),
    (FUNCTION, "words-count-lambda", "memorySize", 128, 10_240),
    (FUNCTION, "words-count-lambda", "timeout", 1, 900),
    (QUEUE, "words-count-queue", "delaySeconds", 0, 900),
    (QUEUE, "words-count-queue", "messageRetentionSeconds", 60, 1_209_600),
    (QUEUE, "words-count-queue", "visibilityTimeoutSeconds", 0, 43_200),
    (STAGE, "site-http-stage", "defaultRouteSettings.throttlingBurstLimit", 1, 5_000),
    (STAGE, "site-http-stage", "defaultRouteSettings.throttlingRateLimit", 1, 10_000),
)


def _example(kind: str, name: str, path: str, value: int, says: str | None) -> Example:
    outer, _, inner = path.partition(".")
    change = but(kind, name, **{outer: {inner: value} if inner else value})
    return (
        minds(numbers_are_ones_that_aws_takes, change, says)
        if says
        else lets_pass(numbers_are_ones_that_aws_takes, change)
    )


EXAMPLES: Final[dict[str, Example]] = {
    f"{kind.rpartition(':')[2]} with a {path} of {value}": _example(
        kind,
        name,
        path,
        value,
        None if fits else f"{name} has a {path} of {value}, and AWS takes {least} to {most}",
    )
    for kind, name, path, least, most in _BOUNDS
    for value, fits in ((least - 1, False), (least, True), (most, True), (most + 1, False))
}
