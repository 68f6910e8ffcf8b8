"""`bulk`: a transcript waits for Glue, one of Glue's runs has ended, or it is time to look.

Glue's event: https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runtime.core.use_cases.bulk import Bulk

PENDING: Final = "pending"
LOOK: Final = "look"


def work(bulk: Bulk) -> Callable[[Mapping[str, Any]], None]:
    """What is done with a message of the bulk queue: one of ours, or EventBridge's of a run."""

    def handle(body: Mapping[str, Any]) -> None:
        if body.get("bulk") == PENDING:
            bulk.something_waits()
        elif body.get("bulk") == LOOK:
            bulk.look()
        else:
            bulk.look(ended=str(body["detail"]["jobRunId"]))

    return handle
