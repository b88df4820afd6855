"""The sweep: what the batch size does, a row a trial."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import DataTable

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.settings import Settings
from linreg_tui.core.sgd import Run
from linreg_tui.core.stability import predict
from linreg_tui.core.sweep import over_batch_sizes
from linreg_tui.numbers import above_optimum, fixed
from linreg_tui.training import Training

COLUMNS = {"batch": 5, "slope": 8, "intercept": 10, "above": 9, "status": 12, "loss": 16}
"""Titles and widths; the last is out of sight where there is little room."""

PATIENCE = 0.3
"""Seconds."""

FORESEEN = {True: "→ converges", False: "→ diverges", None: "→ ?"}
"""What is said of a trial before it runs."""


class SweepPane(Vertical):
    """A table of trials, which fills in as they end."""

    BORDER_TITLE = "4 Sweep over batch sizes · w runs it"

    def __init__(self, data: Dataset) -> None:
        super().__init__(id="sweep", classes="pane")
        self._data = data
        self._started = False
        self._training: Training | None = None

    def compose(self) -> ComposeResult:
        """The table; the keyboard is for the live view."""
        table: DataTable[Text] = DataTable(cursor_type="none", cell_padding=0)
        table.can_focus = False
        yield table

    def on_mount(self) -> None:
        """The columns."""
        for title, width in COLUMNS.items():
            self._table.add_column(_cell(title, title), key=title, width=width)

    def offer(self, settings: Settings) -> None:
        """Show what a sweep with these settings would be, unless there are results to look at."""
        if not self._started:
            trials = self._list(settings)
            self.run_worker(self._foresee_soon(trials), group="sweep", exclusive=True)

    def start(self, settings: Settings) -> None:
        """Run a sweep in the background, instead of the one under way."""
        if self._training is not None:
            self._training.pause()
        self._started = True
        trials = self._list(settings)
        self.run_worker(self._run(trials), group="sweep", exclusive=True)

    @property
    def _table(self) -> DataTable[Text]:
        return self.query_one(DataTable)

    def _list(self, settings: Settings) -> list[Settings]:
        trials = [trial.settings for trial in over_batch_sizes(settings, self._data.n)]
        self._table.clear()
        for number, trial in enumerate(trials):
            known = {"batch": str(trial.batch_size)}
            cells = [_cell(known.get(column, ""), column) for column in COLUMNS]
            self._table.add_row(*cells, key=str(number))
        return trials

    async def _foresee_soon(self, trials: Sequence[Settings]) -> None:
        """Once the settings have been let alone for a moment."""
        await asyncio.sleep(PATIENCE)
        await self._foresee(trials)

    async def _foresee(self, trials: Sequence[Settings]) -> None:
        for number, trial in enumerate(trials):
            foreseen = await asyncio.to_thread(predict, self._data, trial)
            self._say(number, FORESEEN[foreseen.stable])

    async def _run(self, trials: Sequence[Settings]) -> None:
        await self._foresee(trials)
        for number, trial in enumerate(trials):
            run = Run(self._data, trial)
            self._say(number, "running")
            self._training = Training(run, number, lambda _: None)
            await self._training.go()
            self._fill(str(number), run)

    def _say(self, number: int, status: str) -> None:
        self._table.update_cell(str(number), "status", _cell(status, "status"))

    def _fill(self, key: str, run: Run) -> None:
        last = run.history[run.history.last]
        diverged = f"diverged {run.diverged_at}"
        cells = {
            "slope": fixed(last.slope, COLUMNS["slope"] - 1),
            "intercept": fixed(last.intercept, COLUMNS["intercept"] - 1),
            "above": above_optimum(run.optimum, last.slope, last.intercept),
            "status": run.status if run.diverged_at is None else diverged,
            "loss": fixed(last.loss, COLUMNS["loss"] - 1),
        }
        for column, text in cells.items():
            self._table.update_cell(key, column, _cell(text, column))


def _cell(text: str, column: str) -> Text:
    """Numbers to the right of their column, words to the left."""
    return Text(f" {text}" if column == "status" else text.rjust(COLUMNS[column]))
