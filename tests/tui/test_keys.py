"""Whether every key works: its action belongs to the widget that has the key."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from textual.actions import parse

from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.keys import CURSOR_KEYS, CURVE_KEYS, EDIT_KEYS, KEYS, SWEEP_KEYS, TOUR_KEYS, Key
from linreg_tui.tui.panes.data.pane import DataPane
from linreg_tui.tui.panes.sweep.curves_plot import CurvesPlot
from linreg_tui.tui.panes.sweep.pane import SweepPane
from linreg_tui.tui.tour.descent import DescentPane

OWNERS: Sequence[tuple[type, Sequence[Key]]] = (
    (LinregApp, (*KEYS, *TOUR_KEYS)),
    (SweepPane, SWEEP_KEYS),
    (CurvesPlot, CURSOR_KEYS),
    (DataPane, EDIT_KEYS),
    (DescentPane, CURVE_KEYS),
)


@pytest.mark.parametrize(
    ("owner", "action"),
    [(owner, key.action) for owner, keys in OWNERS for key in keys],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_the_action_of_each_key_exists(owner: type, action: str) -> None:
    assert hasattr(owner, f"action_{parse(action)[1]}")
