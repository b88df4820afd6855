"""Where a plot is drawn: its size, its axes and its markers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from linreg_tui.axes import Axis, date_axis, linear_axis
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.sketch import Extent
from linreg_tui.core.text import printable
from linreg_tui.tui.drawing.markers import BRAILLE, Markers

CELLS_A_TICK_ACROSS, CELLS_A_TICK_DOWN = 12, 4

CELL_ASPECT = 2.0
"""A cell's height in widths."""


@dataclass(frozen=True, slots=True)
class Area:
    """A picture's size in cells, its axes and its markers; the rest is the plot area."""

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
        """Height of the plot area: the picture without the legend, the axis and its ticks."""
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


def data_area(
    data: Dataset, columns: int, rows: int, markers: Markers, extent: Extent | None = None
) -> Area:
    """Return a window that holds all points, or else `extent`, and 0 if it is not far.

    If x stands for dates, so do the ticks along it.
    """
    held = extent or data.extent
    x, y = np.array([held.left, held.right]), np.array([held.low, held.high])
    area = window(columns, rows, (x, data.x_name), (y, data.y_name), markers)
    if data.dates is None:
        return area
    ticks = columns // CELLS_A_TICK_ACROSS
    dated = date_axis(held.left, held.right, data.dates, printable(data.x_name, 30), ticks)
    return replace(area, x=dated)


def window(
    columns: int,
    rows: int,
    x: tuple[FloatArray, str],
    y: tuple[FloatArray, str],
    markers: Markers,
) -> Area:
    """Return a window that holds finite values of x and y, each with its name, and 0 if not far."""
    return Area(
        columns,
        rows,
        _axis(*x, columns // CELLS_A_TICK_ACROSS),
        _axis(*y, max(min(4, rows // 3), rows // CELLS_A_TICK_DOWN)),
        markers,
    )


def _axis(values: FloatArray, name: str, ticks: int) -> Axis:
    if not len(values):
        return linear_axis(-1, 1, printable(name, 30), ticks)
    low, high = float(values.min()), float(values.max())
    if 0 < low < high / 2:
        low = 0.0
    elif low / 2 < high < 0:
        high = 0.0
    return linear_axis(low, high, printable(name, 30), ticks)
