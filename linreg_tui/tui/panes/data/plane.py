"""The plane for editing points: the points, both lines, and what is under the cursor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from textual import events
from textual.message import Message

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.inference import inference
from linreg_tui.core.losses import Optimum
from linreg_tui.numbers import above_optimum, decimals_of_line, fixed, fixed_loss
from linreg_tui.tui.drawing import figures
from linreg_tui.tui.drawing.area import Area
from linreg_tui.tui.drawing.figures import legend
from linreg_tui.tui.drawing.markers import Markers
from linreg_tui.tui.drawing.picture import Picture, Role, Span, blank, lines, shaded, stack
from linreg_tui.tui.drawing.plot import Plot
from linreg_tui.tui.panes.data.joint import band_of
from linreg_tui.tui.panes.data.point_editor import PointEditor
from linreg_tui.tui.run_view import RunView

GUIDE_SHADE, CURSOR_SHADE = 1, 7
"""Backgrounds of the cursor's row and column, and of its cell."""

"""Up to this many, each point is marked above all lines; more would hide the lines."""

NARROW_COLUMNS = 50
"""On fewer columns, only what matters most about the cursor is shown."""

NUMBER_CELLS = 12


class Plane(Plot):
    """A plot that can have the keyboard."""

    class Clicked(Message):
        """A cell of the picture was clicked."""

        def __init__(self, column: int, row: int) -> None:
            super().__init__()
            self.column, self.row = column, row

    def on_click(self, event: events.Click) -> None:
        """Post the cell that was clicked."""
        self.post_message(self.Clicked(event.x, event.y))


class PlanePicture:
    """The picture of the plane; while points and window stay, only lines and cursor are redrawn.

    The band is left out until `prepare` has run, since it needs a library that loads slowly.
    """

    def __init__(self, markers: Markers) -> None:
        self._markers = markers
        self._prepared = False
        self._drawn: tuple[Area, Dataset] | None = None

    def prepare(self, data: Dataset) -> None:
        """Prepare for editing these rows and for drawing the band."""
        _ = data.tally, inference(data.line)
        self._prepared = True

    def draw(self, columns: int, rows: int, editor: PointEditor, view: RunView | None) -> Picture:
        """Draw the plane, with the trained line if `view` has one."""
        data, markers = editor.edits.data, self._markers
        area = editor.window(columns, rows, markers)
        if not area.has_room:
            return blank(columns, rows)
        few = figures.are_few(area, data)
        if self._drawn is None or self._drawn[0] != area or self._drawn[1] is not data:
            self._drawn = area, data
            self._frame = self._empty(area, few)
            self._points = figures.data_points(area, data)
        line = editor.closed_form(view)
        inks = [self._points, *(band_of(line, inference(line), area) if self._prepared else [])]
        inks.append(
            figures.straight_line(area, line.slope, line.intercept, Role.REFERENCE, dashed=True)
        )
        if view is not None:
            step = view.run.history[view.number]
            inks.append(figures.straight_line(area, step.slope, step.intercept, Role.FIT))
        near = editor.near
        if near is not None and editor.lifted is None:
            x, y = (np.array([place]) for place in editor.edits.place(near))
            inks.append(figures.marks(area, x, y, markers.batch, Role.BATCH))
        x, y = (np.array([place]) for place in editor.cursor)
        cursor = markers.here if editor.lifted is not None else "+"
        inks.append(figures.marks(area, x, y, cursor, Role.HERE))
        return shaded(area, stack(area, self._frame, inks), _guides(area, x, y))

    def _empty(self, area: Area, few: bool) -> Picture:
        markers = self._markers
        band = (f"{markers.trace.sample} 95% band", Role.BAND)
        points = (f"{markers.point if few else markers.points.sample} data", Role.POINTS)
        return figures.frame(area, [points, band, *legend(markers, "fit", "closed form")])


def _guides(area: Area, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return the shades of the cursor's row, column and cell."""
    column = min(int(area.x.place(x)[0] * area.plot_columns), area.plot_columns - 1)
    row = min(int((1 - area.y.place(y)[0]) * area.plot_rows), area.plot_rows - 1)
    shades = np.zeros((area.plot_rows, area.plot_columns), np.uint8)
    shades[row], shades[:, column] = GUIDE_SHADE, GUIDE_SHADE
    shades[row, column] = CURSOR_SHADE
    return shades


def draw_under_cursor(
    columns: int, rows: int, editor: PointEditor, view: RunView | None
) -> Picture:
    """Draw two lines about the cursor; below them, where they fit, one for each fitted line."""
    narrow = columns < NARROW_COLUMNS
    text = [_cursor(editor, narrow), _near(editor, narrow), _closed_form(editor, view), *_fit(view)]
    return lines(columns, rows, text)


def _cursor(editor: PointEditor, narrow: bool) -> list[Span]:
    data, (x, y), (of_x, of_y) = editor.edits.data, editor.cursor, editor.decimals
    width, gap = (8, " ") if narrow else (10, "   ")
    _, _, edited = data.source.rpartition(", edited: ")
    count = f"{data.n:,}" if narrow else f"{data.n:,} rows"
    return [
        ("x ", Role.LABEL),
        (fixed(x, width, of_x), Role.HERE),
        (f"{gap}y ", Role.LABEL),
        (fixed(y, width, of_y), Role.HERE),
        (f"{gap} {count}", Role.TEXT),
        ("" if data is editor.edits.original else f", {edited}", Role.TEXT),
    ]


def _near(editor: PointEditor, narrow: bool) -> list[Span]:
    near = editor.near
    if near is None:
        return [("no point near; a adds one, n goes to the next", Role.LABEL)]
    name = f"row {near:,}"  # counted from 0, as in the table
    if editor.beneath > 0:
        name += f" (and {editor.beneath} beneath)"
    if editor.lifted is not None:
        back = "" if narrow else ", esc puts it back"
        return [(f"{name} is lifted: ", Role.TEXT), (f"enter puts it down{back}", Role.LABEL)]
    actions = "enter lifts, k takes out"
    if not narrow:
        actions = "enter lifts it, k takes it out"
        x, y = (
            fixed(place, NUMBER_CELLS, decimals).strip()
            for place, decimals in zip(editor.edits.place(near), editor.decimals, strict=True)
        )
        name += f" at {x}, {y}"
    return [(f"{name}: ", Role.TEXT), (actions, Role.LABEL)]


def _closed_form(editor: PointEditor, view: RunView | None) -> list[Span]:
    line = editor.closed_form(view)
    return _numbers("closed form", line, line.slope, line.intercept, line.loss, Role.REFERENCE)


def _fit(view: RunView | None) -> list[list[Span]]:
    if view is None:
        return []
    step, optimum = view.run.history[view.number], view.run.optimum
    above = above_optimum(optimum, step.slope, step.intercept)
    name = f"fit {'▶' if view.running else '‖'}"
    numbers = _numbers(name, optimum, step.slope, step.intercept, step.loss, Role.FIT)
    return [[*numbers, (f"  +{above}", Role.TEXT)]]


def _numbers(
    name: str, optimum: Optimum, slope: float, intercept: float, loss: float, role: Role
) -> list[Span]:
    of_slope, of_intercept = decimals_of_line(optimum)
    return [
        (name.ljust(12), role),
        ("m ", Role.LABEL),
        (fixed(slope, NUMBER_CELLS, of_slope), role),
        ("  b ", Role.LABEL),
        (fixed(intercept, NUMBER_CELLS, of_intercept), role),
        ("  loss ", Role.LABEL),
        (fixed_loss(loss, optimum), Role.TEXT),
    ]
