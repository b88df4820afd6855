"""Whether every key leads somewhere: what it asks for is looked up by name."""

from __future__ import annotations

import pytest
from textual.actions import parse

from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.dialog_flow import Dialogs
from linreg_tui.tui.keys import KEYS, POKE_KEYS, SWEEP_KEYS, TOUR_KEYS, Key
from linreg_tui.tui.panes.live import LivePane
from linreg_tui.tui.poke.plane import Plane
from linreg_tui.tui.sweep.table import TrialTable
from linreg_tui.tui.tour.guide import Guide
from linreg_tui.tui.tour.tour import Tour

BY_NAME = {"live": (LivePane,), "dialog": (Dialogs,), "tour": (Guide, Tour)}


@pytest.mark.parametrize("key", [*KEYS, *TOUR_KEYS, *SWEEP_KEYS, *POKE_KEYS], ids=lambda k: k.keys)
def test_what_a_key_asks_for_is_there(key: Key) -> None:
    _, action, arguments = parse(key.action)
    if action in BY_NAME:
        assert any(hasattr(owner, str(arguments[0])) for owner in BY_NAME[action])
    else:
        owners = (LinregApp, TrialTable, Plane)
        assert any(hasattr(owner, f"action_{action}") for owner in owners)
