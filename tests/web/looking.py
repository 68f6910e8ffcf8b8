"""A look at each state on a way: axe finds nothing, in light and dark; nothing scrolls sideways in a narrow window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.web.axe import findings
from tests.web.states import WAYS, WITHOUT_SCRIPTS

if TYPE_CHECKING:
    from tests.web.visit import Visit

SEEN: Final = ((320, "dark"), (1280, "light"))
"""How many pixels wide, and how coloured: what is where does not depend on the colours, nor they on what is where."""

SIDEWAYS: Final = "() => { scrollTo(10000, scrollY); const at = scrollX; scrollTo(0, 0); return at; }"


def walk_and_look(visit: Visit, way: str) -> None:
    """Walk it to its end, through just the states that it is said to pass."""
    walk, states = WAYS[way]
    passed = []
    for state in walk(visit):
        for width, scheme in SEEN:
            visit.page.emulate_media(color_scheme=scheme)
            visit.page.set_viewport_size({"width": width, "height": 800})
            assert visit.page.evaluate(SIDEWAYS) == 0, f"{state}, {width} px"
            assert state == WITHOUT_SCRIPTS or not findings(visit.page), f"{state}, {scheme}, {width} px"
        passed.append(state)
    assert tuple(passed) == states
