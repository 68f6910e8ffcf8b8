"""Numbers: those that AWS refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.components.rules import kinds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.components.recorder import RecordedStack

LIMITS: Final = {
    (kinds.EVENT_SOURCE_MAPPING, "batchSize"): (1, 10_000),
    (kinds.EVENT_SOURCE_MAPPING, "maximumBatchingWindowInSeconds"): (0, 300),
    (kinds.EVENT_SOURCE_MAPPING, "scalingConfig.maximumConcurrency"): (2, 1000),
    (kinds.FUNCTION, "memorySize"): (128, 10_240),
    (kinds.FUNCTION, "timeout"): (1, 900),
    (kinds.QUEUE, "delaySeconds"): (0, 900),
    (kinds.QUEUE, "messageRetentionSeconds"): (60, 1_209_600),
    (kinds.QUEUE, "visibilityTimeoutSeconds"): (0, 43_200),
    (kinds.STAGE, "defaultRouteSettings.throttlingBurstLimit"): (1, 5_000),
    (kinds.STAGE, "defaultRouteSettings.throttlingRateLimit"): (1, 10_000),
}
"""By type and input: the least and the most. The stage's are what an account has before it asks for more."""


def numbers_are_ones_that_aws_takes(stack: RecordedStack) -> Iterator[str]:
    for (kind, path), (least, most) in LIMITS.items():
        for resource in stack.of(kind):
            value = resource.inputs
            for step in path.split("."):
                value = value.get(step, {})
            if isinstance(value, int) and not least <= value <= most:
                yield f"{resource.name} has a {path} of {value}, and AWS takes {least} to {most}"
