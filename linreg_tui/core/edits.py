"""Edits of a data set, each of which can be undone; the rows there were at first never change."""

from __future__ import annotations

from dataclasses import dataclass, replace

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.edited import EditedDataset, Point
from linreg_tui.core.errors import InputError

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
