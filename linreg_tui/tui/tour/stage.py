"""Scenes of the tour as states of the application."""

from __future__ import annotations

from dataclasses import replace

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.edits import Edits
from linreg_tui.core.parallel import Team
from linreg_tui.core.run import Run
from linreg_tui.tour.facts import plan_of
from linreg_tui.tour.scenes import DataView, Descent, FormulaView, Page, Scene, Sweep, Training
from linreg_tui.tui.panes.sweep.curves_view import CurvesView
from linreg_tui.tui.panes.sweep.recipe import SCALES, SIZES, Recipe, default_recipe
from linreg_tui.tui.panes.sweep.sweep_run import SweepRun
from linreg_tui.tui.run_view import Plots, RunView
from linreg_tui.tui.state import AppState
from linreg_tui.tui.tour.descent import Walk


def state_of_scene(scene: Scene, data: Dataset, before: AppState, *, secret: bool) -> AppState:
    """Return the state that shows a scene, at rest.

    A `secret` scene shows no prediction of its outcome. What the scene doesn't show is as at the
    start of the tour, and stays the same object if it is so already.
    """
    state = replace(before, predicting=not secret, editing=False)
    if not before.touring or before.split.training is not data:
        state = _at_the_start(data, state)
    match scene:
        case Training():
            return replace(_at_the_start(data, state, scene), alone="live")
        case Sweep():
            sweep = SweepRun(data, recipe_of(scene, data), set_by_tour=True)
            curves = CurvesView(against=scene.against)
            return replace(state, sweep=sweep, curves=curves, alone="sweep")
    if state.sweep.set_by_tour:
        recipe = default_recipe(state.view.restart_settings, data)
        state = state.of_sweep(SweepRun(data, recipe))
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
    """Return the trainings of a scene."""
    kind = SIZES if scene.over == "batch sizes" else SCALES
    return Recipe(kind, scene.settings, plan_of(scene, data.n))


def _at_the_start(data: Dataset, state: AppState, scene: Training | None = None) -> AppState:
    """Return the state with the tour's data and the run of a scene, or a run at its start."""
    scene = scene or Training()
    team = None if scene.workers == 1 else Team(data, scene.workers)
    run = Run(data, scene.settings, team)
    run.advance(scene.trained)
    return replace(
        state,
        edits=Edits.of(data),
        started=scene.settings,
        view=RunView(run, scene.trained, scene.settings, running=False, pace=scene.pace),
        plots=Plots(
            scene.shows, scene.above_optimum, scene.z_scores, scene.gradient, scene.residuals
        ),
        sweep=SweepRun(data, default_recipe(scene.settings, data)),
        curves=CurvesView(),
    )
