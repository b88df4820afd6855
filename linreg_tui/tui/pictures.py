"""What the panes draw: the data, a run's line at one of its steps, and its loss."""

from __future__ import annotations

import numpy as np

from linreg_tui.core.closed_form import ClosedForm
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.history import Step
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.sgd import Run
from linreg_tui.core.text import printable
from linreg_tui.tui import figures
from linreg_tui.tui.axes import Axis, count_axis, growing, linear_axis, log_axis
from linreg_tui.tui.figures import Area
from linreg_tui.tui.markers import BRAILLE, Ink, Markers
from linreg_tui.tui.picture import Picture, Role, Span

CELLS_A_TICK_ACROSS, CELLS_A_TICK_DOWN = 12, 4
CELLS_A_MARK = 3
"""Where a step takes at least so many cells, each one is marked on the curve of the loss."""

NOTHING = 1e-16
"""A loss so much smaller than the first one is rounding error, not worth more decades."""


def draw_data(data: Dataset, columns: int, rows: int, markers: Markers = BRAILLE) -> Picture:
    """The points alone."""
    area = _data_area(data, columns, rows, markers)
    below = figures.frame(area, [(f"{data.n:,} rows", Role.LABEL)])
    return figures.stack(area, below, [figures.scatter(area, data.x, data.y)])


class FitPicture:
    """The points, the closed form's line dotted, and over them the line that is being fitted."""

    def __init__(self, data: Dataset, optimum: ClosedForm, markers: Markers = BRAILLE) -> None:
        self._data = data
        self._optimum = optimum
        self._markers = markers
        self._area: Area | None = None

    def draw(self, columns: int, rows: int, step: Step) -> Picture:
        """The picture at one step; only the line is drawn anew while the size stays."""
        if self._area is None or (self._area.columns, self._area.rows) != (columns, rows):
            self._area = area = _data_area(self._data, columns, rows, self._markers)
            self._still = figures.stack(
                area,
                figures.frame(area, _legend(self._markers, "data", "fit", "closed form")),
                [
                    figures.scatter(area, self._data.x, self._data.y),
                    figures.straight_line(
                        area,
                        self._optimum.slope,
                        self._optimum.intercept,
                        Role.REFERENCE,
                        dotted=True,
                    ),
                ],
            )
        line = figures.straight_line(self._area, step.slope, step.intercept, Role.FIT)
        return figures.stack(self._area, self._still, [line])


class LossPicture:
    """The loss of every step on a log scale, and the least one dotted."""

    def __init__(self, markers: Markers = BRAILLE) -> None:
        self._markers = markers
        self._area: Area | None = None

    def draw(self, columns: int, rows: int, run: Run, step: Step) -> Picture:
        """The curve of the run so far, with a mark at one of its steps.

        The axes grow in rare, round steps, and only then is the frame drawn anew.
        """
        thinned = run.curve.curve()
        last = growing(run.history.last, run.budget)
        lowest = max(float(thinned.low.min()), NOTHING * run.history[0].loss)
        least = run.optimum.loss or lowest
        area = Area(
            columns,
            rows,
            count_axis(last, "step", columns // CELLS_A_TICK_ACROSS),
            log_axis(
                min(least, lowest),
                float(thinned.high.max()),
                "loss",
                rows // CELLS_A_TICK_DOWN + 1,
            ),
            self._markers,
        )
        if area != self._area:
            self._area = area
            self._still = figures.stack(
                area,
                figures.frame(area, _legend(self._markers, "loss", "closed form")),
                [figures.level(area, run.optimum.loss, Role.REFERENCE)],
            )
        layers = [figures.curve(area, thinned, Role.FIT)]
        if area.plot_columns >= CELLS_A_MARK * last:
            steps = np.arange(len(thinned.low), dtype=np.float64)
            layers.append(figures.marks(area, steps, thinned.low, self._markers.step, Role.FIT))
        here = np.array([float(step.number)]), np.array([step.loss])
        layers.append(figures.marks(area, *here, self._markers.here, Role.HERE))
        return figures.stack(area, self._still, layers)


def _legend(markers: Markers, *names: str) -> list[Span]:
    entries: dict[str, tuple[Ink, Role]] = {
        "data": (markers.points, Role.POINTS),
        "fit": (markers.fit, Role.FIT),
        "loss": (markers.loss, Role.FIT),
        "closed form": (markers.closed_form, Role.REFERENCE),
    }
    return [(f"{entries[name][0].sample} {name}", entries[name][1]) for name in names]


def _data_area(data: Dataset, columns: int, rows: int, markers: Markers) -> Area:
    """A window that holds all points, and 0 where that is not far."""
    return Area(
        columns,
        rows,
        _axis(data.x, data.x_name, columns // CELLS_A_TICK_ACROSS),
        _axis(data.y, data.y_name, max(min(4, rows // 3), rows // CELLS_A_TICK_DOWN)),
        markers,
    )


def _axis(values: FloatArray, name: str, ticks: int) -> Axis:
    low, high = float(values.min()), float(values.max())
    if 0 < low < high / 2:
        low = 0.0
    elif low / 2 < high < 0:
        high = 0.0
    return linear_axis(low, high, printable(name, 30), ticks)
