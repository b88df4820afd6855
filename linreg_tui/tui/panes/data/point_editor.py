"""A cursor over the points, and the edits that it makes."""

from __future__ import annotations

import math

import numpy as np

from linreg_tui.axes import Axis
from linreg_tui.core.closed_form import ClosedForm
from linreg_tui.core.edits import Edits
from linreg_tui.core.errors import InputError
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.sketch import Extent
from linreg_tui.tui.drawing.area import Area, data_area
from linreg_tui.tui.drawing.markers import Markers
from linreg_tui.tui.run_view import RunView

CELL_ASPECT = 2.0
"""A cell's height in cell widths."""

REACH_CELLS = 3.0
"""A point within this distance of the cursor can be lifted, in cell widths."""

FINENESS = 5.0
"""The cursor is off the middle of its cell by less than this fraction of the cell."""


class PointEditor:
    """The edits, the cursor, and the row that is lifted, None if none is.

    The cursor moves by cells of the window that was drawn last. The window never shrinks while
    points are edited, so that it doesn't jump to and fro.
    """

    def __init__(self, edits: Edits) -> None:
        self.edits = edits
        line = edits.data.line
        self.cursor = line.moments.mean_x, line.moments.mean_y
        self.lifted: int | None = None
        self._before_lifting = edits
        self._extent: Extent = edits.data.extent
        self.area: Area | None = None
        """The window that was drawn last."""

    def closed_form(self, view: RunView | None) -> ClosedForm:
        """Return the least-squares line of the training rows of the run in view, or of all rows."""
        data = self.edits.data
        if view is not None and view.run.all_data is data:
            return view.run.closed_form
        return data.line

    def window(self, columns: int, rows: int, markers: Markers) -> Area:
        """Return the window to draw; the cursor moves by its cells from now on."""
        self._extent = self._extent.joined(self.edits.data.extent).with_points([self.cursor])
        first = self.area is None
        self.area = area = data_area(self.edits.data, columns, rows, markers, self._extent)
        if first and area.has_room:
            x, y = self.cursor
            self.cursor = (
                _middle(area.x, area.plot_columns, _cell(area.x, area.plot_columns, x)),
                _middle(area.y, area.plot_rows, _cell(area.y, area.plot_rows, y)),
            )
        return area

    @property
    def near(self) -> int | None:
        """The row that can be lifted: the one that is lifted already, or the nearest within reach.

        Of rows equally near, it is the one added last.
        """
        if self.lifted is not None or self.area is None:
            return self.lifted
        area, (x, y) = self.area, self.edits.data.sketch
        across = _cells(area.x, area.plot_columns, x, self.cursor[0])
        down = CELL_ASPECT * _cells(area.y, area.plot_rows, y, self.cursor[1])
        distance = across * across + down * down
        nearest = len(distance) - 1 - int(distance[::-1].argmin())
        if distance[nearest] > REACH_CELLS * REACH_CELLS:
            return None
        return int(self.edits.data.sketched[nearest])

    @property
    def beneath(self) -> int:
        """How many other points lie exactly where the near one does."""
        if self.near is None:
            return 0
        (x, y), (here_x, here_y) = self.edits.data.sketch, self.edits.place(self.near)
        return int(np.count_nonzero((x == here_x) & (y == here_y))) - 1

    @property
    def decimals(self) -> tuple[int, int]:
        """Decimals of x and of y that tell one cell from the next."""
        if self.area is None:
            return 2, 2
        area = self.area
        return (
            max(0, _decimals(area.x, area.plot_columns)),
            max(0, _decimals(area.y, area.plot_rows)),
        )

    def go(self, right: int, up: int) -> None:
        """Move by so many cells, with what is lifted; the window grows beyond its border."""
        if self.area is None or not self.area.has_room:
            return
        area = self.area
        self._go_to(
            _stepped(area.x, area.plot_columns, self.cursor[0], right),
            _stepped(area.y, area.plot_rows, self.cursor[1], up),
        )

    def point_to(self, column: int, row: int) -> None:
        """Go to a cell of the picture, if it lies in the window."""
        area = self.area
        if area is None or not (area.left <= column < area.columns and 1 <= row <= area.plot_rows):
            return
        self._go_to(
            _middle(area.x, area.plot_columns, column - area.left),
            _middle(area.y, area.plot_rows, area.plot_rows - row),
        )

    def next(self, direction: int) -> None:
        """Go to the next point to the right (1) or left (-1), from the last to the first."""
        if self.lifted is not None:
            return
        x, y = self.edits.data.sketch
        here_x, here_y = (direction * place for place in self.cursor)
        x, y = direction * x, direction * y
        further = np.flatnonzero((x > here_x) | ((x == here_x) & (y > here_y)))
        if not len(further):
            further = np.arange(len(x))
        first = further[x[further] == x[further].min()]
        chosen = first[y[first].argmin()]
        self.cursor = float(direction * x[chosen]), float(direction * y[chosen])

    def add(self) -> None:
        """Add a point at the cursor, or put down what is lifted.

        Raises
        ------
        InputError
            If that is not possible; then nothing changes.
        """
        if self.lifted is not None:
            self.put_down()
        else:
            self.edits = self.edits.add(*self.cursor)

    def lift(self) -> None:
        """Lift the nearest point, or put down what is lifted.

        Raises
        ------
        InputError
            If no point is near.
        """
        if self.lifted is not None:
            self.put_down()
            return
        row = self._near_row()
        self.lifted, self._before_lifting = row, self.edits
        self.cursor = self.edits.place(row)

    def put_down(self) -> None:
        """Leave what is lifted where it is now."""
        self.lifted = None

    def put_back(self) -> None:
        """Return what is lifted to where it was."""
        if self.lifted is not None:
            self.lifted, self.edits = None, self._before_lifting

    def remove(self) -> None:
        """Remove the nearest point.

        Raises
        ------
        InputError
            If no point is near, or that is not possible; then nothing changes.
        """
        row = self._near_row()
        before = self.edits if self.lifted is None else self._before_lifting
        self.edits = before.remove(row)
        self.lifted = None

    def undo(self) -> None:
        """Undo the last edit, or put back what is lifted."""
        if self.lifted is not None:
            self.put_back()
        else:
            self.edits = self.edits.undo()

    def redo(self) -> None:
        """Redo the edit undone last."""
        if self.lifted is None:
            self.edits = self.edits.redo()

    def _near_row(self) -> int:
        if self.near is None:
            raise InputError("no point near; n goes to the next one")
        return self.near

    def _go_to(self, x: float, y: float) -> None:
        self.cursor = x, y
        if self.lifted is not None:
            # From the edits before lifting, so that the whole move is one edit.
            self.edits = self._before_lifting.move(self.lifted, x, y)


def _cells(axis: Axis, cells: int, values: FloatArray, origin: float) -> FloatArray:
    """Return how many cells values are from the origin."""
    places = axis.place(values) - axis.place(np.array([origin]))
    return places * cells


def _stepped(axis: Axis, cells: int, value: float, steps: int) -> float:
    """Return the middle of the cell so many steps on; the value itself for no step."""
    if steps == 0:
        return value
    return _middle(axis, cells, _cell(axis, cells, value) + steps)


def _cell(axis: Axis, cells: int, value: float) -> int:
    """Return the cell that a value is in."""
    return min(max(int(axis.place(np.array([value]))[0] * cells), 0), cells - 1)


def _middle(axis: Axis, cells: int, cell: int) -> float:
    """Return a short number near the middle of a cell."""
    share = (cell + 0.5) / cells
    return round(axis.low + share * (axis.high - axis.low), _decimals(axis, cells))


def _decimals(axis: Axis, cells: int) -> int:
    """Return how many decimals keep a number near a cell's middle in the cell; -1 for tens."""
    return -math.floor(math.log10((axis.high - axis.low) / cells / FINENESS))
