"""Edits of a data set, each of which can be undone; the rows there were at first never change.

The edited rows are a data set of their own, made without a look at all the others.
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
    """x and y of edited rows, in the order of their numbers; put together when first asked for."""

    original: Dataset
    changed: Mapping[int, Point | None] = field(hash=False)

    @cached_property
    def x(self) -> FloatArray:
        """Of shape (n,), read-only."""
        return self._column(self.original.x, 0)

    @cached_property
    def y(self) -> FloatArray:
        """Of shape (n,), read-only."""
        return self._column(self.original.y, 1)

    def _column(self, values: FloatArray, place: int) -> FloatArray:
        whole, kept = values.copy(), np.ones(len(values), dtype=np.bool_)
        added = []
        for row, point in sorted(self.changed.items()):
            if point is None:
                kept[row] = False
            elif row >= len(values):
                added.append(point[place])
            else:
                whole[row] = point[place]
        column = np.concatenate([whole[kept], added])
        column.flags.writeable = False
        return column


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class EditedDataset(_Columns, Dataset):
    """The rows of another data set but those in `changed`, which gives their places now.

    None is the place of a row that is gone. Numbers from the original's n on are of rows that were
    added. `tally` is that of all the rows as they are.

    Two are equal if their originals and their changes are. None equals a data set that was not
    edited: its rows keep their numbers, and these decide which rows are held out.
    """

    tally: Tally = field(compare=False)
    # Neither given nor set, so that they are looked up in _Columns.
    x: FloatArray = field(init=False, compare=False)
    y: FloatArray = field(init=False, compare=False)

    def __post_init__(self) -> None:
        pass  # there are no x and y yet to make read-only

    @staticmethod
    def of(original: Dataset, changed: Mapping[int, Point | None], tally: Tally) -> EditedDataset:
        """The original with these changes; its source tells how many there are."""
        return EditedDataset(
            f"{original.source}, edited: {_told(original.n, changed)}",
            original.x_name,
            original.y_name,
            dropped=original.dropped,
            whole=original.whole,
            missing=original.missing,
            columns=original.columns,
            notes=original.notes,
            original=original,
            changed=changed,
            tally=tally,
        )

    @property
    def n(self) -> int:
        """How many rows there are."""
        return self.tally.sums.n

    @property
    def row_numbers(self) -> NDArray[np.intp]:
        """The number of each row: its place in the original, or one that no row has had."""
        numbers = np.arange(self.original.n)
        gone = [row for row, point in self.changed.items() if point is None]
        added = sorted(row for row in self.changed if row >= self.original.n)
        return np.concatenate([np.delete(numbers, gone), np.array(added, dtype=np.intp)])

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
        """That of the original and of the points that were added or moved.

        So the window stays as it is when a point on its border goes.
        """
        return self.original.extent.with_points(self._points)

    @cached_property
    def sketched(self) -> NDArray[np.intp]:
        """The numbers of enough of the rows for a picture of all."""
        rows = np.array([row for row, point in self.changed.items() if point is not None], np.intp)
        return np.concatenate([self.original.sketched[self._unchanged], rows])

    @cached_property
    def sketch(self) -> tuple[FloatArray, FloatArray]:
        """The points of these rows, x and y."""
        points = np.array(self._points).reshape(-1, 2)
        old_x, old_y = (values[self._unchanged] for values in self.original.sketch)
        return np.concatenate([old_x, points[:, 0]]), np.concatenate([old_y, points[:, 1]])

    @property
    def _points(self) -> list[Point]:
        return [point for point in self.changed.values() if point is not None]

    @cached_property
    def _unchanged(self) -> NDArray[np.bool_]:
        """Which of the original's sketched rows are what they were."""
        return np.isin(self.original.sketched, list(self.changed), invert=True)


def _told(n: int, changed: Mapping[int, Point | None]) -> str:
    """How many rows were added, taken out and moved: +2 −1, 3 moved."""
    added = sum(row >= n for row in changed)
    gone = sum(point is None for point in changed.values())
    moved = len(changed) - added - gone
    counts = [*([f"+{added:,}"] if added else []), *([f"−{gone:,}"] if gone else [])]
    parts = [" ".join(counts)] if counts else []
    return ", ".join([*parts, *([f"{moved:,} moved"] if moved else [])])


LEAST_ROWS = 2


@dataclass(frozen=True, slots=True)
class Edit:
    """A row that is in another place than before; None is no place at all."""

    row: int
    before: Point | None
    after: Point | None


@dataclass(frozen=True, slots=True)
class Edits:
    """A data set, what has been done to it, and what has been undone, both in turn.

    `data` are the rows as they are now. A row keeps its number: its place in the original, or for
    one that was added the next number that no row has had.
    """

    original: Dataset
    data: Dataset
    done: tuple[Edit, ...] = ()
    undone: tuple[Edit, ...] = ()

    @staticmethod
    def of(original: Dataset) -> Edits:
        """No edits yet."""
        return Edits(original, original)

    def place(self, row: int) -> Point:
        """Where a row is now."""
        changed = self.data.changed if isinstance(self.data, EditedDataset) else {}
        return changed.get(row) or (float(self.original.x[row]), float(self.original.y[row]))

    def add(self, x: float, y: float) -> Edits:
        """One row more.

        Raises
        ------
        InputError
            If the rows would have no line.
        """
        added = sum(edit.before is None for edit in self.done)
        return self._with(Edit(self.original.n + added, None, (x, y)))

    def remove(self, row: int) -> Edits:
        """Without one of the rows.

        Raises
        ------
        InputError
            If the others would have no line.
        """
        if self.data.n <= LEAST_ROWS:
            raise InputError(f"a line takes {LEAST_ROWS} rows; add one before this one goes")
        return self._with(Edit(row, self.place(row), None))

    def move(self, row: int, x: float, y: float) -> Edits:
        """One of the rows elsewhere; the same if it is there already.

        Raises
        ------
        InputError
            If the rows would have no line.
        """
        before = self.place(row)
        return self if before == (x, y) else self._with(Edit(row, before, (x, y)))

    def undo(self) -> Edits:
        """Without the last edit; the same if there is none."""
        if not self.done:
            return self
        *earlier, last = self.done
        data = self._changed(Edit(last.row, last.after, last.before))
        return replace(self, data=data, done=tuple(earlier), undone=(*self.undone, last))

    def redo(self) -> Edits:
        """With the edit again that was undone last; the same if there is none."""
        if not self.undone:
            return self
        *others, last = self.undone
        data = self._changed(last)
        return replace(self, data=data, done=(*self.done, last), undone=tuple(others))

    def _with(self, edit: Edit) -> Edits:
        return replace(self, data=self._changed(edit), done=(*self.done, edit), undone=())

    def _changed(self, edit: Edit) -> Dataset:
        """The rows after one more edit, checked to have a line."""
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
            raise InputError(f"{why}; so this edit is left out") from None
        return data
