"""The place of a plot: its size, its axes, and what it is drawn with."""

from __future__ import annotations

from dataclasses import dataclass

from linreg_tui.axes import Axis
from linreg_tui.tui.drawing.markers import BRAILLE, Markers


@dataclass(frozen=True, slots=True)
class Area:
    """A picture's size in cells, its axes, and its markers; the plot area is what these leave."""

    columns: int
    rows: int
    x: Axis
    y: Axis
    markers: Markers = BRAILLE

    @property
    def left(self) -> int:
        """Cells to the left of the plot area: the widest tick and the axis."""
        return max((len(tick.text) for tick in self.y.ticks), default=0) + 1

    @property
    def plot_columns(self) -> int:
        """Width of the plot area."""
        return self.columns - self.left

    @property
    def plot_rows(self) -> int:
        """Height of the plot area: less a row for the legend, the axis, and its ticks."""
        return self.rows - 3

    @property
    def dots_across(self) -> int:
        """Dots along a row of the plot area."""
        return self.plot_columns * self.markers.across

    @property
    def dots_down(self) -> int:
        """Dots along a column of the plot area."""
        return self.plot_rows * self.markers.down

    @property
    def has_room(self) -> bool:
        """Whether there is any plot area."""
        return self.plot_columns >= 2 and self.plot_rows >= 1
