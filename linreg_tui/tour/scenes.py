"""Scenes: what the application shows with a step of the tour, whatever it showed before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from linreg_tui.core.losses1d import Loss1D
from linreg_tui.core.settings import Settings
from linreg_tui.report.learning_curves import Against

OUTCOMES = ("converge", "creep", "diverge")
"""How a training can end: at the optimum, on the way there, or far away."""


@dataclass(frozen=True, slots=True)
class Page:
    """Only the text."""


@dataclass(frozen=True, slots=True)
class DataView:
    """A view of the data."""

    view: Literal["scatter", "joint plot", "table"]


@dataclass(frozen=True, slots=True)
class FormulaView:
    """A view of the closed form."""

    view: Literal["sums", "derivation", "inference", "residuals"]


@dataclass(frozen=True, slots=True)
class Training:
    """The live view of a run at the step `trained`, its latest.

    `shows` is the plot in view if there is room for only one. `above_optimum` draws the loss above
    the least one, `z_scores` draws the landscape of the z-scores, `gradient` shows how the step was
    made, and `residuals` how far the points are from the line. With several `workers`, which take
    turns, each has its part of a batch.
    """

    settings: Settings = field(default_factory=Settings)
    trained: int = 0
    pace: float = 5.0
    shows: Literal["fit", "loss", "landscape"] = "fit"
    above_optimum: bool = False
    z_scores: bool = False
    gradient: bool = False
    residuals: Literal["none", "bars", "squares"] = "none"
    workers: int = 1


@dataclass(frozen=True, slots=True)
class Sweep:
    """A sweep with these settings over the notebook's batch sizes, or over its scales."""

    over: Literal["batch sizes", "scales"]
    settings: Settings = field(default_factory=Settings)
    against: Against = "epochs"


@dataclass(frozen=True, slots=True)
class Descent:
    """Gradient descent on a loss with one parameter; at first it shows `shown` steps.

    `rates` holds the η of each step. If it can be `turned`, the learner chooses one η for all
    steps. The picture goes from −`reach` to `reach`.
    """

    loss: Loss1D
    start: float
    rates: tuple[float, ...]
    shown: int = 0
    turned: bool = True
    reach: float = 2.0
    label: str = "x"


Scene = Page | DataView | FormulaView | Training | Sweep | Descent
