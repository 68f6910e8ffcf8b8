"""What holds in every state. Some ways are walked where their troubles are tested."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.looking import walk_and_look
from tests.web.states import IN_TROUBLES, WAYS

if TYPE_CHECKING:
    from tests.web.visit import Visit

pytestmark = pytest.mark.cloud


@pytest.mark.parametrize("way", [way for way in WAYS if way not in IN_TROUBLES])
def test_axe_finds_nothing_and_a_narrow_window_does_not_scroll_sideways(visit: Visit, way: str) -> None:
    walk_and_look(visit, way)
