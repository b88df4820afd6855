"""What is on the screen, as one value."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from linreg_tui.core.dataset import Dataset, Split
from linreg_tui.core.edits import Edits
from linreg_tui.core.settings import Settings
from linreg_tui.tui.panes.sweep.curves_view import CurvesView
from linreg_tui.tui.panes.sweep.recipe import default_recipe
from linreg_tui.tui.panes.sweep.sweep_run import SweepRun
from linreg_tui.tui.run_view import Plots, RunView

if TYPE_CHECKING:
    from linreg_tui.tui.panes.live.by_hand import Hand, Rival
    from linreg_tui.tui.tour.descent import Walk
    from linreg_tui.tui.tour.guide import TourText

Pane = Literal["data", "closed-form", "live", "sweep", "curve", "page"]
"""What can stand alone on the screen; the last two only in the tour."""


@dataclass(frozen=True, slots=True)
class AppState:
    """Everything that is on the screen.

    `curves` says how the learning curves of `sweep` are shown, as `plots` does for the run.

    `started` holds the settings that the data was opened with. `view` is the run at the step in
    view. `alone` is the pane that the user wants alone, None for all. While points are edited
    (`editing`), training continues on the edited rows. No prediction is on the screen while the
    user is `hiding` them, or if `predicting` is false: the tour asks first. `hand` is the line that
    the user fits, and `rival` the attempt that SGD has to beat.

    In the tour, `tour` is its text, and `walk` the descent that it shows on a loss of one
    parameter. `touring` is true while the tour's data is on the screen, even if the tour was left
    for a while.
    """

    edits: Edits
    started: Settings
    view: RunView
    sweep: SweepRun
    plots: Plots = field(default_factory=Plots)
    curves: CurvesView = field(default_factory=CurvesView)
    data_view: str = "scatter"
    closed_form_view: str = "sums"
    alone: Pane | None = None
    editing: bool = False
    presenting: bool = False
    predicting: bool = True
    hiding: bool = False
    hand: Hand | None = None
    rival: Rival | None = None
    walk: Walk | None = None
    tour: TourText | None = None
    touring: bool = False

    @staticmethod
    def of(edits: Edits, started: Settings, view: RunView) -> AppState:
        """Return the state that shows all panes over some data, at the run in view."""
        return AppState(
            edits, started, view, SweepRun(edits.data, default_recipe(started, edits.data))
        )

    @property
    def data(self) -> Dataset:
        """The rows with all edits."""
        return self.edits.data

    @property
    def by_hand(self) -> Hand | None:
        """The line under the user's hand, while it is what is in view."""
        return self.hand if self.hand is not None and self.hand.run is self.view.run else None

    @property
    def shows_predictions(self) -> bool:
        """Whether predictions are shown before what they predict."""
        return self.predicting and not self.hiding

    @property
    def shown_view(self) -> RunView:
        """The run in view as it is shown: by hand, against a rival, or with predictions hidden.

        What the user hides is shown once the run is over.
        """
        if self.by_hand is not None:
            return self.by_hand.view
        rival = self.rival
        if rival is not None and rival.run is self.view.run:
            return replace(self._predicted_view, rival=rival)
        return self._predicted_view

    @property
    def _predicted_view(self) -> RunView:
        if self.shows_predictions:
            return self.view
        over = self.predicting and self.view.over
        return replace(self.view, revealed=True) if over else replace(self.view, prediction=None)

    @property
    def split(self) -> Split:
        """The training rows and the test rows."""
        return self.view.settings.split(self.data)

    def with_sweep(self) -> AppState:
        """Return this state with a sweep that fits its data and settings.

        A sweep that has run stays until the data changes. While points are edited it stays too,
        since any new results would soon be out of date.
        """
        sweep, settings = self.sweep, self.view.restart_settings
        if self.editing:
            return self
        offered = sweep.phase == "offered" and not sweep.set_by_tour
        if sweep.data is self.data and not (offered and sweep.recipe.settings != settings):
            return self
        return self.of_sweep(SweepRun(self.data, default_recipe(settings, self.data)))

    def of_sweep(self, sweep: SweepRun) -> AppState:
        """Return this state with another sweep, and its curves from the start to the end."""
        return replace(self, sweep=sweep, curves=self.curves.of_new_sweep)
