"""Live SGD: the line over the points, the numbers and the loss, all at one step of a run."""

from __future__ import annotations

import math
import time
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.strip import Strip

from linreg_tui.tui.drawing.markers import BRAILLE, Markers
from linreg_tui.tui.drawing.picture import Picture
from linreg_tui.tui.drawing.plot import Plot
from linreg_tui.tui.keys import HAND_KEYS, bindings
from linreg_tui.tui.messages import HandEnded, HandMoved
from linreg_tui.tui.panes.live.fit import FitPicture
from linreg_tui.tui.panes.live.landscape import LandscapePicture
from linreg_tui.tui.panes.live.large import draw_large, large_rows
from linreg_tui.tui.panes.live.loss import LossPicture, LossPlot
from linreg_tui.tui.panes.live.readout import draw_readout
from linreg_tui.tui.panes.live.slices import draw_slices
from linreg_tui.tui.panes.live.step_readout import draw_update
from linreg_tui.tui.panes.live.timeline import Timeline
from linreg_tui.tui.run_view import Plots, RunView, too_fast_to_see

NUMBERS, NUMBERS_SECONDS = ("readout", "gradient"), 0.1
"""Plots of numbers, and the seconds that each of their values stays where steps are too fast."""

PICTURE_COLUMNS = 80
"""Columns of a picture that is exported."""


class LivePane(Vertical):
    """Shows a run at one of its steps; `plots` says which plots, and how they are drawn."""

    BORDER_TITLE = "3 Live SGD"
    BINDINGS: ClassVar[list[BindingType]] = bindings(HAND_KEYS)
    """They work while it has the keyboard, that is while the line is fitted by hand."""

    def __init__(self, view: RunView, plots: Plots, markers: Markers = BRAILLE) -> None:
        super().__init__(id="live", classes="pane")
        self.view = view
        self.plots = plots
        self._markers = markers
        self._numbers_at = -math.inf
        self._make_pictures()

    def compose(self) -> ComposeResult:
        """Compose the fit, the loss or its landscape, the numbers, and the timeline."""
        with Container(id="plots"):
            yield Plot(lambda c, r: self._fit.draw(c, r, self.view, self.plots.residuals), id="fit")
            yield LossPlot(self._draw_second, self._step_at)
        yield Plot(lambda c, r: draw_readout(c, r, self.view), id="readout")
        yield Plot(lambda c, r: draw_update(c, r, self.view), id="gradient")
        yield Plot(lambda c, r: draw_large(c, r, self.view, self._markers), id="large")
        yield Timeline(lambda: self.view)

    def show(self, view: RunView, plots: Plots) -> None:
        """Show another step, another run, or other plots."""
        before, self.view = self.view.run, view
        if view.run.all_data is not before.all_data:
            self._make_pictures()
        self.plots = plots
        self._loss.plots = plots
        self._landscape.standardized = plots.z_scores
        self.set_class(plots.plot == "landscape", "landscape")
        self.set_class(plots.plot == "loss", "loss-first")
        self.set_class(plots.gradient, "with-gradient")
        self.set_class(view.run.test is not None, "tested")
        self._redraw()

    def set_by_hand(self, *, by_hand: bool) -> None:
        """Use the keyboard to fit by hand, or stop."""
        self.can_focus = by_hand
        self.border_title = (
            f"{self.BORDER_TITLE} · fitting by hand" if by_hand else self.BORDER_TITLE
        )
        if by_hand:
            self.screen.set_focus(self)  # at once, before the next key
        elif self.has_focus:
            self.screen.set_focus(None)

    def action_tilt(self, times: int) -> None:
        """Tilt the line."""
        self.post_message(HandMoved(lambda hand: hand.tilted(times)))

    def action_lift(self, times: int) -> None:
        """Move the line up or down."""
        self.post_message(HandMoved(lambda hand: hand.lifted(times)))

    def action_reveal(self) -> None:
        """Show or hide the optimum."""
        self.post_message(HandMoved(lambda hand: hand.reveal()))

    def action_let_go(self) -> None:
        """Let SGD go on from the line."""
        self.post_message(HandEnded(let_go=True))

    def action_put_back(self) -> None:
        """Go back to the run that was there."""
        self.post_message(HandEnded(let_go=False))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the line that is fitted by hand."""
        if self.can_focus and self._drag(event):
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag the line to the mouse."""
        if self.can_focus and event.button:
            self._drag(event)

    def on_mouse_up(self) -> None:
        """Let go of the line."""
        self.release_mouse()

    def _drag(self, event: events.MouseEvent) -> bool:
        """Move the line to the mouse, if it is over the picture of the fit."""
        plot = self.query_one("#fit", Plot)
        at = event.screen_offset - plot.region.offset
        point = self._fit.point_at(at.x, at.y)
        if point is None:
            return False
        self.post_message(HandMoved(lambda hand: hand.through(*point)))
        return True

    def draw_with(self, markers: Markers) -> None:
        """Draw with other markers."""
        self._markers = markers
        self._make_pictures()
        self.query_one("#large").styles.height = large_rows(markers)
        self.show(self.view, self.plots)

    def picture(self) -> list[Strip]:
        """Return line, numbers and loss as they are in view, at a size that suits an export."""
        fit, loss = (14, 24) if self.plots.plot == "landscape" else (22, 14)
        return [
            strip
            for name, rows in (("fit", fit), ("loss", loss), ("readout", 4))
            for strip in self.query_one(f"#{name}", Plot).drawn(PICTURE_COLUMNS, rows)
        ]

    def _draw_second(self, columns: int, rows: int) -> Picture:
        """Draw the loss over the steps, its landscape, or, for a step by hand, its slices."""
        if self.plots.gradient and self.plots.plot != "landscape":
            return draw_slices(columns, rows, self.view, self._markers)
        second = self._landscape if self.plots.plot == "landscape" else self._loss
        return second.draw(columns, rows, self.view)

    def _step_at(self, columns: int, rows: int, x: int) -> int | None:
        """Return the step in a column of the loss; None while something else is in its place."""
        if self.plots.gradient or self.plots.plot == "landscape":
            return None
        return self._loss.step_at(columns, rows, self.view, x)

    def _make_pictures(self) -> None:
        data = self.view.run.all_data
        self._fit = FitPicture(data, self._markers)
        self._loss = LossPicture(self._markers)
        self._landscape = LandscapePicture(data, self._markers)

    def _redraw(self) -> None:
        now = time.monotonic()
        hurried = too_fast_to_see(self.view) and now - self._numbers_at < NUMBERS_SECONDS
        if not hurried:
            self._numbers_at = now
        for plot in self.query(Plot):
            if not (hurried and plot.id in NUMBERS):
                plot.redraw()
