"""The loss of a run at each step, on a log scale."""

from __future__ import annotations

import numpy as np

from linreg_tui.axes import count_axis, growing, log_axis
from linreg_tui.core.history import Curve
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.run import Run
from linreg_tui.tui.drawing import figures
from linreg_tui.tui.drawing.area import CELLS_A_TICK_ACROSS, CELLS_A_TICK_DOWN, Area
from linreg_tui.tui.drawing.figures import legend
from linreg_tui.tui.drawing.markers import BRAILLE, Markers
from linreg_tui.tui.drawing.picture import Layer, Picture, Role, Span, stack
from linreg_tui.tui.run_view import RunView

CELLS_A_MARK = 3
"""Where each step has at least this many cells, each one has a mark on the curve."""

ROUNDING_SHARE = 1e-16
"""A loss smaller than this share of the first one is rounding error, not worth more decades."""


class LossPicture:
    """The loss at each step with the least loss dashed, or the loss above the optimum."""

    def __init__(self, markers: Markers = BRAILLE) -> None:
        self.above_optimum = False
        self._markers = markers
        self._drawn: tuple[Area, list[Span]] | None = None

    def draw(self, columns: int, rows: int, view: RunView) -> Picture:
        """Draw the curve of the run so far, with a mark at the step in view.

        The axes grow rarely, to round numbers, and only then is the frame drawn again.
        """
        run, step = view.run, view.run.history[view.number]
        thinned = self._curve(run)
        test = self._test(run)
        last = growing(run.history.last, run.budget)
        lowest = min(float(curve.low.min()) for curve in (thinned, *test))
        highest = max(float(curve.high.max()) for curve in (thinned, *test))
        area = Area(
            columns,
            rows,
            count_axis(last, "step", columns // CELLS_A_TICK_ACROSS),
            log_axis(
                min(self._least(run) or lowest, lowest),
                highest,
                "loss above optimum" if self.above_optimum else "loss",
                rows // CELLS_A_TICK_DOWN + 1,
            ),
            self._markers,
        )
        names = ["loss", *(["test loss"] if test else [])]
        if not self.above_optimum:
            names.append("closed form" if run.optimum is run.closed_form else "optimum")
        entries = legend(self._markers, *names if view.trace is None else ("before", *names))
        if self._drawn != (area, entries):
            level = figures.level(area, self._least(run), Role.REFERENCE)
            self._still = stack(area, figures.frame(area, entries), [level])
            self._drawn = area, entries
        inks = []
        if view.trace is not None:
            inks.append(figures.curve(area, self._curve(view.trace), Role.TRACE))
        inks += [figures.curve(area, curve, Role.TEST) for curve in test]
        inks.append(figures.curve(area, thinned, Role.FIT))
        if area.plot_columns >= CELLS_A_MARK * last:
            steps = np.arange(len(thinned.low), dtype=np.float64)
            inks.append(figures.marks(area, steps, thinned.low, self._markers.step, Role.FIT))
        loss = self._shown(np.array([step.loss]), run)
        inks.append(_here(area, float(step.number), float(loss[0])))
        return stack(area, self._still, inks)

    def _test(self, run: Run) -> list[Curve]:
        """Return the loss on the test rows, if any; it is never shown above the optimum."""
        return [] if run.test is None or self.above_optimum else [run.test_curve.curve()]

    def _curve(self, run: Run) -> Curve:
        thinned = run.curve.curve()
        shown = (self._shown(losses, run) for losses in (thinned.low, thinned.high, thinned.mean))
        return Curve(thinned.stride, thinned.steps, *shown)

    def _shown(self, losses: FloatArray, run: Run) -> FloatArray:
        """Return the losses to draw: all or what is above the optimum, at least rounding error."""
        least = run.optimum.loss if self.above_optimum else 0.0
        return np.maximum(losses - least, ROUNDING_SHARE * run.history[0].loss)

    def _least(self, run: Run) -> float:
        return 0.0 if self.above_optimum else run.optimum.loss


def _here(area: Area, x: float, y: float) -> Layer:
    return figures.marks(area, np.array([x]), np.array([y]), area.markers.here, Role.HERE)
