"""What the panes draw: the data, a run's line at one of its steps, and its loss."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from linreg_tui.axes import Axis, count_axis, growing, linear_axis, log_axis
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.extent import Extent
from linreg_tui.core.history import Curve
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.sgd import Run
from linreg_tui.core.text import printable
from linreg_tui.numbers import rows_of
from linreg_tui.tui.drawing import figures, layers
from linreg_tui.tui.drawing.area import Area
from linreg_tui.tui.drawing.markers import BRAILLE, Markers
from linreg_tui.tui.drawing.picture import Layer, Picture, Role, Span
from linreg_tui.tui.player import View

CELLS_A_TICK_ACROSS, CELLS_A_TICK_DOWN = 12, 4
CELLS_A_MARK = 3
"""Where a step takes at least so many cells, each one is marked on the curve of the loss."""

NOTHING = 1e-16
"""A loss so much smaller than the first one is rounding error, not worth more decades."""

LEAVES = 2.0
"""How many times the data's height the line may leave the window before that grows, and by what."""

GROWS = 5.0

SWINGS = 4
"""Steps over which the window remembers how far the line swung, so that it doesn't jitter."""

NUMBERED = "123456789"
"""The marks of the workers' rows, from the first of them again after the ninth."""

CROWD = 32
"""The points of a batch with more of them lie under the lines, which they would hide."""

STILL_SEEN = 10.0
"""Steps a second up to which each step can be seen for itself."""


def draw_data(data: Dataset, columns: int, rows: int, markers: Markers = BRAILLE) -> Picture:
    """The points alone."""
    area = data_area(data, columns, rows, markers)
    below = figures.frame(area, [(rows_of(data), Role.LABEL)])
    return layers.stack(area, below, [figures.scatter(area, *data.sketch)])


