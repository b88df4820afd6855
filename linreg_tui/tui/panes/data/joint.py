"""The joint plot: the points, the line with its confidence band, and two histograms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rich.cells import cell_len

from linreg_tui.axes import Axis
from linreg_tui.core.closed_form import ClosedForm
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.inference import Inference, confidence_band, inference
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.summary import Histogram, histogram, summary
from linreg_tui.numbers import probability
from linreg_tui.tui.drawing import figures
from linreg_tui.tui.drawing.area import Area, data_area
from linreg_tui.tui.drawing.markers import BRAILLE, Glyphs, Markers
from linreg_tui.tui.drawing.picture import (
    BLANK,
    Layer,
    Picture,
    Role,
    Span,
    blank,
    stack,
    write_legend,
)


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
"""On smaller pictures there are only the points."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What takes time to work out from the data."""

    x: Histogram
    y: Histogram
    sure: Inference


class JointPicture:
    """The joint plot; only the points and the line until it is prepared."""

    def __init__(self, data: Dataset, markers: Markers = BRAILLE) -> None:
        self._data = data
        self._markers = markers
        self._found: Findings | None = None

    def prepare(self) -> None:
        """Work out the histograms, the band and the correlation."""
        of_x, of_y = (histogram(v, summary(v)) for v in (self._data.x, self._data.y))
        self._found = Findings(of_x, of_y, inference(self._data.line))

    def draw(self, columns: int, rows: int) -> Picture:
        """Draw the whole picture, with the histograms where they fit."""
        above, beside = _margins(columns, rows)
        area = data_area(self._data, columns - beside, rows - above, self._markers)
        line = self._data.line
        scatter = figures.scatter(area, *self._data.sketch)
        fitted = figures.straight_line(area, line.slope, line.intercept, Role.REFERENCE)
        band = [] if self._found is None else band_of(line, self._found.sure, area)
        inner = stack(area, figures.frame(area), [scatter, *band, fitted])
        whole = _placed(inner, columns, rows, above)
        if self._found is not None and area.has_room:
            _add_histograms(whole, area, self._found, above, beside - GAP_CELLS)
            left = area.left + cell_len(area.y.label) + 3
            write_legend(whole, left, self._legend(self._found.sure))
        return whole

    def _legend(self, sure: Inference) -> list[Span]:
        fit, line = self._markers.fit, self._markers.closed_form
        r = "–" if sure.pearson_r is None else f"{sure.pearson_r:.3f}"
        solid = fit.sample if fit.patterns == line.patterns else 2 * line.patterns[1]
        return [
            (f"{self._markers.trace.sample} 95% band", Role.BAND),
            (f"{solid} closed form", Role.REFERENCE),
            (f"r {r}", Role.TEXT),
            (f"p {probability(sure.slope_p)}", Role.TEXT),
        ]


def band_of(line: ClosedForm, sure: Inference, area: Area) -> list[Layer]:
    """Return the limits of the confidence band for the mean response."""
    x = _edges(area.x, area.dots_across)
    limits = confidence_band(line, sure, x) or ()
    # A line that leaves the window would be drawn along its border.
    inside = [(limit >= area.y.low) & (limit <= area.y.high) for limit in limits]
    return [
        figures.path(area, x[seen], limit[seen], Role.BAND)
        for limit, seen in zip(limits, inside, strict=True)
    ]


def _margins(columns: int, rows: int) -> tuple[int, int]:
    """Return the rows above and the columns beside the plot for the histograms."""
    above = min(6, max(2, rows // 6)) if rows >= LEAST_ROWS else 0
    beside = min(14, columns // 8) if columns >= LEAST_COLUMNS else 0
    return above, beside


def _placed(inner: Picture, columns: int, rows: int, above: int) -> Picture:
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


def _add_histograms(whole: Picture, area: Area, found: Findings, above: int, beside: int) -> None:
    """Add the histogram of x above the plot area and that of y to its right."""
    markers = area.markers
    if above > 0:
        of_x = found.x.share(_edges(area.x, area.plot_columns))
        rows, columns = slice(1, 1 + above), slice(area.left, area.columns)
        _put(whole, rows, columns, bars_up(of_x, above, markers.bars_up))
    if beside > 0:
        of_y = found.y.share(_edges(area.y, area.plot_rows))[::-1]
        rows = slice(1 + above, 1 + above + area.plot_rows)
        columns = slice(area.columns + GAP_CELLS, area.columns + GAP_CELLS + beside)
        _put(whole, rows, columns, bars_right(of_y, beside, markers.bars_right))


def _put(whole: Picture, rows: slice, columns: slice, glyphs: Glyphs) -> None:
    whole.glyphs[rows, columns] = glyphs
    whole.roles[rows, columns] = Role.BAR


def _edges(axis: Axis, cells: int) -> FloatArray:
    return np.linspace(axis.low, axis.high, max(1, cells) + 1)
