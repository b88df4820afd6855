"""Edits of a data set, which can be undone. The original rows never change.

The edited rows are a data set of their own. Making it doesn't go over the unchanged rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from linreg_tui.core.by_value import ByValue
from linreg_tui.core.closed_form import ClosedForm, Sums, fit
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.moments import FloatArray, Moments
from linreg_tui.core.sketch import Extent
from linreg_tui.core.tally import Tally

Point = tuple[float, float]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class _Columns(ByValue):
    """x and y of edited rows, in the order of their numbers, made when they are first needed."""

    original: Dataset
    changed: Mapping[int, Point | None] = field(hash=False)

    @cached_property
    def x(self) -> FloatArray:
        """The column, of shape (n,), read-only."""
        return self._column(self.original.x, 0)

    @cached_property
    def y(self) -> FloatArray:
        """The column, of shape (n,), read-only."""
        return self._column(self.original.y, 1)

    def _column(self, values: FloatArray, place: int) -> FloatArray:
        edited, remaining = values.copy(), np.ones(len(values), dtype=np.bool_)
        added = []
        for row, point in sorted(self.changed.items()):
            if point is None:
                remaining[row] = False
            elif row >= len(values):
                added.append(point[place])
            else:
                edited[row] = point[place]
        column = np.concatenate([edited[remaining], added])
        column.flags.writeable = False
        return column


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class EditedDataset(_Columns, Dataset):
    """The rows of another data set, with the changes in `changed`.

    `changed` has the new point of each edited row by its number, or None if the row was removed.
    Numbers from the original's n on belong to added rows. `tally` is the tally of the edited rows.

    Two edited data sets are equal if their originals and their changes are. None of them equals a
    data set that was not edited: its rows keep their numbers, which decide the test rows.
    """

    tally: Tally = field(compare=False)
    # Neither passed nor set, so that attribute lookup finds those of _Columns.
    x: FloatArray = field(init=False, compare=False)
    y: FloatArray = field(init=False, compare=False)

    def __post_init__(self) -> None:
        pass  # there are no x and y yet to make read-only

    @staticmethod
    def of(original: Dataset, changed: Mapping[int, Point | None], tally: Tally) -> EditedDataset:
        """Return the original with these changes; its source says how many there are."""
        return EditedDataset(
            f"{original.source}, edited: {_summary(original.n, changed)}",
            original.x_name,
            original.y_name,
            dropped=original.dropped,
            whole=original.whole,
            missing=original.missing,
            columns=original.columns,
            notes=original.notes,
            dropped_cells=original.dropped_cells,
            dates=original.dates,
            original=original,
            changed=changed,
            tally=tally,
        )

    @property
    def n(self) -> int:
        """The number of rows."""
        return self.tally.sums.n

    @property
    def row_numbers(self) -> NDArray[np.intp]:
        """The number of each row: its place in the original, or a new number for an added row."""
        numbers = np.arange(self.original.n)
        removed = [row for row, point in self.changed.items() if point is None]
        added = sorted(row for row in self.changed if row >= self.original.n)
        return np.concatenate([np.delete(numbers, removed), np.array(added, dtype=np.intp)])

    @cached_property
    def line(self) -> ClosedForm:
        """The least-squares line; raises an InputError if there is none."""
        return fit(self.x, self.y) if self.tally.has_lost_digits else self.tally.line()

    @cached_property
    def moments(self) -> Moments[float]:
        """The moments of all rows."""
        return self.line.moments

    @cached_property
    def sums(self) -> Sums:
        """The sums of the closed form's formula."""
        return self.tally.raw()

    @cached_property
    def extent(self) -> Extent:
        """The extent of the original together with the points that were added or moved.

        So the window stays as it is when a point on its border is removed.
        """
        return self.original.extent.with_points(self._points)

    @cached_property
    def sketched(self) -> NDArray[np.intp]:
        """The numbers of some rows, enough to draw a picture of all."""
        rows = np.array([row for row, point in self.changed.items() if point is not None], np.intp)
        return np.concatenate([self.original.sketched[self._unchanged], rows])

    @cached_property
    def sketch(self) -> tuple[FloatArray, FloatArray]:
        """The points to draw, x and y."""
        points = np.array(self._points).reshape(-1, 2)
        old_x, old_y = (values[self._unchanged] for values in self.original.sketch)
        return np.concatenate([old_x, points[:, 0]]), np.concatenate([old_y, points[:, 1]])

    @property
    def _points(self) -> list[Point]:
        return [point for point in self.changed.values() if point is not None]

    @cached_property
    def _unchanged(self) -> NDArray[np.bool_]:
        """Which of the original's sketched rows are unchanged."""
        return np.isin(self.original.sketched, list(self.changed), invert=True)


