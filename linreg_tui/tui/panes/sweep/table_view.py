"""What a sweep's table shows: which rows in which order, which columns, and the marks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Literal

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.sweep import Plan
from linreg_tui.sweeps.table import (
    Cells,
    Columns,
    Row,
    State,
    SweepTable,
    of_settings,
    predicted,
)

Phase = Literal["offered", "running", "done", "cancelled", "cut off", "no cluster"]
"""The state of a sweep as a whole."""

UNFINISHED: tuple[Phase, ...] = ("cancelled", "cut off", "no cluster")
"""The phases that end a sweep before everything is trained."""

FILTERS: tuple[State | None, ...] = (None, "converged", "stopped", "diverged", "running", "waiting")

MOST_MARKED_ROWS = 6
"""If there are no more rows than this, all are marked from the start."""

COMMON_COLUMNS = (
    "steps",
    "slope",
    "intercept",
    "loss",
    "above",
    "test loss",
    "status",
    "predicted",
    "time",
    "curve",
)
"""The columns of every sweep, after those of its settings."""


class TableView:
    """A view of a sweep's table with a cursor, sorting, a filter and marks.

    `marked` maps each marked group to the number of its colour and marker, which stays the same.
    """

    def __init__(self, data: Dataset, plan: Plan) -> None:
        self.data = data
        self.table = SweepTable(plan, plan.variants[0][0].split(data).training.n)
        self.columns = Columns.of(plan, data)
        self.marked: dict[int, int] = {}
        self.hidden: set[str] = set()
        self.only: State | None = None
        self.sorted_by: str | None = None
        self.descending = False
        self.column = "batch"
        self.phase: Phase = "offered"
        self._here = 0
        if len(self.table.rows) <= MOST_MARKED_ROWS:
            self.mark_all()

    @property
    def names(self) -> list[str]:
        """The columns that are not hidden, from left to right."""
        known = [
            *(["scale"] if self.columns.scales else []),
            *self.columns.varying,
            *COMMON_COLUMNS,
        ]
        if not self.columns.tested:
            known.remove("test loss")
        return [name for name in known if name not in self.hidden]

    @property
    def rows(self) -> list[Row]:
        """The rows that pass the filter; if they are sorted, diverged ones come last."""
        rows = self._filtered
        if self.sorted_by is not None:
            values = {row.group: self._value(row, self.sorted_by) for row in rows}
            known = [row for row in rows if values[row.group] is not None]
            known.sort(key=lambda row: values[row.group], reverse=self.descending)
            rows = known + [row for row in rows if values[row.group] is None]
            rows.sort(key=lambda row: row.state == "diverged")
        return rows

    @property
    def _filtered(self) -> list[Row]:
        return [row for row in self.table.rows if self.only in (None, row.state)]

    @property
    def here(self) -> Row | None:
        """The row under the cursor; None if no row is shown."""
        rows = self.rows
        return rows[self.place(rows)] if rows else None

    def place(self, rows: list[Row]) -> int:
        """Return the cursor's position among the rows: on its group, or else on the first."""
        return next((k for k, row in enumerate(rows) if row.group == self._here), 0)

    def go(self, steps: int) -> None:
        """Move the cursor down by so many rows, or up, as far as there are any."""
        rows = self.rows
        if rows:
            self._here = rows[min(max(self.place(rows) + steps, 0), len(rows) - 1)].group

    def go_column(self, direction: int) -> None:
        """Move to the next column (1), or the one before (-1)."""
        names = self.names
        place = names.index(self.column) + direction if self.column in names else 0
        self.column = names[min(max(place, 0), len(names) - 1)]

    def sort(self) -> None:
        """Sort by the cursor's column; then in reverse; then not at all."""
        if self.column == "curve":
            return
        if self.sorted_by != self.column:
            self.sorted_by, self.descending = self.column, False
        elif not self.descending:
            self.descending = True
        else:
            self.sorted_by = None

    def filter(self) -> None:
        """Show only the rows of the next state that any row has, or all."""
        states = {row.state for row in self.table.rows}
        place = FILTERS.index(self.only)
        following = FILTERS[place + 1 :] + FILTERS[: place + 1]
        self.only = next(state for state in following if state is None or state in states)

    def hide(self) -> None:
        """Hide the cursor's column, unless it is the last one shown."""
        names = self.names
        if len(names) > 1 and self.column in names:
            place = names.index(self.column)
            self.hidden.add(self.column)
            self.column = self.names[min(place, len(names) - 2)]

    def mark(self) -> None:
        """Mark the cursor's row, or remove its mark."""
        row = self.here
        if row is None:
            return
        if row.group in self.marked:
            del self.marked[row.group]
        else:
            self._mark(row.group)

    def mark_all(self) -> None:
        """Mark all rows in view, or none if all are marked."""
        groups = {row.group for row in self.rows}
        if groups <= self.marked.keys():
            self.marked.clear()
        else:
            for group in sorted(groups - self.marked.keys()):
                self._mark(group)

    def drop_rows(self, rows: int) -> None:
        """Remove the rows from this number on, and their marks."""
        self.table.drop_rows(rows)
        self.marked = {group: ink for group, ink in self.marked.items() if group < rows}

    def _mark(self, group: int) -> None:
        self.marked[group] = _free_ink(self.marked)

    def overlaid(self, pinned: int | None = None) -> Iterator[tuple[Row, int]]:
        """Yield the rows whose curves are shown: the marked ones in view, or the cursor's.

        The curve of a pinned group is shown, too.
        """
        in_view = {row.group for row in self._filtered}
        marked = {group: ink for group, ink in self.marked.items() if group in in_view}
        if not marked and (here := self.here) is not None:
            marked = {here.group: 0}
        if pinned in in_view and pinned not in marked:
            marked[pinned] = _free_ink(marked)
        for group, ink in sorted(marked.items()):
            if self.table.rows[group].results:
                yield self.table.rows[group], ink

    def cells(self, row: Row) -> Cells:
        """Return the texts of a row by column."""
        cells = self.columns.settings(row.trials[0])
        done = row.fraction
        cells["steps"] = f"{row.steps:,}" if done in (0.0, 1.0) else f"{100 * done:.0f}%"
        cells["predicted"] = predicted(row.prediction)
        if row.summary is not None:
            cells |= self.columns.results(row.summary, row.first)
        elif row.under_way is not None:
            optimum = row.settings.split(self.data).training.optimum(row.settings.loss)
            cells |= self.columns.under_way(row.under_way, optimum)
        if not row.done:
            cells["status"] = self.phase if self.phase in UNFINISHED else row.state
            if self.phase == "offered":
                cells["status"] = f"→ {cells['predicted']}" if cells["predicted"] else ""
        if row.state == "diverged":  # the spread of such numbers means nothing and takes much room
            cells = {name: text.partition(" ± ")[0] for name, text in cells.items()}
        return cells

    def _value(self, row: Row, name: str) -> Any:
        """Return what a column is sorted by, or None if it isn't known."""
        if name == "scale":
            return row.scale
        if (setting := of_settings().get(name)) is not None:
            value = row.settings.values[setting.name]
            return math.inf if value is None else value
        if name == "steps":
            return row.steps
        if name == "status":
            return row.state
        if name == "predicted":
            return predicted(row.prediction) or None
        summary = row.summary
        if summary is None:
            return None
        return {
            "slope": summary.slope.mean,
            "intercept": summary.intercept.mean,
            "time": summary.seconds,
            "test loss": None if summary.test_loss is None else summary.test_loss.mean,
        }.get(name, summary.excess.mean)


def _free_ink(marked: dict[int, int]) -> int:
    taken = set(marked.values())
    return next(k for k in range(len(taken) + 1) if k not in taken)
