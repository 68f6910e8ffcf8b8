"""Keep moto from reading bucket policies: it ignores their conditions, so a Deny of plain HTTP would deny everything.

Who may do what is nothing that moto decides here; without its reading, a bucket's policy is stored and given back only.
"""

from __future__ import annotations

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket


def install() -> None:
    """Have every bucket policy neither allow nor deny."""
    FakeBucket.get_permission = _neutral  # type: ignore[method-assign]


def _neutral(_bucket: FakeBucket, _action: str, _resource: str) -> PermissionResult:
    return PermissionResult.NEUTRAL
