"""What holds in every state: axe finds nothing, in light and dark; nothing scrolls sideways in a narrow window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.axe import findings
from tests.web.states import STATES

if TYPE_CHECKING:
    from tests.web.visit import Visit

SIDEWAYS = "() => { scrollTo(10000, scrollY); return scrollX; }"


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_and_a_narrow_window_does_not_scroll_sideways(visit: Visit, state: str) -> None:
    STATES[state](visit)
    for scheme in ("light", "dark"):
        visit.page.emulate_media(color_scheme=scheme)
        assert not findings(visit.page), f"{state}, {scheme}"
    visit.page.set_viewport_size({"width": 320, "height": 640})
    assert visit.page.evaluate(SIDEWAYS) == 0
    assert not findings(visit.page), f"{state}, 320 px"
