"""Scenes of the tour as states of the application."""

from __future__ import annotations

from dataclasses import replace

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.edits import Edits
from linreg_tui.core.parallel import Team
from linreg_tui.core.run import Run
from linreg_tui.tour.facts import plan_of
from linreg_tui.tour.scenes import DataView, Descent, FormulaView, Page, Scene, Sweep, Training
from linreg_tui.tui.panes.sweep.recipe import SCALES, SIZES, Recipe, usual
from linreg_tui.tui.panes.sweep.sweep_run import SweepRun
from linreg_tui.tui.run_view import Plots, RunView
from linreg_tui.tui.state import AppState
from linreg_tui.tui.tour.descent import Walk


def on_stage(scene: Scene, data: Dataset, before: AppState, *, secret: bool) -> AppState:
    """The state in which a scene is set, at rest, whatever the state before.

    A `secret` one predicts nothing of what will come of it. What the scene doesn't show is as at
    the start of the tour; where it is so already, it stays the very same.
    """
    state = replace(before, predicting=not secret, editing=False)
    if not before.touring or before.split.training is not data:
        state = _at_the_start(data, state)
    match scene:
        case Training():
            return replace(_at_the_start(data, state, scene), alone="live")
        case Sweep():
            sweep = SweepRun(data, recipe_of(scene, data), against=scene.against)
            return replace(state, sweep=sweep, alone="sweep")
    if state.sweep.set_by_tour:
        state = replace(state, sweep=SweepRun(data, usual(state.view.afresh, data)))
    match scene:
        case DataView():
            return replace(state, data_view=scene.view, alone="data")
        case FormulaView():
            return replace(state, closed_form_view=scene.view, alone="closed-form")
        case Descent():
            return replace(state, walk=Walk(scene), alone="curve")
        case Page():
            return replace(state, alone="page")


def recipe_of(scene: Sweep, data: Dataset) -> Recipe:
    """The trainings of a scene."""
    kind = SIZES if scene.over == "batch sizes" else SCALES
    return Recipe(kind, scene.settings, plan_of(scene, data.n))


def _at_the_start(data: Dataset, state: AppState, scene: Training | None = None) -> AppState:
    """The tour's data, with the run of a scene, or one that has not begun."""
    scene = scene or Training()
    team = None if scene.workers == 1 else Team(data, scene.workers)
    run = Run(data, scene.settings, team)
    run.advance(scene.trained)
    return replace(
        state,
        edits=Edits.of(data),
        started=scene.settings,
        view=RunView(run, scene.trained, scene.settings, running=False, pace=scene.pace),
        plots=Plots(scene.shows, scene.above_optimum, scene.z_scores, scene.gradient),
        sweep=SweepRun(data, usual(scene.settings, data)),
    )
