from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_configure(config: pytest.Config) -> None:
    # The SDK's modules warn of their own deprecated classes when first used, whether anybody uses those or not.
    config.addinivalue_line("filterwarnings", r"ignore:[\w./]+ has been deprecated in favor of:DeprecationWarning")
