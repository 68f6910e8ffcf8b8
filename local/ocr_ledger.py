"""Which Textract calls were made for which request, exactly: by the trace that leads from one to the other.

Lambda gives each invocation a trace id, boto3 sends it with every call, and the event of the invocation names the
upload that it is about.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from typing import Final

_UPLOAD: Final = re.compile(rb"uploads/([A-Za-z0-9_-]+)")
_ROOT: Final = re.compile(r"Root=([^;]+)")


@dataclass(frozen=True)
class OcrCall:
    """One answered call of DetectDocumentText.

    Attributes:
        key: The object that was read.
        error: Textract's error code, empty when it read the picture.
    """

    key: str
    error: str = ""


class OcrLedger:
    """Keeps who asked for what."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests_of_trace: dict[str, frozenset[str]] = {}
        self._calls_of_trace: dict[str, list[OcrCall]] = {}

    def began(self, root: str, event: bytes) -> None:
        """Note an invocation: its trace, and the uploads that its event names (none is not worth a note)."""
        requests = frozenset(name.decode() for name in _UPLOAD.findall(event))
        if requests:
            with self._lock:
                self._requests_of_trace[root] = requests

    def answered(self, trace_header: str, call: OcrCall) -> None:
        """Note an answered call, by the header X-Amzn-Trace-Id that came with it."""
        root = _ROOT.search(trace_header)
        with self._lock:
            self._calls_of_trace.setdefault(root.group(1) if root else "", []).append(call)

    def calls_for(self, request_id: str) -> list[OcrCall]:
        """The calls made by invocations that were about that request's upload."""
        with self._lock:
            roots = [root for root, requests in self._requests_of_trace.items() if request_id in requests]
            return [call for root in roots for call in self._calls_of_trace.get(root, [])]

    def all_calls(self) -> list[OcrCall]:
        """Every call, whoever made it."""
        with self._lock:
            return [call for calls in self._calls_of_trace.values() for call in calls]
