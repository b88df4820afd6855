"""The table of a sweep as a picture, in which only what changed is painted again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from rich.cells import cell_len
from textual import events
from textual.message import Message

from linreg_tui.core.trials import Result
from linreg_tui.sweeps.table import Cells, Row, State, aligned
from linreg_tui.tui.drawing.markers import Markers
from linreg_tui.tui.drawing.picture import Picture, Role, blank, write
from linreg_tui.tui.drawing.plot import Plot
from linreg_tui.tui.panes.sweep.curves import marker, role
from linreg_tui.tui.panes.sweep.table_view import TableView

SPARK_CELLS = 10

LOWEST_SHARE = 0.01
"""The sparkline's lowest level, as a share of the limit for converged."""


def spark(results: Sequence[Result], levels: str) -> str:
    """Return the first repeat's loss above the optimum over its steps, on a log scale.

    The scale runs from a hundredth of a percent of the least loss to the loss at the start, so it
    is the same for all trainings from one start. A loss above the start stays on the highest level.
    """
    first = min(results, key=lambda result: result.trial.repeat)
    curve, lowest = first.curve, LOWEST_SHARE * first.near
    excess = np.maximum(np.sqrt(curve.low) * np.sqrt(curve.high) - first.optimum.loss, lowest)
    height = np.log(excess / lowest)
    share = np.clip(height / (height[0] or 1.0), 0, 1)
    places = np.linspace(0, len(share) - 1, SPARK_CELLS).round().astype(np.intp)
    return "".join(levels[round(level * (len(levels) - 1))] for level in share[places].tolist())


GAP_CELLS = 2
MARK_CELLS = 3
"""Cells before the first column: the cursor and the row's mark."""

LEAST_WIDTHS = {"slope": 8, "intercept": 10, "above": 7, "status": 9, "steps": 4}
"""Widths of columns from the start, so that they rarely grow."""

EXPENDABLE = ("loss", "time", "predicted", "steps", "slope", "intercept", "curve")
"""Columns left out first where not all fit; before them, the rates of a scale."""

STATES = {
    "converged": Role.GOOD,
    "diverged": Role.BAD,
    "stopped": Role.TEXT,
    "running": Role.FIT,
    "waiting": Role.LABEL,
}

CURSOR_SHADE = 4


class TrialTable(Plot):
    """Shows a view; it can have the keyboard, and its keys are the pane's."""

    class Changed(Message):
        """The mouse chose another row, column or order."""

    def __init__(self, view: Callable[[], TableView], markers: Markers) -> None:
        super().__init__(self.draw_view, id="trials")
        self._view = view
        self._markers = markers
        self._top = 0
        self._widths: dict[str, int] = {}
        self._shown: tuple[TableView, State | None] | None = None
        self._lefts: dict[str, int] = {}

    def draw_with(self, markers: Markers) -> None:
        """Draw with other markers."""
        self._markers = markers
        self.redraw()

    @property
    def page(self) -> int:
        """Rows below the heading."""
        return max(1, self.size.height - 1)

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to a row, mark it, or sort by a column's heading."""
        view = self._view()
        rows = view.rows
        if event.y == 0:
            names = [name for name, left in self._lefts.items() if left <= event.x + GAP_CELLS]
            if names:
                view.column = names[-1]
                view.sort()
        elif self._top + event.y - 1 < len(rows):
            view.go(self._top + event.y - 1 - view.place(rows))
            if event.x < MARK_CELLS:
                view.mark()
        self.post_message(self.Changed())

    def on_mouse_scroll_down(self) -> None:
        """Move the cursor down by a row."""
        self._view().go(1)
        self.post_message(self.Changed())

    def on_mouse_scroll_up(self) -> None:
        """Move the cursor up by a row."""
        self._view().go(-1)
        self.post_message(self.Changed())

    def draw_view(self, columns: int, rows: int) -> Picture:
        """Draw the heading and the rows around the cursor."""
        view, picture = self._view(), blank(columns, rows)
        if columns < MARK_CELLS or rows < 1:
            return picture
        if (view, view.only) != self._shown:
            self._shown, self._widths, self._top = (view, view.only), dict(LEAST_WIDTHS), 0
        shown = view.rows
        here, page = view.place(shown), max(1, rows - 1)
        self._top = max(min(self._top, here), here - page + 1, 0)
        self._top = min(self._top, max(0, len(shown) - page))
        window = shown[self._top : self._top + page]
        texts = [self._texts(view, row) for row in window]
        self._lefts = self._fit(view, texts, columns)
        self._write_heading(picture, view)
        for number, (row, cells) in enumerate(zip(window, texts, strict=True), start=1):
            ink = view.marked.get(row.group)
            if ink is not None:
                write(picture, number, 1, marker(ink, self._markers), role(ink))
            if self.can_focus and self._top + number - 1 == here:
                write(picture, number, 0, "▸", Role.TEXT)
                picture.shades[number] = CURSOR_SHADE if self.has_focus else 0
            for name, left in self._lefts.items():
                text = aligned(cells.get(name, ""), name, self._widths[name])
                write(picture, number, left, text, _role(name, row.state, ink))
        if not shown:
            write(picture, min(1, rows - 1), MARK_CELLS, _empty_words(view), Role.LABEL)
        return picture

    def _texts(self, view: TableView, row: Row) -> Cells:
        cells = view.cells(row)
        if row.results:
            cells["curve"] = spark(row.results, self._markers.levels)
        return cells

    def _fit(self, view: TableView, texts: list[Cells], columns: int) -> dict[str, int]:
        """Return where each column that fits begins; the cursor's column always does."""
        names = view.names
        for name in names:
            title = cell_len(_title(view, name))
            widest = max((cell_len(cells.get(name, "")) for cells in texts), default=0)
            self._widths[name] = max(self._widths.get(name, 0), title, widest)

        def fits() -> bool:
            # If some columns are left out, an ellipsis needs a place of its own.
            sign = GAP_CELLS * (len(names) < len(view.names))
            return (
                MARK_CELLS
                - GAP_CELLS
                + sum(self._widths[name] + GAP_CELLS for name in names)
                + sign
                <= columns
            )

        of_scale = ("rate b", "rate m") if view.columns.scales else ()
        for name in (*of_scale, *EXPENDABLE):
            if fits():
                break
            if name in names and name not in (view.sorted_by, view.column):
                names.remove(name)
        lefts, left = {}, MARK_CELLS
        for name in names:
            lefts[name] = left
            left += self._widths[name] + GAP_CELLS
        return lefts

    def _write_heading(self, picture: Picture, view: TableView) -> None:
        for name, left in self._lefts.items():
            text = aligned(_title(view, name), name, self._widths[name])
            chosen = self.has_focus and name == view.column
            write(picture, 0, left, text, Role.HERE if chosen else Role.LABEL)
            if chosen:
                picture.shades[0, left : left + self._widths[name]] = CURSOR_SHADE
        if len(self._lefts) < len(view.names):
            write(picture, 0, len(picture.glyphs[0]) - 1, "…", Role.LABEL)


def _title(view: TableView, name: str) -> str:
    if name != view.sorted_by:
        return name
    return f"{name} {'↓' if view.descending else '↑'}"


def _role(name: str, state: str, ink: int | None) -> Role:
    if name == "status":
        return STATES[state]
    if name == "curve":
        return Role.FIT if ink is None else role(ink)
    return Role.TEXT


def _empty_words(view: TableView) -> str:
    return f"no training is {view.only}; f shows others" if view.only else "nothing to train"
