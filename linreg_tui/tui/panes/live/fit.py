"""The data with a run's line over it, at one of the run's steps."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from linreg_tui.axes import linear_axis
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.history import Step
from linreg_tui.core.run import Run
from linreg_tui.core.sketch import Extent
from linreg_tui.tui.drawing import figures
from linreg_tui.tui.drawing.area import CELLS_A_TICK_DOWN, Area, data_area
from linreg_tui.tui.drawing.figures import legend
from linreg_tui.tui.drawing.markers import BRAILLE, Markers
from linreg_tui.tui.drawing.picture import Layer, Picture, Role, Span, stack
from linreg_tui.tui.panes.live.residuals import (
    add_mean,
    draw_residuals,
    drawn_rows,
    legend_of,
)
from linreg_tui.tui.run_view import Line, Residuals, RunView, too_fast_to_see

MARGIN_HEIGHTS = 2.0
"""How far the line may leave the window before the window grows, in heights of the data."""

GROWTH_FACTOR = 5.0
"""How much larger each larger window is than the one before."""

NEAR_HEIGHTS = 0.75
"""The window holds a first line that is no further outside the data, in heights of the data."""

SWING_STEPS = 4
"""Steps over which the window remembers how far the line swung, so that it doesn't jitter."""

WORKER_MARKS = "123456789"
"""The marks of the workers' rows; after the ninth worker they start again."""


