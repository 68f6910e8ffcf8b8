"""The tags that every resource bears, set on each one: the provider's default tags are not seen by everything."""

from __future__ import annotations

import pulumi


def tags_of(component: str) -> dict[str, str]:
    """The tags of a resource that belongs to the named component of this stack."""
    return {"project": pulumi.get_project(), "environment": pulumi.get_stack(), "component": component}
