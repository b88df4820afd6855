"""How the learning curves of a sweep are shown, as one value."""

from __future__ import annotations

from dataclasses import dataclass, replace

from linreg_tui.axes import round_up
from linreg_tui.core.smoothing import Smoothing, next_smoothing
from linreg_tui.report.learning_curves import AGAINST, Against

CURSOR_STEPS = 150
"""Steps of the cursor across the picture, about; it moves in round numbers."""


@dataclass(frozen=True, slots=True)
class CurvesView:
    """How the learning curves of a sweep are shown.

    At first they are above the optimum: the losses themselves soon lie on one another. With
    `apart`, each curve has a picture of its own. `cursor` is a place on the x axis, in its units,
    or None for its end. `pinned` is the group whose curve lies on top.
    """

    against: Against = "epochs"
    above_optimum: bool = True
    smoothing: Smoothing = "off"
    apart: bool = False
    zoom: int = 0
    cursor: float | None = None
    pinned: int | None = None

    @property
    def of_new_sweep(self) -> CurvesView:
        """The same for another sweep, whose curves and axis are others."""
        return replace(self, zoom=0, cursor=None, pinned=None)

    @property
    def next_axis(self) -> CurvesView:
        """The curves against the next of epochs, steps and rows seen, all of the axis."""
        following = AGAINST[(AGAINST.index(self.against) + 1) % len(AGAINST)]
        return replace(self, against=following, zoom=0, cursor=None)

    @property
    def smoother(self) -> CurvesView:
        """The curves with the next smoothing."""
        return replace(self, smoothing=next_smoothing(self.smoothing))

    def zoomed(self, direction: int, most: int) -> CurvesView:
        """Zoom in (1) or out (-1), at most so far."""
        return replace(self, zoom=min(max(self.zoom + direction, 0), most))

    def at(self, place: float, last: float) -> CurvesView:
        """Move the cursor to a place on an axis that ends at `last`."""
        return replace(self, cursor=None if place >= last else max(0.0, place))

    def moved(self, steps: int, last: float) -> CurvesView:
        """Move the cursor on by so many steps, or back."""
        step = self.cursor_step(last)
        here = self.place(last)
        return self.at(step * (round(here / step) + steps), last) if step > 0 else self

    def place(self, last: float) -> float:
        """Return where the cursor is on an axis that ends at `last`."""
        return last if self.cursor is None else min(self.cursor, last)

    def cursor_step(self, last: float) -> float:
        """Return the length of the cursor's step; only epochs have parts."""
        if last <= 0:
            return 0.0
        step = round_up(last / 2**self.zoom / CURSOR_STEPS)
        return step if self.against == "epochs" else max(1.0, step)

    def pin(self, group: int) -> CurvesView:
        """Pin the curve of a group, or let it go if it is pinned."""
        return replace(self, pinned=None if self.pinned == group else group)
