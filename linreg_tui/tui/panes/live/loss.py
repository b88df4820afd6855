"""The loss of a run at each step, on a log scale, and what the mouse does there."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from textual import events

from linreg_tui.axes import count_axis, log_axis, most_zoom, zoomed
from linreg_tui.core.history import Curve
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.run import Run
from linreg_tui.core.smoothing import reach_of, running_mean
from linreg_tui.numbers import compact
from linreg_tui.tui.drawing import figures
from linreg_tui.tui.drawing.area import CELLS_A_TICK_ACROSS, CELLS_A_TICK_DOWN, Area
from linreg_tui.tui.drawing.figures import legend
from linreg_tui.tui.drawing.markers import BRAILLE, Markers
from linreg_tui.tui.drawing.picture import QUIET, Layer, Picture, Role, Span, stack
from linreg_tui.tui.drawing.plot import Plot
from linreg_tui.tui.messages import LossZoomed, StepChosen
from linreg_tui.tui.run_view import Plots, RunView

CELLS_A_MARK = 3
"""Where each step has at least this many cells, each one has a mark on the curve."""

ROUNDING_SHARE = 1e-16
"""A loss smaller than this share of the first one is rounding error, not worth more decades."""

VALUE_CELLS = len("1.478e9")
"""Cells of a loss in the legend."""


def most_zoom_of(view: RunView) -> int:
    """Return how far one can zoom into the loss of a run."""
    return most_zoom(view.end, view.run.curve.curve().stride)


class LossPlot(Plot):
    """Shows the loss; the mouse chooses the step in view, and its wheel zooms."""

    def __init__(
        self,
        draw: Callable[[int, int], Picture],
        step_at: Callable[[int, int, int], int | None],
    ) -> None:
        super().__init__(draw, id="loss")
        self._step_at = step_at
        """Returns the step in a column of a picture of this size, if it shows steps."""

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Go to the step under the mouse, from now on until the button is let go."""
        if self._go_to(event):
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Follow the mouse."""
        if self.app.mouse_captured is self:
            self._go_to(event)

    def on_mouse_up(self) -> None:
        """Let the mouse go."""
        self.release_mouse()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Zoom in."""
        self._zoom(event, 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Zoom out."""
        self._zoom(event, -1)

    def _go_to(self, event: events.MouseEvent) -> bool:
        step = self._step_at(*self.size, event.x)
        if step is None:
            return False
        self.post_message(StepChosen(step))
        return True

    def _zoom(self, event: events.MouseEvent, direction: int) -> None:
        event.stop()
        if self._step_at(*self.size, event.x) is not None:
            self.post_message(LossZoomed(direction))


def _before(view: RunView) -> Run | None:
    """Return the run before, if it was trained on the same loss: others can't be compared."""
    return view.trace if view.trace is not None and view.trace.loss == view.run.loss else None


class LossPicture:
    """The loss at each step with the least loss dashed, or the loss above the optimum."""

    def __init__(self, markers: Markers = BRAILLE) -> None:
        self.plots = Plots()
        self._markers = markers
        self._drawn: tuple[Area, list[Span]] | None = None

    def draw(self, columns: int, rows: int, view: RunView) -> Picture:
        """Draw the curve of the run so far, with a mark at the step in view.

        While one looks back, a bar goes through that step, and the legend says what the curves are
        there. The axes move rarely, and only then is the frame drawn again.
        """
        run, step = view.run, view.run.history[view.number]
        thinned = self._curve(run)
        test = self._test(run)
        area = self._area(columns, rows, view, [thinned, *test])
        smooth = self._smooth(thinned, view)
        entries = self._legend(area, view, smooth)
        if self._drawn != (area, entries):
            least = self._least(run)
            level = [] if view.hides_optimum else [figures.level(area, least, Role.REFERENCE)]
            self._still = stack(area, figures.frame(area, entries), level)
            self._drawn = area, entries
        inks = []
        if not view.latest:
            inks.append(figures.bar(area, view.number, Role.AXIS))
        if (before := _before(view)) is not None:
            inks.append(figures.curve(area, self._curve(before), Role.TRACE))
        inks += [figures.curve(area, curve, Role.TEST) for curve in test]
        inks += self._curves(area, thinned, smooth)
        x, y = np.array([float(step.number)]), self._shown(np.array([step.loss]), run)
        inks.append(figures.marks(area, x, y, area.markers.here, Role.HERE))
        return stack(area, self._still, inks)

    def step_at(self, columns: int, rows: int, view: RunView, column: int) -> int | None:
        """Return the step in a column of the picture; None left of the curve."""
        area = self._area(columns, rows, view, [self._curve(view.run), *self._test(view.run)])
        if not area.left <= column < columns:
            return None
        share = (column - area.left + 0.5) / area.plot_columns
        return round(area.x.low + share * (area.x.high - area.x.low))

    def _area(self, columns: int, rows: int, view: RunView, curves: list[Curve]) -> Area:
        left, right = zoomed(view.end, self.plots.zoom, view.number)
        first, last = math.floor(left), math.ceil(right)
        spans = [slice(first // curve.stride, last // curve.stride + 1) for curve in curves]
        lows = [curve.low[seen].min() for curve, seen in zip(curves, spans, strict=True)]
        highs = [curve.high[seen].max() for curve, seen in zip(curves, spans, strict=True)]
        return Area(
            columns,
            rows,
            count_axis(last, "step", columns // CELLS_A_TICK_ACROSS, first),
            log_axis(
                min(self._least(view.run) or math.inf, *map(float, lows)),
                max(map(float, highs)),
                "loss above optimum" if self.plots.above_optimum else "loss",
                rows // CELLS_A_TICK_DOWN + 1,
            ),
            self._markers,
        )

    def _legend(self, area: Area, view: RunView, smooth: Curve | None) -> list[Span]:
        """Return what the curves are, and if there is room, their values at a step looked back to.

        The least loss stands last: it needs no value.
        """
        run, smoothing, number = view.run, self.plots.smoothing, view.number
        step = run.history[number]
        values: dict[str, float | None] = {}
        if (before := _before(view)) is not None:
            known = number <= before.history.last
            values["before"] = before.history[number].loss if known else None
        values["loss"] = step.loss
        if self._test(run):
            values["test loss"] = step.test_loss
        entries = legend(self._markers, *values)
        if smooth is not None:
            place, reach = list(values).index("loss"), reach_of(smoothing, view.end)
            entries[place] = f"{self._markers.points.sample} loss", Role.LABEL
            entries.append(
                (f"{self._markers.loss.sample} mean of {2 * reach + 1:,} steps", Role.FIT)
            )
        if not view.latest:
            less = run.optimum.loss if self.plots.above_optimum else 0.0
            numbers = [None if loss is None else loss - less for loss in values.values()]
            if smooth is not None:
                numbers.append(float(smooth.mean[number // smooth.stride]))
            valued = [
                (f"{text} {compact(number, VALUE_CELLS)}", role)
                for (text, role), number in zip(entries, numbers, strict=True)
            ]
            if figures.legend_fits(area, valued):
                entries = valued
        if not (self.plots.above_optimum or view.hides_optimum):
            name = "closed form" if run.optimum is run.closed_form else "optimum"
            least = legend(self._markers, name)
            # Where not all fit, the first are left out: a second curve needs its name most.
            entries = [*least, *entries] if self._test(run) else [*entries, *least]
        return entries

    def _curves(self, area: Area, thinned: Curve, smooth: Curve | None) -> Iterator[Layer]:
        """Yield the curve, and what it is the mean of if it is smoothed."""
        steps = np.arange(len(thinned.low), dtype=np.float64) * thinned.stride
        if smooth is not None:
            raw = np.append(thinned.low, thinned.high)
            yield figures.scatter(area, np.append(steps, steps), raw, QUIET[Role.FIT])
            yield figures.curve(area, smooth, Role.FIT)
            return
        yield figures.curve(area, thinned, Role.FIT)
        if area.plot_columns >= CELLS_A_MARK * (area.x.high - area.x.low) and thinned.stride == 1:
            yield figures.marks(area, steps, thinned.low, self._markers.step, Role.FIT)

    def _smooth(self, thinned: Curve, view: RunView) -> Curve | None:
        """Return the running mean of the curve, unless it is not smoothed."""
        if self.plots.smoothing == "off":
            return None
        mean = running_mean(thinned, reach_of(self.plots.smoothing, view.end))
        return Curve(thinned.stride, thinned.steps, mean, mean, mean)

    def _test(self, run: Run) -> list[Curve]:
        """Return the loss on the test rows, if any; it is never shown above the optimum."""
        return [] if run.test is None or self.plots.above_optimum else [run.test_curve.curve()]

    def _curve(self, run: Run) -> Curve:
        thinned = run.curve.curve()
        shown = (self._shown(losses, run) for losses in (thinned.low, thinned.high, thinned.mean))
        return Curve(thinned.stride, thinned.steps, *shown)

    def _shown(self, losses: FloatArray, run: Run) -> FloatArray:
        """Return the losses to draw: all or what is above the optimum, at least rounding error."""
        least = run.optimum.loss if self.plots.above_optimum else 0.0
        return np.maximum(losses - least, ROUNDING_SHARE * run.history[0].loss)

    def _least(self, run: Run) -> float:
        return 0.0 if self.plots.above_optimum else run.optimum.loss