def _summary(n: int, changed: Mapping[int, Point | None]) -> str:
    """Return how many rows were added, removed and moved, such as "+2 −1, 3 moved"."""
    added = sum(row >= n for row in changed)
    removed = sum(point is None for point in changed.values())
    moved = len(changed) - added - removed
    counts = [*([f"+{added:,}"] if added else []), *([f"−{removed:,}"] if removed else [])]
    parts = [" ".join(counts)] if counts else []
    return ", ".join([*parts, *([f"{moved:,} moved"] if moved else [])])


LEAST_ROWS = 2


@dataclass(frozen=True, slots=True)
class Edit:
    """A row that was moved, added (`before` is None) or removed (`after` is None)."""

    row: int
    before: Point | None
    after: Point | None


@dataclass(frozen=True, slots=True)
class Edits:
    """A data set with the edits that were done and those that were undone, each in order.

    `data` has the rows as they are now. A row keeps its number: its place in the original, or the
    next unused number for an added row.
    """

    original: Dataset
    data: Dataset
    done: tuple[Edit, ...] = ()
    undone: tuple[Edit, ...] = ()

    @staticmethod
    def of(original: Dataset) -> Edits:
        """Return a data set without edits."""
        return Edits(original, original)

    def place(self, row: int) -> Point:
        """Return the point of a row as it is now."""
        changed = self.data.changed if isinstance(self.data, EditedDataset) else {}
        return changed.get(row) or (float(self.original.x[row]), float(self.original.y[row]))

    def add(self, x: float, y: float) -> Edits:
        """Add a row.

        Raises
        ------
        InputError
            If the rows have no line afterwards.
        """
        added = sum(edit.before is None for edit in self.done)
        return self._with(Edit(self.original.n + added, None, (x, y)))

    def remove(self, row: int) -> Edits:
        """Remove a row.

        Raises
        ------
        InputError
            If the other rows have no line.
        """
        if self.data.n <= LEAST_ROWS:
            raise InputError(f"a line takes {LEAST_ROWS} rows; add one before you remove this one")
        return self._with(Edit(row, self.place(row), None))

    def move(self, row: int, x: float, y: float) -> Edits:
        """Move a row; return these edits if it is there already.

        Raises
        ------
        InputError
            If the rows have no line afterwards.
        """
        before = self.place(row)
        return self if before == (x, y) else self._with(Edit(row, before, (x, y)))

    def undo(self) -> Edits:
        """Undo the last edit; return these edits if there is none."""
        if not self.done:
            return self
        *earlier, last = self.done
        data = self._changed(Edit(last.row, last.after, last.before))
        return replace(self, data=data, done=tuple(earlier), undone=(*self.undone, last))

    def redo(self) -> Edits:
        """Redo the edit that was undone last; return these edits if there is none."""
        if not self.undone:
            return self
        *others, last = self.undone
        data = self._changed(last)
        return replace(self, data=data, done=(*self.done, last), undone=tuple(others))

    def _with(self, edit: Edit) -> Edits:
        return replace(self, data=self._changed(edit), done=(*self.done, edit), undone=())

    def _changed(self, edit: Edit) -> Dataset:
        """Return the rows after one more edit, or raise an InputError if they have no line."""
        now = self.data
        tally = now.tally
        if edit.before is not None:
            tally = tally.without_row(*edit.before)
        if edit.after is not None:
            tally = tally.with_row(*edit.after)
        changed = dict(now.changed) if isinstance(now, EditedDataset) else {}
        changed[edit.row] = edit.after
        if edit.row >= self.original.n:
            if edit.after is None:
                del changed[edit.row]
        elif edit.after == (self.original.x[edit.row], self.original.y[edit.row]):
            del changed[edit.row]
        if not changed:
            return self.original
        data = EditedDataset.of(self.original, changed, tally)
        try:
            _ = data.line
        except InputError as error:
            why = str(error).partition(";")[0]
            raise InputError(f"{why}; so this edit was not made") from None
        return data
