"""The timeline: how far a run is, which step is in view, and where something happened."""

from __future__ import annotations

from collections.abc import Callable

from textual import events

from linreg_tui.core.run import Kind
from linreg_tui.core.run import events as events_of
from linreg_tui.tui.drawing.picture import Picture, Role, blank, write
from linreg_tui.tui.drawing.plot import Plot
from linreg_tui.tui.messages import StepChosen
from linreg_tui.tui.run_view import RunView

EVENTS: dict[Kind, tuple[str, Role]] = {
    "changed": ("◆", Role.REFERENCE),
    "branched": ("◇", Role.REFERENCE),
    "rose": ("▲", Role.BATCH),
    "arrived": ("✓", Role.GOOD),
    "diverged": ("✗", Role.BAD),
}
"""Later ones cover earlier ones."""


class Timeline(Plot):
    """A bar of one row; a click goes to a step."""

    def __init__(self, view: Callable[[], RunView]) -> None:
        super().__init__(lambda columns, _: draw_timeline(columns, view()), id="timeline")
        self._view = view

    def on_click(self, event: events.Click) -> None:
        """Go to the step that was clicked."""
        view = self._view()
        start, width = _bar(self.size.width, view)
        if width > 1 and start <= event.x < start + width:
            self.post_message(StepChosen(round((event.x - start) / (width - 1) * view.end)))


def draw_timeline(columns: int, view: RunView) -> Picture:
    """Draw 0 ━━━━━━▲━━━●━━────── 30: heavy for trained steps, light for those to come."""
    picture = blank(columns, 1)
    last = view.end
    start, width = _bar(columns, view)
    if width < 2:
        return picture

    def place(step: int) -> int:
        return start + round(min(step, last) / last * (width - 1))

    write(picture, 0, 0, "0", Role.LABEL)
    write(picture, 0, start + width + 1, f"{last:,}", Role.LABEL)
    write(picture, 0, start, "─" * width, Role.AXIS)
    write(picture, 0, start, "━" * (place(view.run.history.last) - start + 1), Role.LABEL)
    happened = events_of(view.run)
    for kind, (glyph, role) in EVENTS.items():
        for event in happened:
            if event.kind == kind:
                write(picture, 0, place(event.step), glyph, role)
    write(picture, 0, place(view.number), "●", Role.HERE)
    return picture


def _bar(columns: int, view: RunView) -> tuple[int, int]:
    """Return the first column and the width of the bar."""
    return 2, columns - 2 - len(f" {view.end:,}")
