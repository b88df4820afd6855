"""The sweep: many trainings in a table that fills in, and their learning curves."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.markup import escape

from linreg_tui.core.errors import InputError
from linreg_tui.core.stability import Predictions
from linreg_tui.tui.drawing.markers import BRAILLE, Markers
from linreg_tui.tui.drawing.picture import Role, lines
from linreg_tui.tui.drawing.plot import Plot
from linreg_tui.tui.keys import SWEEP_KEYS, bindings
from linreg_tui.tui.link import Link
from linreg_tui.tui.messages import CurvesChosen, RunChosen
from linreg_tui.tui.panes.sweep.curves import Curves
from linreg_tui.tui.panes.sweep.curves_plot import CurvesPlot
from linreg_tui.tui.panes.sweep.curves_view import CurvesView
from linreg_tui.tui.panes.sweep.sweep_run import SweepRun
from linreg_tui.tui.panes.sweep.table_view import TableView
from linreg_tui.tui.panes.sweep.trial_table import TrialTable
from linreg_tui.tui.work import begin

if TYPE_CHECKING:
    from linreg_tui.tui.dialogs.export import Swept


FRAME_SECONDS = 0.1
"""Seconds between two updates of a sweep's progress."""

WAIT_SECONDS = 0.3
"""Seconds without a change of settings before a sweep with them is predicted."""

LEAST_CURVE_ROWS = 9
"""Rows that the learning curves need."""


