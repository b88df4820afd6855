from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.examples import bundled
from linreg_tui.tour import memory

os.environ["TEXTUAL_FPS"] = "240"  # as the program sets it, before Textual is imported
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")


@pytest.fixture(autouse=True)
def _a_memory_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests keeps the place reached in the tour."""
    monkeypatch.setattr(memory, "folder", lambda: tmp_path / "remembered")


@pytest.fixture(scope="session")
def houses() -> Dataset:
    return bundled()