class FitPicture:
    """The points, the line that is being fitted, and over it the closed form's, dashed.

    The window holds the points; a line that leaves it far is followed in a few large steps.
    """

    def __init__(self, data: Dataset, markers: Markers = BRAILLE) -> None:
        self._data = data
        self._markers = markers
        self._home: Area | None = None
        self._drawn: tuple[Area, list[Span]] | None = None

    def draw(self, columns: int, rows: int, view: View) -> Picture:
        """The picture at one step; only the lines are drawn anew while window and size stay."""
        area = self._window(columns, rows, view)
        batch = self._batch(area, view)
        names = ["data", "fit", "closed form"]
        if view.run.segment(view.number).draws is not None:
            names.insert(1, "batch")
        if view.trace is not None:
            names.insert(0, "before")
        entries = legend(self._markers, *names)
        if (workers := view.run.workers) > 1 and "batch" in names:
            numbers = f"{NUMBERED[0]}–{NUMBERED[min(workers, len(NUMBERED)) - 1]}"
            entries[names.index("batch")] = (f"{numbers} workers", Role.BATCH)
        if self._drawn != (area, entries):
            frame = figures.frame(area, entries)
            self._still = layers.stack(area, frame, [figures.scatter(area, *self._data.sketch)])
            self._drawn = area, entries
        step, optimum = view.run.history[view.number], view.run.optimum
        fit = figures.straight_line(area, step.slope, step.intercept, Role.FIT)
        closed_form = figures.straight_line(
            area, optimum.slope, optimum.intercept, Role.REFERENCE, dashed=True
        )
        # Where they meet, each change of colour costs a slow link as much as ten cells.
        lines = [closed_form, fit] if _in_a_blur(view) else [fit, closed_form]
        crowded = (view.run.segment(view.number).settings.batch_size or 0) > CROWD
        trace = [] if view.trace is None else [self._trace(area, view.trace, view.number)]
        marked = [] if batch is None else [batch]
        return layers.stack(
            area, self._still, [*trace, *(marked + lines if crowded else lines + marked)]
        )

    def _window(self, columns: int, rows: int, view: View) -> Area:
        if self._home is None or (self._home.columns, self._home.rows) != (columns, rows):
            self._home = data_area(self._data, columns, rows, self._markers)
        area = self._home
        steps = np.arange(max(0, view.number - SWINGS), view.number + 1)
        slopes, intercepts, _, _ = view.run.history.at(steps)
        with np.errstate(over="ignore"):
            ends = np.outer([area.x.low, area.x.high], slopes) + intercepts
            middle, half = area.y.low / 2 + area.y.high / 2, area.y.high / 2 - area.y.low / 2
            reach = float(np.abs(ends - middle).max()) / half
        if not reach > 1 + 2 * LEAVES:
            return area
        steps_out = math.log(min(reach, 1e290) / (1 + 2 * LEAVES), GROWS)
        half *= (1 + 2 * LEAVES) * GROWS ** math.ceil(steps_out)
        ticks = max(min(4, rows // 3), rows // CELLS_A_TICK_DOWN)
        return replace(area, y=linear_axis(middle - half, middle + half, area.y.label, ticks))

    def _batch(self, area: Area, view: View) -> Layer | None:
        """The points of the batch in view, where it can be seen; those of each worker numbered."""
        if view.number == 0 or _in_a_blur(view):
            return None
        rows = view.run.batch(view.number)
        if rows is None:
            return None
        glyph = area.markers.batch
        if (workers := view.run.workers) > 1:
            # In turns, so that where many points are, it is not the last worker's that are seen.
            sizes = [len(part) for part in np.array_split(rows, workers)]
            share = np.repeat(np.arange(workers), sizes)
            place = np.argsort(np.arange(len(rows)) - np.searchsorted(share, share), kind="stable")
            rows, share = rows[place], share[place]
            glyph = "".join(NUMBERED[k % len(NUMBERED)] for k in share)
        return figures.marks(area, self._data.x[rows], self._data.y[rows], glyph, Role.BATCH)

    def _trace(self, area: Area, trace: Run, number: int) -> Layer:
        step = trace.history[min(number, trace.history.last)]
        return figures.straight_line(area, step.slope, step.intercept, Role.TRACE)


class LossPicture:
    """The loss of every step on a log scale, and the least one dashed; or how far it is above."""

    def __init__(self, markers: Markers = BRAILLE) -> None:
        self.above_optimum = False
        self._markers = markers
        self._drawn: tuple[Area, list[Span]] | None = None

    def draw(self, columns: int, rows: int, view: View) -> Picture:
        """The curve of the run so far, with a mark at one of its steps.

        The axes grow in rare, round steps, and only then is the frame drawn anew.
        """
        run, step = view.run, view.run.history[view.number]
        thinned = self._curve(run)
        last = growing(run.history.last, run.budget)
        lowest = float(thinned.low.min())
        area = Area(
            columns,
            rows,
            count_axis(last, "step", columns // CELLS_A_TICK_ACROSS),
            log_axis(
                min(self._least(run) or lowest, lowest),
                float(thinned.high.max()),
                "loss above optimum" if self.above_optimum else "loss",
                rows // CELLS_A_TICK_DOWN + 1,
            ),
            self._markers,
        )
        names = ["loss"] if self.above_optimum else ["loss", "closed form"]
        entries = legend(self._markers, *names if view.trace is None else ("before", *names))
        if self._drawn != (area, entries):
            level = figures.level(area, self._least(run), Role.REFERENCE)
            self._still = layers.stack(area, figures.frame(area, entries), [level])
            self._drawn = area, entries
        inks = []
        if view.trace is not None:
            inks.append(figures.curve(area, self._curve(view.trace), Role.TRACE))
        inks.append(figures.curve(area, thinned, Role.FIT))
        if area.plot_columns >= CELLS_A_MARK * last:
            steps = np.arange(len(thinned.low), dtype=np.float64)
            inks.append(figures.marks(area, steps, thinned.low, self._markers.step, Role.FIT))
        loss = self._shown(np.array([step.loss]), run)
        inks.append(_here(area, float(step.number), float(loss[0])))
        return layers.stack(area, self._still, inks)

    def _curve(self, run: Run) -> Curve:
        thinned = run.curve.curve()
        return Curve(thinned.stride, self._shown(thinned.low, run), self._shown(thinned.high, run))

    def _shown(self, losses: FloatArray, run: Run) -> FloatArray:
        """What is drawn of losses: all, or what is above the optimum, but no rounding error."""
        least = run.optimum.loss if self.above_optimum else 0.0
        return np.maximum(losses - least, NOTHING * run.history[0].loss)

    def _least(self, run: Run) -> float:
        return 0.0 if self.above_optimum else run.optimum.loss


def _in_a_blur(view: View) -> bool:
    """Whether steps follow one another too fast to be seen one by one."""
    return view.running and view.pace > STILL_SEEN


def _here(area: Area, x: float, y: float) -> Layer:
    return figures.marks(area, np.array([x]), np.array([y]), area.markers.here, Role.HERE)


def legend(markers: Markers, *names: str) -> list[Span]:
    """What these are drawn with."""
    known: dict[str, tuple[str, Role]] = {
        "before": (markers.trace.sample, Role.TRACE),
        "data": (markers.points.sample, Role.POINTS),
        "batch": (markers.batch, Role.BATCH),
        "fit": (markers.fit.sample, Role.FIT),
        "loss": (markers.loss.sample, Role.FIT),
        "closed form": (markers.closed_form.sample, Role.REFERENCE),
    }
    return [(f"{known[name][0]} {name}", known[name][1]) for name in names]


def data_area(
    data: Dataset, columns: int, rows: int, markers: Markers, extent: Extent | None = None
) -> Area:
    """A window that holds all points, or others if that is given, and 0 where that is not far."""
    held = extent or data.extent
    x, y = np.array([held.left, held.right]), np.array([held.low, held.high])
    return window(columns, rows, (x, data.x_name), (y, data.y_name), markers)


def window(
    columns: int,
    rows: int,
    x: tuple[FloatArray, str],
    y: tuple[FloatArray, str],
    markers: Markers,
) -> Area:
    """One that holds finite values of x and y, each with its name, and 0 where that is not far."""
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
