"""What holds in every state: axe finds nothing, in light and dark; nothing scrolls sideways in a narrow window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.axe import findings
from tests.web.states import WAYS

if TYPE_CHECKING:
    from tests.web.visit import Visit

pytestmark = pytest.mark.cloud

SIDEWAYS = "() => { scrollTo(10000, scrollY); const at = scrollX; scrollTo(0, 0); return at; }"


@pytest.mark.parametrize("way", WAYS)
def test_axe_finds_nothing_and_a_narrow_window_does_not_scroll_sideways(visit: Visit, way: str) -> None:
    walk, states = WAYS[way]
    passed = []
    for state in walk(visit):
        visit.page.emulate_media(color_scheme="dark")
        assert not findings(visit.page), f"{state}, dark"
        visit.page.emulate_media(color_scheme="light")
        assert not findings(visit.page), f"{state}, light"
        visit.page.set_viewport_size({"width": 320, "height": 640})
        assert visit.page.evaluate(SIDEWAYS) == 0, f"{state}, 320 px"
        assert not findings(visit.page), f"{state}, 320 px"
        visit.page.set_viewport_size({"width": 1280, "height": 800})
        passed.append(state)
    assert tuple(passed) == states
