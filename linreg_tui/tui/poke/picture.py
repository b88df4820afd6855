"""The plane under the cursor: the points, both lines, and the closed form's confidence band."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.inference import inference
from linreg_tui.tui.drawing import figures, layers
from linreg_tui.tui.drawing.area import Area
from linreg_tui.tui.drawing.joint import band_of
from linreg_tui.tui.drawing.legend import legend
from linreg_tui.tui.drawing.markers import Markers
from linreg_tui.tui.drawing.picture import Picture, Role, blank
from linreg_tui.tui.poke.poking import Poking
from linreg_tui.tui.run_view import RunView

GUIDE_SHADE, CURSOR_SHADE = 1, 7
"""Backgrounds of the cursor's row and column, and of its cell."""

POINTS_A_COLUMN = 2
"""Up to so many, each is marked on top of all lines; more of them would hide the lines."""


class PlanePicture:
    """Only the lines and the cursor are drawn anew while the points and the window stay.

    The band is left out until `prepare` is through, since it takes a library that loads slowly.
    """

    def __init__(self, markers: Markers) -> None:
        self._markers = markers
        self._prepared = False
        self._drawn: tuple[Area, Dataset] | None = None

    def prepare(self, data: Dataset) -> None:
        """Get ready to edit these rows, and to draw the band."""
        _ = data.tally, inference(data.line)
        self._prepared = True

    def draw(self, columns: int, rows: int, poking: Poking, view: RunView | None) -> Picture:
        """The picture, with the trained line if there is a view of one."""
        data, markers = poking.edits.data, self._markers
        area = poking.window(columns, rows, markers)
        if not area.has_room:
            return blank(columns, rows)
        few = data.n <= POINTS_A_COLUMN * area.plot_columns
        if self._drawn is None or self._drawn[0] != area or self._drawn[1] is not data:
            self._drawn = area, data
            self._frame = self._empty(area, few)
            x, y = data.sketch
            self._points = (
                figures.marks(area, x, y, markers.point, Role.POINTS)
                if few
                else figures.scatter(area, x, y)
            )
        line = poking.closed_form(view)
        band = band_of(line, inference(line), area) if self._prepared else []
        lines = []
        if view is not None:
            step = view.run.history[view.number]
            lines.append(figures.straight_line(area, step.slope, step.intercept, Role.FIT))
        lines.append(
            figures.straight_line(area, line.slope, line.intercept, Role.REFERENCE, dashed=True)
        )
        inks = [*band, *lines, self._points] if few else [*band, self._points, *lines]
        near = poking.near
        if near is not None and poking.lifted is None:
            x, y = (np.array([place]) for place in poking.edits.place(near))
            inks.append(figures.marks(area, x, y, markers.batch, Role.BATCH))
        x, y = (np.array([place]) for place in poking.cursor)
        cursor = markers.here if poking.lifted is not None else "+"
        inks.append(figures.marks(area, x, y, cursor, Role.HERE))
        return layers.shaded(area, layers.stack(area, self._frame, inks), _guides(area, x, y))

    def _empty(self, area: Area, few: bool) -> Picture:
        markers = self._markers
        band = (f"{markers.trace.sample} 95% band", Role.BAND)
        points = (f"{markers.point if few else markers.points.sample} data", Role.POINTS)
        return figures.frame(area, [points, band, *legend(markers, "fit", "closed form")])


def _guides(area: Area, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The row and the column of the cursor, and its cell."""
    column = min(int(area.x.place(x)[0] * area.plot_columns), area.plot_columns - 1)
    row = min(int((1 - area.y.place(y)[0]) * area.plot_rows), area.plot_rows - 1)
    shades = np.zeros((area.plot_rows, area.plot_columns), np.uint8)
    shades[row], shades[:, column] = GUIDE_SHADE, GUIDE_SHADE
    shades[row, column] = CURSOR_SHADE
    return shades
