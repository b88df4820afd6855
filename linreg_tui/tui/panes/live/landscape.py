"""The landscape of the loss over slope and intercept, and a run's path through it.

The squared loss above its optimum is a quadratic form, so its contours are ellipses around the
optimum. Each has a quarter of the next one's height and half its radius. In z-scores they are
circles: the valley becomes a bowl. The contours of other losses are found on a grid.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from linreg_tui.axes import Axis, linear_axis
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.losses import LeastOnRows, Optimum
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.run import Run
from linreg_tui.core.step_detail import gradient_before
from linreg_tui.core.units import Units, z_scores
from linreg_tui.tui.drawing import figures
from linreg_tui.tui.drawing.area import CELL_ASPECT, CELLS_A_TICK_ACROSS, CELLS_A_TICK_DOWN, Area
from linreg_tui.tui.drawing.markers import BRAILLE, Markers
from linreg_tui.tui.drawing.picture import SHADES, Layer, Picture, Role, shaded, stack
from linreg_tui.tui.run_view import RunView

CONTOUR_RATIO = 4.0
"""The loss above the optimum on one contour, divided by that on the next inner one."""

CONTOURS = SHADES - 2

MARGIN_SHARE = 0.3
"""The margin beyond the start and the optimum, as a share of the distance between them."""

GROWTH_FACTOR = 3.0
"""The window grows by this factor, in steps, to hold a run that leaves it."""

FRAME_COLUMNS = 6
"""Columns around the plot, which are twice the rows around it."""

ARROW_CELLS, LEAST_ARROW_CELLS = 8.0, 2.0
"""Length of the arrow of the gradient, in widths of a cell: it shows a direction, no size."""

RECENT_STEPS, PAST_SPANS = 256, 256
"""The last steps of a path, drawn one by one; the spans that stand for all steps before."""

GRID_ROWS = 500
"""The rows on which a loss that is no parabola is evaluated."""

CIRCLE_ANGLES = np.linspace(0, 2 * math.pi, 4000)


class LandscapePicture:
    """The landscape, drawn once for each window, with the path on top."""

    def __init__(self, data: Dataset, markers: Markers = BRAILLE) -> None:
        self.standardized = False
        self._data = data
        self._markers = markers
        self._drawn: tuple[Area, Optimum] | None = None

    def draw(self, columns: int, rows: int, view: RunView) -> Picture:
        """Draw the path of a run up to the step in view."""
        path = self._path(view.run, view.number)
        area = self._window(columns, rows, view, path)
        if self._drawn is None or self._drawn[0] != area or self._drawn[1] is not view.run.optimum:
            self._drawn = area, view.run.optimum
            self._still = self._landscape(area, view.run)
        inks: list[Layer] = []
        if view.trace is not None:
            trace = self._path(view.trace, min(view.number, view.trace.history.last))
            inks.append(figures.path(area, *trace, Role.TRACE))
        goal = self._optimum(view.run)
        recent = slice(-RECENT_STEPS - 1, -1)
        inks += [
            figures.path(area, *path, Role.FIT),
            *self._downhill(area, view, path),
            figures.marks(area, path[0][recent], path[1][recent], area.markers.step, Role.FIT),
            *(
                []
                if view.hides_optimum
                else [figures.marks(area, *goal, area.markers.goal, Role.REFERENCE)]
            ),
            figures.marks(area, path[0][-1:], path[1][-1:], area.markers.here, Role.HERE),
        ]
        return stack(area, self._still, inks)

    def _downhill(
        self, area: Area, view: RunView, path: tuple[FloatArray, FloatArray]
    ) -> list[Layer]:
        """Draw an arrow of the negative gradient from where the step in view began."""
        if view.number == 0:
            return []
        data = self._data.moments
        units = z_scores(data) if self.standardized else Units()
        by_m, by_b = gradient_before(view.run, view.number, units)
        start = float(path[0][-2]), float(path[1][-2])
        # Near the optimum, a longer arrow would point past it.
        goal_m, goal_b = (float(at[0]) for at in self._optimum(view.run))
        cells = min(ARROW_CELLS, figures.cells_between(area, start, (goal_m, goal_b)))
        if cells < LEAST_ARROW_CELLS:
            return []
        return figures.arrow(area, start, (-by_m, -by_b), cells, Role.GRADIENT)

    def _path(self, run: Run, number: int) -> tuple[FloatArray, FloatArray]:
        """Return slope and intercept along a run, in the landscape's coordinates."""
        slopes, intercepts = run.history.at(_thinned(number))[:2]
        return self._coordinates(slopes, intercepts)

    def _optimum(self, run: Run) -> tuple[FloatArray, FloatArray]:
        line = run.optimum
        return self._coordinates(np.array([line.slope]), np.array([line.intercept]))

    def _coordinates(
        self, slopes: FloatArray, intercepts: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        if not self.standardized:
            return slopes, intercepts
        with np.errstate(over="ignore", invalid="ignore"):
            return z_scores(self._data.moments).from_data(slopes, intercepts)

    def _window(
        self, columns: int, rows: int, view: RunView, path: tuple[FloatArray, FloatArray]
    ) -> Area:
        """Return a window that holds start, optimum and path; it grows in a few large steps."""
        start = self._path(view.by_hand.before if view.by_hand else view.run, 0)
        labels = ("slope m", "intercept b")
        if self.standardized:
            labels = ("slope in z-scores", "intercept in z-scores")
        ticks = columns // CELLS_A_TICK_ACROSS, rows // CELLS_A_TICK_DOWN + 1
        spans = [
            _span(float(goal[0]), float(first[0]), along)
            for goal, first, along in zip(self._optimum(view.run), start, path, strict=True)
        ]
        if self.standardized:
            # Both axes are in standard deviations, so circles must look like circles.
            cells = (
                max(1, columns - FRAME_COLUMNS),
                max(1, CELL_ASPECT * (rows - FRAME_COLUMNS // 2)),
            )
            wide = max(half / count for (_, half), count in zip(spans, cells, strict=True))
            spans = [(middle, wide * n) for (middle, _), n in zip(spans, cells, strict=True)]
        x, y = (
            linear_axis(middle - half, middle + half, label, count)
            for (middle, half), label, count in zip(spans, labels, ticks, strict=True)
        )
        return Area(columns, rows, x, y, self._markers)

    def _landscape(self, area: Area, run: Run) -> Picture:
        ring = (
            f"{area.markers.contour.sample} each ring inward: "
            f"loss above optimum / {CONTOUR_RATIO:g}"
        )
        legend = [
            (ring, Role.LABEL),
            (f"{area.markers.goal} {_name(run)}", Role.REFERENCE),
            (f"{area.markers.arrows[0]} against the gradient", Role.GRADIENT),
        ]
        frame = figures.frame(area, legend)
        if not area.has_room:
            return frame
        x = _middles(area.x, area.plot_columns)
        y = _middles(area.y, area.plot_rows)[::-1]
        excess = self._excess(run, *np.meshgrid(x, y))
        highest = float(excess.max())
        with np.errstate(divide="ignore"):
            band = np.log(highest / excess) / math.log(CONTOUR_RATIO)
        shades = 1 + np.clip(np.floor(band), 0, SHADES - 2).astype(np.uint8)
        contours = [
            figures.scatter(area, *points, Role.CONTOUR)
            for points in self._contours(area, run, highest)
        ]
        return stack(area, shaded(area, frame, shades), contours)

    def _excess(self, run: Run, x: FloatArray, y: FloatArray) -> FloatArray:
        """The loss above the least one at points of the landscape; of many rows, on some."""
        slopes, intercepts = (x, y)
        if self.standardized:
            slopes, intercepts = z_scores(self._data.moments).to_data(x, y)
        with np.errstate(over="ignore"):
            return np.minimum(_sampled(run).excess(slopes, intercepts), 1e300)

    def _contours(
        self, area: Area, run: Run, highest: float
    ) -> Iterator[tuple[FloatArray, FloatArray]]:
        """Points along each contour, the outermost first."""
        levels = [highest / CONTOUR_RATIO**k for k in range(1, CONTOURS + 1)]
        if run.loss.hessian(run.data.moments) is not None:
            yield from map(partial(self._ellipse, run), levels)
            return
        x, y = _middles(area.x, int(area.dots_across)), _middles(area.y, int(area.dots_down))
        columns, rows = np.meshgrid(x, y)
        excess = self._excess(run, columns, rows)
        for level in levels:
            inside = excess < level
            edge = np.zeros_like(inside)
            edge[:, 1:] |= inside[:, 1:] != inside[:, :-1]
            edge[1:] |= inside[1:] != inside[:-1]
            yield columns[edge], rows[edge]

    def _ellipse(self, run: Run, excess: float) -> tuple[FloatArray, FloatArray]:
        """Return the ellipse on which a loss that is a parabola is `excess` above the least loss.

        The loss is k times the squared loss. At a slope t above the optimum's, with a line that
        passes the point of means at a distance o, it is k (o² + t² Sxx / n) above the least loss;
        ∂²L/∂b² is 2 k.
        """
        data, hessian = run.data.moments, run.loss.hessian(run.data.moments)
        assert hessian is not None
        excess /= hessian[1, 1] / 2
        tilt = math.sqrt(excess / (data.sxx / data.n)) * np.cos(CIRCLE_ANGLES)
        offset = math.sqrt(excess) * np.sin(CIRCLE_ANGLES)
        slopes = run.optimum.slope + tilt
        return self._coordinates(slopes, offset + data.mean_y - slopes * data.mean_x)


def _name(run: Run) -> str:
    return "closed form" if run.optimum is run.closed_form else "optimum"


def _sampled(run: Run) -> Optimum:
    """Return the loss on at most GRID_ROWS evenly spaced rows, so that a grid is quick to draw."""
    optimum = run.optimum
    if not isinstance(optimum, LeastOnRows) or len(optimum.x) <= GRID_ROWS:
        return optimum
    rows = np.linspace(0, len(optimum.x) - 1, GRID_ROWS).astype(np.intp)
    few = replace(optimum, x=optimum.x[rows], y=optimum.y[rows])
    return replace(few, loss=float(few.at(optimum.slope, optimum.intercept)))


def _thinned(number: int) -> NDArray[np.intp]:
    """Return the steps from 0 to a number that are drawn: the last ones, and some of the others."""
    recent = max(0, number - RECENT_STEPS)
    stride = 1
    while recent > PAST_SPANS * stride:
        stride *= 2
    return np.concatenate([np.arange(0, recent, stride), np.arange(recent, number + 1)])


def _span(goal: float, start: float, along: FloatArray) -> tuple[float, float]:
    """Return the middle and half the length of a side of the window."""
    middle, half = goal / 2 + start / 2, abs(goal - start) * (0.5 + MARGIN_SHARE)
    half = half or abs(goal) or 1.0
    reach = float(np.abs(along - middle).max()) / half
    if reach > 1:
        half *= GROWTH_FACTOR ** math.ceil(math.log(min(reach, 1e290)) / math.log(GROWTH_FACTOR))
    return middle, half


def _middles(axis: Axis, cells: int) -> FloatArray:
    return axis.low + (np.arange(cells) + 0.5) / cells * (axis.high - axis.low)
