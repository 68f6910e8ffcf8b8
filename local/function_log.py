"""A function's log, in a file: what CloudWatch Logs would hold of it.

The runtime frames its own messages (a length, then the text), so that one of many lines stays together; what code
prints to stdout or stderr comes as it is. The platform's own records (start, end, report) are written as the function's
log format says.
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from local.clock import Clock

FRAME_HEADER: Final = 16
"""Bytes: a type, a length, and a time of eight; all big-endian."""


class FunctionLog:
    """One function's log file; its workers share it.

    Attributes:
        file: Where it is.
        as_json: Whether the platform's own records are JSON.
    """

    def __init__(
        self, file: Path, clock: Clock, *, as_json: bool, may_write: Callable[[], bool] = lambda: True
    ) -> None:
        """A log that writes what it is told as long as the function may.

        Args:
            file: Where.
            clock: What the platform's records are dated by.
            as_json: Whether those are JSON.
            may_write: Asked each time: Lambda writes as the function, and what that may not write is lost.
        """
        self._may_write = may_write
        self.file = file
        self.as_json = as_json
        self._clock = clock
        self._lock = threading.Lock()
        file.parent.mkdir(parents=True, exist_ok=True)

    def write(self, text: str) -> None:
        """Append one message, if the function may."""
        if not self._may_write():
            return
        with self._lock, self.file.open("a", encoding="utf-8") as opened:
            opened.write(text.rstrip("\n") + "\n")

    def started(self, request_id: str) -> None:
        """An invocation begins."""
        self._platform("start", {"requestId": request_id, "version": "$LATEST"})

    def timed_out(self, request_id: str, seconds: float) -> None:
        """An invocation was cut off. With JSON, AWS says so in the report alone."""
        if not self.as_json:
            self.write(f"{_iso(self._clock.now())} {request_id} Task timed out after {seconds:.2f} seconds")

    def finished(self, request_id: str, status: str, metrics: dict[str, float]) -> None:
        """An invocation is over; `metrics` as in AWS's platform.report."""
        if self.as_json:
            self._platform("report", {"requestId": request_id, "metrics": metrics, "status": status})
            return
        parts = [f"REPORT RequestId: {request_id}", f"Duration: {metrics['durationMs']:.2f} ms"]
        parts.append(f"Billed Duration: {metrics['billedDurationMs']} ms")
        parts.append(f"Memory Size: {metrics['memorySizeMB']} MB")
        if "maxMemoryUsedMB" in metrics:
            parts.append(f"Max Memory Used: {metrics['maxMemoryUsedMB']} MB")
        if "initDurationMs" in metrics:
            parts.append(f"Init Duration: {metrics['initDurationMs']:.2f} ms")
        self.write(f"END RequestId: {request_id}\n" + "\t".join([*parts, f"Status: {status}"]))

    def init_failed(self, error_type: str) -> None:
        """A worker could not be initialised."""
        if self.as_json:
            self._platform("initReport", {"status": "error", "errorType": error_type, "phase": "init"})
        else:
            self.write(f"INIT_REPORT Status: error\tError Type: {error_type}")

    def _platform(self, kind: str, record: dict[str, Any]) -> None:
        if self.as_json:
            self.write(json.dumps({"time": _iso(self._clock.now()), "type": f"platform.{kind}", "record": record}))
        else:
            self.write(f"START RequestId: {record['requestId']} Version: {record['version']}")


class LineReader:
    """Cuts what a process prints into lines."""

    def __init__(self, log: FunctionLog) -> None:
        self._log = log
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Take what was read."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._log.write(line.decode("utf-8", "replace"))

    def flush(self) -> None:
        """Write what came without a line's end."""
        if self._rest:
            self._log.write(self._rest.decode("utf-8", "replace"))
            self._rest = b""


class FrameReader:
    """Cuts what the runtime logs into its messages."""

    def __init__(self, log: FunctionLog) -> None:
        self._log = log
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Take what was read."""
        self._rest += data
        while len(self._rest) >= FRAME_HEADER:
            end = FRAME_HEADER + int.from_bytes(self._rest[4:8], "big")
            if len(self._rest) < end:
                break
            self._log.write(self._rest[FRAME_HEADER:end].decode("utf-8", "replace"))
            self._rest = self._rest[end:]

    def flush(self) -> None:
        """Drop a message that its process could not finish."""
        self._rest = b""


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
