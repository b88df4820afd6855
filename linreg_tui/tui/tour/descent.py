"""Gradient descent on a loss of one parameter, with a learning rate to choose."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from linreg_tui.axes import linear_axis
from linreg_tui.core.losses1d import FIGURE_7, descend
from linreg_tui.core.moments import FloatArray
from linreg_tui.numbers import fixed, rate
from linreg_tui.tour.scenes import Descent
from linreg_tui.tui.drawing import figures
from linreg_tui.tui.drawing.area import CELLS_A_TICK_ACROSS, CELLS_A_TICK_DOWN, Area
from linreg_tui.tui.drawing.markers import BRAILLE, Markers
from linreg_tui.tui.drawing.picture import Picture, Role, Span, blank, lines, stack, write
from linreg_tui.tui.drawing.plot import Plot
from linreg_tui.tui.keys import CURVE_KEYS, bindings
from linreg_tui.tui.panes.live.large import large, large_rows

RATES = (
    *(0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98),
    *(1.0, 1.02, 1.05, 1.1, 1.2, 1.4, 1.65, 2.0, 3.0),
)
"""The rates to choose from: few where little changes, many around the limit of x²."""


STILL = Descent(FIGURE_7.loss, FIGURE_7.start, ())
"""What is shown before the first scene."""


class Walk:
    """The path of gradient descent from the scene's start, with its rates or a chosen one."""

    def __init__(self, scene: Descent) -> None:
        self.scene = scene
        self.rates = scene.rates
        self.shown = scene.shown
        self.path = self._path()

    @property
    def last(self) -> int:
        """The number of the last step; less than the number of rates if x overflows."""
        return len(self.path) - 1

    @property
    def x(self) -> float:
        """The present x."""
        return float(self.path[self.shown])

    @property
    def loss(self) -> float:
        """The loss at x."""
        return float(self.scene.loss.value(self.x))

    @property
    def slope(self) -> float:
        """The derivative of the loss at x."""
        return float(self.scene.loss.derivative(self.x))

    @property
    def rate(self) -> float | None:
        """The rate of the next step, or of the last one at its end; None without steps."""
        return self.rates[min(self.shown, len(self.rates) - 1)] if self.rates else None

    def show_step(self, step: int) -> None:
        """Show the nearest step that exists."""
        self.shown = min(max(step, 0), self.last)

    def turn(self, direction: int) -> None:
        """Use the next larger (1) or smaller (-1) rate for all steps, at the same step."""
        if not (self.scene.turned and self.rates):
            return
        now = self.rates[0]
        larger = [rate for rate in RATES if rate > now]
        smaller = [rate for rate in RATES if rate < now]
        one = min(larger, default=now) if direction > 0 else max(smaller, default=now)
        self.rates = (one,) * len(self.rates)
        self.path = self._path()
        self.show_step(self.shown)

    def _path(self) -> FloatArray:
        path = descend(self.scene.loss, self.scene.start, self.rates)
        far = np.flatnonzero(np.abs(path) > FAR_X)
        return path[: far[0] + 1] if len(far) else path


FAR_X = 1e6
"""Beyond this there is nothing to see."""


PACES = (1.0, 2.0, 3.0, 5.0, 10.0)
"""Steps a second."""

FIRST_PACE = 3.0
RECENT_STEPS = 3
"""Steps drawn with lines; the others are only points, or they would cover everything."""

CURVE_POINTS = 400
"""Points of the curve."""


class DescentPane(Vertical):
    """The loss, the path down it, and the numbers of the step; its keys are the live view's."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(CURVE_KEYS)

    def __init__(self, walk: Walk, markers: Markers = BRAILLE) -> None:
        super().__init__(id="descent")
        self.walk_down = walk
        self._markers = markers
        self._pace = FIRST_PACE

    def compose(self) -> ComposeResult:
        """Compose the picture, two lines of numbers, and the large digits."""
        yield Plot(lambda c, r: draw_descent(c, r, self.walk_down, self._markers))
        yield Plot(lambda c, r: draw_numbers(c, r, self.walk_down), id="descent-numbers")
        yield Plot(
            lambda c, r: draw_large_rate(c, r, self.walk_down, self._markers), id="descent-large"
        )

    def on_mount(self) -> None:
        """Make the clock, which doesn't run yet."""
        self._clock = self.set_interval(1 / FIRST_PACE, self._go_on, pause=True)
        self._moving = False

    def show(self, walk: Walk) -> None:
        """Show another walk, at rest."""
        self._pause()
        self._set_pace(FIRST_PACE)
        self.walk_down = walk
        self._redraw()

    def set_alone(self, *, alone: bool) -> None:
        """Show the pane and use the keyboard, or stop."""
        self.display = self.can_focus = alone
        if alone:
            self.screen.set_focus(self)  # at once, before the next key
            self.focus()  # and again, if it was hidden until now
        elif self.has_focus:
            self.screen.set_focus(None)

    def draw_with(self, markers: Markers) -> None:
        """Draw with other markers."""
        self._markers = markers
        self.query_one("#descent-large").styles.height = large_rows(markers)
        self._redraw()

    @property
    def running(self) -> bool:
        """Whether it runs."""
        return self._moving

    def action_toggle_run(self) -> None:
        """Run or pause; at the end, run again."""
        if self._moving:
            self._pause()
            return
        if self.walk_down.shown == self.walk_down.last:
            self.walk_down.show_step(0)
        self._moving = self.walk_down.last > 0
        if self._moving:
            self._clock.reset()
            self._clock.resume()
        self._redraw()

    def action_walk(self, steps: int) -> None:
        """Go so many steps on, or back."""
        self._show_step(self.walk_down.shown + steps)

    def action_first_step(self) -> None:
        """Go to the start."""
        self._show_step(0)

    def action_last_step(self) -> None:
        """Go to the last step."""
        self._show_step(self.walk_down.last)

    def action_restart(self) -> None:
        """Return to the scene's own rates and its start."""
        self._pause()
        self.walk_down = Walk(self.walk_down.scene)
        self._show_step(0)

    def action_scale_rates(self, direction: int) -> None:
        """Choose a larger (1) or smaller (-1) rate."""
        self.walk_down.turn(direction)
        self._redraw()

    def action_change_pace(self, direction: int) -> None:
        """Run faster (1) or slower (-1)."""
        place = PACES.index(self._pace) + direction
        self._set_pace(PACES[min(max(place, 0), len(PACES) - 1)])

    def _show_step(self, step: int) -> None:
        self._pause()
        self.walk_down.show_step(step)
        self._redraw()

    def _set_pace(self, pace: float) -> None:
        self._pace = pace
        self._clock.stop()
        self._clock = self.set_interval(1 / pace, self._go_on, pause=not self._moving)

    def _pause(self) -> None:
        self._moving = False
        self._clock.pause()

    def _go_on(self) -> None:
        self.walk_down.show_step(self.walk_down.shown + 1)
        if self.walk_down.shown == self.walk_down.last:
            self._pause()
        self._redraw()

    def _redraw(self) -> None:
        for plot in self.query(Plot):
            plot.redraw()