class FitPicture:
    """The points, the line that is being fitted, and the closed form's line, dashed.

    The window holds the points, and the first line if it is near them. When the line leaves the
    window by far, the window grows in a few large steps.
    """

    def __init__(self, data: Dataset, markers: Markers = BRAILLE) -> None:
        self._data = data
        self._markers = markers
        self._start_area: Area | None = None
        self._start_area_of: tuple[int, int, Step] | None = None
        self._drawn: tuple[Area, list[Span]] | None = None
        self._shown: Dataset | None = None

    def draw(
        self, columns: int, rows: int, view: RunView, residuals: Residuals = "none"
    ) -> Picture:
        """Draw one step; while window and size stay the same, draw only the lines again."""
        area = self._window(columns, rows, view)
        rows_of_batch = _batch_rows(view)
        batch = self._batch(area, view, rows_of_batch)
        run = view.run
        squared = run.optimum is run.closed_form
        # Where they don't all fit, the first ones are left out.
        names = ["data"]
        if not view.hides_optimum:
            names += ["closed form"] if squared else ["least squares", "optimum"]
        if run.test is not None:
            names.append("test rows")
        if view.trace is not None:
            names.append("before" if view.by_hand is None else "best so far")
        if view.run.segments.at(view.number).draws is not None:
            names.append("batch")
        names.append("fit")
        step = run.history[view.number]
        line = step.slope, step.intercept
        measured = drawn_rows(area, run.data, residuals, rows_of_batch)
        entries = legend(self._markers, *names, few=figures.are_few(area, run.data))
        if (workers := view.run.workers) > 1 and "batch" in names:
            numbers = f"{WORKER_MARKS[0]}–{WORKER_MARKS[min(workers, len(WORKER_MARKS)) - 1]}"
            entries[names.index("batch")] = (f"{numbers} workers", Role.BATCH)
        entries[-1:-1] = legend_of(len(measured), run.data, residuals)
        if self._drawn != (area, entries) or self._shown is not run.data:
            frame = figures.frame(area, entries)
            tested = [] if run.test is None else [figures.test_points(area, run.test)]
            self._still = stack(area, frame, [figures.data_points(area, run.data), *tested])
            self._drawn, self._shown = (area, entries), run.data
        optimum = run.optimum
        under = [] if batch is None else [batch]
        if view.trace is not None:
            under.append(self._trace(area, view.trace, view.number))
        if not (squared or view.hides_optimum):
            least_squares = run.closed_form
            under.append(_dashed(area, least_squares.slope, least_squares.intercept, Role.ASIDE))
        if not view.hides_optimum:
            under.append(_dashed(area, optimum.slope, optimum.intercept, Role.REFERENCE))
        # The line that moves is whole: what it is measured against shows where they differ.
        fit = figures.straight_line(area, step.slope, step.intercept, Role.FIT)
        if residuals == "none":
            return stack(area, self._still, [*under, fit])
        bars = draw_residuals(area, run.data, measured, residuals, line)
        drawn = stack(area, self._still, [bars, *under, fit])
        return add_mean(drawn, area, run.data, residuals, line)

    def point_at(self, column: int, row: int) -> Line | None:
        """Return x and y in the middle of a cell of the last picture, or None beside its plot."""
        if self._drawn is None:
            return None
        area = self._drawn[0]
        across, up = (
            (column - area.left + 0.5) / area.plot_columns,
            1 - (row - 0.5) / area.plot_rows,
        )
        if not (area.has_room and 0 < across < 1 and 0 < up < 1):
            return None
        return (
            area.x.low + across * (area.x.high - area.x.low),
            area.y.low + up * (area.y.high - area.y.low),
        )

    def _window(self, columns: int, rows: int, view: RunView) -> Area:
        start = (view.by_hand.before if view.by_hand else view.run).history[0]
        if self._start_area is None or self._start_area_of != (columns, rows, start):
            held = _with_line(self._data.extent, start.slope, start.intercept)
            self._start_area = data_area(self._data, columns, rows, self._markers, held)
            self._start_area_of = columns, rows, start
        area = self._start_area
        steps = np.arange(max(0, view.number - SWING_STEPS), view.number + 1)
        slopes, intercepts = view.run.history.at(steps)[:2]
        with np.errstate(over="ignore"):
            ends = np.outer([area.x.low, area.x.high], slopes) + intercepts
            middle, half = area.y.low / 2 + area.y.high / 2, area.y.high / 2 - area.y.low / 2
            reach = float(np.abs(ends - middle).max()) / half
        if not reach > 1 + 2 * MARGIN_HEIGHTS:
            return area
        steps_out = math.log(min(reach, 1e290) / (1 + 2 * MARGIN_HEIGHTS), GROWTH_FACTOR)
        half *= (1 + 2 * MARGIN_HEIGHTS) * GROWTH_FACTOR ** math.ceil(steps_out)
        ticks = max(min(4, rows // 3), rows // CELLS_A_TICK_DOWN)
        return replace(area, y=linear_axis(middle - half, middle + half, area.y.label, ticks))

    def _batch(self, area: Area, view: RunView, rows: NDArray[np.intp] | None) -> Layer | None:
        """Return the points of the batch in view, if any; each worker's have its number."""
        if rows is None:
            return None
        glyph = area.markers.batch
        if (workers := view.run.workers) > 1:
            # The workers take turns, so that the last one's points don't cover the others'.
            sizes = [len(part) for part in np.array_split(rows, workers)]
            share = np.repeat(np.arange(workers), sizes)
            place = np.argsort(np.arange(len(rows)) - np.searchsorted(share, share), kind="stable")
            rows, share = rows[place], share[place]
            glyph = "".join(WORKER_MARKS[k % len(WORKER_MARKS)] for k in share)
        return figures.marks(area, view.run.data.x[rows], view.run.data.y[rows], glyph, Role.BATCH)

    def _trace(self, area: Area, trace: Run, number: int) -> Layer:
        step = trace.history[min(number, trace.history.last)]
        return figures.straight_line(area, step.slope, step.intercept, Role.TRACE)


def _dashed(area: Area, slope: float, intercept: float, role: Role) -> Layer:
    return figures.straight_line(area, slope, intercept, role, dashed=True)


def _with_line(extent: Extent, slope: float, intercept: float) -> Extent:
    """Return the extent of the points, and of a line over them if the line is near."""
    both = extent.with_points((x, slope * x + intercept) for x in (extent.left, extent.right))
    room = NEAR_HEIGHTS * (extent.high - extent.low)
    near = extent.low - both.low <= room and both.high - extent.high <= room
    return both if near else extent


def _batch_rows(view: RunView) -> NDArray[np.intp] | None:
    """Return the rows that the step in view was made of, if some only, and if one can see them."""
    return None if view.number == 0 or too_fast_to_see(view) else view.run.batch(view.number)
