"""Names for resources that the program did not name."""

from __future__ import annotations

import hashlib

from local.deploy.inputs import InputError

_HEX_DIGITS = 7  # as Pulumi's own


def automatic_name(logical_name: str, urn: str, *, longest: int) -> str:
    """The logical name, `-` and seven hex digits, as Pulumi would name the resource.

    Pulumi draws the digits by lot. Here the URN decides, which holds the stack: a second deployment has the same names,
    another stack has others.

    Raises:
        InputError: The name is longer than AWS takes; Pulumi refuses it too.
    """
    name = f"{logical_name}-{hashlib.sha256(urn.encode()).hexdigest()[:_HEX_DIGITS]}"
    if len(name) > longest:
        raise InputError(f"the automatic name {name} has {len(name)} characters; AWS takes {longest}")
    return name
