"""What is in view: a run at one of its steps, and which plots show it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings, starting_at
from linreg_tui.core.stability import Prediction

PlotName = Literal["fit", "loss", "landscape"]


@dataclass(frozen=True, slots=True)
class Plots:
    """The plot that is seen where there is room for one, and how the plots are drawn.

    Where there is room for two, the line over the points stands above the loss, or above its
    landscape if `plot` says so. `gradient` shows how the step in view was made.
    """

    plot: PlotName = "fit"
    above_optimum: bool = False
    z_scores: bool = False
    gradient: bool = False

    def next_plot(self, *, one: bool) -> Plots:
        """The landscape, or back; where there is room for `one` plot, the next of all three."""
        if self.plot == "landscape":
            return replace(self, plot="fit")
        return replace(self, plot="loss" if one and self.plot == "fit" else "landscape")

    def of_loss(self, *, above_optimum: bool) -> Plots:
        """The loss, or what of it is above the optimum."""
        return replace(self, plot="loss", above_optimum=above_optimum)

    def of_landscape(self, *, z_scores: bool) -> Plots:
        """The landscape in the data's units, or in z-scores."""
        return replace(self, plot="landscape", z_scores=z_scores)


Line = tuple[float, float]
"""A slope and an intercept."""


@dataclass(frozen=True, slots=True)
class RunView:
    """A run at one of its steps, and what its training is about.

    `settings` are those of the steps to come, of which `prediction` tells, None if that isn't known
    yet; `trace` is the run that this one has branched off. `endless` is a run that goes on when the
    epochs are over. `first` is the line to start over from, if not that of the settings: the run
    before the data was edited began there.
    """

    run: Run
    number: int
    settings: Settings
    running: bool
    pace: float
    prediction: Prediction | None = None
    trace: Run | None = None
    endless: bool = False
    first: Line | None = None

    @property
    def afresh(self) -> Settings:
        """The settings with which the run starts over: from its first line, before any edits."""
        return self.settings if self.first is None else starting_at(self.settings, *self.first)

    @property
    def latest(self) -> bool:
        """Whether no later step is known."""
        return self.number == self.run.history.last
