"""The sweep: what the batch size does, a row a trial."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import DataTable

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import predict
from linreg_tui.core.sweep import Plan, over_batch_sizes
from linreg_tui.core.trials import Result
from linreg_tui.numbers import above_least, fixed
from linreg_tui.sweeping import sweep_aside

COLUMNS = {"batch": 5, "slope": 9, "intercept": 11, "loss": 16, "above": 10, "status": 15}
"""Titles and widths."""

DISPENSABLE = ("loss", "slope", "intercept")
"""The columns that go first where there is little room."""

PATIENCE = 0.3
"""Seconds."""

FORESEEN = {True: "→ stable", False: "→ diverges", None: "→ ?"}
"""What is said of a trial before it runs."""


class SweepPane(Vertical):
    """A table of trials, which fills in as they end."""

    BORDER_TITLE = "4 Sweep over batch sizes · w runs it"

    def __init__(self, data: Dataset) -> None:
        super().__init__(id="sweep", classes="pane")
        self._data = data
        self._started = False
        self._rows: list[dict[str, str]] = []
        self._columns: list[str] = []

    def compose(self) -> ComposeResult:
        """The table; the keyboard is for the live view."""
        table: DataTable[Text] = DataTable(cursor_type="none", cell_padding=0)
        table.can_focus = False
        yield table

    def on_resize(self, event: events.Resize) -> None:
        """As many columns as there is room for, the status always."""
        columns = list(COLUMNS)
        for column in DISPENSABLE:
            if sum(COLUMNS[name] for name in columns) > event.size.width - 1:
                columns.remove(column)
        if columns != self._columns:
            self._columns = columns
            self._show()

    def offer(self, settings: Settings) -> None:
        """Show what a sweep with these settings would be, unless there are results to look at."""
        if not self._started:
            plan = self._list(settings)
            self.run_worker(self._foresee_soon(plan), group="sweep", exclusive=True)

    def start(self, settings: Settings) -> None:
        """Run a sweep in the background, instead of the one under way."""
        self._started = True
        self.run_worker(self._run(self._list(settings)), group="sweep", exclusive=True)

    @property
    def _table(self) -> DataTable[Text]:
        return self.query_one(DataTable)

    def _list(self, settings: Settings) -> Plan:
        plan = over_batch_sizes(settings, self._data.n)
        self._rows = [{"batch": str(trial.settings.batch_size)} for trial in plan]
        self._show()
        return plan

    def _show(self) -> None:
        self._table.clear(columns=True)
        for column in self._columns:
            self._table.add_column(_cell(column, column), key=column, width=COLUMNS[column])
        for number, row in enumerate(self._rows):
            cells = [_cell(row.get(column, ""), column) for column in self._columns]
            self._table.add_row(*cells, key=str(number))

    async def _foresee_soon(self, plan: Plan) -> None:
        """Once the settings have been let alone for a moment."""
        await asyncio.sleep(PATIENCE)
        await self._foresee(plan)

    async def _foresee(self, plan: Plan) -> None:
        for trial in plan:
            foreseen = await asyncio.to_thread(predict, self._data, trial.settings)
            self._fill(trial.number, status=FORESEEN[foreseen.stable])

    async def _run(self, plan: Plan) -> None:
        await self._foresee(plan)
        for trial in plan:
            self._fill(trial.number, status="running")
            async with aclosing(sweep_aside(self._data, [trial])) as coming:
                async for results in coming:
                    self._tell(results[0])

    def _tell(self, result: Result) -> None:
        diverged = f"diverged {result.diverged_at:,}" if result.diverged_at is not None else ""
        self._fill(
            result.trial.number,
            slope=fixed(result.slope, COLUMNS["slope"] - 1),
            intercept=fixed(result.intercept, COLUMNS["intercept"] - 1),
            loss=fixed(result.loss, COLUMNS["loss"] - 1),
            above=above_least(self._data.line, result.excess),
            status=diverged or result.status,
        )

    def _fill(self, number: int, **texts: str) -> None:
        self._rows[number].update(texts)
        for column in texts:
            if column in self._columns:
                self._table.update_cell(str(number), column, _cell(texts[column], column))


def _cell(text: str, column: str) -> Text:
    """Numbers to the right of their column, words to the left."""
    return Text(f"  {text}" if column == "status" else text.rjust(COLUMNS[column]))
