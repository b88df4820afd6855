"""The learning curves on the screen: they can have the keyboard, and the mouse."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message

from linreg_tui.tui.drawing.plot import Plot
from linreg_tui.tui.keys import CURSOR_KEYS, bindings
from linreg_tui.tui.messages import CurvesChosen
from linreg_tui.tui.panes.sweep.curves import Curves
from linreg_tui.tui.panes.sweep.curves_view import CurvesView


class CurvesPlot(Plot):
    """Shows the curves; it asks for other views of them, and never changes its own."""

    class Left(Message):
        """The user wants the table to have the keyboard."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(CURSOR_KEYS)

    def __init__(self, curves: Callable[[], Curves], group: Callable[[], int | None]) -> None:
        super().__init__(lambda columns, rows: curves().draw(columns, rows), id="sweep-curves")
        self._curves = curves
        self._group = group
        """Returns the group of the row under the table's cursor."""

    def action_move_cursor(self, steps: int) -> None:
        """Move the cursor by so many steps of its own."""
        curves = self._curves()
        self._choose(curves.view.moved(steps, curves.last))

    def action_move_to_start(self) -> None:
        """Move the cursor to the start."""
        self._move_to(0.0)

    def action_move_to_end(self) -> None:
        """Move the cursor to the end."""
        self._move_to(self._curves().last)

    def action_pin(self) -> None:
        """Pin the curve of the row under the table's cursor, or let it go."""
        group = self._group()
        if group is not None:
            self._choose(self._curves().view.pin(group))

    def action_leave(self) -> None:
        """Give the keyboard back to the table."""
        self.post_message(self.Left())

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Move the cursor to the mouse, from now on until the button is let go."""
        if event.y == 0:
            group = self._curves().group_at(self.size.width, event.x)
            if group is not None:
                self._choose(self._curves().view.pin(group))
        else:
            self.capture_mouse()
            self._move_to_mouse(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Move the cursor along with the mouse."""
        if self.app.mouse_captured is self:
            self._move_to_mouse(event)

    def on_mouse_up(self) -> None:
        """Let the mouse go."""
        self.release_mouse()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Zoom in."""
        event.stop()
        self._zoom(1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Zoom out."""
        event.stop()
        self._zoom(-1)

    def _zoom(self, direction: int) -> None:
        curves = self._curves()
        self._choose(curves.view.zoomed(direction, curves.most_zoom))

    def _move_to_mouse(self, event: events.MouseEvent) -> None:
        place = self._curves().place_at(*self.size, event.x, event.y)
        if place is not None:
            self._move_to(place)

    def _move_to(self, place: float) -> None:
        curves = self._curves()
        self._choose(curves.view.at(place, curves.last))

    def _choose(self, view: CurvesView) -> None:
        self.post_message(CurvesChosen(view))
