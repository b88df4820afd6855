from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.examples import bundled

# Modules are compiled once, and not again in each test process and each program that they start.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
os.environ["TEXTUAL_FPS"] = "600"  # tests wait for frames; the program's own rate is 240
# A started application leaves few cycles among tens of thousands of objects. Looking for them as
# often as by default takes some 5% of the time.
gc.set_threshold(20_000)
settings.register_profile("steady", derandomize=True, deadline=None, max_examples=50)
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile("steady")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test, and the programs that it starts, user folders of its own; none exists yet.

    So the preferences and the progress of the person who runs the tests stay as they are.
    """
    folder = tmp_path / "home"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    if sys.platform == "darwin":
        monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def houses() -> Dataset:
    return bundled()
