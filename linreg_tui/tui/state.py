"""What is on the screen, as one value: the application shows it, and touches only what differs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from linreg_tui.core.dataset import Dataset, Split
from linreg_tui.core.edits import Edits
from linreg_tui.core.settings import Settings
from linreg_tui.tui.panes.sweep.recipe import usual
from linreg_tui.tui.panes.sweep.sweep_run import SweepRun
from linreg_tui.tui.run_view import Plots, RunView

if TYPE_CHECKING:
    from linreg_tui.tui.tour.descent import Walk
    from linreg_tui.tui.tour.guide import Told

Pane = Literal["data", "closed-form", "live", "sweep", "curve", "page"]
"""What can stand alone on the screen; the last two only in the tour."""


@dataclass(frozen=True, slots=True)
class AppState:
    """Everything that is on the screen.

    `started` are the settings that the data was opened with, and `view` is the run at the step in
    view. `alone` is the pane that was asked for alone, None for all. While points are edited
    (`editing`), the run goes on with the rows as they are now. Nothing is predicted on the screen
    unless it is `predicting`: the tour asks first.

    In the tour, `tour` is what it says, and `walk` what it shows of a loss of one parameter.
    `touring` is whether the tour's data is on the screen, the tour opened or left for a while.
    """

    edits: Edits
    started: Settings
    view: RunView
    sweep: SweepRun
    plots: Plots = field(default_factory=Plots)
    data_view: str = "scatter"
    closed_form_view: str = "sums"
    alone: Pane | None = None
    editing: bool = False
    presenting: bool = False
    predicting: bool = True
    walk: Walk | None = None
    tour: Told | None = None
    touring: bool = False

    @staticmethod
    def of(edits: Edits, started: Settings, view: RunView) -> AppState:
        """All panes over some data, at the run in view."""
        return AppState(edits, started, view, SweepRun(edits.data, usual(started, edits.data)))

    @property
    def data(self) -> Dataset:
        """The rows as they are now."""
        return self.edits.data

    @property
    def split(self) -> Split:
        """The rows to train on, and those that are held out."""
        return self.view.settings.split(self.data)

    def with_sweep(self) -> AppState:
        """The same with a sweep that fits its data and settings.

        A sweep that was run stays as long as the data does; while points are edited it stays, too,
        since its results would soon be old.
        """
        sweep, settings = self.sweep, self.view.afresh
        if self.editing:
            return self
        offered = sweep.phase == "offered" and not sweep.set_by_tour
        if sweep.data is self.data and not (offered and sweep.recipe.settings != settings):
            return self
        return replace(self, sweep=SweepRun(self.data, usual(settings, self.data)))
