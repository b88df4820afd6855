from __future__ import annotations

import pytest
from hypothesis import settings

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.examples import bundled

settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def houses() -> Dataset:
    return bundled()
