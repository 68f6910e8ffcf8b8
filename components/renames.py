"""What was renamed or removed since stacks were first deployed. Pulumi knows a resource by its URN alone.

Without an entry here, Pulumi deletes what has an earlier URN, with all that is in it, and makes another. `urns.txt`
lists every URN that there ever was, and a test holds the program against both; docs/adr/0014-what-may-be-renamed.md.

A URN is written without its first part, which names the stack: `<project>::<types of its parents and its own>::<name>`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pulumi

if TYPE_CHECKING:
    from collections.abc import Mapping

RENAMED: Final[Mapping[str, str]] = {}
"""An earlier URN to the one that came after it. Entries stay: nobody knows which stacks still have the earlier one."""

REMOVED: Final[Mapping[str, str]] = {}
"""A URN that is no more to the reason why nothing is in its place, and what became of what was in it."""


def earlier(urn: str) -> list[str]:
    """The URNs that a resource had before this one, the last first."""
    before = [old for old, new in RENAMED.items() if new == urn]
    return [each for old in before for each in (old, *earlier(old))]


def apply() -> None:
    """Have every resource that is made from now on found under its earlier URNs, too."""
    prefix = f"urn:pulumi:{pulumi.get_stack()}::"
    types: dict[pulumi.Resource, str] = {}

    def with_aliases(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        above = types.get(args.opts.parent) if args.opts.parent else None
        types[args.resource] = f"{above}${args.type_}" if above else args.type_
        aliases = [prefix + old for old in earlier(f"{pulumi.get_project()}::{types[args.resource]}::{args.name}")]
        if not aliases:
            return None
        also = pulumi.ResourceOptions(aliases=[*aliases])
        return pulumi.ResourceTransformationResult(args.props, pulumi.ResourceOptions.merge(args.opts, also))

    pulumi.runtime.register_stack_transformation(with_aliases)
