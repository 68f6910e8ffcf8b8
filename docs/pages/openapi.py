"""`openapi.json`: the API, as `GET /api/openapi.json` answers it."""

from __future__ import annotations

import json

from runtime.handlers.openapi import document


def openapi() -> str:
    """`openapi.json`."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"
