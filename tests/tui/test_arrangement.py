from __future__ import annotations

import pytest
from textual.geometry import Size

from linreg_tui.tui.arrangement import arrange


@pytest.mark.parametrize(
    ("size", "asked", "editing", "presenting", "shown"),
    [
        ((120, 40), None, False, False, {"live", "data", "closed-form", "sweep"}),
        ((100, 32), None, False, False, {"live", "data", "closed-form", "sweep"}),
        ((99, 40), None, False, False, {"live"}),
        ((120, 31), None, False, False, {"live"}),
        ((120, 40), None, False, True, {"live"}),
        ((120, 40), "sweep", False, False, {"sweep"}),
        ((120, 40), None, True, False, {"live", "data", "closed-form"}),
        ((80, 24), None, True, False, {"data"}),
        ((80, 24), "data", True, True, {"data"}),
    ],
)
def test_which_panes_are_shown(
    size: tuple[int, int], asked: str | None, editing: bool, presenting: bool, shown: set[str]
) -> None:
    now = arrange(Size(*size), Size(*size), asked, editing=editing, presenting=presenting)
    panes = ("live", "data", "closed-form", "sweep")
    assert {pane for pane in panes if now.shows(pane)} == shown
    assert not now.too_small
    assert (now.alone is not None) == (len(shown) == 1)


def test_the_room_that_the_tour_leaves_decides_which_panes_are_shown() -> None:
    whole, left = Size(120, 40), Size(70, 19)
    now = arrange(whole, left, None, editing=False, presenting=False)
    assert (now.alone, now.one_plot, now.too_small) == ("live", True, False)
    for small in (Size(59, 40), Size(120, 15)):
        assert arrange(small, small, None, editing=False, presenting=False).too_small
