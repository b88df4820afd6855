"""The table of a sweep: printed row by row, or live on a terminal with all its rows."""

from __future__ import annotations

from asyncio import CancelledError
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.stability import Predictions
from linreg_tui.core.sweep import Plan
from linreg_tui.core.trials import Result
from linreg_tui.numbers import fixed_loss, line_equation
from linreg_tui.sweeps.executors import GoneError
from linreg_tui.sweeps.table import (
    Cells,
    Columns,
    Row,
    SweepTable,
    aligned,
    is_words,
    names,
    predicted,
)

FRAMES_PER_SECOND = 8

COLOURS = {"converged": "green", "diverged": "bold red", "stopped": "", "running": "cyan"}
EXPENDABLE = ("loss", "time", "rate b", "rate m", "predicted", "intercept")
"""The columns that a narrow terminal does without, in the order in which they go."""

GAP = 2


class _Table:
    """The rows of a sweep so far."""

    def __init__(
        self, console: Console, data: Dataset, plan: Plan, predictions: Predictions
    ) -> None:
        self._console = console
        self._settings = plan[0].settings
        self._predictions = predictions
        self._training = self._settings.split(data).training
        self._table = SweepTable(plan, self._training.n)
        self._columns = Columns.of(plan, data)

    def _add(self, result: Result) -> None:
        row = self._table.rows[result.trial.group]
        row.prediction = self._predictions.of(row.settings)  # first, to be shown with the result
        self._table.add_results([result])

    def _cells(self, row: Row) -> Cells:
        cells = self._columns.settings(row.trials[0]) | {"predicted": predicted(row.prediction)}
        if row.summary is not None:
            cells |= self._columns.results(row.summary, row.first)
        return cells

    def _title(self) -> Text:
        settings = self._settings
        line = self._training.optimum(settings.loss)
        name = "closed form" if line is self._training.line else "optimum"
        several = self._columns.repeats
        repeats = f", {several} repeats: mean ± standard deviation" if several > 1 else ""
        epochs = f"{settings.epochs} epoch{'s' * (settings.epochs != 1)}"
        return Text(
            f"{self._training.n} rows, {epochs}{repeats}; "
            f"{name}: {line_equation(line)}  loss: {fixed_loss(line.loss, line).strip()}",
            "dim",
        )


class PlainTable(_Table):
    """Prints each row once its trials and those of all rows before it are done."""

    def __enter__(self) -> Self:
        self._console.print(self._title())
        self._print(names(self._columns.widths))
        self._printed = 0
        return self

    def __exit__(self, *_: object) -> None:
        """Print the remaining rows that are done, if the sweep was broken off."""
        for row in self._table.rows[self._printed :]:
            if row.done:
                self._print(self._cells(row))

    def add(self, result: Result) -> None:
        """Add a result, and print the rows that are done."""
        self._add(result)
        rows = self._table.rows
        while self._printed < len(rows) and rows[self._printed].done:
            self._print(self._cells(rows[self._printed]))
            self._printed += 1

    def _print(self, cells: Cells) -> None:
        widths = self._columns.widths
        row = (" " * GAP).join(aligned(cells[name], name, width) for name, width in widths.items())
        self._console.print(Text(row.rstrip()))


class LiveTable(_Table):
    """Shows all rows, or as many as fit, and a progress bar; at the end, prints all rows."""

    def __enter__(self) -> Self:
        self._latest = 0
        self._progress = Progress(
            BarColumn(),
            TextColumn("{task.fields[done]}/{task.fields[trials]} trials"),
            TimeRemainingColumn(),
            auto_refresh=False,
        )
        self._task = self._progress.add_task("", total=1.0, done=0, trials=self._table.trials)
        self._live = Live(
            console=self._console,
            get_renderable=self._screen,
            refresh_per_second=FRAMES_PER_SECOND,
            transient=True,
        )
        self._live.start(refresh=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: object, __: TracebackType | None
    ) -> None:
        self._live.stop()
        if kind is None or issubclass(kind, CancelledError | KeyboardInterrupt | GoneError):
            self._console.print(self._title())
            self._console.print(self._grid(0, len(self._table.rows)), soft_wrap=False)

    def add(self, result: Result) -> None:
        """Add a result; the screen follows by itself."""
        self._add(result)
        self._latest = result.trial.group

    def _screen(self) -> RenderableType:
        """In the thread that refreshes it, while results are added in another."""
        table = self._table
        self._progress.update(self._task, completed=table.fraction, done=table.ended)
        room = max(1, self._console.height - 5)
        first = max(0, min(self._latest - room // 2, len(table.rows) - room))
        return Group(self._title(), self._grid(first, first + room), self._progress)

    def _grid(self, first: int, end: int) -> Table:
        widths = self._columns.widths
        for name in EXPENDABLE:
            if sum(widths.values()) + GAP * (len(widths) - 1) > self._console.width:
                widths.pop(name, None)
        grid = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="dim")
        for name, width in widths.items():
            grid.add_column(
                name, justify="left" if is_words(name) else "right", min_width=width, no_wrap=True
            )
        next_one = next((row.group for row in self._table.rows if not row.done), None)
        for row in self._table.rows[first:end]:
            cells, state = self._cells(row), row.state
            if state == "running" and self._columns.repeats > 1:
                cells["status"] = f"running {len(row.results)}/{self._columns.repeats}"
            elif not row.done:
                state = cells["status"] = "running" if row.group == next_one else "waiting"
            style = COLOURS.get(state, "dim")
            grid.add_row(
                *(Text(cells.get(name, ""), style if name == "status" else "") for name in widths)
            )
        return grid
