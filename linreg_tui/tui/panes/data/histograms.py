"""Histograms at the margins of a picture: of x above the plot area, of y to its right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linreg_tui.axes import Axis
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.summary import Histogram, histogram, summary
from linreg_tui.tui.drawing.area import Area
from linreg_tui.tui.drawing.markers import Glyphs
from linreg_tui.tui.drawing.picture import BLANK, Picture, Role, blank


def bars_right(parts: FloatArray, cells: int, ends: str) -> Glyphs:
    """Return bars to the right, one a row, the longest `cells` cells long: shape (k, cells).

    `ends` has the characters for the end of a bar, from the smallest to a full cell. Any value
    above 0 is visible.
    """
    levels = np.array([BLANK, *map(ord, ends)], np.uint32)
    longest = float(parts.max(initial=0.0))
    length = np.ceil(parts * (cells * len(ends) / longest)) if longest > 0 else np.zeros(len(parts))
    filled = np.clip(length[:, None] - np.arange(cells) * len(ends), 0, len(ends))
    glyphs: Glyphs = levels[filled.astype(np.intp)]
    return glyphs


def bars_up(parts: FloatArray, cells: int, ends: str) -> Glyphs:
    """Return bars upwards, one a column: shape (cells, k)."""
    return bars_right(parts, cells, ends).T[::-1]


GAP_CELLS = 1
"""Cells between the plot and the histogram beside it."""

LEAST_COLUMNS, LEAST_ROWS = 40, 11
"""Smaller pictures have no margins."""


@dataclass(frozen=True, slots=True)
class Histograms:
    """The histograms of both columns of the data."""

    x: Histogram
    y: Histogram

    @staticmethod
    def of(data: Dataset) -> Histograms:
        """Count the values of both columns."""
        return Histograms(*(histogram(values, summary(values)) for values in (data.x, data.y)))


def margins(columns: int, rows: int) -> tuple[int, int]:
    """Return the rows above and the columns beside the plot for the histograms."""
    above = min(6, max(2, rows // 6)) if rows >= LEAST_ROWS else 0
    beside = min(14, columns // 8) if columns >= LEAST_COLUMNS else 0
    return above, beside


def with_margins(inner: Picture, columns: int, rows: int, above: int) -> Picture:
    """Return a picture with `above` rows inserted below its first one, and room to its right."""
    whole = blank(columns, rows)
    for new, old in (
        (whole.glyphs, inner.glyphs),
        (whole.roles, inner.roles),
        (whole.shades, inner.shades),
        (whole.data, inner.data),
    ):
        width = old.shape[1]
        new[:1, :width] = old[:1]
        new[1 + above :, :width] = old[1:]
    return whole


def add_histograms(
    whole: Picture, area: Area, counted: Histograms, above: int, beside: int
) -> None:
    """Add the histogram of x above the plot area and that of y to its right."""
    markers = area.markers
    if above > 0:
        of_x = counted.x.share(edges(area.x, area.plot_columns))
        rows, columns = slice(1, 1 + above), slice(area.left, area.columns)
        _put(whole, rows, columns, bars_up(of_x, above, markers.bars_up))
    if beside > GAP_CELLS:
        beside -= GAP_CELLS
        of_y = counted.y.share(edges(area.y, area.plot_rows))[::-1]
        rows = slice(1 + above, 1 + above + area.plot_rows)
        columns = slice(area.columns + GAP_CELLS, area.columns + GAP_CELLS + beside)
        _put(whole, rows, columns, bars_right(of_y, beside, markers.bars_right))


def _put(whole: Picture, rows: slice, columns: slice, glyphs: Glyphs) -> None:
    whole.glyphs[rows, columns] = glyphs
    whole.roles[rows, columns] = Role.BAR


def edges(axis: Axis, cells: int) -> FloatArray:
    """Return the limits of so many equal parts of an axis, shape (cells + 1,)."""
    return np.linspace(axis.low, axis.high, max(1, cells) + 1)
