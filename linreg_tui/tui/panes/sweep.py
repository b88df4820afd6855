"""The sweep: many trainings as a table that fills in, and their learning curves."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.markup import escape

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import Predictions
from linreg_tui.report.learning_curves import Against
from linreg_tui.tui.drawing.markers import BRAILLE, Markers
from linreg_tui.tui.drawing.picture import Role, lines
from linreg_tui.tui.drawing.plot import Plot
from linreg_tui.tui.messages import RunChosen
from linreg_tui.tui.sweep.overlay import Overlay
from linreg_tui.tui.sweep.recipe import Recipe, usual
from linreg_tui.tui.sweep.sweep_run import SweepRun
from linreg_tui.tui.sweep.table import TrialTable
from linreg_tui.tui.terminal.link import Link
from linreg_tui.tui.work import begin

if TYPE_CHECKING:
    from linreg_tui.tui.export.exports import Swept

FRAME = 0.1
"""Seconds between two looks at how far a sweep is."""

PATIENCE = 0.3
"""Seconds that settings are let alone before anything is predicted of a sweep with them."""

LEAST_CURVES = 8
"""Rows that the learning curves need."""


class SweepPane(Vertical):
    """A table of trials; alone on the screen, with the keyboard and the curves below it."""

    def __init__(
        self,
        data: Dataset,
        settings: Settings,
        markers: Markers = BRAILLE,
        link: Link | None = None,
    ) -> None:
        super().__init__(id="sweep", classes="pane")
        self._data = data
        self._link = link or Link()
        self._overlay = Overlay(markers)
        self.predictions = Predictions(data)
        self.sweep_run = SweepRun(data, usual(settings, data))
        self._proposed = False
        self._head = Plot(lambda c, r: lines(c, r, [self.sweep_run.head(c)]), id="sweep-head")
        self._table = TrialTable(lambda: self.sweep_run.sheet, markers)
        self._tip = Plot(
            lambda columns, rows: lines(columns, rows, [[(self.sweep_run.tip(), Role.REFERENCE)]]),
            id="sweep-tip",
        )
        self._curves = Plot(lambda c, r: self._overlay.draw(c, r, self.sweep_run.sheet))
        self._curves.id = "sweep-curves"

    def compose(self) -> ComposeResult:
        """How far it is, the table, what came of it, and the curves."""
        yield from (self._head, self._table, self._tip, self._curves)

    def on_mount(self) -> None:
        """Look at a sweep as often as it can be told apart, while there is one."""
        self._looking = self.set_interval(FRAME, self._look, pause=True)
        self._show()

    def on_resize(self) -> None:
        """Give the table and the curves their rows."""
        self._share()

    def alone(self, *, alone: bool, tight: bool = False) -> None:
        """Take the screen and the keyboard, or give them back; where it is tight without a head."""
        self.set_class(alone, "with-curves")
        self.set_class(tight, "tight")
        self._table.can_focus = alone
        if alone:
            self.screen.set_focus(self._table)  # at once, before the next key
            self._table.focus()  # and again, if it was hidden until now
        elif self._table.has_focus:
            self.screen.set_focus(None)
        self._share()

    def take(self, data: Dataset, settings: Settings) -> None:
        """Offer a sweep of other data, and forget the one there was."""
        self.cancel()
        self._proposed = False
        self._data = data
        self.predictions = Predictions(data)
        self.sweep_run = SweepRun(data, usual(settings, data))
        self._share()
        self.offer(settings)

    def offer(self, settings: Settings) -> None:
        """Show what a sweep with these settings would be, unless there are results to look at."""
        if self.sweep_run.phase == "offered" and not self._proposed:
            self.sweep_run = SweepRun(self._data, usual(settings, self._data))
            self._show()
            self._predict(PATIENCE)

    def propose(self, recipe: Recipe, against: Against) -> None:
        """Offer this sweep, whatever the live run's settings, and predict nothing of it."""
        self.cancel()
        self.workers.cancel_group(self, "prediction")
        self._proposed, self._overlay.against = True, against
        self._turn_to(SweepRun(self._data, recipe))

    def bring_back(self, sweep_run: SweepRun) -> None:
        """Show a sweep of the same data again; one that was under way can be gone on with."""
        if sweep_run.phase != "offered":
            self._turn_to(sweep_run)

    def start(self, recipe: Recipe) -> None:
        """Run a sweep in the background, instead of the one under way."""
        self.workers.cancel_group(self, "sweep")
        self._carry_out(SweepRun(self._data, recipe))
        self._predict()

    def go_on(self) -> None:
        """Train here what a sweep has left that was cancelled, or whose cluster went away."""
        sweep_run = self.sweep_run
        if sweep_run.unfinished and sweep_run.left:
            sweep_run.recipe = replace(sweep_run.recipe, cluster="")
            self._carry_out(sweep_run)

    def cancel(self) -> None:
        """Begin no further training; what is done stays."""
        self.workers.cancel_group(self, "sweep")

    def load(self) -> None:
        """The run of the row under the cursor is to be seen in the live view."""
        row = self.sweep_run.sheet.here
        if row is not None:
            if (repeats := len(row.trials)) > 1:
                self.notify(f"The first of {repeats} repeats, with seed {row.settings.seed}")
            self.post_message(RunChosen(row.settings))

    def draw_with(self, markers: Markers) -> None:
        """Draw with other markers."""
        self._overlay.markers = markers
        self.query_one(TrialTable).draw_with(markers)
        self._show()

    def swept(self) -> Swept | None:
        """What there is to write of the sweep; None without results."""
        from linreg_tui.tui.export.exports import Swept

        sheet = self.sweep_run.sheet
        results = [result for row in sheet.board.rows for result in row.results]
        if not results:
            return None
        curves = self._overlay.picture(self.sweep_run.recipe.kind, sheet)
        return Swept(self._data, results, self.predictions, curves)

    def on_trial_table_asked(self, message: TrialTable.Asked) -> None:
        """A key of the table."""
        sheet = self.sweep_run.sheet
        actions = {
            "mark": sheet.mark,
            "mark_all": sheet.mark_all,
            "sort": sheet.sort,
            "filter": sheet.filter,
            "hide": sheet.hide,
            "show_columns": sheet.hidden.clear,
            "cancel": self.cancel,
            "go_on": self.go_on,
            "load": self.load,
            "turn_axis": self._overlay.turn_axis,
            "toggle_excess": self._overlay.toggle_excess,
        }
        if message.what in actions:
            actions[message.what]()
        self._share()
        self._show()

    def _carry_out(self, sweep_run: SweepRun) -> None:
        sweep_run.begin()
        self._looking.resume()
        self._turn_to(sweep_run)
        begin(self, "sweep", self._run, sweep_run)

    def _turn_to(self, sweep_run: SweepRun) -> None:
        self.sweep_run = sweep_run
        self._show()
        self._share()

    async def _run(self, sweep_run: SweepRun) -> None:
        from linreg_tui.tui.sweep.running import run

        try:
            await run(self._data, sweep_run)
        except InputError as error:
            self.notify(str(error), severity="error", markup=False)
        finally:
            if sweep_run is self.sweep_run:
                self._looking.pause()
                self._share()
                self._show()

    def _predict(self, patience: float = 0.0) -> None:
        self.workers.cancel_group(self, "prediction")
        begin(self, "prediction", self._fill, self.sweep_run, patience)

    async def _fill(self, sweep_run: SweepRun, patience: float) -> None:
        from linreg_tui.sweeps.aside import predicted_in_turn

        await asyncio.sleep(patience)
        async for _ in predicted_in_turn(sweep_run.sheet.board, self.predictions):
            if sweep_run.phase != "running":
                self._show()

    def _look(self) -> None:
        """Show how far it is, unless the terminal has not yet shown the last frame."""
        if self._link.free:
            self._link.draw()
            self._show()

    def _show(self) -> None:
        self.border_title = escape(self.sweep_run.title)  # an address may have brackets
        for plot in (self._head, self._table, self._tip, self._curves):
            plot.redraw()

    def _share(self) -> None:
        """Up to half of the rows to the table, or a few more, and the others to the curves."""
        rows = max(1, len(self.sweep_run.sheet.rows)) + 1
        room = self.size.height - (not self.has_class("tight"))
        height = _beside_curves(rows, room) if self.has_class("with-curves") else None
        self._curves.display = height is not None
        self._tip.display = self.sweep_run.tipping is not None
        self._table.styles.height = height or "1fr"


def _beside_curves(rows: int, room: int) -> int | None:
    """How high a table of some rows is above the curves; None if there is no room for these."""
    if room < LEAST_CURVES + min(rows, LEAST_CURVES):
        return None
    return min(rows, max(LEAST_CURVES, room // 2))
