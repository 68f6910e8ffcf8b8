"""What IAM's wildcards match.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from __future__ import annotations

import functools
import re

_ARN_PARTS = 6


class UnknownPolicyError(Exception):
    """A policy says something that is not known here; neither yes nor no would be right."""


@functools.lru_cache(maxsize=4096)
def _compiled(pattern: str, *, ignore_case: bool) -> re.Pattern[str]:
    if "${" in pattern:
        raise UnknownPolicyError(f"policy variables are not followed here: {pattern}")
    translated = "".join({"*": ".*", "?": "."}.get(sign, re.escape(sign)) for sign in pattern)
    return re.compile(translated, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def like(value: str, pattern: str, *, ignore_case: bool = False) -> bool:
    """Whether a text fits a pattern in which `*` stands for any signs and `?` for one."""
    return _compiled(pattern, ignore_case=ignore_case).fullmatch(value) is not None


def arn_like(arn: str, pattern: str) -> bool:
    """Whether an ARN fits a pattern, each of its six parts by itself: no `*` reaches across the first five colons."""
    parts, patterns = arn.split(":", _ARN_PARTS - 1), pattern.split(":", _ARN_PARTS - 1)
    if len(patterns) != _ARN_PARTS:
        return pattern == "*"
    return len(parts) == _ARN_PARTS and all(map(like, parts, patterns))
