"""SQS's and SNS's attributes, which are text whatever they hold."""

from __future__ import annotations

import json
from typing import Any


def as_attributes(values: dict[str, Any]) -> dict[str, str]:
    """Numbers, booleans and documents as the text that the two services take."""
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}
