"""Events as JSON lines on standard output, which Lambda takes to CloudWatch Logs."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from runtime.core.events import Event


class StructuredLog:
    """`core`'s log on structlog."""

    def __init__(self, function: str, level: str) -> None:
        """Log for a function.

        Args:
            function: Its name, on every line.
            level: The least level that is written: DEBUG, INFO, WARNING or ERROR.
        """
        self._logger = structlog.wrap_logger(
            structlog.PrintLogger(),
            processors=[
                structlog.contextvars.merge_contextvars,
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.JSONRenderer(),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
            function=function,
        )

    def emit(self, event: Event) -> None:
        """Write one event."""
        getattr(self._logger, event.level)(event.event_name(), **event.fields())


def name_invocation(invocation: str) -> None:
    """Put Lambda's name for this invocation on every line until the next."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(invocation=invocation)