class SweepPane(Vertical):
    """A table of trials; alone on the screen it has the keyboard, and the curves below it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(SWEEP_KEYS)

    def __init__(
        self, sweep_run: SweepRun, curves: CurvesView, link: Link, markers: Markers = BRAILLE
    ) -> None:
        super().__init__(id="sweep", classes="pane")
        self.sweep_run = sweep_run
        self.curves = curves
        self._markers = markers
        self.predictions = Predictions(sweep_run.data)
        self._predicting = True
        self._link = link
        self._head = Plot(lambda c, r: lines(c, r, [self.sweep_run.head(c)]), id="sweep-head")
        self._table = TrialTable(lambda: self.sweep_run.table_view, markers)
        self._tip = Plot(
            lambda columns, rows: lines(
                columns, rows, [[(self.sweep_run.tipping_words(), Role.REFERENCE)]]
            ),
            id="sweep-tip",
        )
        self._curves = CurvesPlot(lambda: self._drawn_curves, lambda: self._group)

    def compose(self) -> ComposeResult:
        """Compose the progress, the table, the tipping point, and the curves."""
        yield from (self._head, self._table, self._tip, self._curves)

    def on_mount(self) -> None:
        """Show the sweep, and make the timer that shows its progress."""
        self._timer = self.set_interval(FRAME_SECONDS, self._show_progress, pause=True)
        self.show(self.sweep_run, self.curves)

    def on_resize(self) -> None:
        """Give the table and the curves their rows."""
        self._set_heights()

    def set_alone(self, *, alone: bool, tight: bool = False) -> None:
        """Show the curves and use the keyboard, or stop; a `tight` pane has no head."""
        self.set_class(alone, "with-curves")
        self.set_class(tight, "tight")
        self._table.can_focus = alone
        self._set_heights()
        if alone and not self._curves.has_focus:
            self.screen.set_focus(self._table)  # at once, before the next key
            self._table.focus()  # and again, if it was hidden until now
        elif not alone and self.has_focus_within:
            self.screen.set_focus(None)

    def show_curves(self, curves: CurvesView) -> None:
        """Show the curves in another way."""
        self.curves = curves
        self._curves.redraw()

    def show(self, sweep_run: SweepRun, curves: CurvesView, *, predicting: bool = True) -> None:
        """Show another sweep and its curves, and cancel the one that is running.

        A sweep that is only offered is predicted, unless the tour asks what it will show. Without
        `predicting`, it is predicted only once it has run.
        """
        self._predicting = predicting
        self.curves = curves
        self.action_cancel()
        self._timer.pause()
        self.workers.cancel_group(self, "prediction")
        if sweep_run.data is not self.sweep_run.data:
            self.predictions = Predictions(sweep_run.data)
        self.sweep_run = sweep_run
        if sweep_run.phase == "offered" and predicting and not sweep_run.set_by_tour:
            begin(self, "prediction", self._predict, sweep_run, WAIT_SECONDS)
        self._set_heights()
        self.redraw()

    def run(self) -> None:
        """Train the rest of the sweep in the background."""
        self.sweep_run.begin()
        self._timer.resume()
        self._set_heights()
        self.redraw()
        begin(self, "sweep", self._run, self.sweep_run)
        self.workers.cancel_group(self, "prediction")
        if self._predicting:
            begin(self, "prediction", self._predict, self.sweep_run, 0.0)

    def draw_with(self, markers: Markers) -> None:
        """Draw with other markers."""
        self._markers = markers
        self.query_one(TrialTable).draw_with(markers)
        self.redraw()

    def swept(self) -> Swept | None:
        """Return what can be exported of the sweep, or None without results."""
        from linreg_tui.tui.dialogs.export import Swept

        view = self.sweep_run.table_view
        results = [result for row in view.table.rows for result in row.results]
        if not results:
            return None
        curves = self._drawn_curves.for_a_file(self.sweep_run.recipe.kind)
        return Swept(self.sweep_run.data, results, self.predictions, curves)

    def on_descendant_focus(self) -> None:
        """Show who has the keyboard."""
        self.redraw()

    def on_descendant_blur(self) -> None:
        """Show that another widget has the keyboard."""
        self.redraw()

    def on_trial_table_changed(self) -> None:
        """Show what was chosen with the mouse."""
        self._update()

    def action_go_row(self, steps: int) -> None:
        """Move the cursor down by so many rows, or up."""
        self._view.go(steps)
        self._update()

    def action_go_page(self, pages: int) -> None:
        """Move the cursor by so many pages."""
        self.action_go_row(pages * self._table.page)

    def action_go_column(self, direction: int) -> None:
        """Move to the next column (1), or the one before (-1)."""
        self._view.go_column(direction)
        self._update()

    def action_mark(self) -> None:
        """Mark the row, or remove its mark."""
        self._view.mark()
        self._update()

    def action_mark_all(self) -> None:
        """Mark all rows, or none."""
        self._view.mark_all()
        self._update()

    def action_sort(self) -> None:
        """Sort by the column; again, in reverse."""
        self._view.sort()
        self._update()

    def action_filter(self) -> None:
        """Show only the rows of one status."""
        self._view.filter()
        self._update()

    def action_hide_column(self) -> None:
        """Hide the column."""
        self._view.hide()
        self._update()

    def action_show_columns(self) -> None:
        """Show hidden columns again."""
        self._view.hidden.clear()
        self._update()

    def action_to_curves(self) -> None:
        """Give the keyboard to the curves, if they are in sight."""
        if self._curves.can_focus:
            self.screen.set_focus(self._curves)

    def on_curves_plot_left(self) -> None:
        """Give the keyboard back to the table."""
        self.screen.set_focus(self._table)

    def action_turn_axis(self) -> None:
        """Draw the curves against the next of epochs, steps and rows seen."""
        self._choose(self.curves.next_axis)

    def action_toggle_curves_excess(self) -> None:
        """Show the whole loss, or only the part above the optimum."""
        self._choose(replace(self.curves, above_optimum=not self.curves.above_optimum))

    def action_smooth_curves(self) -> None:
        """Show the curves with the next smoothing."""
        self._choose(self.curves.smoother)

    def action_split_curves(self) -> None:
        """Draw each curve in a picture of its own, or all over one another."""
        self._choose(replace(self.curves, apart=not self.curves.apart))

    def action_zoom_curves(self, direction: int) -> None:
        """Zoom into the curves around the cursor (1), or out (-1)."""
        self._choose(self.curves.zoomed(direction, self._drawn_curves.most_zoom))

    def action_zoom_curves_out(self) -> None:
        """Show the curves from the start to the end."""
        self._choose(replace(self.curves, zoom=0))

    def action_load(self) -> None:
        """Ask for the run of the row under the cursor in the live view."""
        row = self._view.here
        if row is not None:
            if (repeats := len(row.trials)) > 1:
                self.notify(f"The first of {repeats} repeats, with seed {row.settings.seed}")
            self.post_message(RunChosen(row.settings))

    def action_cancel(self) -> None:
        """Start no more trainings; finished ones stay."""
        self.workers.cancel_group(self, "sweep")

    def action_go_on(self) -> None:
        """Train here what a sweep left when it was cancelled or its cluster went away."""
        sweep_run = self.sweep_run
        if sweep_run.unfinished and any(sweep_run.left):
            sweep_run.recipe = replace(sweep_run.recipe, cluster="")
            self.run()

    @property
    def _view(self) -> TableView:
        return self.sweep_run.table_view

    @property
    def _group(self) -> int | None:
        """The group of the row under the cursor."""
        return None if (row := self._view.here) is None else row.group

    @property
    def _drawn_curves(self) -> Curves:
        """The curves as they are shown."""
        return Curves(self._view, self.curves, self._markers, focused=self._curves.has_focus)

    def _choose(self, curves: CurvesView) -> None:
        self.post_message(CurvesChosen(curves))

    def _update(self) -> None:
        self._set_heights()
        self.redraw()

    async def _run(self, sweep_run: SweepRun) -> None:
        from linreg_tui.tui.panes.sweep.sweep_run import run

        try:
            await run(sweep_run.data, sweep_run)
        except InputError as error:
            self.notify(str(error), severity="error", markup=False)
        finally:
            if sweep_run is self.sweep_run:
                self._timer.pause()
                self._set_heights()
                self.redraw()
        if sweep_run is self.sweep_run and not self._predicting:
            begin(self, "prediction", self._predict, sweep_run, 0.0)

    async def _predict(self, sweep_run: SweepRun, seconds: float) -> None:
        from linreg_tui.sweeps.table import predict_rows

        await asyncio.sleep(seconds)
        async for _ in predict_rows(sweep_run.table_view.table, self.predictions):
            if sweep_run.phase != "running":
                self.redraw()

    def _show_progress(self) -> None:
        """Show the progress, unless the terminal hasn't shown the last frame yet."""
        if self._link.free:
            self._link.draw()
            self.redraw()

    def redraw(self) -> None:
        """Draw the title, the table and the curves again."""
        self.border_title = escape(self.sweep_run.title)  # an address may have brackets
        for plot in (self._head, self._table, self._tip, self._curves):
            plot.redraw()

    def _set_heights(self) -> None:
        """Give the table up to half of the rows, or a few more, and the curves the others."""
        rows = max(1, len(self.sweep_run.table_view.rows)) + 1
        room = self.size.height - (not self.has_class("tight"))
        height = _beside_curves(rows, room) if self.has_class("with-curves") else None
        self._curves.display = self._curves.can_focus = height is not None
        if height is None and self._curves.has_focus:
            self.screen.set_focus(self._table)
        self._tip.display = self.sweep_run.tipping is not None
        self._table.styles.height = height or "1fr"


def _beside_curves(rows: int, room: int) -> int | None:
    """Return the height of a table above the curves, or None if the curves don't fit."""
    if room < LEAST_CURVE_ROWS + min(rows, LEAST_CURVE_ROWS):
        return None
    return min(rows, max(LEAST_CURVE_ROWS, room // 2))
