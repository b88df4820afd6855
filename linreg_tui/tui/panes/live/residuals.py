"""The residuals in the picture of the fit: as bars, or as squares whose area is the squared error.

Of many rows, only some are drawn: those of the batch, or a fixed sample along x.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.quality import quality
from linreg_tui.tui.drawing import canvas
from linreg_tui.tui.drawing.area import CELL_ASPECT, Area
from linreg_tui.tui.drawing.picture import Layer, Picture, Role, Span, stack, write
from linreg_tui.tui.run_view import Line, Residuals

CELLS_A_BAR, CELLS_A_SQUARE = 1, 6
"""Cells across for each residual: with more, they run into one another."""

MARGIN = 0.03
"""The space beside the mean square, as a share of the width."""


def drawn_rows(
    area: Area, data: Dataset, kind: Residuals, batch: NDArray[np.intp] | None
) -> NDArray[np.intp]:
    """Return the rows whose residuals are drawn, of shape (k,): of the batch, or of all."""
    rows = np.arange(data.n) if batch is None else batch
    cells = CELLS_A_SQUARE if kind == "squares" else CELLS_A_BAR
    most = max(1, area.plot_columns // cells)
    if len(rows) <= most:
        return rows
    along_x = rows[np.argsort(data.x[rows], kind="stable")]
    return along_x[np.linspace(0, len(rows) - 1, most).round().astype(np.intp)]


def legend_of(drawn: int, data: Dataset, kind: Residuals) -> list[Span]:
    """Return the entry of the legend, which says how many rows have their residual drawn."""
    if kind == "none":
        return []
    name = "residuals" if kind == "bars" else "squared residuals"
    return [(name if drawn == data.n else f"{name} of {drawn:,} rows", Role.RESIDUAL)]


def draw_residuals(
    area: Area, data: Dataset, rows: NDArray[np.intp], kind: Residuals, line: Line
) -> Layer:
    """Draw the residuals of these rows from a line (slope, intercept)."""
    slope, intercept = line
    x, y = data.x[rows], data.y[rows]
    with np.errstate(over="ignore", invalid="ignore"):
        on_line = slope * x + intercept
    if kind == "bars":
        left = right = area.x.place(x)
    else:
        left, right = _sides(area, area.x.place(x), y - on_line, slope)
    dots = canvas.boxes(area, left, right, area.y.place(y), area.y.place(on_line))
    return Layer.of_dots(dots, area.markers.trace, Role.RESIDUAL)


def add_mean(picture: Picture, area: Area, data: Dataset, kind: Residuals, line: Line) -> Picture:
    """Draw the mean of the squares: a square, or a bar as long as its side, in a free corner.

    Its side is the root of the mean squared error, over all rows.
    """
    slope, intercept = line
    side = quality(data, slope, intercept).rmse
    height = float(_heights(area, np.array([side]))[0])
    if not (area.has_room and 0 < height < 1):
        return picture
    width = height * area.plot_rows * CELL_ASPECT / area.plot_columns if kind == "squares" else 0.0
    rising = data.line.slope >= 0
    left = MARGIN if rising else 1 - MARGIN - width
    top = 1 - 1.5 / area.plot_rows
    sides = (np.array([side]) for side in (left, left + width, top, top - height))
    dots = canvas.boxes(area, *sides)
    drawn = stack(area, picture, [Layer.of_dots(dots, area.markers.fit, Role.MEAN)])
    words = "mean square" if kind == "squares" else "RMSE"
    column = area.left + round((left + width) * area.plot_columns) + 1
    if not rising:
        column = area.left + round(left * area.plot_columns) - len(words) - 1
    write(drawn, 2, column, words, Role.MEAN)
    return drawn


def _heights(area: Area, residuals: FloatArray) -> FloatArray:
    """Return the size of residuals as shares of the window's height."""
    return np.abs(residuals) / 2 / (area.y.high / 2 - area.y.low / 2)


def _sides(
    area: Area, at: FloatArray, residuals: FloatArray, slope: float
) -> tuple[FloatArray, FloatArray]:
    """Return left and right sides of squares beside the bars, where the line doesn't cross them."""
    widths = _heights(area, residuals) * area.plot_rows * CELL_ASPECT / area.plot_columns
    to_the_left = (residuals > 0) == (slope >= 0)
    return np.where(to_the_left, at - widths, at), np.where(to_the_left, at, at + widths)
