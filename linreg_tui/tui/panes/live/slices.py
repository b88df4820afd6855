"""The loss over one parameter with the other held: the tangent, the step along it, its landing."""

from __future__ import annotations

import math

import numpy as np

from linreg_tui.axes import linear_axis
from linreg_tui.core.step_detail import Slice, slices
from linreg_tui.numbers import decimals_for, fixed
from linreg_tui.tui.drawing import figures
from linreg_tui.tui.drawing.area import CELLS_A_TICK_ACROSS, CELLS_A_TICK_DOWN, Area
from linreg_tui.tui.drawing.markers import Markers
from linreg_tui.tui.drawing.picture import Layer, Picture, Role, Span, beside, lines, stack
from linreg_tui.tui.run_view import RunView

BOTH_COLUMNS = 56
"""Columns from which the slices over both parameters stand side by side."""

MARGIN_SHARE = 0.35
"""The margin beyond the start and the landing, as a share of their distance from the lowest."""

LEAST_SPAN = 1e-9
"""A narrower window, relative to the parameter, would show rounding errors."""


def draw_slices(columns: int, rows: int, view: RunView, markers: Markers) -> Picture:
    """Draw the loss of the step's batch over m, and over b where there is room."""
    run = view.run
    by_m, by_b = slices(run, view.number)
    kind = " (z-scores)" if run.segments.at(view.number).settings.standardize else ""
    if columns < BOTH_COLUMNS:
        return _draw(columns, rows, by_m, f"slope m{kind}", "b", markers)
    left = (columns - 1) // 2
    pictures = [
        _draw(left, rows, by_m, f"slope m{kind}", "b", markers),
        _draw(columns - left - 1, rows, by_b, f"intercept b{kind}", "m", markers),
    ]
    return beside(columns, pictures, 1)


def _draw(columns: int, rows: int, cut: Slice, label: str, held: str, markers: Markers) -> Picture:
    end = cut.start if cut.end is None else cut.end
    half = (1 + MARGIN_SHARE) * max(abs(cut.start - cut.lowest), abs(end - cut.lowest))
    half = max(half, LEAST_SPAN * max(abs(cut.lowest), 1e-300))
    low, high = cut.lowest - half, cut.lowest + half
    if not math.isfinite(high - low):
        return lines(columns, rows, [[("The step has left every window.", Role.LABEL)]])
    x = np.linspace(low, high, max(2, 2 * columns))
    losses = cut.losses(x)
    start_loss, end_loss, least = cut.losses(np.array([cut.start, end, cut.lowest])).tolist()
    top = float(losses.max())
    if not math.isfinite(top):
        return lines(columns, rows, [[("The loss has left every window.", Role.LABEL)]])
    area = Area(
        columns,
        rows,
        linear_axis(low, high, label, columns // CELLS_A_TICK_ACROSS),
        linear_axis(min(least, start_loss), top, "loss", rows // CELLS_A_TICK_DOWN + 1),
        markers,
    )
    held_at = fixed(cut.held, 12, decimals_for(cut.held)).strip()
    legend: list[Span] = [
        (f"{held} held at {held_at}", Role.LABEL),
        (f"{markers.fit.sample} tangent", Role.GRADIENT),
        (f"{markers.fit.sample} step", Role.FIT),
    ]
    at = np.array([cut.start])
    height = start_loss - cut.gradient * cut.start
    layers: list[Layer] = [
        figures.straight_line(area, cut.gradient, height, Role.GRADIENT),
        figures.path(area, x, losses, Role.TEXT),
    ]
    if cut.end is not None:
        along = np.array([cut.start, cut.end, cut.end])
        layers.append(
            figures.path(area, along, np.array([start_loss, start_loss, end_loss]), Role.FIT)
        )
    layers.append(
        figures.marks(area, np.array([cut.lowest]), np.array([least]), markers.goal, Role.REFERENCE)
    )
    layers.append(figures.marks(area, at, np.array([start_loss]), markers.step, Role.FIT))
    layers.append(
        figures.marks(area, np.array([end]), np.array([end_loss]), markers.here, Role.HERE)
    )
    return stack(area, figures.frame(area, legend), layers)