def draw_descent(columns: int, rows: int, walk: Walk, markers: Markers) -> Picture:
    """Draw the curve, the path so far, and the present point with its tangent."""
    scene = walk.scene
    x = np.linspace(-scene.reach, scene.reach, CURVE_POINTS)
    loss = scene.loss.value(x)
    area = Area(
        columns,
        rows,
        linear_axis(-scene.reach, scene.reach, scene.label, columns // CELLS_A_TICK_ACROSS),
        linear_axis(
            float(loss.min()), float(loss.max()), "loss", max(2, rows // CELLS_A_TICK_DOWN)
        ),
        markers,
    )
    path = walk.path[: walk.shown + 1]
    height = scene.loss.value(path)
    legend: list[Span] = [(scene.loss.name, Role.REFERENCE)]
    slope, tangent = walk.slope, []
    if walk.rates:
        legend.append((f"{markers.fit.sample} tangent", Role.GRADIENT))
        tangent = [figures.straight_line(area, slope, walk.loss - slope * walk.x, Role.GRADIENT)]
        legend.append((f"{markers.fit.sample} gradient descent", Role.FIT))
    return stack(
        area,
        figures.frame(area, legend),
        [
            *tangent,
            figures.path(area, x, loss, Role.REFERENCE),
            figures.path(area, path[-RECENT_STEPS - 1 :], height[-RECENT_STEPS - 1 :], Role.FIT),
            figures.marks(area, path, height, markers.step, Role.FIT),
            figures.marks(area, path[-1:], height[-1:], markers.here, Role.HERE),
        ],
    )


def draw_numbers(columns: int, rows: int, walk: Walk) -> Picture:
    """Draw the present point's numbers, and the calculation of the next step."""
    text: list[list[Span]] = [[]]
    for label, number in (("step", f"{walk.shown:>3}"), *_numbers(walk)):
        text[0] += [(f"{label} ", Role.LABEL), (number, Role.TEXT), ("   ", Role.NOTHING)]
    if abs(walk.x) > walk.scene.reach:
        text[0].append(("left the picture", Role.BAD))
    if walk.rate is not None:
        text.append(
            [
                ("η ", Role.LABEL),
                (f"{rate(walk.rate):<6}", Role.FIT),
                (" x' = x − η·slope = ", Role.LABEL),
                (f"{walk.x:.4g} − {rate(walk.rate)}·{_signed(walk.slope)} = ", Role.TEXT),
                (f"{walk.x - walk.rate * walk.slope:.4g}", Role.FIT),
            ]
        )
    return lines(columns, rows, text)


def draw_large_rate(columns: int, rows: int, walk: Walk, markers: Markers) -> Picture:
    """Draw the learning rate, x and the loss in large digits."""
    picture = blank(columns, rows)
    if rows < large_rows(markers):
        return picture
    numbers = [] if walk.rate is None else [("learning rate η", rate(walk.rate), Role.FIT)]
    numbers += [
        (f"step {walk.shown}: {walk.scene.label}", f"{walk.x:.2f}", Role.TEXT),
        ("loss", f"{walk.loss:.2f}", Role.TEXT),
    ]
    for place, (label, number, role) in enumerate(numbers):
        start = place * columns // 3
        write(picture, 0, start, label, Role.LABEL)
        for row, line in enumerate(large(number, markers), 1):
            write(picture, row, start, line, role)
    return picture


def _numbers(walk: Walk) -> list[tuple[str, str]]:
    values = ((walk.scene.label, walk.x), ("loss", walk.loss), ("slope", walk.slope))
    return [(label, fixed(value, 8, 4)) for label, value in values]


def _signed(value: float) -> str:
    return f"({value:.4g})" if value < 0 else f"{value:.4g}"
