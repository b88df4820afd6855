"""A data set with some rows added, moved or taken out, made without a look at all the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from linreg_tui.core.by_value import ByValue
from linreg_tui.core.closed_form import ClosedForm, Sums, fit
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.extent import Extent
from linreg_tui.core.moments import FloatArray, Moments
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
