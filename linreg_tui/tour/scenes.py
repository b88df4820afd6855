"""Scenes: what the application is to show with a step of the tour, exactly and from any state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from linreg_tui.core.losses1d import Loss1D
from linreg_tui.core.settings import Settings
from linreg_tui.report.learning_curves import Against

OUTCOMES = ("converge", "creep", "diverge")
"""What can be predicted of a training: it arrives, it is on its way, it goes away."""


@dataclass(frozen=True, slots=True)
class Page:
    """Nothing but the text."""


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
    """The live view of a run that is trained up to a step, which is shown.

    `shows` is the plot that is seen where there is room for one. `above_optimum` draws of the loss
    only what is above the least one, `z_scores` the landscape in these, and `gradient` shows how
    the step was made. With several `workers`, who take turns, each has its part of a batch.
    """

    settings: Settings = field(default_factory=Settings)
    trained: int = 0
    pace: float = 5.0
    shows: Literal["fit", "loss", "landscape"] = "fit"
    above_optimum: bool = False
    z_scores: bool = False
    gradient: bool = False
    workers: int = 1


@dataclass(frozen=True, slots=True)
class Sweep:
    """A sweep around settings: over the notebook's batch sizes, or over its scales."""

    over: Literal["batch sizes", "scales"]
    settings: Settings = field(default_factory=Settings)
    against: Against = "epochs"


@dataclass(frozen=True, slots=True)
class Descent:
    """Gradient descent on a loss of one parameter, of which `shown` steps are seen at first.

    `rates` holds the η of each step. Where it can be `turned`, the learner chooses one η for all.
    The picture goes from −`reach` to `reach`.
    """

    loss: Loss1D
    start: float
    rates: tuple[float, ...]
    shown: int = 0
    turned: bool = True
    reach: float = 2.0
    label: str = "x"


Scene = Page | DataView | FormulaView | Training | Sweep | Descent
