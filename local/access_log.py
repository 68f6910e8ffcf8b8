"""An HTTP API's access log: one line for each request, in the stage's own format, in a file named after its log group.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_VARIABLE: Final = re.compile(r"\$context\.([A-Za-z.]+)")


@dataclass(frozen=True)
class AccessLogSettings:
    """Where a stage logs to, and what."""

    group: str
    line: str

    @classmethod
    def of(cls, configured: Mapping[str, str] | None) -> AccessLogSettings | None:
        """A stage's settings as API Gateway has them; None when it does not log."""
        if not configured or not configured.get("format"):
            return None
        group = configured.get("destinationArn", "").partition(":log-group:")[2].partition(":")[0]
        return cls(group, configured["format"])


class AccessLog:
    """Writes the access logs of all stages."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()

    def write(self, settings: AccessLogSettings, values: Mapping[str, str]) -> None:
        """Append one line. A variable that has no value here is a dash, as API Gateway writes what it does not know."""

        def value(found: re.Match[str]) -> str:
            return values.get(found.group(1).rstrip("."), "-")

        line = _VARIABLE.sub(value, settings.line)
        with self._lock:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = self._folder / f"{settings.group.strip('/').replace('/', '-')}.log"
            with file.open("a", encoding="utf-8") as opened:
                opened.write(line + "\n")
