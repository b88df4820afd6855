"""The stage: sets the application to a scene, exactly and from any state, and gives it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from textual.screen import Screen

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.edits import Edits
from linreg_tui.core.parallel import Team
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings
from linreg_tui.tour.facts import plan_of
from linreg_tui.tour.scenes import DataView, Descent, FormulaView, Page, Scene, Sweep, Training
from linreg_tui.tui.panes.closed_form import ClosedFormPane
from linreg_tui.tui.panes.data import DataPane
from linreg_tui.tui.panes.live import LivePane
from linreg_tui.tui.panes.sweep import SweepPane
from linreg_tui.tui.plots import Plots
from linreg_tui.tui.sweep.recipe import SCALES, SIZES, Recipe
from linreg_tui.tui.sweep.sweep_run import SweepRun
from linreg_tui.tui.tour.descent import STILL, DescentPane
from linreg_tui.tui.tour.tour import DESCENT, PAGE


class Application(Protocol):
    """What the tour asks of the application."""

    @property
    def main(self) -> Screen[object]:
        """The screen with the panes, whatever lies on top of it."""

    @property
    def alone(self) -> str | None:
        """The pane that was asked for alone; None for all."""

    @property
    def edits(self) -> Edits:
        """The data, and what has been done to its points."""

    @property
    def started(self) -> Settings:
        """The settings that it was opened with."""

    def take(self, data: Dataset, settings: Settings) -> None:
        """Open other data, and begin with these settings."""

    def resume(self, edits: Edits, settings: Settings, started: Settings) -> None:
        """Go on with edited data and these settings; it was opened with those that it `started`."""

    def show_pane(self, pane: str | None) -> None:
        """One pane alone, or all."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the application had before: its data, and a run at one of its steps as it was seen."""

    edits: Edits
    started: Settings
    run: Run
    settings: Settings
    number: int | None
    """None for the latest step, whichever that will be."""

    pace: float
    plots: Plots
    views: tuple[str, str]
    """Of the data, and of the closed form."""

    sweep: SweepRun
    alone: str | None


class Stage:
    """Sets scenes, and plays them."""

    def __init__(self, application: Application, data: Dataset) -> None:
        self._application = application
        self._data = data
        self._scene: Scene = Page()

    @property
    def _live(self) -> LivePane:
        return self._application.main.query_one(LivePane)

    @property
    def _sweep(self) -> SweepPane:
        return self._application.main.query_one(SweepPane)

    @property
    def _descent(self) -> DescentPane:
        return self._application.main.query_one(DescentPane)

    def keep(self) -> Kept:
        """What is on it now."""
        application, live, main = self._application, self._live, self._application.main
        view = live.view
        return Kept(
            application.edits,
            application.started,
            view.run,
            view.settings,
            None if view.latest else view.number,
            view.pace,
            live.plots,
            (main.query_one(DataPane).view, main.query_one(ClosedFormPane).view),
            self._sweep.sweep_run,
            application.alone,
        )

    def give_back(self, kept: Kept) -> None:
        """Show again what was kept."""
        self._application.resume(kept.edits, kept.settings, kept.started)
        self.reveal()
        latest = kept.run.history.last
        self._live.show(kept.run, latest if kept.number is None else kept.number, kept.pace)
        self._live.show_plots(kept.plots)
        self._sweep.bring_back(kept.sweep)
        for pane, view in zip((DataPane, ClosedFormPane), kept.views, strict=True):
            self._application.main.query_one(pane).show_named(view)
        self._application.show_pane(kept.alone)

    def set(self, scene: Scene, *, secret: bool) -> None:
        """Set a scene, at rest; a `secret` one tells nothing of what will come of it."""
        self._scene = scene
        training = scene if isinstance(scene, Training) else Training()
        settings = scene.settings if isinstance(scene, Training | Sweep) else training.settings
        self._descent.begin(scene if isinstance(scene, Descent) else STILL)
        self._application.take(self._data, settings)
        self._live.foretells = not secret
        self._train(training)
        main = self._application.main
        match scene:
            case Training():
                self._application.show_pane("live")
            case Sweep():
                self._sweep.propose(self._recipe(scene), scene.against)
                self._application.show_pane("sweep")
            case DataView():
                main.query_one(DataPane).show_named(scene.view)
                self._application.show_pane("data")
            case FormulaView():
                main.query_one(ClosedFormPane).show_named(scene.view)
                self._application.show_pane("closed-form")
            case Descent():
                self._application.show_pane(DESCENT)
            case Page():
                self._application.show_pane(PAGE)

    def play(self) -> None:
        """Let happen what the scene is about; of a page or a view, nothing."""
        self.reveal()
        match self._scene:
            case Training() if not self._live.view.running:
                self._live.toggle()
            case Descent() if not self._descent.running:
                self._descent.toggle()
            case Sweep() as scene:
                self._sweep.start(self._recipe(scene))

    def reveal(self) -> None:
        """Tell again what will come."""
        self._live.foretells = True
        self._live.show_plots(self._live.plots)

    @property
    def playing(self) -> bool:
        """Whether it still happens."""
        match self._scene:
            case Training():
                return self._live.view.running
            case Descent():
                return self._descent.running
            case Sweep():
                return self._sweep.sweep_run.phase == "running"
            case _:
                return False

    def _train(self, scene: Training) -> None:
        team = None if scene.workers == 1 else Team(self._data, scene.workers)
        run = Run(self._data, scene.settings, team)
        run.advance(scene.trained)
        self._live.show(run, scene.trained, scene.pace)
        self._live.show_plots(
            Plots(scene.shows, scene.above_optimum, scene.z_scores, scene.gradient)
        )

    def _recipe(self, scene: Sweep) -> Recipe:
        kind = SIZES if scene.over == "batch sizes" else SCALES
        return Recipe(kind, scene.settings, plan_of(scene, self._data.n))
