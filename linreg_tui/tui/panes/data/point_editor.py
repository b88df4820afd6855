"""A cursor over the points, and what it does to them."""

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

ASPECT = 2.0
"""How many times as high as wide a cell is."""

REACH = 3.0
"""Widths of a cell from the cursor within which a point can be taken hold of."""

FINER = 5.0
"""A coordinate of the cursor is off the middle of its cell by less than this part of it."""


class PointEditor:
    """The edits, the cursor, and the row that is lifted, None if none is.

    The cursor walks in cells of the window that was drawn last. The window holds all that it has
    held since editing began, so that it never jumps to and fro.
    """

    def __init__(self, edits: Edits) -> None:
        self.edits = edits
        line = edits.data.line
        self.cursor = line.moments.mean_x, line.moments.mean_y
        self.lifted: int | None = None
        self._before_lifting = edits
        self._reach: Extent = edits.data.extent
        self.area: Area | None = None
        """The window that was drawn last."""

    def closed_form(self, view: RunView | None) -> ClosedForm:
        """The least-squares line of the rows that the run in view is trained on, or else of all."""
        data = self.edits.data
        if view is not None and view.run.all_data is data:
            return view.run.closed_form
        return data.line

    def window(self, columns: int, rows: int, markers: Markers) -> Area:
        """Where everything is drawn, in which the cursor walks from now on."""
        self._reach = self._reach.joined(self.edits.data.extent).with_points([self.cursor])
        first = self.area is None
        self.area = area = data_area(self.edits.data, columns, rows, markers, self._reach)
        if first and area.has_room:
            x, y = self.cursor
            self.cursor = (
                _middle(area.x, area.plot_columns, _cell(area.x, area.plot_columns, x)),
                _middle(area.y, area.plot_rows, _cell(area.y, area.plot_rows, y)),
            )
        return area

    @property
    def near(self) -> int | None:
        """The row that can be taken hold of: the one that is lifted, or the nearest in reach.

        Of those that are equally near, the one that was added last.
        """
        if self.lifted is not None or self.area is None:
            return self.lifted
        area, (x, y) = self.area, self.edits.data.sketch
        across = _cells(area.x, area.plot_columns, x, self.cursor[0])
        down = ASPECT * _cells(area.y, area.plot_rows, y, self.cursor[1])
        distance = across * across + down * down
        nearest = len(distance) - 1 - int(distance[::-1].argmin())
        if distance[nearest] > REACH * REACH:
            return None
        return int(self.edits.data.sketched[nearest])

    @property
    def beneath(self) -> int:
        """How many others lie exactly where the near one does."""
        if self.near is None:
            return 0
        (x, y), (here_x, here_y) = self.edits.data.sketch, self.edits.place(self.near)
        return int(np.count_nonzero((x == here_x) & (y == here_y))) - 1

    @property
    def decimals(self) -> tuple[int, int]:
        """Decimals after the point that tell one cell from the next, of x and of y."""
        if self.area is None:
            return 2, 2
        area = self.area
        return (
            max(0, _decimals(area.x, area.plot_columns)),
            max(0, _decimals(area.y, area.plot_rows)),
        )

    def go(self, right: int, up: int) -> None:
        """Walk so many cells; what is lifted comes along. Beyond its border the window grows."""
        if self.area is None or not self.area.has_room:
            return
        area = self.area
        self._go_to(
            _stepped(area.x, area.plot_columns, self.cursor[0], right),
            _stepped(area.y, area.plot_rows, self.cursor[1], up),
        )

    def point_to(self, column: int, row: int) -> None:
        """Go to a cell of the picture, if it is one of the window."""
        area = self.area
        if area is None or not (area.left <= column < area.columns and 1 <= row <= area.plot_rows):
            return
        self._go_to(
            _middle(area.x, area.plot_columns, column - area.left),
            _middle(area.y, area.plot_rows, area.plot_rows - row),
        )

    def next(self, direction: int) -> None:
        """To the next point to the right (1) or left (-1), from the last one to the first."""
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
        """A point at the cursor; what is lifted is put down there instead.

        Raises
        ------
        InputError
            If that is not possible; nothing has changed then.
        """
        if self.lifted is not None:
            self.put_down()
        else:
            self.edits = self.edits.add(*self.cursor)

    def lift(self) -> None:
        """Take hold of the nearest point, or put down what is lifted.

        Raises
        ------
        InputError
            If no point is near.
        """
        if self.lifted is not None:
            self.put_down()
            return
        row = self._taken_hold_of()
        self.lifted, self._before_lifting = row, self.edits
        self.cursor = self.edits.place(row)

    def put_down(self) -> None:
        """Leave what is lifted where it is."""
        self.lifted = None

    def put_back(self) -> None:
        """Leave what is lifted where it was."""
        if self.lifted is not None:
            self.lifted, self.edits = None, self._before_lifting

    def take_out(self) -> None:
        """Without the nearest point.

        Raises
        ------
        InputError
            If no point is near, or that is not possible; nothing has changed then.
        """
        row = self._taken_hold_of()
        before = self.edits if self.lifted is None else self._before_lifting
        self.edits = before.remove(row)
        self.lifted = None

    def undo(self) -> None:
        """Take the last edit back; what is lifted is put back."""
        if self.lifted is not None:
            self.put_back()
        else:
            self.edits = self.edits.undo()

    def redo(self) -> None:
        """Do again what was taken back."""
        if self.lifted is None:
            self.edits = self.edits.redo()

    def _taken_hold_of(self) -> int:
        if self.near is None:
            raise InputError("no point near; n goes to the next one")
        return self.near

    def _go_to(self, x: float, y: float) -> None:
        self.cursor = x, y
        if self.lifted is not None:
            # Of the edits before, so that all of the way is one edit.
            self.edits = self._before_lifting.move(self.lifted, x, y)


def _cells(axis: Axis, cells: int, values: FloatArray, origin: float) -> FloatArray:
    """How many cells values are from one of them."""
    places = axis.place(values) - axis.place(np.array([origin]))
    return places * cells


def _stepped(axis: Axis, cells: int, value: float, steps: int) -> float:
    """The middle of the cell that is so many steps on; the value itself without a step."""
    if steps == 0:
        return value
    return _middle(axis, cells, _cell(axis, cells, value) + steps)


def _cell(axis: Axis, cells: int, value: float) -> int:
    """The cell that a value is in."""
    return min(max(int(axis.place(np.array([value]))[0] * cells), 0), cells - 1)


def _middle(axis: Axis, cells: int, cell: int) -> float:
    """A short number near the middle of a cell."""
    share = (cell + 0.5) / cells
    return round(axis.low + share * (axis.high - axis.low), _decimals(axis, cells))


def _decimals(axis: Axis, cells: int) -> int:
    """To so many decimals a number near the middle of a cell is still in it; to tens if -1."""
    return -math.floor(math.log10((axis.high - axis.low) / cells / FINER))
