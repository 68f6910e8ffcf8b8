"""Kept images vanish, as S3's lifecycle has them do when nobody has needed them for days: here, at any moment.

Not those of twins: while a claim waits for days, bytes of the same MD5 could take the place of what vanished.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tests.simulation.pictures import BY_DATA

if TYPE_CHECKING:
    from tests.simulation.world import World


def come(world: World) -> None:
    """Have it happen when it is planned."""
    if world.plan.vanish_after is not None:
        world.later(world.plan.vanish_after, partial(_vanish, world))


def _vanish(world: World) -> None:
    for key, (data, _) in list(world.images.kept.items()):
        if BY_DATA[data].is_twin:
            continue
        world.covered["images that vanished"] += 1
        world.say(f"images/{key[:4]} vanishes")
        world.facts.vanished.add(key)
        world.images.delete(key)
